"""The window. torch is never imported here: results arrive as numpy arrays."""

from vitviz.system.quick_imports import without

# Where NVIDIA's bindings are installed, pyqtgraph loads them for a widget that is not
# used here: a fifth of its import (2026-12-01: 0.42 s with them, 0.34 s without).
with without("cuda.bindings"):
    import pyqtgraph  # noqa: F401
