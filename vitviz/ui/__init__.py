"""The window. torch is never imported here: results arrive as numpy arrays."""
