"""Heads and layers that there are not: one check of each."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vitviz.domain.heads import require_head, require_layer
from vitviz.errors import SelectionError


@pytest.mark.parametrize(
    ("require", "name"),
    [(require_head, "head"), (require_layer, "layer")],
    ids=["head", "layer"],
)
def test_only_what_there_is(require: Callable[[int, int], None], name: str) -> None:
    for index in range(3):
        require(index, 3)
    for index in (-1, 3, 99):
        with pytest.raises(SelectionError) as raised:
            require(index, 3)
        assert str(raised.value) == (
            f"There is no {name} {index}: {name}s go from 0 to 2."
        )
