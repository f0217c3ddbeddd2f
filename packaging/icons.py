"""Icon of the program, rendered from its SVG for all systems.

    python packaging/icons.py FOLDER

Writes FOLDER/<size>.png for the icon theme, FOLDER/vitviz.ico and FOLDER/vitviz.icns.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import PIL.Image
from bundle_parts import ROOT
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SOURCE = ROOT / "resources" / "icons" / "vitviz.svg"
SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)


def rendered(size: int) -> PIL.Image.Image:
    """Return the icon as RGBA, `size` pixels wide and high."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(SOURCE)).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    with PIL.Image.open(io.BytesIO(bytes(buffer.data().data()))) as picture:
        return picture.convert("RGBA")


def main(folder: Path) -> None:
    """Write the icons of all sizes and formats."""
    folder.mkdir(parents=True, exist_ok=True)
    for size in SIZES:
        rendered(size).save(folder / f"{size}.png", optimize=True)
    largest = rendered(1024)
    largest.save(
        folder / "vitviz.ico",
        sizes=[(size, size) for size in ICO_SIZES],
        append_images=[rendered(size) for size in ICO_SIZES],
    )
    largest.save(folder / "vitviz.icns")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
