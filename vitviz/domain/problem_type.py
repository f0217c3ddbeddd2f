"""What the last layer of a model was trained for, which says how its logits are read.

    single-label   one class is right: softmax over the logits
    multi-label    every class is right or not: sigmoid of each logit
    regression     no classes: the numbers themselves

A single logit is read through a sigmoid unless it is one of a regression: a softmax
over one class is always 1.
"""

from __future__ import annotations

import enum


class ProblemType(enum.Enum):
    """What a head was trained for, by the names that transformers has for it."""

    SINGLE_LABEL = "single_label"
    MULTI_LABEL = "multi_label"
    REGRESSION = "regression"

    def of(self, num_outputs: int) -> ProblemType:
        """Return what that many outputs are read as: one logit has no softmax."""
        if num_outputs == 1 and self is ProblemType.SINGLE_LABEL:
            return ProblemType.MULTI_LABEL
        return self


# Of `ModelInfo.assumed`, where nothing says what a single logit is.
ONE_LOGIT = "sigmoid of the one logit"
PROBLEM_TYPES = tuple(one.value for one in ProblemType)


def problem_of(text: object) -> ProblemType | None:
    """Return the type of `problem_type` in a configuration; None for another value."""
    name = str(text).removesuffix("_classification")
    return ProblemType(name) if name in PROBLEM_TYPES else None
