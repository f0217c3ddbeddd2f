"""Amounts as people read them, the same everywhere."""

from __future__ import annotations


def bytes_text(count: float) -> str:
    """A number of bytes: "64 kB", "2.7 MB", "346 MB", "2.53 GB"; decimal units."""
    if count < 999_500:
        return f"{count / 1e3:.0f} kB"
    if count < 99_950_000:
        return f"{count / 1e6:.1f} MB"
    if count < 999_500_000:
        return f"{count / 1e6:.0f} MB"
    return f"{count / 1e9:.2f} GB"
