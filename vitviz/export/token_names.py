"""Names of tokens as window and figures show them."""

from __future__ import annotations

from vitviz.domain.geometry import POOL, PatchGrid
from vitviz.export.language import translator


def token_name(token: int, grid: PatchGrid, names: tuple[str, ...]) -> str:
    """Return the name of a token: `CLS`, `reg 0`, `(7, 3)`, or that of POOL.

    names : of the special tokens, as the model's layout has them.
    """
    if token == POOL:
        return pool_name()
    cell = grid.cell(token)
    if cell is not None:
        return f"({cell[0]}, {cell[1]})"
    if token < len(names):
        return special_name(names[token])
    return translator().translate("figures", "token {n}").format(n=token)


def special_name(name: str) -> str:
    """Return a special token's name as it is shown: `CLS`, `dist`, `reg 0`."""
    if name == "cls":
        return "CLS"
    return f"reg {name[3:]}" if name.startswith("reg") else name


def pool_name() -> str:
    """Return the name of a pooling head's query."""
    return translator().translate("figures", "pool")
