"""The window that some faults are tried in."""

from tests.window.conftest import open_vitviz

__all__ = ["open_vitviz"]
