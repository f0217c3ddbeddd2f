"""What a web page holds of a trace: layers, heads, precision. Without torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.domain.heads import require_head, require_layer
from vitviz.errors import SelectionError

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace

# A larger page is made only if the user agrees to its size.
ASK_BYTES = 60 * 10**6
# Scripts, style and texts of a page, about, for its price.
PROGRAM_BYTES = 130_000


@dataclass(frozen=True, slots=True)
class PageOptions:
    """What is stored in a page.

    layers, heads : those that are stored, counted from 0; None for all. A pooling head
        keeps all of its heads.
    is_single : whether numbers are stored in single precision, not as half floats.
    pictures : those of a page with a film strip, in order; none for the one on screen.
    """

    layers: tuple[int, ...] | None = None
    heads: tuple[int, ...] | None = None
    is_single: bool = False
    pictures: tuple[Path, ...] = ()

    def has(self, trace: Trace, layer: int) -> bool:
        """Return whether a layer is stored: it is chosen, has run and is exact."""
        capture = trace.captures[layer]
        is_chosen = self.layers is None or layer in self.layers
        return is_chosen and capture is not None and capture.is_exact

    def check(self, trace: Trace) -> None:
        """Raise SelectionError for a layer or head that the trace lacks."""
        for layer in self.layers or ():
            require_layer(layer, trace.num_layers)
        for head in self.heads or ():
            require_head(head, trace.num_heads)
        if self.layers == () or self.heads == ():
            raise SelectionError("A page holds at least one layer and one head.")
        if not any(self.has(trace, layer) for layer in range(trace.num_layers)):
            raise SelectionError(
                "None of these layers can be shown. Choose others for the page."
            )
