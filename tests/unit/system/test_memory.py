"""What is free, and which errors say that it was not enough."""

from __future__ import annotations

from vitviz.system.memory import free_bytes, is_out_of_memory


def test_other_errors_are_not_taken_for_it() -> None:
    for error in (RuntimeError("shapes differ"), ValueError("memory"), KeyError()):
        assert not is_out_of_memory(error)


def test_free_memory_is_known_here() -> None:
    free = free_bytes()
    assert free is not None
    assert free > 10**8
