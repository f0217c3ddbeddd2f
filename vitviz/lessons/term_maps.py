"""Each term of attention as a map on the patches, of one head, in numpy.

    Q, K, V, out     colours: the first three principal components of all tokens' rows
    attn, weights    the query's row: one number for each key

Rows that are alike have one colour; the sign of a component is set so that the row
farthest from the mean is positive.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from vitviz.lessons.one_head import Array, Factors, mixture, row


def colours(rows: Array) -> Array:
    """Return colours of (M, D) rows, (M, 3) float32 in [0, 1].

    Each component from its 2nd to its 98th percentile.
    """
    centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
    # of a (D, D) matrix, since there may be thousands of rows
    _, vectors = np.linalg.eigh(centred.T @ centred)
    scores = centred @ vectors[:, ::-1][:, :3]  # (M, ≤ 3)
    farthest = np.abs(scores).argmax(axis=0)
    scores *= np.sign(scores[farthest, np.arange(scores.shape[1])])
    low, high = np.quantile(scores, (0.02, 0.98), axis=0)
    found = np.zeros((len(rows), 3), np.float32)
    spread = np.maximum(high - low, 1e-12)
    found[:, : scores.shape[1]] = ((scores - low) / spread).clip(0, 1)
    return found


def outputs(of: Factors, check: Callable[[], None] = lambda: None) -> Array:
    """Return the head's output of every query, (N, d_v) float32.

    A row of weights at a time, so that no N × N matrix is made.

    check : called before every query; what it raises ends the computation.
    """
    made = np.zeros((of.num_tokens, of.v.shape[1]), np.float32)
    for query in range(of.num_tokens):
        check()
        if query not in of.dropped:
            made[query] = mixture(of, query).out
    return made


def term_map(of: Factors, term: str, query: int) -> Array | None:
    """Return the map of a term of the code: (N,) of a row, or (N, D) of all rows.

    None for a number (√d_k), and for the output, which takes all queries: `outputs`.
    """
    match term:
        case "Q":
            return of.q
        case "K" | "transpose":
            return of.k
        case "V":
            return of.v
        case "attn":
            return of.scores(query).astype(np.float32)
        case "softmax" | "weights":
            return row(of, query).weights
        case _:
            return None
