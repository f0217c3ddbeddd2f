"""Scores of a model's classes, and how far a changed run moves one of them.

single-label   softmax over the logits, in [0, 1]
multi-label    sigmoid of each logit, in [0, 1]
regression     the number itself
no head        cosine of the feature to that of the unchanged run, in [−1, 1]
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from vitviz.domain.problem_type import ProblemType


def class_scores(outputs: Tensor, problem: ProblemType) -> Tensor:
    """Return the scores of all classes: (…, C) logits → (…, C)."""
    match problem.of(outputs.shape[-1]):
        case ProblemType.SINGLE_LABEL:
            return outputs.softmax(dim=-1)
        case ProblemType.MULTI_LABEL:
            return outputs.sigmoid()
        case ProblemType.REGRESSION:
            return outputs


def score_of(
    outputs: Tensor, whole: Tensor, target: int | None, problem: ProblemType
) -> Tensor:
    """Return the score of a class, or without one the cosine to `whole`: (B, C) → (B,).

    whole : (C,), logits or feature of the unchanged run.
    """
    if target is None:
        return F.cosine_similarity(outputs, whole[None], dim=1)
    return class_scores(outputs, problem)[:, target]
