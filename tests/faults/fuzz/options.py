"""Texts of the command line: words between null characters, without their meaning."""

from __future__ import annotations

import contextlib
import functools
import io

from tests.faults.fuzz.places import require_sentence
from vitviz.cli import bench, export, models
from vitviz.cli.export_options import request_from
from vitviz.cli.main import Parser, _window_parser
from vitviz.errors import VitvizError

MODULES = ("vitviz.cli", "vitviz.domain", "vitviz.system.dataclass_json")
IS_JSON = False
_LINES = (
    "export cat.jpg -o cat.png --query 7,3 --layer 5 --head 2 --caption",
    "export a -o w.png --layer all --head all --scale shared --pixels 1.5",
    "export a -o c.npz --layer last --head mean:1,4 --query all --query token:3",
    "export a -o c --method rollout --option start=3 --target 12 --clip 1",
    'export a -o c --method raw --option discard=0.9 --option x={"a":[1]}',
    "export a -o c --mean .5,0.5,5e-1 --std 1,1,1 --resize 0 --interpolation nearest",
    "export a -o c --size 224x448 --fit letterbox --threads 4 --width 80 --price",
    "export a -o c --opacity 0.5 --scale 0,0.05 --direction looked-at-by --yes",
    "bench --tokens 257 1370 --library timm --json",
    "models list small --json",
    "models check /nowhere",
    "a b --model timm:x=y --device cpu --lang ja --present --reset-settings",
)
SEEDS = [line.replace(" ", "\0").encode() for line in _LINES]
_COMMANDS = {"export": export, "bench": bench, "models": models}


@functools.cache
def _parser(name: str) -> Parser:
    if not name:
        return _window_parser()
    parser = Parser(prog=f"vitviz {name}")
    _COMMANDS[name].add_arguments(parser)
    return parser


def one(data: bytes) -> None:
    words = data.decode("utf-8", "surrogateescape").split("\0")
    name = words.pop(0) if words[0] in _COMMANDS else ""
    with (
        contextlib.redirect_stdout(io.StringIO()),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        try:
            args = _parser(name).parse_args(words)
            if name == "export":
                args.changes = None  # which reads a file, and is a reader of its own
                request_from(args).options()
            elif name == "bench":
                for text in args.tokens or ():
                    bench._count(text)
        except SystemExit:
            pass  # --help and --version
        except VitvizError as error:
            require_sentence(error, most=100_000)  # `cli.output.say` cuts it off
