"""How near a guess is to the truth."""

from __future__ import annotations

import enum
import math


class Verdict(enum.Enum):
    """What is said of a guess."""

    RIGHT = enum.auto()
    NEAR = enum.auto()
    WRONG = enum.auto()


def of_number(
    guess: float, truth: float, *, right: float = 0.0, near: float = 0.0
) -> Verdict:
    """Return the verdict on a number: how far from the truth it may be to be `right`.

    right, near : largest distance, in the number's own unit.
    """
    away = abs(guess - truth)
    if away <= right:
        return Verdict.RIGHT
    return Verdict.NEAR if away <= near else Verdict.WRONG


def of_cell(
    guess: tuple[int, int], truths: tuple[tuple[int, int], ...], near: float = 2.0
) -> tuple[Verdict, float]:
    """Return the verdict on a patch, and its distance in patches to the nearest truth.

    guess, truths : (row, col) on the grid; at least one truth.
    near : largest distance in patches that is near.
    """
    away = min(math.dist(guess, truth) for truth in truths)
    if away == 0:
        return Verdict.RIGHT, 0.0
    return (Verdict.NEAR if away <= near else Verdict.WRONG), away


def of_choice(guess: int, truth: int, *, is_ordered: bool = False) -> Verdict:
    """Return the verdict on one of several; beside the truth is near, where ordered."""
    if guess == truth:
        return Verdict.RIGHT
    is_near = is_ordered and abs(guess - truth) == 1
    return Verdict.NEAR if is_near else Verdict.WRONG
