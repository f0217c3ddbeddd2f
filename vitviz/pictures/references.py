"""The reference pictures: which there are, and where they lie.

What a model without labels takes a picture for is told by which of these it finds most
like it. Licences and sources are in `resources/references/LICENSE.md`.
"""

from __future__ import annotations

from pathlib import Path

from vitviz.system.paths import resource

# Also the names of the files.
REFERENCES = (
    "astronaut",
    "canyon",
    "castle",
    "cat",
    "clownfish",
    "cup",
    "dog",
    "gate",
    "gravel",
    "hammer",
    "macaw",
    "owl",
)


def reference_path(name: str) -> Path:
    """Return the path of a reference picture."""
    return resource("references", f"{name}.jpg")
