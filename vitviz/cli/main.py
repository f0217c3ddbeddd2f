"""Entry of the command line: arguments, commands, and errors as one line.

    arguments ── Parser ──► command's module: add_arguments, execute ──► exit code

Nothing heavy is imported before a command runs: `vitviz --help` needs neither torch
nor Qt nor numpy.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
from typing import NoReturn

from vitviz._version import __version__
from vitviz.cli.output import say, show_traceback
from vitviz.errors import InputError, VitvizError
from vitviz.system.memory import is_out_of_memory

DONE, FAULT, REFUSED, INTERRUPTED = 0, 1, 2, 130

COMMANDS = {
    "export": "write attention as a figure or as numbers, without a window",
    "page": "write a page that runs the small model on readers' own pictures",
    "models": "list, fetch and check models",
    "bench": "measure time and memory on this machine",
    "self-test": "check this installation",
}

EPILOG = """\
examples:
  vitviz cat.jpg                                  look inside, in a window
  vitviz export cat.jpg -o cat.png                where CLS looks, last layer
  vitviz export cat.jpg -o cat.npz --layer all --head all --query 7,3
  vitviz export photos/ -o maps/ --head 3         one figure a picture, resumable
  vitviz page -o lesson.html                      a page for pictures of one's own

`vitviz COMMAND --help` explains a command. A picture called like a command is
opened with ./export, for example.
"""


class Parser(argparse.ArgumentParser):
    """Argument parser whose errors are one line, like every other error."""

    def error(self, message: str) -> NoReturn:
        """Raise InputError instead of printing the usage."""
        raise InputError(
            "{message}. See “{program} --help”.",
            message=message.rstrip("."),
            program=self.prog,
        )


def main(argv: list[str] | None = None) -> int:
    """Run the command line and return the process's exit code.

    0 done, 2 wrong usage or unusable input, 1 a fault of ours, 130 interrupted.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    is_debugging = "--debug" in arguments
    try:
        code = _run([a for a in arguments if a != "--debug"], is_debugging=is_debugging)
        if sys.stdout is not None:
            # here and not at the interpreter's exit: a full disk is reported below
            sys.stdout.flush()
        return code
    except SystemExit as exit_request:
        # argparse, after --help and --version
        return int(exit_request.code or 0)
    except VitvizError as error:
        if is_debugging:
            show_traceback()
        say(f"vitviz: {error}")
        return error.exit_code
    except KeyboardInterrupt:
        say("vitviz: stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        # the reader of our output has gone; keep the interpreter's exit quiet
        _silence_output()
        return DONE
    except OSError as error:
        if error.errno != errno.ENOSPC:
            return _fault(error, is_debugging=is_debugging)
        _silence_output()
        say("vitviz: The output could not be written: the disk is full.")
        return REFUSED
    except Exception as error:
        return _fault(error, is_debugging=is_debugging)


def _silence_output() -> None:
    """Discard what is still to be written, which would fail again at the exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: list[str], *, is_debugging: bool) -> int:
    if arguments and arguments[0] in COMMANDS:
        name = arguments[0]
        module = importlib.import_module(f"vitviz.cli.{name.replace('-', '_')}")
        parser = Parser(
            prog=f"vitviz {name}",
            description=module.DESCRIPTION,
            epilog=module.EPILOG,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.add_argument("--debug", action="store_true", help=_DEBUG_HELP)
        module.add_arguments(parser)
        args = parser.parse_args(arguments[1:])
        _prepare(is_debugging=is_debugging)
        return int(module.execute(args))
    args = _window_parser().parse_args(arguments)
    _prepare(is_debugging=is_debugging)
    from vitviz.cli.window import execute

    return execute(args)


_DEBUG_HELP = "show a traceback with an error"


def _window_parser() -> Parser:
    parser = Parser(
        prog="vitviz",
        usage="vitviz [PATH...] [options]\n       vitviz COMMAND ...",
        description=(
            "See where a Vision Transformer looks: in every head of every layer, "
            "exactly."
        ),
        epilog="commands:\n"
        + "".join(f"  {name:<22}{text}\n" for name, text in COMMANDS.items())
        + "\n"
        + EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="pictures or folders to open"
    )
    parser.add_argument(
        "--model",
        metavar="M",
        help="a name from “vitviz models”, timm:NAME, a file of weights, a folder, or "
        "timm:NAME=FILE, which says what network the file holds",
    )
    parser.add_argument("--device", metavar="D", help="auto, cpu, cuda, mps or xpu")
    parser.add_argument(
        "--present", action="store_true", help="begin in Present: large, for a room"
    )
    parser.add_argument("--lang", choices=("en", "ja"), help="language of the window")
    parser.add_argument(
        "--reset-settings",
        action="store_true",
        help="set everything back that the window remembers; the old file is kept",
    )
    parser.add_argument("--debug", action="store_true", help=_DEBUG_HELP)
    parser.add_argument("--version", action="version", version=f"vitviz {__version__}")
    return parser


def _prepare(*, is_debugging: bool) -> None:
    """Check the libraries before a command runs, and keep them quiet.

    Raises EnvironmentFault for a broken library, or a limit that none fits.
    """
    from vitviz.system.logs import plain_last_resort

    plain_last_resort()
    if not is_debugging:
        _quiet_libraries()
    from vitviz.system.environment import check_address_space, check_libraries

    check_libraries()
    check_address_space()


def _quiet_libraries() -> None:
    """Keep warnings, progress bars and log records of libraries off standard error."""
    import logging
    import warnings

    logging.getLogger("vitviz").addHandler(logging.NullHandler())

    warnings.simplefilter("ignore")
    # torch reads it when it is imported
    os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")


def _fault(error: Exception, *, is_debugging: bool) -> int:
    """Report an unforeseen error in one line and return the exit code.

    The traceback is kept in a file.
    """
    if is_debugging:
        show_traceback()
    if is_out_of_memory(error) and isinstance(error, ImportError):
        say(
            "vitviz: The libraries need more memory than this process may have. Raise "
            "its limit, which “ulimit -v” shows."
        )
        return REFUSED
    if is_out_of_memory(error):
        say(
            "vitviz: This run needs more memory than there is. Choose a smaller --size "
            "or a larger --patch."
        )
        return REFUSED
    from vitviz.system.environment import failed_import
    from vitviz.system.logs import keep_traceback

    kept = keep_traceback(error)
    broken = failed_import(error)
    if broken is not None:
        say(f"vitviz: {broken}")
        return REFUSED
    hint = f"Details are in {kept}" if kept else "Run again with --debug for details"
    say(f"vitviz: A fault in vitviz: {type(error).__name__}: {error}. {hint}.")
    return FAULT
