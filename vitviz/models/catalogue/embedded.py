"""The model that ships with vitviz: its name, patch sizes and file."""

from __future__ import annotations

from pathlib import Path

from vitviz.system.paths import resource

EMBEDDED_NAME = "vitviz-flexi"
# In pixels, finest first: what the weights were trained for and measured at.
EMBEDDED_PATCH_SIZES = (8, 14, 16, 28, 32)


def embedded_path() -> Path:
    """Return the path of the weights that ship; a source tree may lack them."""
    return resource("embedded", f"{EMBEDDED_NAME}.safetensors")
