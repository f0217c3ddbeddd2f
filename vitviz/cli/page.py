"""Command `vitviz page`: a page in which readers open pictures of their own."""

from __future__ import annotations

import argparse
from pathlib import Path

from vitviz.cli.agreement import agree
from vitviz.cli.export_sources import expanded
from vitviz.cli.output import say, show_path
from vitviz.domain.number_text import bytes_text
from vitviz.errors import InputError

DESCRIPTION = """\
Write one HTML file with the small embedded model in it. Whoever opens it in a browser
opens pictures of their own there and clicks any patch of them, with nothing installed
and no network: no picture leaves the page.
"""
EPILOG = """\
examples:
  vitviz page -o lesson.html
  vitviz page cat.jpg dog.jpg -o lesson.html     begins with these pictures
  vitviz page photos/ -o lesson.html             with those of a folder

A page of pictures and any model, without the model in it: vitviz export cat.jpg -o
cat.html.
"""
_SAMPLE = "cat.jpg"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add pictures and the target."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="pictures that the page begins with; without any, a sample",
    )
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE", help="an .html file to write"
    )
    parser.add_argument(
        "-y", "--yes", action="store_true", help="write a page above 60 MB"
    )


def execute(args: argparse.Namespace) -> int:
    """Write the page; its size is said before, and agreed to if it is large.

    Raises InputError, ImageError, CheckpointError, OutputError.
    """
    target = Path(args.output)
    if target.suffix.lower() != ".html":
        raise InputError(
            "A page is an .html file, not {name}. For example: vitviz page -o "
            "lesson.html.",
            name=target.name,
        )
    import vitviz
    from vitviz.export.page.document import page_text
    from vitviz.export.page.own_model import own_model
    from vitviz.export.page.page_options import ASK_BYTES, PageOptions
    from vitviz.export.page.page_picture import PagePicture, page_bytes, page_picture
    from vitviz.export.page.token_colours import token_colours
    from vitviz.models.catalogue.embedded import FLEXI_NAME
    from vitviz.system.atomic_files import write_bytes
    from vitviz.system.paths import resource

    words = args.paths or [str(resource("samples", _SAMPLE))]
    paths = [Path(one.text) for one in expanded(words)]
    model = vitviz.load_model(FLEXI_NAME, device="cpu")
    pictures: list[PagePicture] = []
    own = None
    for number, path in enumerate(paths):
        trace = vitviz.trace(model, path)
        if own is None:
            own = own_model(trace)
            size = page_bytes([trace] * len(paths), PageOptions()) + own.num_bytes
            say(f"the page will take about {bytes_text(size)}")
            agree(
                size,
                target,
                ask_bytes=ASK_BYTES,
                is_agreed=args.yes,
                fewer="pictures",
            )
        colours = token_colours(trace, model)
        pictures.append(page_picture(trace, colours=colours, prefix=str(number)))
    text = page_text(pictures, own).encode("utf-8")
    write_bytes(target, text)
    say(f"{target.name}: {bytes_text(len(text))}, opens in any browser")
    show_path(str(target))
    return 0
