"""The start-up guard refuses what is known to be broken; the canary shows why."""

from __future__ import annotations

import contextlib
import importlib
import os
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vitviz.errors import EnvironmentFault
from vitviz.system.environment import (
    check_display,
    check_libraries,
    failed_import,
    installed_versions,
    platform_plugins,
)


@pytest.mark.parametrize(
    ("versions", "python"),
    [
        pytest.param({"PySide6-Essentials": "6.12.0"}, (3, 11), id="aborts on 3.11"),
        pytest.param({"PySide6-Essentials": "6.11.1"}, (3, 13), id="broken anywhere"),
        pytest.param({"torch": "2.9.1+cu128"}, (3, 12), id="unsafe torch.load"),
        pytest.param({"pillow": "12.2.0"}, (3, 12), id="unsafe Pillow"),
    ],
)
def test_broken_releases_are_refused_with_the_cure(
    versions: dict[str, str], python: tuple[int, int]
) -> None:
    with pytest.raises(EnvironmentFault, match="pip install") as caught:
        check_libraries(versions, python)
    (version,) = versions.values()
    assert version in str(caught.value)


@pytest.mark.parametrize(
    ("versions", "python"),
    [
        pytest.param({"PySide6-Essentials": "6.12.0"}, (3, 12), id="fine on 3.12"),
        pytest.param({"PySide6-Essentials": "6.11.3"}, (3, 11), id="ours"),
        pytest.param({"torch": "2.14.1"}, (3, 11), id="torch"),
        pytest.param({}, (3, 11), id="nothing installed"),
    ],
)
def test_others_pass(versions: dict[str, str], python: tuple[int, int]) -> None:
    check_libraries(versions, python)


def test_what_is_installed_here_passes() -> None:
    assert installed_versions().keys() == {"PySide6-Essentials", "torch", "pillow"}
    check_libraries()


def test_pyside_keeps_its_references_to_none_and_true() -> None:
    """The fault behind the refusal: a few thousand calls use up the references."""
    from PySide6.QtCore import QObject, QRect

    rect, thing = QRect(0, 0, 2, 2), QObject()
    before = sys.getrefcount(None), sys.getrefcount(True)
    for _ in range(20_000):
        rect.isValid()
        thing.parent()
        thing.setObjectName("x")
    after = sys.getrefcount(None), sys.getrefcount(True)
    lost = [old - new for old, new in zip(before, after)]
    assert max(lost) < 1_000


def test_no_display_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(EnvironmentFault, match="vitviz export"):
        check_display()


def test_a_display_that_does_not_answer_is_told_from_one_that_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("DISPLAY", ":4711")
    with pytest.raises(EnvironmentFault, match=":4711"):
        check_display()
    path = Path("/tmp/.X11-unix/X4711")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("\0" + str(path))
        server.listen()
        check_display()


def test_offscreen_needs_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    check_display()


@pytest.mark.parametrize(
    ("chosen", "is_known"),
    [
        pytest.param("offscreen", True, id="offscreen"),
        pytest.param("OffScreen", True, id="in capitals"),
        pytest.param("offscreen:fontconfig", True, id="with an option"),
        pytest.param("nonsense;offscreen", True, id="the second"),
        pytest.param("minimal", True, id="minimal"),
        pytest.param("nonsense", False, id="unknown"),
        pytest.param("nonsense;rubbish:x", False, id="two unknown"),
        pytest.param(";", False, id="none"),
        pytest.param(" offscreen", False, id="a space"),
        pytest.param("\x1b]0;x\x07", False, id="escape codes"),
        pytest.param("../offscreen", False, id="a path"),
        pytest.param("x" * 100_000, False, id="long"),
    ],
)
def test_an_unknown_platform_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, chosen: str, is_known: bool
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORM", chosen)
    if is_known:
        check_display()
        return
    with pytest.raises(EnvironmentFault, match="QT_QPA_PLATFORM is") as caught:
        check_display()
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 400


def test_every_platform_of_qt_is_known() -> None:
    found = platform_plugins()
    assert {"offscreen", "minimal"} <= found
    if sys.platform == "linux":
        assert {"xcb", "wayland"} <= found


def test_an_unknown_platform_ends_the_program_in_order() -> None:
    code = "import sys; from vitviz.__main__ import main; sys.exit(main([]))"
    done = run_without_display(code, QT_QPA_PLATFORM="nonsense")
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "nonsense" in done.stderr


def run_without_display(
    code: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run code where only these variables speak of a display, network as it is."""
    spoken = ("DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "QT_QPA_PLATFORM")
    kept = {name: value for name, value in os.environ.items() if name not in spoken}
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        env=kept | variables,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="displays of X11 and Wayland")
@pytest.mark.parametrize(
    "variables",
    [
        pytest.param({"DISPLAY": "localhost:4711.0"}, id="ssh connection gone"),
        pytest.param({"DISPLAY": "nonsense"}, id="not a display"),
        pytest.param({"WAYLAND_DISPLAY": "wayland-4711"}, id="compositor gone"),
        pytest.param(
            {"DISPLAY": ":4711", "WAYLAND_DISPLAY": "wayland-4711"}, id="both gone"
        ),
    ],
)
def test_the_program_says_so_where_qt_would_abort(
    variables: dict[str, str], tmp_path: Path
) -> None:
    code = "import sys; from vitviz.__main__ import main; sys.exit(main([]))"
    done = run_without_display(code, XDG_RUNTIME_DIR=str(tmp_path), **variables)
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "vitviz export" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="platforms of Linux")
@pytest.mark.parametrize("platform", ["eglfs", "linuxfb", "minimalegl"])
def test_a_platform_that_cannot_start_here_is_one_sentence(
    platform: str, tmp_path: Path
) -> None:
    """Qt has these platforms, and they need hardware; where it is there, they run."""
    if platform not in platform_plugins() or list(Path("/dev").glob("fb*")):
        pytest.skip("not of this Qt, or not for this machine")
    code = "import sys; from vitviz.__main__ import main; sys.exit(main([]))"
    done = run_without_display(code, QT_QPA_PLATFORM=platform, HOME=str(tmp_path))
    assert done.returncode == 2, done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "QT_QPA_PLATFORM" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="displays of X11")
def test_a_display_that_answers_and_refuses_is_one_sentence(tmp_path: Path) -> None:
    """As after `su`, whose user may not open windows on the display of another."""
    server = Path(f"/tmp/.X11-unix/X{47_000 + os.getpid() % 10_000}")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("\0" + str(server))
        listening.listen()
        listening.settimeout(0.2)
        ended = threading.Event()

        def refuse() -> None:
            while not ended.is_set():
                try:
                    client, _ = listening.accept()
                except TimeoutError:
                    continue
                with client, contextlib.suppress(OSError):
                    client.settimeout(5)
                    client.recv(4096)
                    # failed, length of the reason, protocol 11.0, its four bytes
                    client.sendall(struct.pack("<BBHHH", 0, 8, 11, 0, 2) + b"no entry")

        thread = threading.Thread(target=refuse)
        thread.start()
        try:
            code = "import sys; from vitviz.__main__ import main; sys.exit(main([]))"
            display = server.name.replace("X", ":")
            done = run_without_display(code, DISPLAY=display, HOME=str(tmp_path))
        finally:
            ended.set()
            thread.join()
    assert done.returncode == 2, done.stderr
    said = [line for line in done.stderr.splitlines() if line.startswith("vitviz")]
    assert len(said) == 1
    assert "could not connect to display" in said[0]


CHECK = "from vitviz.system.environment import check_display; check_display()"


@pytest.mark.skipif(sys.platform != "linux", reason="displays of X11 and Wayland")
def test_displays_that_answer_pass(tmp_path: Path) -> None:
    here = {"XDG_RUNTIME_DIR": str(tmp_path)}
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "wayland-7"))
        server.listen()
        for name in ("wayland-7", str(tmp_path / "wayland-7")):
            done = run_without_display(CHECK, WAYLAND_DISPLAY=name, **here)
            assert done.returncode == 0, done.stderr
        # told to use X alone, Qt does not look at the compositor
        done = run_without_display(
            CHECK, WAYLAND_DISPLAY="wayland-7", QT_QPA_PLATFORM="xcb", **here
        )
        assert "EnvironmentFault" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="displays of X11 and Wayland")
def test_a_display_over_the_network_passes_while_it_answers() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        number = server.getsockname()[1] - 6000
        display = f"127.0.0.1:{number}.0"
        assert run_without_display(CHECK, DISPLAY=display).returncode == 0
    assert "EnvironmentFault" in run_without_display(CHECK, DISPLAY=display).stderr


BROKEN = "import os\nNUMBER = int(os.environ.get('FRAGILE_NUMBER', 'none'))\n"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        pytest.param(
            "abc", "Check these environment variables: FRAGILE_NUMBER.", id="set"
        ),
        pytest.param(
            None, "Check the environment variables that it reads", id="not set"
        ),
    ],
)
def test_a_library_that_fails_on_a_variable_is_named_with_it(
    value: str | None, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "fragile").mkdir()
    (tmp_path / "fragile" / "__init__.py").write_text("from fragile import constants\n")
    (tmp_path / "fragile" / "constants.py").write_text(BROKEN)
    monkeypatch.syspath_prepend(tmp_path)
    if value is not None:
        monkeypatch.setenv("FRAGILE_NUMBER", value)
    with pytest.raises(ValueError, match="invalid literal") as caught:
        importlib.import_module("fragile")
    told = str(failed_import(caught.value))
    assert told.startswith("fragile cannot be loaded (ValueError: invalid literal")
    assert said in told


def test_a_fault_of_our_own_is_no_failed_import() -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("abc")
    assert failed_import(caught.value) is None


def test_the_command_line_names_the_variable(model_folder: Path) -> None:
    """Through a real library, which reads it when it is imported."""
    done = subprocess.run(
        [sys.executable, "-m", "vitviz", "models", "check", str(model_folder)],
        env={**os.environ, "HF_HUB_ETAG_TIMEOUT": "abc"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.strip().splitlines()
    assert " cannot be loaded (ValueError" in line
    assert line.endswith("variables: HF_HUB_ETAG_TIMEOUT.")
