"""Paths that block, never end or cannot be: one sentence in time, by every door."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.cli.main import main
from vitviz.errors import CheckpointError, FileError, ImageError, InputError
from vitviz.export.metadata import read_metadata
from vitviz.models.labels import read_labels
from vitviz.pictures.folder import PictureCache, listing, thumbnail
from vitviz.pictures.source import load_image
from vitviz.system import settings
from vitviz.system.untrusted_files import open_untrusted, read_untrusted
from vitviz.views import session
from vitviz.views.session import Session, written

SECONDS = 2.0


def fifo(path: Path) -> Path:
    os.mkfifo(path)
    return path


def bound_socket(path: Path) -> Path:
    with socket.socket(socket.AF_UNIX) as server:
        # the path of a socket may have 107 bytes only
        folder = os.open(path.parent, os.O_RDONLY)
        server.bind(f"/proc/self/fd/{folder}/{path.name}")
        os.close(folder)
    return path


def link_to(target: str | Path) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        path.symlink_to(target)
        return path

    return make


def link_to_fifo(path: Path) -> Path:
    return link_to(fifo(path.with_name("the-pipe")))(path)


def long_chain(path: Path) -> Path:
    """Sixty links, each to the next, which the system does not follow to the end."""
    for number in range(60):
        path.with_name(f"link{number}").symlink_to(f"link{number + 1}")
    path.with_name("link60").write_bytes(b"x")
    path.symlink_to("link0")
    return path


def loop_of_two(path: Path) -> Path:
    path.with_name("other").symlink_to(path.name)
    path.symlink_to("other")
    return path


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def below_a_file(path: Path) -> Path:
    path.write_bytes(b"x")
    return path / f"inside{path.suffix}"


def below_a_fifo(path: Path) -> Path:
    return fifo(path) / f"inside{path.suffix}"


def sparse(path: Path) -> Path:
    """One terabyte that takes no room on the disk."""
    with path.open("wb") as file:
        file.truncate(2**40)
    return path


def empty(path: Path) -> Path:
    path.touch()
    return path


def named(name: str) -> Callable[[Path], Path]:
    def make(path: Path) -> Path:
        return path.with_name(name + path.suffix)

    return make


# What makes a path that cannot be read, whatever it should have been.
PATHS: dict[str, Callable[[Path], Path]] = {
    "fifo": fifo,
    "link to a fifo": link_to_fifo,
    "socket": bound_socket,
    "link to /dev/zero": link_to("/dev/zero"),
    "link to /dev/full": link_to("/dev/full"),
    "link to /dev/random": link_to("/dev/urandom"),
    "link to /dev/tty": link_to("/dev/tty"),
    "link to /dev/stdin": link_to("/dev/stdin"),
    "/dev/zero": lambda _path: Path("/dev/zero"),
    "/dev/full": lambda _path: Path("/dev/full"),
    "/dev/null": lambda _path: Path("/dev/null"),
    "folder": folder,
    "link to a folder": lambda path: link_to(folder(path.with_name("sub")))(path),
    "loop of one link": lambda path: link_to(path.name)(path),
    "loop of two links": loop_of_two,
    "long chain of links": long_chain,
    "link to nothing": link_to("nowhere"),
    "below a file": below_a_file,
    "below a fifo": below_a_fifo,
    "terabyte": sparse,
    "empty": empty,
    "nothing": lambda path: path,
    "name of 255 bytes": lambda path: named("x" * (255 - len(path.suffix)))(path),
    "name of 256 bytes": lambda path: named("x" * (256 - len(path.suffix)))(path),
    "name of 255 bytes in Japanese": lambda path: named("絵" * 80)(path),
    "path of 5000 bytes": lambda path: path.parent.joinpath(*["x" * 200] * 25, path),
    "name with a newline": named("a\nb"),
    "name that is no text": named("a\udcffb"),
    "pipe of the system": lambda _path: Path("/proc/self/fd/0"),
    "the system's log": lambda _path: Path("/proc/kmsg"),
}
ALL = pytest.mark.parametrize("kind", list(PATHS))


@contextlib.contextmanager
def in_time(seconds: float = SECONDS) -> Iterator[None]:
    """Fail if the block takes longer; reading that never ends fails by pytest."""
    began = time.perf_counter()
    yield
    assert time.perf_counter() - began < seconds


def one_sentence(error: BaseException) -> str:
    text = str(error)
    assert text
    assert "\n" not in text
    assert text.endswith(".")
    return text


@ALL
def test_a_picture(kind: str, tmp_path: Path, photo: Path) -> None:
    path = PATHS[kind](tmp_path / "p.png")
    cache = PictureCache()
    with in_time():
        with pytest.raises(ImageError) as caught:
            load_image(path)
        assert thumbnail(path, 88) is None
        cache.read(path)
        assert cache.get(path) is None
        assert load_image(photo).size == (240, 180)
    one_sentence(caught.value)


@ALL
def test_a_session_and_labels_and_settings(kind: str, tmp_path: Path) -> None:
    path = PATHS[kind](tmp_path / "p.vitviz")
    with in_time():
        with pytest.raises(InputError) as caught:
            session.read(path)
        with pytest.raises(CheckpointError) as refused:
            read_labels(path)
        found = settings.read(path)
    one_sentence(caught.value)
    one_sentence(refused.value)
    assert found.settings == settings.Settings()
    assert found.data == b""


@ALL
@pytest.mark.parametrize("suffix", [".npz", ".png", ".svg", ".gif"])
def test_what_is_there_already(kind: str, suffix: str, tmp_path: Path) -> None:
    path = PATHS[kind](tmp_path / f"p{suffix}")
    with (
        in_time(),
        pytest.raises((FileError, OSError, KeyError, TypeError, ValueError)),
    ):
        read_metadata(path)


@ALL
def test_changes_of_the_command_line(
    kind: str, photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = PATHS[kind](tmp_path / "p.vitviz")
    arguments = ["export", str(photo), "-o", str(tmp_path / "out.png")]
    with in_time():
        assert main([*arguments, "--changes", str(path)]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith("vitviz: ")
    assert len(said.splitlines()) == 1
    assert not (tmp_path / "out.png").exists()


@ALL
def test_a_picture_of_the_command_line(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = PATHS[kind](tmp_path / "p.png")
    with in_time():
        if "folder" in kind:
            assert main(["export", str(path), "-o", str(tmp_path / "out/")]) == 2
        else:
            assert main(["export", str(path), "-o", str(tmp_path / "out.png")]) == 2
    assert len(capsys.readouterr().err.strip().splitlines()) == 1


RESUMED = ["fifo", "link to a fifo", "socket", "link to /dev/zero", "terabyte", "empty"]


def test_a_folder_is_resumed_past_what_lies_in_its_way(
    model_folder: Path,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pictures, out = tmp_path / "in", tmp_path / "out"
    pictures.mkdir()
    out.mkdir()
    for number in range(len(RESUMED) + 1):
        shutil.copy(photo, pictures / f"p{number}.png")
    ready = ["--model", str(model_folder)]
    assert main(["export", str(photo), "-o", str(tmp_path / "one.png"), *ready]) == 0
    for number, kind in enumerate(RESUMED):
        inside = out / str(number)
        inside.mkdir()
        shutil.move(PATHS[kind](inside / f"p{number}.png"), out)
    capsys.readouterr()
    with in_time(SECONDS * len(RESUMED)):
        assert main(["export", str(pictures), "-o", f"{out}/", *ready]) == 2
    said = capsys.readouterr().err
    refused = [kind for kind in RESUMED if kind != "empty"]
    assert said.count("is there already and was not made by vitviz") == len(refused)
    for number in (RESUMED.index("empty"), len(RESUMED)):
        assert (out / f"p{number}.png").stat().st_size > 1000, "the next one is made"


WINDOW = [
    *("fifo", "link to a fifo", "socket", "link to /dev/zero", "/dev/full", "terabyte"),
    *("loop of two links", "name of 256 bytes", "path of 5000 bytes", "below a fifo"),
]


def test_the_window(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    tmp_path: Path,
) -> None:
    window = open_vitviz(photo)
    errors = window.panes.errors
    for number, kind in enumerate(WINDOW):
        for suffix in (".png", ".vitviz"):
            inside = tmp_path / f"{number}{suffix}"
            inside.mkdir()
            path = PATHS[kind](inside / f"p{suffix}")
            if suffix == ".vitviz" and path.suffix != suffix:
                continue  # a device is opened as a picture
            with in_time():
                window.files.open([path])
                qtbot.waitUntil(errors.isVisible, timeout=2000)
            assert "\n" not in errors.text()
            errors.dismiss()
    image = window.controller.document.image
    assert image is not None
    assert image.name == photo.name, "what was there stays"
    window.files.open([other_photo])
    qtbot.waitUntil(
        lambda: (
            window.controller.document.image is not None
            and window.controller.document.image.name == other_photo.name
        )
    )
    wait_idle(qtbot, window)


def test_a_session_names_a_pipe_as_its_picture(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
) -> None:
    window = open_vitviz(photo)
    for place in (fifo(tmp_path / "p.png"), Path("/dev/zero"), Path("x" * 5000)):
        path = tmp_path / "a.vitviz"
        path.write_text(written(Session(picture=place), path))
        with in_time():
            window.files.open([path])
            qtbot.waitUntil(window.panes.errors.isVisible, timeout=2000)
        window.panes.errors.dismiss()


def test_a_file_that_grows_is_read_to_its_limit(tmp_path: Path) -> None:
    path, is_over = tmp_path / "log.png", threading.Event()
    path.write_bytes(b"x" * 2**20)

    def grow() -> None:
        with path.open("ab", buffering=0) as file:
            while not is_over.is_set() and file.tell() < 2**28:
                file.write(b"x" * 2**18)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        began = time.perf_counter()
        while time.perf_counter() - began < SECONDS:
            with contextlib.suppress(FileError):
                assert len(read_untrusted(path, 2 * 2**20)) <= 2 * 2**20
                continue
            break
        with pytest.raises(FileError, match="larger than 2 MB"):
            read_untrusted(path, 2 * 2**20)
    finally:
        is_over.set()
        writer.join()


def test_a_file_that_vanishes_after_it_was_listed(tmp_path: Path, photo: Path) -> None:
    for name in ("a.png", "b.png"):
        shutil.copy(photo, tmp_path / name)
    found = listing([tmp_path])
    found.paths[0].unlink()
    with in_time(), pytest.raises(ImageError, match=r"There is no file a\.png"):
        load_image(found.paths[0])
    assert load_image(found.paths[1]).size == (240, 180)


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between being looked at and being opened, a path may become another file."""
    path = tmp_path / "p.png"
    path.write_bytes(b"x")
    really_open = os.open

    def swapped(name: Path, flags: int) -> int:
        if name == path:
            path.unlink()
            os.mkfifo(path)
        return really_open(name, flags)

    monkeypatch.setattr("vitviz.system.untrusted_files.os.open", swapped)
    with in_time(), pytest.raises(FileError, match="is a pipe"):
        read_untrusted(path, 100)


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("only Linux lists open files")
    made = []
    for number, kind in enumerate(PATHS):
        inside = tmp_path / str(number)
        inside.mkdir()
        made.append(PATHS[kind](inside / "p.png"))
    before = len(os.listdir("/proc/self/fd"))
    for path in made:
        with contextlib.suppress(FileError):
            open_untrusted(path, 2**30).close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.vitviz"
    path.write_text("{}")
    path.chmod(0)
    if os.geteuid() == 0:  # nothing is forbidden to root

        def refuse(*_arguments: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("vitviz.system.untrusted_files.os.open", refuse)
    with in_time(), pytest.raises(InputError, match="may not be read"):
        session.read(path)


def archive_of(path: Path, **arrays: object) -> Path:
    np.savez_compressed(path, **arrays)  # type: ignore[arg-type]
    return path


def test_targets_that_claim_much(tmp_path: Path) -> None:
    """An archive can unpack to a thousand times its size, and a header lie."""
    bombs = [
        archive_of(tmp_path / "long.npz", meta=np.array("x" * 20_000_000)),
        archive_of(tmp_path / "deep.npz", meta=np.array("[" * 500_000)),
        archive_of(tmp_path / "other.npz", meta=np.zeros(3)),
        archive_of(tmp_path / "none.npz", attention=np.zeros(3)),
    ]
    text = tmp_path / "a.npz"
    text.write_bytes(b"PK\x03\x04 not an archive")
    drawing = tmp_path / "a.svg"
    drawing.write_bytes(b"<svg><desc>" + b"<desc>" * 500_000)
    picture = tmp_path / "a.gif"
    block = b"\xff" + b"x" * 255
    comment = b"\x21\xfe" + block * 40_000 + b"\0"
    picture.write_bytes(b"GIF89a\x01\0\x01\0\0\0\0" + comment + b";")
    for path in (*bombs, text, drawing, picture):
        with in_time(), pytest.raises((OSError, KeyError, TypeError, ValueError)):
            read_metadata(path)


def test_an_ordinary_target_is_read(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "a.npz", meta=np.array(json.dumps({"a": "é"})))
    assert read_metadata(path) == {"a": "é"}
    with PIL.Image.new("RGB", (2, 2)) as picture:
        picture.save(tmp_path / "a.gif", comment=b'{"a": 1}')
    assert read_metadata(tmp_path / "a.gif") == {"a": 1}
