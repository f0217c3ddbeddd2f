"""Command `vitviz export`: write attention as a figure or as numbers, without a window.

    options ── request_from ──► ExportRequest
    pictures ── price, agreed to if large ──► trace ── prepared ──► a file a picture
                                                 └────────► one .html of all pictures

A folder gets one file a picture, and an interrupted export can be run again: files that
are what the request would write are left as they are.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from vitviz.cli.export_batch import export_folder, export_one
from vitviz.cli.export_file import PAGES, check_suffix
from vitviz.cli.export_options import add_export_arguments, request_from
from vitviz.cli.export_run import chosen_model
from vitviz.cli.export_sources import (
    ExportTask,
    expanded,
    load,
    refuse_overwriting_source,
)
from vitviz.errors import InputError

DESCRIPTION = "Write attention as a figure or as numbers, without a window."
EPILOG = """\
OUT ends in .png .svg .pdf (a figure), .gif (a frame for each layer or head), .npz .csv
(numbers), .tif (the values of one map, with --bare), .html (a page of all pictures, in
which every patch can be clicked), or is a folder, which gets a file for each picture
(--format): run it again and it goes on where it stopped. IMAGE may be a folder of
pictures, or of folders of them (as of classes), or - for standard input.

examples:
  vitviz export cat.jpg -o cat.png --query 7,3 --layer 5 --head 2 --caption
  vitviz export cat.jpg -o wall.png --layer all --head all --scale shared
  vitviz export cat.jpg -o cat.npz --layer all --head all --query all
  vitviz export cat.jpg -o cat.png --method rollout --query 7,3
  vitviz export cat.jpg -o cat.gif --layer all --scale shared
  vitviz export cat.jpg -o matrix.pdf --what matrix --width 85 --type 7 --caption
  vitviz export cat.jpg -o two.png --what comparison --against "cat.jpg --patch 8"
  vitviz export photos/ -o maps/ --style spotlight
  vitviz export cat.jpg -o cat.html
  vitviz export photos/ -o photos.html --keep-layers 8,11
  vitviz export cat.jpg -o off.npz --changes lab.vitviz
  vitviz export scene.tif -o map.tif --bare --bands 4,3,2 --stretch 2-98
  curl -s https://example.org/cat.jpg | vitviz export - -o cat.svg

Layers, heads, rows and columns count from 0. Exit codes: 0 done, 2 unusable input,
1 a fault in vitviz.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the pictures, the output and the options of an export."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="a picture, or -")
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="file or folder to write"
    )
    add_export_arguments(parser)


def execute(args: argparse.Namespace) -> int:
    """Write one file, or one for each picture into a folder; return the exit code.

    Raises the error of the one picture; InputError for a folder if some of its pictures
    failed.
    """
    request = request_from(args)
    sources = expanded(args.images)
    output = Path(args.output)
    if _is_folder(args.output, output):
        return export_folder(sources, output, request)
    check_suffix(output, request)
    if output.suffix.lower() in PAGES:
        from vitviz.cli.page_writer import export_page

        return export_page(sources, output, request)
    if len(sources) > 1:
        raise InputError(
            "{count} pictures do not fit into one file. Give a folder as -o, which "
            "gets one file a picture.",
            count=len(sources),
        )
    task = ExportTask(sources[0].text, output)
    refuse_overwriting_source(task)
    image = load(task.source, request)
    model = chosen_model(request)
    export_one(model, image, task, request)
    return 0


def _is_folder(text: str, path: Path) -> bool:
    return os.path.isdir(path) or text.endswith(("/", os.sep)) or not path.suffix
