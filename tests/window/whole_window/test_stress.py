"""Rapid switching, and closing in every state."""

from __future__ import annotations

import logging
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.conftest import OpenWindow, wait_idle
from vitviz.domain.heads import HeadChoice
from vitviz.domain.placement import Fit
from vitviz.jobs.queue import Context, Job
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import RunOptions
from vitviz.views.view_state import Direction, Scale, Style

SEED = 20
CLOSING_LIMIT_S = 2.0
# On a machine with ten busy processes a core, the threads of a program that has ended
# have been seen to wait 36 s for their last turn.
END_LIMIT_S = 120


def delayed(window: MainWindow, randomness: random.Random) -> None:
    """Make every job of this window take a random while longer, before and after."""
    workers = window.controller.workers
    submit = workers.submit

    def late(kind: object, job: Job) -> None:
        before, after = randomness.random() * 0.004, randomness.random() * 0.004

        def slow(context: Context) -> object:
            time.sleep(before)
            result = job(context)
            time.sleep(after)
            return result

        submit(kind, slow)  # type: ignore[arg-type]

    workers.submit = late  # type: ignore[method-assign, assignment]


def switch(window: MainWindow, randomness: random.Random, photos: list[Path]) -> None:
    """One thing a hasty user might do."""
    control = window.controller
    what = randomness.randrange(10)
    if what == 0:
        window.open_path(str(randomness.choice(photos)))
    elif what == 1:
        control.change(layer=randomness.randrange(4))
    elif what == 2:
        control.change(heads=HeadChoice((randomness.randrange(3),)))
    elif what == 3:
        control.pin(randomness.randrange(50))
    elif what == 4:
        control.change(direction=randomness.choice(list(Direction)))
    elif what == 5:
        control.change(style=randomness.choice(list(Style)))
    elif what == 6:
        control.change(scale=randomness.choice(list(Scale)))
    elif what == 7:
        control.screen.hover(randomness.choice([None, *range(1, 50)]))
    elif what == 8:
        fit = randomness.choice(list(Fit))
        size = randomness.choice([None, 112, 160])
        control.choose_options(RunOptions(size, fit))
    else:
        randomness.choice([control.undo, control.redo, control.cancel])()


def check_against_synchronous_run(window: MainWindow, model_folder: Path) -> None:
    """What is on screen equals a run without any window, bit for bit."""
    control = window.controller
    shown, state = control.document, control.state
    assert shown.trace is not None
    assert shown.image is not None
    assert control.heat is not None
    model = vitviz.load_model(str(model_folder))
    options = control.options
    alone = vitviz.trace(model, shown.image, size=options.size, fit=options.fit)
    assert shown.trace.grid == alone.grid
    layer, token = control.heat.layer, control.heat.token
    assert layer == (state.layer if state.layer >= 0 else 3)
    if state.direction is Direction.LOOKS_AT:
        values = alone.row(layer, token)
    else:
        values = alone.column(layer, token)
    heads = [h for h in control.heat.heads.heads if h < 3]
    fused = values[heads] if heads else values
    match control.heat.heads.fusion.value:
        case "mean":
            expected = fused.mean(axis=0)
        case "max":
            expected = fused.max(axis=0)
        case _:
            expected = fused.min(axis=0)
    np.testing.assert_array_equal(control.heat.patches, alone.patch_map(expected))


def hurry(
    qtbot: QtBot, window: MainWindow, photos: list[Path], folder: Path, count: int
) -> None:
    randomness = random.Random(SEED)
    delayed(window, randomness)
    control = window.controller
    stale: list[tuple[object, object]] = []

    def watch() -> None:
        trace, image = control.document.trace, control.document.image
        if trace is not None and trace.setup.image is not image:
            stale.append((trace.setup.image, image))
        heat = control.heat
        if heat is not None and trace is not None and heat.patches.shape != trace.grid:
            stale.append((heat.patches.shape, trace.grid))

    control.documentChanged.connect(watch)
    control.stateChanged.connect(watch)
    for _ in range(count):
        switch(window, randomness, photos)
        qtbot.wait(randomness.choice([0, 0, 1, 3]))
        watch()
    control.screen.hover(None)
    control.change(heads=replace(control.state.heads))
    window.open_path(str(photos[0]))
    qtbot.waitUntil(
        lambda: (
            control.document.image is not None
            and control.document.image.name == photos[0].name
        )
    )
    wait_idle(qtbot, window)
    assert stale == []
    check_against_synchronous_run(window, folder)


def test_switches_with_delayed_results_are_never_stale(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    model_folder: Path,
) -> None:
    window = open_vitviz(photo)
    hurry(qtbot, window, [photo, other_photo], model_folder, 150)


@pytest.mark.long
def test_a_thousand_switches(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    other_photo: Path,
    model_folder: Path,
) -> None:
    window = open_vitviz(photo)
    hurry(qtbot, window, [photo, other_photo], model_folder, 1000)


def close_at(
    moment_s: float,
    how: str,
    photo: Path,
    model_folder: Path,
    environment: dict[str, str] | None = None,
) -> tuple[int, float, str]:
    """Start the program, end it after a while: (exit code, seconds, stderr).

    Fails with the calls of every thread where the program does not end.
    """
    code = (
        "import faulthandler, signal, sys\n"
        "faulthandler.enable()\n"
        # tests that were begun with nohup have it ignored, and so would the program
        "if hasattr(signal, 'SIGHUP'):\n"
        "    signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
        "from PySide6.QtCore import QTimer\n"
        "import vitviz.ui.window.app as app\n"
        "from vitviz.__main__ import program\n"
        "how, moment = sys.argv[1], float(sys.argv[2])\n"
        "if how == 'close':\n"
        "    opened = app.open_window\n"
        "    def open_window(*a, **k):\n"
        "        window = opened(*a, **k)\n"
        "        timer = QTimer(window, singleShot=True)\n"
        "        timer.timeout.connect(window.close)\n"
        "        timer.start(int(1000 * moment))\n"
        "        return window\n"
        "    app.open_window = open_window\n"
        "else:\n"
        "    opened = app.open_window\n"
        "    def open_window(*a, **k):\n"
        "        window = opened(*a, **k)\n"
        "        print('up', flush=True)\n"
        "        return window\n"
        "    app.open_window = open_window\n"
        "sys.argv[1:] = sys.argv[3:]\n"
        "program()\n"
    )
    arguments = [str(photo), "--model", str(model_folder)]
    command = [sys.executable, "-c", code, how, str(moment_s), *arguments]
    # closes its pipes and waits for it, also where it took too long
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(environment or {})},
    ) as process:
        try:
            if how == "close":
                began = time.monotonic() + moment_s
            else:
                assert process.stdout is not None
                assert process.stdout.readline() == "up\n"
                time.sleep(moment_s)
                process.send_signal(getattr(signal, how))
                began = time.monotonic()
            try:
                _, errors = process.communicate(timeout=END_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGABRT)
                _, errors = process.communicate(timeout=END_LIMIT_S)
                pytest.fail(f"{how} after {moment_s:.2f} s has not ended it: {errors}")
            seconds = time.monotonic() - began
        finally:
            process.kill()
    return process.returncode, seconds, errors


def check_closing(count: int, photo: Path, model_folder: Path) -> float:
    """Close `count` times at random moments; returns the slowest, in seconds."""
    randomness = random.Random(SEED)
    slowest = 0.0
    for turn in range(count):
        how = ("SIGTERM", "SIGINT", "close")[turn % 3]
        moment = randomness.uniform(0.0, 4.0)
        status, seconds, errors = close_at(moment, how, photo, model_folder)
        where = f"{how} after {moment:.2f} s: {errors}"
        assert status == 0, where
        assert errors == "", where
        if how != "close":
            slowest = max(slowest, seconds)
    return slowest


def test_closing_at_random_moments(photo: Path, model_folder: Path) -> None:
    check_closing(3, photo, model_folder)


@pytest.mark.alone
@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="a signal of Unix")
def test_a_terminal_that_is_closed_and_a_log_on_a_full_disk(
    photo: Path, model_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "vitviz").mkdir()
    (tmp_path / "vitviz" / "vitviz.log").symlink_to("/dev/full")
    (tmp_path / "sitecustomize.py").write_text(
        "import logging, threading, time\n"
        "def speak():\n"
        "    while not logging.getLogger().handlers:\n"
        "        time.sleep(0.05)\n"
        "    logging.getLogger('vitviz.test').error('x' * 100)\n"
        "threading.Thread(target=speak, daemon=True).start()\n"
    )
    status, _, errors = close_at(
        3.0,
        "SIGHUP",
        photo,
        model_folder,
        {"XDG_STATE_HOME": str(tmp_path), "PYTHONPATH": str(tmp_path)},
    )
    assert (status, errors) == (0, "")


@pytest.mark.alone
def test_closing_does_not_wait_for_a_slow_load(
    photo: Path, model_folder: Path, tmp_path: Path
) -> None:
    """A load that takes 30 s, as importing a library on a busy machine may."""
    (tmp_path / "sitecustomize.py").write_text(
        "import vitviz.jobs.models as jobs, time\n"
        "jobs.load = lambda *a, **k: time.sleep(30)\n"
    )
    status, seconds, errors = close_at(
        0.8, "SIGTERM", photo, model_folder, {"PYTHONPATH": str(tmp_path)}
    )
    assert (status, errors) == (0, "")
    assert seconds < 5


@pytest.mark.long
def test_a_hundred_closings(photo: Path, model_folder: Path) -> None:
    slowest = check_closing(100, photo, model_folder)
    logging.getLogger(__name__).warning("slowest closing: %.2f s", slowest)
    assert slowest <= CLOSING_LIMIT_S
