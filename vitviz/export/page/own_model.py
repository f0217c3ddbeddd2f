"""vitviz-flexi in a page, so that readers look inside pictures of their own.

Its weights go in as the file that ships; `resources/page/flexi.mjs` computes with them.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vitviz.errors import CheckpointError
from vitviz.export.page.page_picture import by_language, model_settings, model_sizes
from vitviz.models.catalogue.embedded import FLEXI_NAME, embedded_path

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace

_BLOCK = "own-model"


@dataclass(frozen=True, slots=True, eq=False)
class OwnModel:
    """The model of a page: what each picture's description has of it, and weights.

    blocks : the file of its weights in base64, by the name of its element.
    """

    description: dict[str, Any]
    blocks: dict[str, str]

    @property
    def num_bytes(self) -> int:
        """Bytes of the weights in a page."""
        return sum(map(len, self.blocks.values()))

    def data(self) -> dict[str, object]:
        """Return what the page's scripts read."""
        return {"block": _BLOCK, "description": self.description}


def own_model(trace: Trace) -> OwnModel:
    """Return vitviz-flexi for a page.

    trace : of one of its runs, at the patch and the size that it has by itself.

    Raises CheckpointError where its weights are missing.
    """
    info = trace.setup.model
    path = embedded_path(FLEXI_NAME)
    if info.name != FLEXI_NAME or trace.grid != (14, 14):
        raise ValueError(f"the page computes {FLEXI_NAME} on 14×14 patches alone")
    try:
        stored = path.read_bytes()
    except OSError as error:
        raise CheckpointError(
            "The embedded model {name} is missing from this installation ({path}). "
            "Install vitviz again, or choose another model.",
            name=FLEXI_NAME,
            path=path.name,
        ) from error
    description = {
        "special": list(trace.setup.prefix_names),
        "axis": trace.interventions.axis.value,
        "hidden": [],
        "pool": None,
        "pooledTokens": [],
        "model": {"name": info.name, "sha256": info.weights_sha256},
        "sizes": model_sizes(trace),
        "changes": by_language(list[str]),
        "classes": [],
        "methods": [],
        "settings": by_language(lambda: model_settings(trace)),
    }
    blocks = {_BLOCK: base64.b64encode(stored).decode("ascii")}
    return OwnModel(description, blocks)
