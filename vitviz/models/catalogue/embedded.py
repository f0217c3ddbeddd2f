"""The two models that ship with vitviz: names, patch sizes and files.

vitviz-small, a trained ViT-S/14, is for looking; vitviz-flexi, a ninth of its work and
trained at all five patch sizes, is for the lesson on them and for slow machines.
"""

from __future__ import annotations

from pathlib import Path

from vitviz.system.paths import resource

SMALL_NAME = "vitviz-small"
FLEXI_NAME = "vitviz-flexi"
EMBEDDED_NAMES = (SMALL_NAME, FLEXI_NAME)
# Of the two, the one that is taken where no model is named.
EMBEDDED_NAME = SMALL_NAME
# In pixels, finest first, of both.
EMBEDDED_PATCH_SIZES = (8, 14, 16, 28, 32)
# Ends the names of the scales of matrices that are stored in 8 bits.
SCALE = ".scale"
# What is taken where no patch size is named.
_OWN_PATCH_SIZES = {SMALL_NAME: 14, FLEXI_NAME: 16}


def own_patch_size(name: str) -> int:
    """Return the patch size, in pixels, that an embedded model has by itself."""
    return _OWN_PATCH_SIZES[name]


def embedded_path(name: str = EMBEDDED_NAME) -> Path:
    """Return the path of the weights that ship; a source tree may lack them."""
    return resource("embedded", f"{name}.safetensors")
