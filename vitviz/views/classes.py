"""Classes of a picture by the probability that a model gives them. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vitviz.views.colour import Array


@dataclass(frozen=True, slots=True)
class ClassProbability:
    """A class with its softmax probability, in [0, 1]."""

    index: int
    name: str
    probability: float


def class_name(index: int, labels: Sequence[str] | None) -> str:
    """Return the label of a class, or its number where it has none."""
    if labels is None or not 0 <= index < len(labels):
        return str(index)
    return labels[index]


def probabilities(logits: Array) -> Array | None:
    """Return the softmax of logits, (C,) float32 in [0, 1]; computed in float64.

    None where a logit is not finite: no class is shown then.
    """
    if not np.isfinite(logits).all():
        return None
    shifted = np.exp(logits.astype(np.float64) - float(logits.max()))
    return np.asarray(shifted / shifted.sum(), np.float32)


def likeliest_classes(
    logits: Array, labels: Sequence[str] | None, *, wanted: str = "", most: int = 10
) -> tuple[ClassProbability, ...]:
    """Return the likeliest classes, or the likeliest of those that match `wanted`.

    Empty where a logit is not finite.

    logits : (C,).
    labels : names of the C classes; None where they are only numbered.
    wanted : part of a label, without regard to case, or a class number.
    most : how many classes are returned at most.
    """
    shares = probabilities(logits)
    if shares is None:
        return ()
    words = wanted.strip().casefold()
    order = np.argsort(-shares, kind="stable")
    # a label typed in full comes first, also where longer labels with it are likelier
    if words:
        exact = [i for i in order if class_name(int(i), labels).casefold() == words]
        order = np.array([*exact, *(i for i in order if i not in exact)])
    found = []
    for index in map(int, order):
        name = class_name(index, labels)
        if words and words not in name.casefold() and words != str(index):
            continue
        found.append(ClassProbability(index, name, float(shares[index])))
        if len(found) == most:
            break
    return tuple(found)
