"""Sizes of a bundle by part.

    python packaging/sizes.py BUNDLE [LEFT-OUT.JSON]

Prints two Markdown tables: what the bundle holds, and what was left out and why.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

PARTS = (
    ("CUDA libraries (NVIDIA)", r"_internal/nvidia/"),
    (
        "torch: CUDA kernels",
        r"torch/lib/lib(torch_cuda|c10_cuda|torch_nvshmem|\w*cuda)",
    ),
    ("torch: libraries", r"_internal/torch/(lib|bin)/|_internal/torch/.*\.so"),
    ("torch: sources that importing it reads", r"_internal/torch/.*\.py$"),
    ("torch: other", r"_internal/(torch|functorch)"),
    ("byte code of all modules", r"^vitviz(\.exe)?$|base_library"),
    ("Qt and PySide6", r"PySide6|shiboken|libQt|libicu"),
    ("numpy", r"_internal/numpy|openblas|gfortran|quadmath"),
    ("Pillow, HEIF", r"_internal/(PIL|pillow|_?pi_heif|.*libheif|.*de265)"),
    ("torchvision's operators", r"_internal/torchvision"),
    ("vitviz: model, samples, icons", r"_internal/vitviz"),
    ("Python", r"libpython|_internal/python3|lib(crypto|ssl|sqlite3)"),
    ("licence texts", r"^licenses/"),
    ("everything else", r""),
)


def main(bundle: Path, left_out: Path | None) -> None:
    """Print the table of sizes, and that of what was left out.

    left_out : JSON of what was left out, as the recipe writes it; None for no table.
    """
    totals = {name: 0 for name, _ in PARTS}
    for path in bundle.rglob("*"):
        if path.is_symlink() or not path.is_file():
            continue
        inside = path.relative_to(bundle).as_posix()
        name = next(name for name, pattern in PARTS if re.search(pattern, inside))
        totals[name] += path.stat().st_size
    total = sum(totals.values())
    cuda = totals[PARTS[0][0]] + totals[PARTS[1][0]]
    print("| part | MB |\n| --- | ---: |")
    for name, size in totals.items():
        if size:
            print(f"| {name} | {size / 1e6:,.1f} |")
    print(f"| **all** | **{total / 1e6:,.1f}** |")
    if cuda:
        print(f"| without the CUDA parts | {(total - cuda) / 1e6:,.1f} |")
    if left_out is not None:
        print("\n| left out | files | MB | why |\n| --- | ---: | ---: | --- |")
        for name, note in json.loads(left_out.read_text()).items():
            size = note["bytes"] / 1e6
            print(f"| {name} | {len(note['files'])} | {size:,.1f} | {note['why']} |")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
