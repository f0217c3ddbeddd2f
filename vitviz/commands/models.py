"""`vitviz models`: what there is by name, and what a file of weights holds."""

from __future__ import annotations

import argparse
import difflib
import json
from pathlib import Path

from vitviz.errors import UnknownModelError

DESCRIPTION = (
    "List the models that vitviz knows by name, show one, or check a file or folder."
)
EPILOG = """\
Besides these, --model takes timm:NAME (any plain Vision Transformer of timm), a file of
weights (.safetensors, .pth) and a folder written by transformers' save_pretrained.
“check PATH” says what such a file holds and whether it fits. Weights are used where
they already lie; nothing is downloaded.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`list`, `show M`, or `check PATH`."""
    actions = ("list", "show", "check")
    parser.add_argument("action", nargs="?", choices=actions, default="list")
    parser.add_argument(
        "model", nargs="?", metavar="M", help="the model to show, the path to check"
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def execute(args: argparse.Namespace) -> int:
    """Print the table, one entry, or what a checkpoint holds."""
    if args.action == "check":
        return _check(args.model, as_json=args.json)
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


def _check(path: str | None, *, as_json: bool) -> int:
    """Print what is known of a checkpoint; raise afterwards where it cannot be used."""
    from vitviz.models.report import describe

    if path is None:
        raise UnknownModelError("Say which file to check: vitviz models check PATH.")
    lines, problem = describe(Path(path))
    if as_json:
        print(json.dumps(dict(lines), indent=2))
    else:
        for heading, text in lines:
            print(f"{heading:<16}{text}")
    if problem is not None:
        raise problem
    return 0


def _print_table(entries: list[dict[str, object]]) -> None:
    rows = [[_HEADINGS[key] for key in entries[0]]]
    rows += [[str(value) for value in entry.values()] for entry in entries]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        print("  ".join(cells).rstrip())
