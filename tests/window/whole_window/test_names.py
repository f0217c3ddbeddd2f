"""No name out of a file reaches the window, a figure or a repr as anything but text."""

from __future__ import annotations

import json
import os
import shutil
import sys
import xml.etree.ElementTree
from pathlib import Path

import PIL.Image
import pytest
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.conftest import OpenWindow, wait_idle
from tests.window.painted import painted
from tests.window.words import texts
from vitviz.cli.main import main
from vitviz.errors import InputError
from vitviz.export.metadata import read_metadata
from vitviz.ui.window.main_window import MainWindow
from vitviz.views.session import ModelChoice, SavedView, Session, written
from vitviz.views.view_state import ViewState

# A terminal's title, a carriage return, a right-to-left override, an isolate that has
# no end, a space of no width, a line, a separator of lines.
NASTY = "a\x1b]0;t\x07\rb\u202egnp\u2066c\u200bd\ne\u2028f"


def hidden_in(text: str) -> list[str]:
    """Characters that no reader sees; those that Qt itself uses are none of them."""
    return [ascii(c) for c in text if not c.isprintable() and c not in "\n\t\u00a0"]


def require_plain(window: MainWindow) -> None:
    said = [*texts(window), ("title", window.windowTitle())]
    said += [("painted", one.text) for one in painted(window)]
    bad = [(where, ascii(text)) for where, text in said if hidden_in(text)]
    assert not bad, bad[:8]


@pytest.fixture
def nasty_model(classifier_folder: Path, tmp_path: Path) -> Path:
    """A folder of that name whose classes are called so as well."""
    folder = tmp_path / f"model {NASTY}"
    shutil.copytree(classifier_folder, folder)
    config = json.loads((folder / "config.json").read_text())
    config["id2label"] = {key: f"{NASTY} {key}" for key in config["id2label"]}
    config["label2id"] = {name: int(key) for key, name in config["id2label"].items()}
    (folder / "config.json").write_text(json.dumps(config))
    return folder


@pytest.fixture
def nasty_photo(photo: Path, tmp_path: Path) -> Path:
    """A photograph of that name, whose EXIF says the same."""
    folder = tmp_path / f"photos {NASTY}"
    folder.mkdir()
    path = folder / f"{NASTY}.jpg"
    with PIL.Image.open(photo) as picture:
        exif = PIL.Image.Exif()
        exif[0x010E] = exif[0x0131] = NASTY.encode("ascii", "replace").decode()
        picture.convert("RGB").save(path, "JPEG", exif=exif, comment=NASTY.encode())
    shutil.copy(path, folder / f"2 {NASTY}.jpg")
    return path


def test_the_window_shows_names_as_text(
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    nasty_photo: Path,
    nasty_model: Path,
    tmp_path: Path,
) -> None:
    window = open_vitviz(nasty_photo.parent, model=nasty_model)
    require_plain(window)
    session = tmp_path / f"{NASTY}.vitviz"
    saved = (SavedView(NASTY, ViewState(token=3)),)
    choice = ModelChoice(str(nasty_model))
    session.write_text(written(Session(nasty_photo, choice, views=saved), session))
    window.open_path(str(session))
    wait_idle(qtbot, window)
    assert len(window.controller.saved_views.views) == 1
    require_plain(window)
    for name in ("mode_learn", "mode_lab", "mode_inspect", "compare", "present"):
        window.actions_by_name[name].trigger()
        wait_idle(qtbot, window)
        require_plain(window)
    window.present.end()
    for path in (tmp_path / f"none {NASTY}.png", tmp_path / f"none {NASTY}.vitviz"):
        window.open_path(str(path))
        qtbot.waitUntil(lambda: window.panes.errors.isVisible())
        require_plain(window)
        window.panes.errors.dismiss()
    window.panes.errors.showError(InputError("{name} is bad.", name=NASTY))
    require_plain(window)
    window.panes.errors.dismiss()


@pytest.mark.skipif(sys.platform != "linux", reason="names are text elsewhere")
@pytest.mark.parametrize("ending", ["svg", "png", "tif", "npz", "gif", "html", "pdf"])
def test_names_that_are_no_text_are_in_files(
    photo: Path, classifier_folder: Path, tmp_path: Path, ending: str
) -> None:
    """As of an archive whose names are Japanese of another coding than UTF-8."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\x83e\x83X\x83g"))
    shutil.copytree(classifier_folder, folder)
    picture = folder / os.fsdecode(b"\x8aG\xff.png")
    shutil.copy(photo, picture)
    out = folder / f"out.{ending}"
    arguments = ["export", str(picture), "-o", str(out), "--model", str(folder)]
    assert main([*arguments, *(["--bare"] if ending == "tif" else [])]) == 0
    assert out.stat().st_size > 0
    if ending not in ("html", "pdf"):
        assert read_metadata(out)["model"]["source"] == str(folder)


@pytest.mark.parametrize("kind", ["svg", "png", "csv", "npz", "gif", "pdf"])
def test_files_and_what_is_said_of_them_are_plain(
    nasty_photo: Path,
    nasty_model: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    kind: str,
) -> None:
    out = tmp_path / f"out.{kind}"
    arguments = [str(nasty_photo), "-o", str(out), "--model", str(nasty_model)]
    assert main(["export", *arguments, "--caption", "--method", "relevance"]) == 0
    said = capsys.readouterr()
    assert not hidden_in(said.err + said.out)
    if kind == "svg":
        root = xml.etree.ElementTree.parse(out).getroot()
        # what it says of itself for programs is JSON, with each name as it is
        shown = [one for one in root.iter() if not one.tag.endswith("desc")]
        assert not hidden_in("".join(one.text or "" for one in shown))
    if kind == "csv":
        assert not hidden_in(out.read_text())


def test_a_notebook_shows_names_as_text(nasty_photo: Path, nasty_model: Path) -> None:
    model = vitviz.load_model(str(nasty_model))
    trace = vitviz.trace(model, str(nasty_photo))
    for shown in (model, model.info, trace, trace.setup, trace.setup.image):
        assert not hidden_in(repr(shown)), type(shown)
    with pytest.raises(vitviz.errors.VitvizError) as caught:
        vitviz.load_model(f"none {NASTY}")
    assert not hidden_in(str(caught.value))
