"""Command `vitviz models`: list models, show one, fetch weights, check a file."""

from __future__ import annotations

import argparse
import json
import sys

from vitviz.cli.output import say, show, show_path
from vitviz.domain.number_text import bytes_text
from vitviz.errors import UnknownModelError
from vitviz.models.catalogue import store
from vitviz.models.catalogue.entries import Entry, Trait, find, search
from vitviz.models.catalogue.progress import DownloadProgress, seconds_text

DESCRIPTION = """\
List the models that vitviz knows by name, show one, fetch its weights, or check a file
or folder.
"""
EPILOG = """\
Words after “list” narrow it: “list small labels”, “list segments”, “list dinov2”.
Besides these, --model takes timm:NAME (any plain Vision Transformer of timm), a file
of weights (.safetensors, .pth, .npz) and a folder written by transformers'
save_pretrained.
Where a file does not tell which of timm's networks it holds, timm:NAME=FILE does. More
that it may not tell stands before it as well: heads=12,weights=model_ema:FILE (heads,
weights, activation, pool, grid, network). Of a folder with several networks for
pictures, tower=NAME:FOLDER names one.
“check PATH” says what such a file holds and whether it fits. Only “get” downloads
anything; weights that torch or Hugging Face fetched before are used where they lie.
"""


_COLUMNS = ("name", "size", "px", "patch", "tokens", "licence", "")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the action, its words and `--json`."""
    actions = ("list", "show", "get", "check")
    parser.add_argument("action", nargs="?", choices=actions, default="list")
    parser.add_argument(
        "words",
        nargs="*",
        metavar="M",
        help="words to search for, the model to show or get, the path to check",
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def execute(args: argparse.Namespace) -> int:
    """List models, show one, fetch one, or check a path.

    Raises UnknownModelError without a match, CheckpointError for a file that cannot be
    used, DownloadError and OutputError where weights cannot be fetched or stored.
    """
    if args.action == "list":
        return _list(" ".join(args.words), as_json=args.json)
    if len(args.words) != 1:
        raise UnknownModelError(
            "Say which one: vitviz models {action} {what}.",
            action=args.action,
            what="PATH" if args.action == "check" else "NAME",
        )
    act = {"show": _show, "get": _get, "check": _check}[args.action]
    return act(args.words[0], as_json=args.json)


def _list(text: str, *, as_json: bool) -> int:
    found = search(text)
    if as_json:
        print(json.dumps([_facts(entry) for entry in found], indent=2))
        return 0
    if not found:
        raise UnknownModelError(
            "No model fits “{text}”. “vitviz models” lists them all.", text=text
        )
    rows: list[tuple[str, ...]] = [_COLUMNS, *map(_row, found)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    for row in rows:
        cells = (text.ljust(width) for text, width in zip(row, widths, strict=True))
        show("  ".join(cells).rstrip())
    return 0


def _row(entry: Entry) -> tuple[str, ...]:
    return (
        entry.name,
        bytes_text(entry.size_bytes),
        str(entry.size_px),
        str(entry.patch_px),
        str(entry.num_tokens),
        entry.family.licence,
        "here" if store.place_of(entry) is not None else "",
    )


def _show(name: str, *, as_json: bool) -> int:
    facts = _facts(_known(name))
    if as_json:
        print(json.dumps(facts, indent=2))
        return 0
    for heading, value in facts.items():
        if value not in ("", None, 0, []):
            shown, text = _in_words(heading, value)
            show(f"{shown:<18}{text}")
    return 0


def _in_words(heading: str, value: object) -> tuple[str, str]:
    """Return a fact to be read by people: "patch_px", 16 becomes "patch", "16 px"."""
    name, _, unit = heading.rpartition("_")
    if isinstance(value, list):
        return heading, ", ".join(value)
    if unit == "px":
        return name, f"{value} px"
    if unit == "bytes" and isinstance(value, int):
        return name, bytes_text(value)
    text = f"{value:,}" if isinstance(value, int) else str(value)
    return heading.replace("_", " "), text


def _get(name: str, *, as_json: bool) -> int:
    """Fetch the weights, and print where they lie."""
    from vitviz.models.catalogue.download import download

    entry = _known(name)
    remote = entry.remote
    if remote is None:
        path = str(store.place_of(entry) or "")
    elif (found := store.locate(remote)) is not None and not store.is_own(found):
        store.verify(remote, found)
        path = str(found)
    else:
        family = entry.family
        say(f"licence   {family.licence}   {family.licence_url}")
        say(f"from      {remote.url}")
        line = _ProgressLine()
        try:
            path = str(download(remote, on_progress=line.show))
        finally:
            line.end()
    if as_json:
        print(json.dumps({"path": path}))
    else:
        show_path(path)
    return 0


class _ProgressLine:
    """Progress on standard error: one line rewritten, or off a terminal ten lines."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._tenth = -1
        self._has_line = False

    def show(self, progress: DownloadProgress) -> None:
        text = bytes_text(progress.done)
        if progress.total:
            text += f" of {bytes_text(progress.total)}"
        if progress.is_waiting:
            text += ", fetched by another vitviz"
        elif progress.seconds_left:
            text += f", {seconds_text(progress.seconds_left)} left"
        if self._is_terminal:
            print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)
            self._has_line = True
            return
        tenth = 10 * progress.done // progress.total if progress.total else 0
        if tenth != self._tenth:
            self._tenth = tenth
            print(text, file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._has_line:
            print(file=sys.stderr)


def _known(name: str) -> Entry:
    """Return the entry of a name; timm is imported only if the catalogue lacks it.

    Raises UnknownModelError.
    """
    found = find(name)
    if found is not None:
        return found
    from vitviz.models.catalogue.published import entry_of

    return entry_of(name)


def _facts(entry: Entry) -> dict[str, object]:
    """Return everything that is known of a model, by heading."""
    family, place = entry.family, store.place_of(entry)
    remote = entry.remote
    return {
        "name": entry.name,
        "title": ", ".join(dict.fromkeys((family.title, entry.title))),
        "good_for": family.good_for,
        "traits": [trait.value for trait in Trait if trait in entry.traits],
        "library": family.library,
        "source": family.source,
        "licence": family.licence,
        "licence_url": family.licence_url,
        "size_px": entry.size_px,
        "patch_px": entry.patch_px,
        "tokens": entry.num_tokens,
        "special_tokens": entry.num_prefix_tokens,
        "layers": entry.num_layers,
        "heads": entry.num_heads,
        "parameters": entry.num_parameters,
        "classes": entry.num_classes,
        "weights_bytes": entry.size_bytes,
        "url": remote.url if remote else "",
        "sha256": remote.sha256 if remote else "",
        "on_this_machine": None if place is None else str(place),
    }


def _check(path: str, *, as_json: bool) -> int:
    """Print what is known of a checkpoint; raise afterwards where it cannot be used."""
    from vitviz.models.report import describe

    lines, problem = describe(path)
    if as_json:
        print(json.dumps(dict(lines), indent=2))
    else:
        for heading, text in lines:
            show(f"{heading:<16}{' '.join(text.splitlines())}")
    if problem is not None:
        raise problem
    return 0
