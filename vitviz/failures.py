"""What a network's own code raises where it cannot be built or run."""

from __future__ import annotations

NETWORK_ERRORS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""Sizes that do not divide, options it does not know, shapes that do not fit: each of
these becomes one sentence about the network. A lack of memory is a RuntimeError of
torch, too, and none of them: see `memory.is_out_of_memory`.
"""
