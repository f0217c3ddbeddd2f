"""Classes of a picture by the score that a model gives them. No Qt, no torch.

The score is a probability in [0, 1], or the number itself of a regression.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitviz.domain.problem_type import ProblemType
from vitviz.views.colour import Array


@dataclass(frozen=True, slots=True)
class ClassScore:
    """A class with its probability, in [0, 1], or the number of a regression."""

    index: int
    name: str
    score: float


def class_name(index: int, labels: Sequence[str] | None) -> str:
    """Return the label of a class, or its number where it has none."""
    if labels is None or not 0 <= index < len(labels):
        return str(index)
    return labels[index]


def class_scores(
    logits: Array, problem: ProblemType = ProblemType.SINGLE_LABEL
) -> Array | None:
    """Return the scores of logits, (C,) float32; computed in float64.

    None where a logit is not finite: no class is shown then.
    """
    if not np.isfinite(logits).all():
        return None
    wide = logits.astype(np.float64)
    match problem.of(len(logits)):
        case ProblemType.SINGLE_LABEL:
            shifted = np.exp(wide - wide.max())
            found = shifted / shifted.sum()
        case ProblemType.MULTI_LABEL:
            # 1 / (1 + exp(−x)), which would overflow at x = −710
            found = np.exp(-np.logaddexp(0.0, -wide))
        case ProblemType.REGRESSION:
            found = wide
    return np.asarray(found, np.float32)


def likeliest_classes(
    logits: Array,
    labels: Sequence[str] | None,
    *,
    problem: ProblemType = ProblemType.SINGLE_LABEL,
    wanted: str = "",
    most: int = 10,
) -> tuple[ClassScore, ...]:
    """Return the likeliest classes, or the likeliest of those that match `wanted`.

    Empty where a logit is not finite.

    logits : (C,).
    labels : names of the C classes; None where they are only numbered.
    problem : how the logits are read.
    wanted : part of a label, without regard to case, or a class number.
    most : how many classes are returned at most.
    """
    scores = class_scores(logits, problem)
    if scores is None:
        return ()
    words = wanted.strip().casefold()
    order = np.argsort(-scores, kind="stable")
    # a label typed in full comes first, also where longer labels with it are likelier
    if words:
        exact = [i for i in order if class_name(int(i), labels).casefold() == words]
        order = np.array([*exact, *(i for i in order if i not in exact)])
    found = []
    for index in map(int, order):
        name = class_name(index, labels)
        if words and words not in name.casefold() and words != str(index):
            continue
        found.append(ClassScore(index, name, float(scores[index])))
        if len(found) == most:
            break
    return tuple(found)
