"""Cycles that hold widgets are taken apart in the thread that widgets belong to."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from pathlib import Path
from weakref import ref

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow, wait_idle
from vitviz.attention.trace import Trace
from vitviz.domain.interventions import (
    Hidden,
    Hide,
    Interventions,
    ListedIntervention,
)
from vitviz.jobs.queue import Context, JobKind
from vitviz.pictures.source import SourceImage
from vitviz.ui.learn.chapters.ch1_sequence import STEPS, SequencePage
from vitviz.ui.window.app import _show_exception
from vitviz.views.chapters import Chapter
from vitviz.views.view_state import Mode, ViewState


def test_python_collects_in_the_main_thread_alone(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    threads: list[threading.Thread] = []

    def note(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            threads.append(threading.current_thread())

    def litter(_context: Context) -> Path:
        """Far more cycles than let a collection begin."""
        for _ in range(100_000):
            cycle: list[object] = []
            cycle.append(cycle)
        return photo

    gc.callbacks.append(note)
    try:
        writing = window.controller.write_queue
        writing.write(JobKind.EXPORT, photo, litter, lambda _path: None)
        wait_idle(qtbot, window)
        qtbot.waitUntil(lambda: bool(threads), timeout=10_000)
    finally:
        gc.callbacks.remove(note)
    assert set(threads) == {threading.main_thread()}


def of_kind(kind: type) -> list[object]:
    """All objects of a class that are alive."""
    return [one for one in gc.get_objects() if type(one) is kind]


def test_no_trace_outlives_its_picture(
    qtbot: QtBot,
    qapp: QApplication,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
) -> None:
    gc.collect()  # what other tests of this process keep is none of the window's
    kept = of_kind(Trace) + of_kind(SourceImage)
    former = {id(one) for one in kept}
    window = open_vitviz(photo)
    control = window.controller
    control.change(mode=Mode.LEARN)
    for chapter in Chapter:
        window.panes.learn.button(chapter).click()
        wait_idle(qtbot, window)
        page = window.panes.learn.page()
        if isinstance(page, SequencePage):
            page.slider.setValue(STEPS)  # notes at which query it came apart
    hidden = Hidden(((0, 0), (1, 1)), Hide.MEAN, grid=(7, 7))
    changed = ListedIntervention(Interventions(hidden=(hidden,)))
    control.change(mode=Mode.LAB, changes=(changed,))
    wait_idle(qtbot, window)
    window.rebuild()  # as for another language: pages recall what was done in them
    control.go_to_state(ViewState())
    window.open_path(str(other_photo))
    qtbot.waitUntil(
        lambda: (
            control.document.image is not None
            and control.document.image.name == other_photo.name
        )
    )
    wait_idle(qtbot, window)
    qapp.processEvents()
    gc.collect()
    alive = [one for one in of_kind(Trace) if id(one) not in former]
    assert alive == [control.document.trace]
    pictures = [one for one in of_kind(SourceImage) if id(one) not in former]
    assert pictures == [control.document.image]


def test_an_error_nobody_foresaw_holds_nothing(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)

    class Large:
        """What a frame holds."""

    seen: list[ref[Large]] = []

    def fail() -> None:
        large = Large()
        seen.append(ref(large))
        raise LookupError("nobody foresaw it")

    monkeypatch.setattr(sys, "excepthook", _show_exception(window))
    # pytest stores every record, and with it the error
    monkeypatch.setattr(logging.getLogger("vitviz.ui.window.app"), "disabled", True)
    QTimer.singleShot(0, fail)
    qtbot.waitUntil(lambda: "nobody foresaw it" in window.panes.errors.text())
    window.panes.errors.clear()
    gc.collect()
    assert [one() for one in seen] == [None]
