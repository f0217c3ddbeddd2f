"""The version, in one place."""

__version__ = "0.1.0"

# Under which a PNG of ours says what it shows and how it was made.
META_KEY = "vitviz"
