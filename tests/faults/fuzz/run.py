"""Drive one reader with atheris, guided by coverage.

    python -m tests.faults.fuzz.run session --seconds 600 --keep FOLDER

The seconds are of the processor, since the first input: a busy machine does not shorten
the search. Prints how many inputs were read and how many branches they reached. Ends
with an exit code other than 0 at the first input that a user must not meet, which is
kept in the folder. Leaves the inputs that reached something new in FOLDER/NAME.
"""

from __future__ import annotations

import argparse
import importlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from tests.faults.fuzz import NAMES

_INPUT_BYTES = {"weights": 60_000, "pictures": 20_000}
CORPUS = Path(__file__).with_name("corpus")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--seconds", type=int, default=60, help="of the processor")
    parser.add_argument("--keep", type=Path, required=True)
    args = parser.parse_args()
    import atheris

    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1")
    name = f"tests.faults.fuzz.{args.name}"
    modules = _modules(args.name)
    with atheris.instrument_imports(include=modules, enable_loader_override=False):
        reader = importlib.import_module(name)
    kept = args.keep / args.name
    kept.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(reader.SEEDS):
        (kept / f"seed-{number}").write_bytes(seed)
    options = [
        "fuzz",
        str(kept),
        *([str(CORPUS / args.name)] if (CORPUS / args.name).is_dir() else []),
        f"-max_len={_INPUT_BYTES.get(args.name, 8000)}",
        # on the clock, so that a machine which is busy with other work does not end it
        "-timeout=600",
        "-rss_limit_mb=3000",
        f"-artifact_prefix={args.keep}/{args.name}-",
        "-print_final_stats=1",
        "-reload=0",
        "-verbosity=1",
    ]
    if reader.IS_JSON:
        from tests.faults.fuzz.json_edits import edited

        def mutated(data: bytes, most: int, seed: int) -> bytes:
            made = edited(data, seed) if seed % 4 else None
            if made is None or len(made) > most:
                made = atheris.Mutate(data, len(data) + 1)
            return bytes(made[:most])

        atheris.Setup(options, until(args.seconds, reader.one), custom_mutator=mutated)
    else:
        atheris.Setup(options, until(args.seconds, reader.one))
    atheris.Fuzz()


def until(seconds: float, one: Callable[[bytes], None]) -> Callable[[bytes], None]:
    """Return a reader that ends the search after so much time of the processor.

    Children count too: some readers start them.
    """
    began: list[float] = []

    def timed(data: bytes) -> None:
        now = sum(os.times()[:4])
        began[:] = began or [now]
        if now - began[0] >= seconds:
            began[0] = float("inf")  # asked once
            sys.stderr.write(f"processor_seconds: {seconds}\n")
            # libFuzzer prints its figures and ends with 0
            os.kill(os.getpid(), signal.SIGUSR1)
        one(data)

    return timed


def _modules(name: str) -> list[str]:
    """Return what a reader's module says is to be watched, without importing it."""
    import ast

    text = (Path(__file__).with_name(f"{name}.py")).read_text("utf-8")
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "MODULES":
            return list(ast.literal_eval(node.value))
    raise AssertionError(name)


if __name__ == "__main__":
    sys.path.insert(0, os.getcwd())
    main()
