"""Settings: one schema, a file that cannot stop the program, nothing lost."""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from vitviz.system import settings
from vitviz.system.file_lock import FileLock
from vitviz.system.settings import Language, Settings, Store, ThemeChoice

DEFAULTS = Settings()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.json"


def write(path: Path, content: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    path.write_bytes(data)


def said(store: Store) -> str:
    return " ".join(map(str, store.problems))


def names(folder: Path) -> list[str]:
    """Return what lies there, beside the lock, which stays."""
    return sorted(
        one.name for one in folder.iterdir() if one.name != ".settings.json.lock"
    )


def test_a_first_start_has_the_defaults_and_writes_nothing(path: Path) -> None:
    store = Store(path)
    assert (store.settings, store.problems) == (DEFAULTS, [])
    assert not path.parent.exists()


# one value beside the default of every setting
OTHER: dict[str, Any] = {
    "language": Language.JAPANESE,
    "theme": ThemeChoice.DARK,
    "hover_preview": False,
    "keep_recent": False,
    "recent": ("/a/猫.jpg", "/b"),
    "max_recent": 3,
    "written_to": ("/a", "/ü"),
    "show_film_strip": False,
    "model": "vit_b_16",
    "device": "cpu",
    "precision": settings.Precision.BFLOAT16,
    "threads": 2,
    "window_place": (10, 20, 800, 600),
    "window_maximised": True,
    "split_sizes": (100, 700, 300),
    "learn_done": ("patches",),
    "learn_chapter": "scale",
    "learn_course": "ten minutes",
    "reduce_motion": True,
    "dismissed_hints": ("drop",),
    "present_halo": False,
    "present_keys": False,
    "log_level": settings.LogLevel.DEBUG,
}


def test_every_setting_comes_back(path: Path) -> None:
    fields = {one.name for one in dataclasses.fields(Settings)}
    assert fields == OTHER.keys(), "a new setting needs a value here"
    for name, value in OTHER.items():
        assert getattr(DEFAULTS, name) != value, name
    Store(path).set(**OTHER)
    again = Store(path)
    assert again.settings == Settings(**OTHER)
    assert again.problems == []
    text = path.read_text("utf-8")
    assert '"theme": "dark",\n' in text, "a person can read it"
    assert "猫" in text


def test_every_setting_has_a_use() -> None:
    schema = Path(settings.__file__)
    sources = [p for p in schema.parents[1].rglob("*.py") if p != schema]
    text = "\n".join(p.read_text("utf-8") for p in sources)
    unused = [n for n in OTHER if not re.search(rf"\b{n}\b", text)]
    assert unused == []


WRONG: dict[str, tuple[object, ...]] = {
    "language": ("de", 3, None, ["en"]),
    "theme": ("blue", True, {}),
    "recent": ("x", [1], [None], ["/a"] * 51, {"a": 1}),
    "written_to": ("abc", [[]]),
    "max_recent": (0, -1, 51, "10", 10.0, True, 10**400),
    "threads": (-1, 10**9, "2", False, 1.5, None, float("nan"), float("inf")),
    "window_place": ([1, 2, 3], [1, 2, 3, "4"], [0, 0, 2**40, 1], "0,0,1,1", True),
    "split_sizes": ([1.5], [10**30], "1"),
    "hover_preview": (1, "true", None),
    "learn_done": ("abc", [[]]),
    "model": (7, None, []),
}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param(name, value, id=f"{name}-{index}")
        for name, values in WRONG.items()
        for index, value in enumerate(values)
    ],
)
def test_a_bad_value_has_its_default_and_spoils_no_other(
    path: Path, name: str, value: object
) -> None:
    write(
        path,
        {"theme": "light", "max_recent": 4, "learn_chapter": "heads"} | {name: value},
    )
    before = path.read_bytes()
    store = Store(path)
    good = {"theme": ThemeChoice.LIGHT, "max_recent": 4, "learn_chapter": "heads"}
    good.pop(name, None)
    assert store.settings == Settings(**good)  # type: ignore[arg-type]
    assert len(store.problems) == 1
    assert name in said(store)
    copy = path.with_name("settings-old-1.json")
    assert copy.read_bytes() == before
    assert copy.name in said(store)
    assert Store(path).problems == [], "said once, then mended"
    assert Store(path).settings == store.settings


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\0" * 4096, id="zeros after a power cut"),
        pytest.param(b'{"theme": "dark"', id="cut off"),
        pytest.param(b"[1, 2]", id="a list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"\xff\xfe\x00garbage", id="not text"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"threads": ' + b"9" * 5000 + b"}", id="a long number"),
        pytest.param(b"<html>", id="HTML"),
    ],
)
def test_a_file_that_is_none_is_kept_and_replaced(path: Path, data: bytes) -> None:
    write(path, data)
    store = Store(path)
    assert store.settings == DEFAULTS
    assert len(store.problems) == 1
    assert "cannot be read" in said(store)
    assert path.with_name("settings-old-1.json").read_bytes() == data
    store.set(theme=ThemeChoice.DARK)
    again = Store(path)
    assert (again.settings, again.problems) == (Settings(theme=ThemeChoice.DARK), [])


def test_copies_are_kept_apart_and_not_without_end(path: Path) -> None:
    for number in range(12):
        write(path, f"broken {number % 11}".encode())
        Store(path)
    kept = [name for name in names(path.parent) if "old" in name]
    assert kept == [f"settings-old-{n}.json" for n in range(1, 10)]
    first = path.with_name("settings-old-1.json").read_bytes()
    assert first == b"broken 0", "the first is the one most likely to be missed"


def test_unknown_settings_stay_in_the_file(path: Path) -> None:
    write(path, {"of_the_future": {"a": [1, None]}, "theme": "dark"})
    store = Store(path)
    assert store.problems == []
    store.set(threads=2)
    content = json.loads(path.read_text("utf-8"))
    assert content["of_the_future"] == {"a": [1, None]}
    assert (content["theme"], content["threads"]) == ("dark", 2)


def test_two_windows_of_the_program_change_one_file(path: Path) -> None:
    one, other = Store(path), Store(path)
    one.set(theme=ThemeChoice.DARK)
    other.set(threads=3)
    assert other.settings.theme is ThemeChoice.SYSTEM, "not under the user's hands"
    both = Store(path).settings
    assert (both.theme, both.threads) == (ThemeChoice.DARK, 3)
    one.refresh("threads")
    assert one.settings == both


SAVING = """
import sys
from pathlib import Path
from vitviz.system.settings import Store
name, count = sys.argv[2], int(sys.argv[3])
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(1, count + 1):
    store.set(**{name: number})
"""


def test_programs_that_save_at_once_lose_nothing_of_each_other(path: Path) -> None:
    Store(path).set(theme=ThemeChoice.DARK)
    for _ in range(3):
        count = 40
        children = [
            subprocess.Popen(
                [sys.executable, "-c", SAVING, str(path), name, str(count)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in ("threads", "max_recent")
        ]
        for child in children:
            assert child.stdout is not None
            child.stdout.readline()
        for child in children:
            child.communicate("go\n", timeout=60)
        both = Store(path).settings
        assert (both.threads, both.max_recent) == (count, count)
        assert both.theme is ThemeChoice.DARK
        Store(path).set(threads=0, max_recent=10)


@pytest.mark.parametrize(
    ("ours", "before", "theirs", "both"),
    [
        pytest.param("na", "a", "ta", "nta", id="both add"),
        pytest.param("a", "ab", "abt", "at", id="one removes, one adds"),
        pytest.param("", "ab", "tab", "t", id="one removes all, one adds"),
        pytest.param("nab", "ab", "b", "nb", id="one adds, one removes"),
        pytest.param("xa", "ax", "ax", "xa", id="one brings forward"),
        pytest.param("na", "a", "na", "na", id="both add the same"),
        pytest.param("n", "", "", "n", id="the first"),
        pytest.param("n", "abc", "abc", "n", id="one pushes the others out"),
    ],
)
def test_lists_of_two_programs_are_merged_by_entry(
    path: Path, ours: str, before: str, theirs: str, both: str
) -> None:
    assert settings.merged_list(tuple(ours), tuple(before), tuple(theirs)) == (
        tuple(both)
    )
    Store(path).set(recent=tuple(before))
    one, other = Store(path), Store(path)
    other.set(recent=tuple(theirs))
    one.set(recent=tuple(ours))
    assert Store(path).settings.recent == tuple(both)


def test_a_merged_list_is_no_longer_than_it_may_be(path: Path) -> None:
    Store(path).set(max_recent=3)
    one, other = Store(path), Store(path)
    other.set(recent=("t1", "t2", "t3"))
    one.set(recent=("n1", "n2", "n3"))
    assert Store(path).settings.recent == ("n1", "t1", "t2")


def test_a_list_is_merged_from_what_was_known_when_it_was_first_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Changes that wait for the disk are merged as one."""
    one, other = Store(path), Store(path)
    with monkeypatch.context() as without_disk:
        without_disk.setattr(one, "_save", lambda: None)
        one.set(dismissed_hints=("a",))
        one.set(dismissed_hints=("a", "b"))
        one.set(dismissed_hints=("b",))
    other.set(dismissed_hints=("t",))
    one.set(threads=1)
    assert set(Store(path).settings.dismissed_hints) == {"b", "t"}
    one.set(dismissed_hints=())
    assert Store(path).settings.dismissed_hints == ("t",)


ADDING = """
import sys
from pathlib import Path
from vitviz.system.settings import Store
name, count = sys.argv[2], int(sys.argv[3])
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for number in range(count):
    store.set(learn_done=(*store.settings.learn_done, f"{name}{number}"))
"""


def test_programs_that_add_to_a_list_at_once_keep_all_entries(path: Path) -> None:
    children = [
        subprocess.Popen(
            [sys.executable, "-c", ADDING, str(path), name, "30"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in ("a", "b")
    ]
    for child in children:
        assert child.stdout is not None
        child.stdout.readline()
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    for child in children:
        child.communicate(timeout=60)
    wanted = {f"{name}{number}" for name in ("a", "b") for number in range(30)}
    assert set(Store(path).settings.learn_done) == wanted


def test_a_lock_that_another_program_keeps_is_not_waited_for_without_end(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.parent.mkdir()
    monkeypatch.setattr(settings, "LOCK_PATIENCE_S", 0.1)
    lock = FileLock(path.with_name(".settings.json.lock"))
    assert lock.acquire()
    with lock:
        Store(path).set(threads=3)
    assert Store(path).settings.threads == 3


def test_what_is_not_in_the_schema_is_refused(path: Path) -> None:
    store = Store(path)
    with pytest.raises(TypeError):
        store.set(colour="red")
    with pytest.raises(ValueError, match="max_recent"):
        store.set(max_recent=0)
    assert store.settings == DEFAULTS
    assert not path.exists()


def test_nothing_is_written_when_nothing_changes(path: Path) -> None:
    store = Store(path)
    store.set(theme=ThemeChoice.SYSTEM)
    assert not path.exists()


def test_reset_keeps_the_old_file(path: Path) -> None:
    store = Store(path)
    store.set(theme=ThemeChoice.DARK, learn_done=("patches",))
    old = path.read_bytes()
    kept = store.reset()
    assert kept is not None
    assert kept.read_bytes() == old
    assert (store.settings, Store(path).settings) == (DEFAULTS, DEFAULTS)


@pytest.mark.parametrize("blocker", ["file", "read-only", "full"])
def test_where_nothing_can_be_written_settings_last_as_long_as_the_program(
    path: Path, blocker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if blocker == "file":
        path.parent.write_text("a file where the folder should be")
    else:
        number = {"read-only": 30, "full": 28}[blocker]

        really_open = os.open

        def fail(path: str, flags: int, mode: int = 0o777) -> int:
            if flags & os.O_CREAT:
                raise OSError(number, os.strerror(number))
            return really_open(path, flags, mode)

        monkeypatch.setattr("vitviz.system.atomic_files.os.open", fail)
    store = Store(path)
    store.set(theme=ThemeChoice.DARK)
    store.set(threads=2)
    assert store.settings == Settings(theme=ThemeChoice.DARK, threads=2)
    assert len(store.problems) == 1, "said once, not at each change"
    assert "last only until" in said(store)
    monkeypatch.undo()
    if blocker != "file":
        store.set(max_recent=5)
        assert Store(path).settings == store.settings, "later, everything is saved"


@pytest.mark.parametrize("kind", ["folder", "pipe", "device", "large"])
def test_what_is_not_an_ordinary_file_is_left_alone(path: Path, kind: str) -> None:
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        path.write_bytes(b" " * (settings.MAX_BYTES + 1))
    before = os.stat(path)
    store = Store(path)
    assert store.settings == DEFAULTS
    assert "cannot be read" in said(store)
    store.set(theme=ThemeChoice.DARK)
    assert store.settings.theme is ThemeChoice.DARK
    assert os.stat(path) == before or os.stat(path).st_ino == before.st_ino
    assert os.stat(path).st_size == before.st_size


def test_a_path_that_is_not_text_comes_back(path: Path) -> None:
    odd = os.fsdecode(b"/a/\xff\xfe.jpg")
    Store(path).set(recent=(odd,))
    assert Store(path).settings.recent == (odd,)
    path.read_text("utf-8")


def test_the_folder_is_the_platforms_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(settings.VARIABLE)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    if sys.platform == "linux":
        assert settings.settings_path() == tmp_path / "vitviz" / "settings.json"


def test_without_a_home_settings_last_as_long_as_the_program(homeless: Path) -> None:
    assert settings.settings_path() is None
    settings.set(theme=ThemeChoice.DARK)
    assert settings.get().theme is ThemeChoice.DARK
    assert not list(homeless.iterdir()), "no folder named “~”"


def test_the_process_has_the_settings_of_its_file(
    monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setenv(settings.VARIABLE, str(path))
    assert settings.get() == DEFAULTS
    settings.set(threads=5)
    assert Store(path).settings.threads == 5
    write(path, b"broken")
    assert settings.load() == DEFAULTS
    assert len(settings.take_problems()) == 1
    assert settings.take_problems() == ()


@pytest.mark.alone
def test_a_slow_disk_keeps_nobody_waiting(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = []
    sync = os.fsync

    def slow(file: int) -> None:
        time.sleep(0.1)
        synced.append(file)
        sync(file)

    monkeypatch.setattr(os, "fsync", slow)
    store = Store(path)
    store.saves_behind = True
    began = time.perf_counter()
    for number in range(1, 51):
        store.set(threads=number, theme=ThemeChoice.DARK)
    assert time.perf_counter() - began < 0.1
    assert store.settings.threads == 50
    store.refresh("threads")
    assert store.settings.threads == 50, "what is not written yet is not taken back"
    store.wait()
    assert Store(path).settings == Settings(threads=50, theme=ThemeChoice.DARK)
    assert len(synced) <= 3 * 2, "once for what came meanwhile, file and folder each"


def test_what_fails_behind_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    store = Store(path)
    heard = threading.Event()
    store.saves_behind, store.on_problem = True, heard.set
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", full)
        store.set(threads=3)
        assert heard.wait(10)
        store.wait()
    (problem,) = store.take_problems()
    assert "the disk is full" in str(problem)
    store.set(theme=ThemeChoice.DARK)
    store.wait()
    assert Store(path).settings == Settings(threads=3, theme=ThemeChoice.DARK)
    assert store.take_problems() == ()


KILLED = """
import sys
from pathlib import Path
from vitviz.system.settings import Store
store = Store(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10**9):
    store.set(threads=number % 9 + 1, recent=tuple(f"/{number}/{i}" for i in range(40)))
"""


@pytest.mark.parametrize(
    "times", [5, pytest.param(200, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def test_killed_while_writing_nothing_is_lost(path: Path, times: int) -> None:
    from vitviz.system.atomic_files import sweep

    Store(path).set(theme=ThemeChoice.DARK)
    for number in range(times):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        child.stdout.readline()
        time.sleep(0.01 + number % 37 / 500)
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
        store = Store(path)
        assert store.problems == []
        assert store.settings.theme is ThemeChoice.DARK
        assert len(store.settings.recent) in {0, 40}
        sweep(path.parent)
        assert names(path.parent) == ["settings.json"]
