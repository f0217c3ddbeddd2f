"""The models vitviz knows by name. Plain data: no library is imported for it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue."""

    name: str
    library: str
    size_px: int
    patch_size: str
    num_prefix_tokens: int
    licence: str
    note: str


ENTRIES = (
    Entry(
        "vitviz-flexi",
        "embedded",
        224,
        "8, 14, 16, 28, 32",
        1,
        "MIT",
        "ships with the program",
    ),
    Entry("vit_b_16", "torchvision", 224, "16", 1, "BSD-3-Clause", "1,000 labels"),
    Entry("vit_b_32", "torchvision", 224, "32", 1, "BSD-3-Clause", "1,000 labels"),
    Entry("vit_l_16", "torchvision", 224, "16", 1, "BSD-3-Clause", "1,000 labels"),
    Entry("vit_l_32", "torchvision", 224, "32", 1, "BSD-3-Clause", "1,000 labels"),
    Entry("vit_h_14", "torchvision", 518, "14", 1, "SWAG (CC-BY-NC-4.0)", "2.4 GB"),
)

TORCHVISION = frozenset(e.name for e in ENTRIES if e.library == "torchvision")
