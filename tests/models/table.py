"""Writes the table of families: `python -m tests.models.table > docs/families.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import vitviz
from tests.models.families import DEPTH, TOLERANCE, Case, Found, compare, sizes
from tests.models.library_cases import TORCHVISION, TRANSFORMERS
from tests.models.timm_cases import TIMM

CASES = (*TORCHVISION, *TIMM, *TRANSFORMERS)
HEAD = f"""# Families

Made by `python -m tests.models.table`; `make test-long` holds every line to it.
Each network is built offline at full width, {DEPTH} blocks deep, its random weights
sharpened. *Tokens* = special tokens + rows × columns. *Worst* is the largest
difference of any row, column or cell of any layer and head from the network's own
attention weights (timm's unfused path, torchvision's `need_weights=True`,
transformers' eager attention), over the three sizes; it has to stay below
{TOLERANCE:.0e}.

| library | family | architecture | special | own size: tokens | larger: tokens | \
not square: tokens | worst |
| --- | --- | --- | --- | --- | --- | --- | --- |
"""


def measured(case: Case) -> dict[str, Found]:
    """What the case shows at each of its three sizes. Raises AssertionError."""
    module = case.build()
    model = vitviz.wrap(module)
    return {name: compare(case, module, size) for name, size in sizes(model).items()}


def lines() -> Iterator[str]:
    """A line for each case."""
    for case in CASES:
        found = measured(case)
        cells = [case.library, case.family, f"`{case.name}`", _special(case)]
        for one in found.values():
            width, height = one.size
            rows, cols = one.grid
            cells.append(f"{width}×{height}: {one.num_tokens:,} ({rows}×{cols})")
        worst = max(max(one.worst, one.error) for one in found.values())
        yield "| " + " | ".join([*cells, f"{worst:.0e}"]) + " |"


def _special(case: Case) -> str:
    """`cls, 4 reg`; with what is beside the layers."""
    registers = sum(name.startswith("reg") for name in case.prefix)
    parts = [name for name in case.prefix if not name.startswith("reg")]
    if registers:
        parts.append(f"{registers} reg")
    if case.num_extras:
        parts.append("pool beside")
    if case.windowed:
        parts.append(f"{len(case.windowed)} windowed layers marked")
    return ", ".join(parts) or "none"


def main() -> None:
    """Print the table, a line as soon as it is known."""
    sys.stdout.write(HEAD)
    for line in lines():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
