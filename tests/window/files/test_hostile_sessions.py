"""Sessions whose values nobody could have chosen open, or say why not."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from pytestqt.qtbot import QtBot

from tests.window.conftest import OpenWindow
from vitviz.domain.placement import Fit
from vitviz.jobs import runs
from vitviz.jobs.queue import Context
from vitviz.models.catalogue.embedded import EMBEDDED_NAME
from vitviz.models.model import Model
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import ModelChoice, RunOptions, Session, written
from vitviz.views.view_state import ViewState

NASTY: tuple[object, ...] = (
    0,
    -1,
    -(10**9),
    2**31 - 1,
    2**31,
    10**30,
    10**400,
    1e15,
    float("nan"),
    float("inf"),
    -0.0,
    "",
    "nonsense",
    "\x1b]0;x\x07",
    "\ud800",
    "x" * 300,
    True,
    None,
    [],
    [0],
    [-1],
    [10**30],
    [0, 0],
    [-1, 10**9],
    [[]],
    {},
    {"a": []},
)


def places(content: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where every value lies in a session, those that hold others too."""
    found = [path] if path else []
    items: Iterable[tuple[Any, object]] = ()
    if isinstance(content, dict):
        items = content.items()
    elif isinstance(content, list):
        items = enumerate(content)
    for key, value in items:
        found += places(value, (*path, key))
    return found


def changed(content: object, path: tuple[Any, ...], value: object) -> object:
    made = json.loads(json.dumps(content))
    inner = made
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return made


def wait_still(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: not window.controller.has_jobs, timeout=60_000)


@pytest.mark.parametrize(
    ("seed", "count"),
    [
        (3, 80),
        pytest.param(4, 1000, marks=[pytest.mark.long, pytest.mark.timeout(900)]),
    ],
)
def test_whatever_a_session_holds_the_window_stays_usable(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    seed: int,
    count: int,
) -> None:
    """Every value of a rich session, drawn against what is wrong."""
    from tests.unit.views.test_session import RICH

    window = open_vitviz(photo)
    path = tmp_path / "nasty.vitviz"
    session = Session(photo, ModelChoice(str(model_folder)), RunOptions(64), RICH)
    content = json.loads(written(session, path))
    spots = places({key: content[key] for key in ("options", "state", "model")})
    random = np.random.default_rng(seed)
    for _ in range(count):
        made = content
        for _ in range(int(random.integers(1, 4))):
            spot = spots[int(random.integers(len(spots)))]
            try:
                made = changed(made, spot, NASTY[int(random.integers(len(NASTY)))])
            except (KeyError, IndexError, TypeError):
                continue  # what holds it is another by now
        path.write_text(json.dumps(made))
        window.open_path(str(path))
        wait_still(qtbot, window)
        window.panes.errors.dismiss()
    path.write_text(written(Session(photo, state=ViewState(token=3)), path))
    window.open_path(str(path))
    wait_still(qtbot, window)
    assert window.controller.heat is not None
    assert window.controller.heat.token == 3


@pytest.mark.parametrize("size", [8192, [8192, 8192], 4096, [8192, 4096]])
def test_a_large_run_is_not_begun_because_a_file_says_so(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    size: object,
) -> None:
    window = open_vitviz(photo)
    own = window.controller.document.trace
    assert own is not None
    path = tmp_path / "large.vitviz"
    content = json.loads(written(Session(photo), path))
    content["options"]["size"] = size
    path.write_text(json.dumps(content))
    window.open_path(str(path))
    wait_still(qtbot, window)
    trace = window.controller.document.trace
    assert trace is not None
    assert trace.num_tokens == own.num_tokens
    assert "The session asks for a run at" in window.panes.errors.text()
    assert window.controller.options.size is None


def test_a_run_that_needs_half_of_the_memory_is_not_begun_either(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_vitviz(photo)
    path = tmp_path / "large.vitviz"
    path.write_text(written(Session(photo, options=RunOptions(96)), path))
    monkeypatch.setattr("vitviz.attention.price.free_bytes", lambda _device: 300_000)
    window.open_path(str(path))
    qtbot.waitUntil(
        lambda: "The session asks for a run at" in window.panes.errors.text()
    )
    assert window.controller.options.size is None
    monkeypatch.undo()
    window.panes.errors.dismiss()
    window.controller.choose_options(RunOptions(96))
    wait_still(qtbot, window)
    assert window.controller.options.size == 96, "a person may ask for it"


def test_a_dear_fit_without_a_size_is_not_begun(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The whole of a long picture has many patches at the model's own size."""
    window = open_vitviz(photo)
    own = window.controller.document.trace
    assert own is not None
    monkeypatch.setattr("vitviz.ui.window.runs.MOST_UNASKED", 4 * own.num_tokens)
    long = tmp_path / "long.png"
    PIL.Image.effect_noise((1000, 100), 90).convert("RGB").save(long)
    path = tmp_path / "whole.vitviz"
    options = RunOptions(fit=Fit.WHOLE)
    path.write_text(written(Session(long, options=options), path))
    window.open_path(str(path))
    wait_still(qtbot, window)
    assert "The session asks for a run at" in window.panes.errors.text()
    assert window.controller.options.fit is None


@pytest.mark.parametrize("fit", [None, Fit.LETTERBOX])
def test_dear_patches_are_not_begun_because_a_file_says_so(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fit: Fit | None,
) -> None:
    """A session without a size: its patches alone make the run dear."""
    window = open_vitviz(photo)
    control = window.controller
    monkeypatch.setattr("vitviz.ui.window.runs.MOST_UNASKED", 500)
    begun = []
    run = runs.run

    def recorded(context: Context, model: Model, *rest: Any) -> object:  # noqa: ANN401
        begun.append(model.info.patch_size)
        return run(context, model, *rest)

    monkeypatch.setattr(runs, "run", recorded)
    path = tmp_path / "fine.vitviz"
    options = RunOptions(fit=fit)
    path.write_text(
        written(Session(photo, ModelChoice(EMBEDDED_NAME, 8), options), path)
    )
    window.open_path(str(path))
    wait_still(qtbot, window)
    trace = control.document.trace
    assert trace is not None
    assert trace.setup.model.name == EMBEDDED_NAME
    assert trace.setup.model.patch_size == (14, 14)
    assert (8, 8) not in begun
    assert "The session asks for patches of 8 px" in window.panes.errors.text()
    assert control.choice.patch_size is None
    assert control.options.fit is fit
    control.choose_model(EMBEDDED_NAME, patch_size=8)
    wait_still(qtbot, window)
    assert control.choice.patch_size == 8, "a person may ask for it"
    assert begun[-1] == (8, 8)


@pytest.mark.parametrize(
    "size", [0, -5, 1e15, 10**15, 8193, "96", [96, 0], [0, 0], "²", None, True]
)
def test_a_size_that_is_none_is_named(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path, size: object
) -> None:
    window = open_vitviz(photo)
    path = tmp_path / "none.vitviz"
    content = json.loads(written(Session(photo), path))
    content["options"]["size"] = size
    path.write_text(json.dumps(content))
    window.open_path(str(path))
    wait_still(qtbot, window)
    assert window.controller.options == RunOptions()
    assert window.controller.heat is not None
    text = window.panes.errors.text() if window.panes.errors.isVisible() else ""
    assert ("options.size" in text) == (size is not None)
