"""`vitviz models`: what there is by name."""

from __future__ import annotations

import argparse
import difflib
import json

from vitviz.errors import UnknownModelError

DESCRIPTION = "List the models that vitviz knows by name, or show one."
EPILOG = """\
Besides these, --model takes timm:NAME (any plain Vision Transformer of timm) and the
path of a folder written by transformers' save_pretrained. Weights are used where they
already lie; nothing is downloaded.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`list`, or `show M`."""
    parser.add_argument("action", nargs="?", choices=("list", "show"), default="list")
    parser.add_argument("model", nargs="?", metavar="M", help="the model to show")
    parser.add_argument("--json", action="store_true", help="for programs")


def execute(args: argparse.Namespace) -> int:
    """Print the table, or one entry."""
    from dataclasses import asdict

    from vitviz.models.catalogue import ENTRIES

    entries = [asdict(entry) for entry in ENTRIES]
    if args.action == "show":
        entries = [_entry(entries, args.model)]
    if args.json:
        print(json.dumps(entries if args.action == "list" else entries[0], indent=2))
    elif args.action == "show":
        for key, value in entries[0].items():
            print(f"{_HEADINGS[key]:<16}{value}")
    else:
        _print_table(entries)
    return 0


_HEADINGS = {
    "name": "name",
    "library": "library",
    "size_px": "size (px)",
    "patch_size": "patch (px)",
    "num_prefix_tokens": "special tokens",
    "licence": "licence",
    "note": "note",
}


def _entry(entries: list[dict[str, object]], name: str | None) -> dict[str, object]:
    for entry in entries:
        if entry["name"] == name:
            return entry
    if name is None:
        raise UnknownModelError("Say which model to show: vitviz models show NAME.")
    known = [str(entry["name"]) for entry in entries]
    near = difflib.get_close_matches(name, known, n=1)
    raise UnknownModelError(
        "There is no model {name} in the catalogue.{hint} “vitviz models” lists them.",
        name=name,
        hint=f" Did you mean {near[0]}?" if near else "",
    )


def _print_table(entries: list[dict[str, object]]) -> None:
    rows = [[_HEADINGS[key] for key in entries[0]]]
    rows += [[str(value) for value in entry.values()] for entry in entries]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
