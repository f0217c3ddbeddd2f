"""A view in a few words, such as `layer 5 · head mean · (7, 3)`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.domain.methods import METHODS
from vitviz.export.captions import head_label, layer_text
from vitviz.ui.status_line import token_name

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup
    from vitviz.views.display import Heat


def view_name(heat: Heat, setup: Setup, method_title: str) -> str:
    """What a map shows: method, layer, head, query.

    method_title : of the heat's method, as in the window's menu.
    """
    options = METHODS[heat.method].options
    parts = []
    if heat.method != "raw":
        parts.append(method_title)
    if "layer" in options:
        parts.append(layer_text(heat.layer))
    if "head" in options:
        parts.append(head_label(heat.heads))
    parts.append(token_name(heat.token, setup.grid, setup.prefix_names))
    return " · ".join(parts)
