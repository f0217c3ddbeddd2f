"""`vitviz models`: what there is by name."""

from __future__ import annotations

import argparse
import difflib
import json
from typing import TYPE_CHECKING

from vitviz.errors import UnknownModelError

if TYPE_CHECKING:
    from pathlib import Path

DESCRIPTION = "List the models that vitviz knows by name, show one, or check a file."
EPILOG = """\
Besides these, --model takes timm:NAME (any plain Vision Transformer of timm), a
checkpoint file (.safetensors or .pth, in the naming of torchvision, timm, DeiT, DINO,
DINOv2 or MAE), and a folder written by transformers' save_pretrained. Weights are used
where they already lie; nothing is downloaded.

  vitviz models check PATH     what a file or folder is, and what was assumed of it
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`list`, `show M`, or `check PATH`."""
    parser.add_argument(
        "action", nargs="?", choices=("list", "show", "check"), default="list"
    )
    parser.add_argument(
        "model",
        nargs="?",
        metavar="M",
        help="the model to show, or the file or folder to check",
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def execute(args: argparse.Namespace) -> int:
    """Print the table, or one entry."""
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


def _check(path: str | None, *, as_json: bool) -> int:
    """Say on one screen what a file or folder is. Raises what loading it raises."""
    if path is None:
        raise UnknownModelError("Say what to check: vitviz models check PATH.")
    from pathlib import Path

    facts = _facts(Path(path))
    if as_json:
        print(json.dumps(facts, indent=2))
        return 0
    for name, value in facts.items():
        print(f"{name:<16}{value}")
    return 0


def _facts(path: Path) -> dict[str, object]:
    from vitviz.models.checkpoints import open_checkpoint
    from vitviz.models.loading import load_model

    facts: dict[str, object] = {}
    is_folder = path.is_dir() or (
        path.name == "model.safetensors" and (path.parent / "config.json").is_file()
    )
    if is_folder:
        facts["kind"] = "transformers folder"
    elif path.is_file():
        checkpoint = open_checkpoint(path)
        found = checkpoint.found
        below = " below " + ", ".join(checkpoint.weights.wrappers)
        facts["kind"] = checkpoint.weights.kind
        facts["naming"] = found.naming + (below if checkpoint.weights.wrappers else "")
        preprocessing = "ImageNet's mean and deviation, no margin"
        facts["assumed"] = "; ".join((*found.assumed, preprocessing))
        facts["set aside"] = ", ".join(found.set_aside[:6]) or "nothing"
    model = load_model(path)
    info, adapter = model.info, model.adapter
    width, height = model.preprocessing.size
    cols, rows = width // info.patch_size[0], height // info.patch_size[1]
    special = adapter.prefix_names or ()
    facts |= {
        "layers": info.num_layers,
        "parameters": f"{info.num_parameters:,}",
        "patch (px)": info.patch_size[0],
        "input (px)": f"{width}×{height}",
        "tokens": f"{rows * cols + len(special)}: {rows}×{cols} patches"
        + (f" and {', '.join(special)}" if special else ""),
        "classifier": "yes" if info.has_head else "none",
        "sha-256": info.weights_sha256() or "unknown",
    }
    return facts


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
