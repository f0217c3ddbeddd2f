"""The start-up guard refuses what is known to be broken; the canary shows why."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from vitviz.errors import EnvironmentFault
from vitviz.guard import check_display, check_libraries, installed_versions


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
