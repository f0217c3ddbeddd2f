"""Threads of a pass: all of them alone, one beside others, the user's own always.

Each case is a program of its own: OpenMP reads its variables once.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

linux = pytest.mark.skipif(
    sys.platform != "linux", reason="other systems do not say what else runs"
)
CODE = """
import hashlib, sys, torch, vitviz
from vitviz.models.threads import use_threads
if sys.argv[1:]:
    use_threads(int(sys.argv[1]))
model = vitviz.load_model("vitviz-flexi", device="cpu")
pixels = torch.linspace(-2, 2, 3 * 448 * 448).reshape(1, 3, 448, 448).sin()
before = torch.get_num_threads()
inside = []
for _ in range(3):
    run = vitviz.trace(model, pixels, on_layer=lambda *_: inside.append(
        torch.get_num_threads()))
assert torch.get_num_threads() == before
digest = hashlib.sha256()
for layer in range(run.num_layers):
    digest.update(run.row(layer, 7).tobytes())
print(before, min(inside), max(inside), digest.hexdigest())
"""


def traced(*arguments: str, **variables: str) -> tuple[int, int, int, str]:
    """(threads before and after, fewest and most inside a pass, digest of rows)."""
    plain = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OMP_", "MKL_", "GOMP_"))
    }
    done = subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        env={**plain, **variables},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    before, least, most, digest = done.stdout.split()
    assert len(digest) == 2 * hashlib.sha256().digest_size
    return int(before), int(least), int(most), digest


@pytest.fixture
def busy_machine() -> Iterator[None]:
    """As many other processes that compute as there are cores."""
    loops = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])
        for _ in range(os.cpu_count() or 1)
    ]
    yield
    for loop in loops:
        loop.kill()
        loop.wait()


@linux
@pytest.mark.usefixtures("busy_machine")
def test_a_pass_beside_others_uses_one_thread_and_gives_the_same_bits() -> None:
    before, least, most, digest = traced()
    assert before == os.cpu_count()
    assert (least, most) == (1, 1)
    assert digest == traced("2")[3] == traced("1")[3]


@linux
@pytest.mark.usefixtures("busy_machine")
@pytest.mark.parametrize("variable", ["OMP_NUM_THREADS", "MKL_NUM_THREADS"])
def test_what_the_user_has_set_stays(variable: str) -> None:
    assert traced(**{variable: "2"})[1:3] == (2, 2)


@linux
@pytest.mark.usefixtures("busy_machine")
def test_what_the_user_has_chosen_in_the_program_stays() -> None:
    assert traced("2")[:3] == (2, 2, 2)
    assert traced("0", OMP_NUM_THREADS="2")[1] == 2


WRITERS = """
import hashlib, os, sys, threading, torch, vitviz
from vitviz.models.threads import beside_others
cores, ended = os.cpu_count(), threading.Event()
def write():
    while not ended.is_set():
        hashlib.sha256(bytes(10**7))  # lets other threads go on meanwhile
writers = [threading.Thread(target=write) for _ in range(cores)]
for writer in writers:
    writer.start()
seen = []
for _ in range(20):
    with beside_others(counts_own=True):
        seen.append(torch.get_num_threads())
ended.set()
print(cores, min(seen), torch.get_num_threads())
"""


@linux
def test_own_writers_of_a_folder_are_counted() -> None:
    """Two threads of a pass spin while a third packs a figure on the same cores."""
    done = subprocess.run(
        [sys.executable, "-c", WRITERS],
        env={k: v for k, v in os.environ.items() if not k.startswith(("OMP_", "MKL_"))},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    cores, beside, after = map(int, done.stdout.split())
    assert (beside, after) == (1, cores)
