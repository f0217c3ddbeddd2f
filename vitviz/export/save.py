"""Figures as files: PNG, SVG and PDF, without a display and without a window.

    Figure ── figure_bytes ──► bytes ── save ──► file

Jobs call these functions on worker threads: Qt paints on images in any thread.
"""

from __future__ import annotations

import contextlib
import html
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSizeF
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QImage,
    QPageLayout,
    QPageSize,
    QPainter,
    QPdfWriter,
)
from PySide6.QtSvg import QSvgGenerator

from vitviz._version import META_KEY
from vitviz.errors import BudgetError
from vitviz.export.png import png_of
from vitviz.export.vector_images import (
    StandInPainter,
    exchanged_in_pdf,
    exchanged_in_svg,
)
from vitviz.system.atomic_files import write_bytes

# Pixels for each figure unit.
PNG_SCALE = 2.0
MAX_PNG_PIXELS = 100_000_000

_application: QGuiApplication | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its size, which can be painted at any scale."""

    # Width and height are in figure units, 1/96 inch each.
    width: float
    height: float
    paint: Callable[[QPainter, QRectF], None]
    title: str = "attention"
    description: str = ""
    # Statements in the program's language; also where none is drawn.
    caption: str = ""
    background: str = "#FFFFFF"


def ensure_application() -> None:
    """Make a QGuiApplication if there is none; on Linux one without a display.

    Looking for a display that cannot be reached, Qt would end the process.
    """
    global _application
    if QGuiApplication.instance() is not None:
        return
    chosen = os.environ.get("QT_QPA_PLATFORM")
    if sys.platform.startswith("linux"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        # for the life of the process: without it there are no fonts
        _application = QGuiApplication(["vitviz"])
    finally:
        if chosen is not None:
            os.environ["QT_QPA_PLATFORM"] = chosen
        else:
            os.environ.pop("QT_QPA_PLATFORM", None)


def save(path: Path, figure: Figure, *, scale: float = PNG_SCALE) -> None:
    """Write the figure in the format that the ending of `path` names.

    scale : of a PNG, in pixels for each figure unit.

    Raises OutputError where the file cannot be written, BudgetError for a PNG above
    `MAX_PNG_PIXELS`.
    """
    write_bytes(path, figure_bytes(figure, path.suffix, scale=scale))


def figure_bytes(figure: Figure, ending: str, *, scale: float = PNG_SCALE) -> bytes:
    """Return the figure in the format of an ending: ".png", ".svg" or ".pdf".

    Raises BudgetError for a PNG above `MAX_PNG_PIXELS`.
    """
    match ending.lower():
        case ".png":
            return png_bytes(figure, scale=scale)
        case ".svg":
            return svg_bytes(figure)
        case ".pdf":
            return pdf_bytes(figure)
        case other:
            raise ValueError(f"no figure format: {other}")


def png_bytes(figure: Figure, *, scale: float = PNG_SCALE) -> bytes:
    """Return the figure as PNG, with its description as metadata.

    Raises BudgetError above `MAX_PNG_PIXELS`.
    """
    image = draw(figure, scale)
    dots = round(96 * scale / 0.0254)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    texts = {META_KEY: figure.description} if figure.description else {}
    return png_of(image, texts)


def draw(figure: Figure, scale: float) -> QImage:
    """Return the figure drawn at `scale` pixels for each figure unit.

    Raises BudgetError above `MAX_PNG_PIXELS`.
    """
    ensure_application()
    width, height = round(figure.width * scale), round(figure.height * scale)
    if width * height > MAX_PNG_PIXELS:
        raise BudgetError(
            "A figure of {width}×{height} pixels is too large. Write fewer maps, or "
            "an .svg.",
            width=width,
            height=height,
        )
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor(figure.background))
    painter = QPainter(image)
    with _ended(painter):
        painter.scale(scale, scale)
        figure.paint(painter, QRectF(0, 0, figure.width, figure.height))
    return image


def svg_bytes(figure: Figure) -> bytes:
    """Return the figure as SVG: text as text, lines as lines, pictures embedded."""
    ensure_application()
    buffer = _buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setTitle(figure.title)
    generator.setDescription(figure.description)
    generator.setResolution(96)
    generator.setSize(QSizeF(figure.width, figure.height).toSize())
    generator.setViewBox(QRectF(0, 0, figure.width, figure.height))
    painter = StandInPainter(generator)
    with _ended(painter):
        whole = QRectF(0, 0, figure.width, figure.height)
        painter.fillRect(whole, QColor(figure.background))
        figure.paint(painter, whole)
    return exchanged_in_svg(bytes(buffer.data().data()), painter.pictures)


def pdf_bytes(figure: Figure) -> bytes:
    """Return the figure as a PDF of one page of its size."""
    ensure_application()
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setTitle(figure.title)
    writer.setCreator("vitviz")
    writer.setResolution(96 * 4)
    points = QSizeF(figure.width * 0.75, figure.height * 0.75)
    writer.setPageLayout(
        QPageLayout(
            QPageSize(points, QPageSize.Unit.Point),
            QPageLayout.Orientation.Portrait,
            QMarginsF(0, 0, 0, 0),
        )
    )
    writer.setDocumentXmpMetadata(QByteArray(_xmp(figure)))
    painter = StandInPainter(writer)
    with _ended(painter):
        painter.scale(4, 4)
        if figure.background != "#FFFFFF":
            whole = QRectF(0, 0, figure.width, figure.height)
            painter.fillRect(whole, QColor(figure.background))
        figure.paint(painter, QRectF(0, 0, figure.width, figure.height))
    return exchanged_in_pdf(bytes(buffer.data().data()), painter.pictures)


# Namespace of what vitviz says of a figure in a PDF; it names nothing on the network.
XMP_NAMESPACE = "urn:vitviz:figure"
_NOT_IN_XML = re.compile(
    "[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f\\ud800-\\udfff\\ufffe\\uffff]"
)


def _xmp(figure: Figure) -> bytes:
    """Return the metadata of a PDF: title, caption, and the description as JSON."""
    # without what XML cannot hold: a picture's name may have it
    title, caption, description = (
        html.escape(_NOT_IN_XML.sub("\ufffd", text))
        for text in (figure.title, figure.caption, figure.description)
    )
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
        '<rdf:Description rdf:about=""'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        f' xmlns:vitviz="{XMP_NAMESPACE}">\n'
        f'<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt>'
        "</dc:title>\n<dc:description><rdf:Alt>"
        f'<rdf:li xml:lang="x-default">{caption}</rdf:li></rdf:Alt></dc:description>\n'
        "<xmp:CreatorTool>vitviz</xmp:CreatorTool>\n"
        f"<vitviz:metadata>{description}</vitviz:metadata>\n"
        "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n"
        '<?xpacket end="w"?>'
    ).encode()


@contextlib.contextmanager
def _ended(painter: QPainter) -> Iterator[None]:
    """End the painter whatever happens: Qt aborts if an active one is destroyed."""
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    try:
        yield
    finally:
        painter.end()


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
