"""Pillow's own test pictures through our loader.

    python -m tests.faults.pillow_corpus pillow-13.0.0.tar.gz

The archive is Pillow's source package, as this brings it:

    pip download --no-deps --no-binary pillow pillow==VERSION

Every file in its Tests folder must end in a picture or in one sentence, within the
limits of time and memory; each is read in a process that may crash alone.
"""

from __future__ import annotations

import contextlib
import json
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from vitviz.errors import VitvizError
from vitviz.pictures.source import load_image

MAX_SECONDS = 2.0
MAX_MB = 512


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one file ended."""

    name: str
    said: str
    """The sentence it was refused with; empty for a picture."""
    seconds: float
    peak_mb: float
    """Of the process that reads and of its decoding helper, whichever is larger."""

    @property
    def fault(self) -> str | None:
        """What is against the contract."""
        if self.said.startswith("CRASH"):
            return self.said
        if "\n" in self.said or self.said.count(". ") > 2:
            return "more than a sentence"
        if self.seconds > MAX_SECONDS:
            return f"{self.seconds:.2f} s"
        if self.peak_mb > MAX_MB:
            return f"{self.peak_mb:.0f} MB"
        return None


def unpack(archive: Path, folder: Path) -> list[Path]:
    """The files of the package's Tests folder, in the order of their names."""
    with tarfile.open(archive) as source:
        for member in source:  # Debian 12's tarfile has no filters yet
            name = PurePosixPath(member.name)
            content = source.extractfile(member) if member.isfile() else None
            if content is None or name.is_absolute() or ".." in name.parts:
                continue
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.read())
    (tests,) = folder.glob("*/Tests")
    return sorted(p for p in tests.rglob("*") if p.is_file() and p.suffix != ".py")


def run(files: list[Path]) -> list[Outcome]:
    """Outcomes of all files; a crash costs its file only."""
    outcomes: list[Outcome] = []
    while len(outcomes) < len(files):
        outcomes += _until_a_crash(files[len(outcomes) :])
    return outcomes


def _until_a_crash(files: list[Path]) -> list[Outcome]:
    """Outcomes of these files, up to the first that ends the process."""
    outcomes: list[Outcome] = []
    command = [sys.executable, "-m", "tests.faults.pillow_corpus", "--worker"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        for path in files:
            line = ""
            with contextlib.suppress(BrokenPipeError):
                worker.stdin.write(f"{path}\n")
                worker.stdin.flush()
                line = worker.stdout.readline()
            if not line:
                crash = f"CRASH {worker.wait()}"
                outcomes.append(Outcome(path.name, crash, 0.0, 0.0))
                break
            outcomes.append(Outcome(**json.loads(line)))
        with contextlib.suppress(BrokenPipeError):
            worker.stdin.close()
    return outcomes


def _work() -> None:
    """Load each file named on standard input, write its outcome."""
    for line in sys.stdin:
        path = Path(line.rstrip("\n"))
        _forget_peak()
        began = time.perf_counter()
        said = ""
        try:
            load_image(path)
        except VitvizError as error:
            said = str(error)
        seconds = time.perf_counter() - began
        # a helper's peak can only be read as the largest of all so far
        helper_mb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        peak = max(_peak_mb(), helper_mb)
        found = {"name": path.name, "said": said, "seconds": seconds, "peak_mb": peak}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def _forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def report(outcomes: list[Outcome]) -> str:
    """Counts, worst cases and every fault."""
    counts = Counter("refused" if o.said else "picture" for o in outcomes)
    slowest = max(outcomes, key=lambda o: o.seconds)
    largest = max(outcomes, key=lambda o: o.peak_mb)
    lines = [
        f"{len(outcomes)} files: {counts['picture']} pictures, "
        f"{counts['refused']} refused with a sentence",
        f"slowest {slowest.seconds:.2f} s ({slowest.name}), "
        f"largest {largest.peak_mb:.0f} MB ({largest.name})",
    ]
    faults = [f"  {o.name}: {o.fault}" for o in outcomes if o.fault]
    return "\n".join([*lines, f"{len(faults)} faults", *faults])


def main(archive: Path) -> int:
    """Run them all; 1 when one broke the contract."""
    with tempfile.TemporaryDirectory() as folder:
        outcomes = run(unpack(archive, Path(folder)))
    print(report(outcomes))  # noqa: T201
    if "-v" in sys.argv:
        for said, count in Counter(o.said.split(" ", 1)[-1] for o in outcomes).items():
            print(f"{count:5} {said}")  # noqa: T201
    return 1 if any(o.fault for o in outcomes) else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--worker"]:
        _work()
    else:
        sys.exit(main(Path(sys.argv[1])))
