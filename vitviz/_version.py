"""The version, in one place."""

__version__ = "0.1.0"

META_KEY = "vitviz"
"""Under which a PNG of ours says what it shows and how it was made."""
