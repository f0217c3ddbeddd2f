"""What a run will take, said before it starts, and agreed to where it is much."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.domain.number_text import bytes_text
from vitviz.errors import BudgetError
from vitviz.models.progress import seconds_text

if TYPE_CHECKING:
    from vitviz.attention.price import Price
    from vitviz.models.adapter import Model


def check_price(model: Model, size: tuple[int, int], *, is_agreed: bool) -> None:
    """Raise BudgetError for a run that takes more than half of the free memory.

    That must have been agreed to; a run that takes all of it is refused in any case.
    """
    from vitviz.attention.price import price, require_memory

    made = price(model, size)
    if made.falls_back:  # the run itself goes to the CPU, and says so
        return
    require_memory(model.info, made.num_tokens, made.size)
    if made.is_large and not is_agreed and made.free_bytes is not None:
        raise BudgetError(
            "This run would take about {needed} of memory, more than half of the "
            "{free} that are free. Choose a smaller --size, or a larger --patch, or "
            "add --yes.",
            needed=bytes_text(made.peak_bytes),
            free=bytes_text(made.free_bytes),
        )


def sentence(made: Price) -> str:
    """The price in one line."""
    width, height = made.size
    rows, cols = made.grid
    parts = [
        f"{width}×{height} px",
        f"{rows}×{cols} patches, {made.num_tokens:,} tokens",
        f"{bytes_text(made.kept_bytes)} for q, k and v",
        f"{bytes_text(made.peak_bytes)} at most",
    ]
    if made.free_bytes is not None:
        parts[-1] += f" of {bytes_text(made.free_bytes)} free"
    if made.seconds is not None:
        parts.append(f"about {_time(made.seconds)}")
    return "; ".join(parts)


def _time(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 10 else seconds_text(seconds)
