"""What is free, and which errors say that it was not enough."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from vitviz.attention.price import require_memory
from vitviz.errors import BudgetError
from vitviz.models.checkpoints.checks import require_model_memory
from vitviz.models.model import ModelInfo
from vitviz.system import memory
from vitviz.system.memory import (
    free_bytes,
    give_back_unused,
    group_free_bytes,
    is_out_of_memory,
    process_free_bytes,
)

Files = dict[str, str | int]


def test_other_errors_are_not_taken_for_it() -> None:
    for error in (RuntimeError("shapes differ"), ValueError("memory"), KeyError()):
        assert not is_out_of_memory(error)


def test_free_memory_is_known_here() -> None:
    free = free_bytes()
    assert free is not None
    assert free > 10**8


# -- control groups: a fake /proc and /sys in a folder ---------------------------------

MIB = 2**20
MEMBER = {"v2": "0::/a/b\n", "v1": "5:cpu:/x\n4:memory:/a/b\n0::/\n"}


def tree(
    root: Path, member: str, groups: dict[str, dict[str, str | int]]
) -> int | None:
    """What is free for a process of the group `member`; files by group."""
    files: dict[str, str | int] = {"proc/self/cgroup": member}
    for group, values in groups.items():
        files |= {f"sys/fs/cgroup/{group}/{n}": v for n, v in values.items()}
    for name, value in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(value), "utf-8")
    memory._groups.cache_clear()  # a machine's groups stay; here one is added
    return group_free_bytes(root)


def v2(used: int, *, most: int | str = "max", high: int | str = "max") -> Files:
    mib = [v * MIB if isinstance(v, int) else v for v in (used, most, high)]
    return {
        "memory.current": mib[0],
        "memory.max": f"{mib[1]}\n",
        "memory.high": mib[2],
    }


def v1(used: int, most: int) -> Files:
    return {
        "memory.usage_in_bytes": f"{used * MIB}\n",
        "memory.limit_in_bytes": most * MIB,
    }


UNLIMITED = (2**63 - 4096) // MIB


@pytest.mark.parametrize(
    ("version", "groups", "expected"),
    [
        pytest.param("v2", {"a/b": v2(100, most=512)}, 412, id="own"),
        pytest.param("v2", {"a/b": v2(100, most=512, high=300)}, 200, id="high"),
        pytest.param("v2", {"a/b": v2(100), "a": v2(300, most=350)}, 50, id="outer"),
        pytest.param(
            "v2", {"a/b": v2(100, most=120), "a": v2(300, most=900)}, 20, id="inner"
        ),
        pytest.param("v2", {"a/b": v2(100), "a": v2(300)}, None, id="max"),
        pytest.param("v2", {"a/b": v2(600, most=512)}, 0, id="above the limit"),
        pytest.param("v2", {".": v2(10, most=64)}, 54, id="container's own mount"),
        pytest.param("v2", {"unified/a/b": v2(1, most=9)}, 8, id="beside version 1"),
        pytest.param("v2", {"a/c": v2(100, most=120)}, None, id="another's group"),
        pytest.param("v2", {}, None, id="nothing there"),
        pytest.param("v1", {"memory/a/b": v1(100, 512)}, 412, id="v1 own"),
        pytest.param(
            "v1",
            {"memory/a/b": v1(100, UNLIMITED), "memory/a": v1(300, 350)},
            50,
            id="v1 outer",
        ),
        pytest.param("v1", {"memory/a/b": v1(100, UNLIMITED)}, None, id="v1 unlimited"),
        pytest.param("v1", {"memory": v1(10, 64)}, 54, id="v1 container's own mount"),
        pytest.param("v1", {"cpu/a/b": v1(100, 512)}, None, id="v1 other controller"),
    ],
)
def test_limits_of_groups(
    version: str, groups: dict[str, Files], expected: int | None, tmp_path: Path
) -> None:
    free = tree(tmp_path, MEMBER[version], groups)
    assert free == (None if expected is None else expected * MIB)


@pytest.mark.parametrize(
    ("version", "group", "values", "name"),
    [
        ("v2", "a/b", v2(400, most=512), "inactive_file"),
        ("v1", "memory/a/b", v1(400, 512), "total_inactive_file"),
    ],
    ids=["v2", "v1"],
)
def test_old_file_pages_do_not_count_as_used(
    version: str, group: str, values: Files, name: str, tmp_path: Path
) -> None:
    stat = f"anon 7\n{name} {300 * MIB}\nactive_file 9\n"
    free = tree(tmp_path, MEMBER[version], {group: {**values, "memory.stat": stat}})
    assert free == 412 * MIB


@pytest.mark.parametrize(
    "member",
    ["", "\n\n", "0::", "0:", "nonsense", "0::/../../etc\n", "0::/a\0b\n", "4:memory"],
)
def test_a_garbled_membership_never_fails(member: str, tmp_path: Path) -> None:
    assert tree(tmp_path, member, {"a/b": v2(1, most=2)}) is None


@pytest.mark.parametrize(
    "value", ["", "-5", "1e9", "max max", "٣", "12 34", "9" * 5000, "\0"]
)
def test_a_garbled_limit_is_none(value: str, tmp_path: Path) -> None:
    values: Files = {"memory.max": value, "memory.current": 5 * MIB}
    assert tree(tmp_path, MEMBER["v2"], {"a/b": values}) is None
    outer = {"a": v2(300, most=350)}
    assert tree(tmp_path, MEMBER["v2"], {"a/b": values, **outer}) == 50 * MIB


def test_garbled_usage_leaves_the_other_groups(tmp_path: Path) -> None:
    values: Files = {"memory.max": 9 * MIB, "memory.current": "?"}
    groups = {"a/b": values, "a": v2(300, most=350)}
    assert tree(tmp_path, MEMBER["v2"], groups) == 50 * MIB


def test_a_group_counts_in_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = free_bytes()
    assert whole is not None
    monkeypatch.setattr("vitviz.system.memory.group_free_bytes", lambda: 12_345)
    assert free_bytes() == 12_345
    monkeypatch.setattr("vitviz.system.memory.group_free_bytes", lambda: None)
    assert free_bytes() is not None


def test_models_and_runs_that_do_not_fit_a_group_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vitviz.system.memory.group_free_bytes", lambda: 64 * MIB)
    with pytest.raises(BudgetError, match=r"67\.1 MB"):
        require_model_memory("a model", 86_000_000)
    require_model_memory("a model", 5_000_000)
    info = ModelInfo(
        "a model", "", 12, (16, 16), True, "float32", "cpu", 86_000_000, 768
    )
    with pytest.raises(BudgetError, match=r"67\.1 MB"):
        require_memory(info, 1370, (592, 592))
    require_memory(info, 197, (224, 224))


LIMITED = """
import resource, sys
from vitviz.system.memory import free_bytes, process_free_bytes
assert process_free_bytes() is None
kind, most = getattr(resource, sys.argv[1]), int(sys.argv[2])
resource.setrlimit(kind, (most, resource.RLIM_INFINITY))
left, free = process_free_bytes(), free_bytes()
assert left is not None and free is not None and free <= left < most, (left, free)
held = bytearray(100_000_000)
assert 90_000_000 < left - process_free_bytes() < 110_000_000
try:
    bytearray(left + 50_000_000)
except MemoryError:
    pass
else:
    raise AssertionError("the system gave more than was said to be left")
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
@pytest.mark.parametrize("kind", ["RLIMIT_AS", "RLIMIT_DATA"])
def test_limits_of_the_process_count(kind: str) -> None:
    subprocess.run([sys.executable, "-c", LIMITED, kind, str(10**9)], check=True)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
def test_what_the_limits_leave_is_never_negative(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (1000, -1))
    assert process_free_bytes() == 0


def test_unused_memory_is_given_back() -> None:
    if not give_back_unused():
        pytest.skip("another C library")
    assert give_back_unused()


# -- what the C library keeps ----------------------------------------------------------

FAULTS = """
import resource, sys, threading
from vitviz.system.memory import keep_freed_memory
print(keep_freed_memory() if sys.argv[1] == "kept" else "-")
import numpy as np

def work():
    for _ in range(20):
        blocks = [np.ones(2**17) for _ in range(64)]  # 1 MiB each, as a layer's q
        del blocks
for _ in range(2):  # one after the other, as the engine's thread and a reader's
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt)
"""


def faults_of(way: str, **variables: str) -> tuple[str, int]:
    own = {n: v for n, v in os.environ.items() if not n.startswith("MALLOC_")}
    done = subprocess.run(
        [sys.executable, "-c", FAULTS, way],
        env=own | variables,
        capture_output=True,
        text=True,
        check=True,
    )
    said, count = done.stdout.split()
    return said, int(count)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told")
def test_freed_memory_is_kept_for_the_next_pass() -> None:
    """Its 64 MiB, 16,384 pages, are filled with zeros once, whichever thread asks."""
    said, kept = faults_of("kept")
    _, plain = faults_of("plain")
    assert said == "True"
    assert kept < 16_384 + 10_000  # and what the modules take
    assert plain > 2 * kept
    assert faults_of("kept", MALLOC_ARENA_MAX="4")[0] == "False"
    tunable = "glibc.malloc.trim_threshold=4096"
    assert faults_of("kept", GLIBC_TUNABLES=tunable)[0] == "False"
