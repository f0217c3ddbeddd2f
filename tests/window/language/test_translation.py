"""Two languages, switched live: nothing stays behind, nothing is cut off."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QFileInfo, QSize, Qt, QTranslator
from PySide6.QtGui import QFont, QTextLayout
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QFileIconProvider,
    QLabel,
)
from pytestqt.qtbot import QtBot

import vitviz
from tests.window.conftest import OpenWindow, wait_idle, wait_written
from tests.window.words import KEPT, english_in, texts
from vitviz.errors import ImageError, Phrase
from vitviz.export import draw_marks
from vitviz.system import settings
from vitviz.ui.base import language
from vitviz.ui.base.text import percent, percent_of, sentence
from vitviz.ui.window.about import AboutDialog
from vitviz.ui.window.layout import Panes
from vitviz.ui.window.log_window import LogWindow
from vitviz.ui.window.main_window import MainWindow
from vitviz.ui.window.settings_dialog import SettingsDialog
from vitviz.views.chapters import Chapter
from vitviz.views.colour import COLORMAPS
from vitviz.views.view_state import Mode

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def japanese(qapp: QApplication) -> Iterator[None]:
    """The program speaks Japanese for one test."""
    language.install(qapp, "ja")
    yield
    language.install(qapp, "en")


def test_languages_of_before_are_let_go(qtbot: QtBot, qapp: QApplication) -> None:
    for _ in range(3):
        language.install(qapp, "ja")
        assert qapp.findChildren(QTranslator)
        language.install(qapp, "en")
        qtbot.waitUntil(lambda: not qapp.findChildren(QTranslator))


def left_in_english(window: MainWindow, *, kept: frozenset[str] = KEPT) -> list[str]:
    """What of everything on and behind the screen is not translated."""
    found = []
    roots = [window, *window.findChildren(QDialog)]
    for root in roots:
        for where, text in texts(root):
            words = english_in(text, kept)
            if words:
                found.append(f"{where}: {text[:80]!r} ({', '.join(words)})")
    return sorted(set(found))


def is_anew(window: MainWindow, former: Panes) -> bool:
    """Whether the window was built again."""
    return window.panes is not former


def has_size(dialog: QDialog, size: QSize) -> bool:
    """Whether a dialog has that size."""
    return bool(dialog.size() == size)


def lasting_texts(window: MainWindow) -> list[tuple[str, str]]:
    """All texts but the prices in the menu of sizes, which follow the last run."""
    found = set(texts(window))
    return sorted(one for one in found if not one[0].startswith("SizeMenu"))


def names_on_screen(*paths: Path) -> frozenset[str]:
    """What the user's own files bring in."""
    return frozenset({"tiny", "pictures", "coffee", *COLORMAPS})


def test_everything_is_japanese(
    japanese: None, qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    kept = KEPT | names_on_screen(photo)
    control = window.controller
    for tab in ("strip", "matrix", "heads", "classes", "tokens", "map_test", "views"):
        control.change(tab=tab)
        wait_idle(qtbot, window)
        assert not left_in_english(window, kept=kept)
    control.keep()
    wait_idle(qtbot, window)
    assert not left_in_english(window, kept=kept)
    control.comparison.keep(None)
    for mode in window.panes.side.modes():
        control.change(mode=mode)
        wait_idle(qtbot, window)
        assert not left_in_english(window, kept=kept)
    for name in ("settings", "models", "about", "log_window", "hints", "keys"):
        window.actions_by_name[name].trigger()
    assert not left_in_english(window, kept=kept)
    for dialog in window.findChildren(QDialog):
        dialog.close()
    window.keys.toggle()
    window.actions_by_name["present"].trigger()
    wait_idle(qtbot, window)
    assert not left_in_english(window, kept=kept)
    window.actions_by_name["present"].trigger()


@pytest.mark.parametrize("chapter", Chapter)
def test_every_chapter_is_japanese(
    japanese: None,
    qtbot: QtBot,
    open_vitviz: OpenWindow,
    photo: Path,
    chapter: Chapter,
) -> None:
    window = open_vitviz(photo)
    window.controller.change(mode=Mode.LEARN)
    qtbot.mouseClick(window.panes.learn.button(chapter), LEFT)
    wait_idle(qtbot, window)
    assert window.panes.learn.chapter() is chapter
    assert not left_in_english(window, kept=KEPT | names_on_screen(photo))


def test_settings_switch_at_once_and_back(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    window = open_vitviz(photo)
    english = lasting_texts(window)
    state, trace = window.controller.state, window.controller.document.trace
    window.actions_by_name["settings"].trigger()
    dialog = window.findChild(SettingsDialog)
    assert isinstance(dialog, SettingsDialog)
    try:
        for code, word in (("ja", "設定"), ("en", "Settings")):
            former = window.panes
            box = next(
                one
                for one in dialog.findChildren(QComboBox)
                if one.findText("日本語") >= 0
            )
            box.setCurrentIndex(box.findText(language.LANGUAGES[code]))
            box.activated.emit(box.currentIndex())
            qtbot.waitUntil(partial(is_anew, window, former))
            assert language.current() == code
            assert dialog.windowTitle() == word
            if code == "ja":
                assert ("QToolButton", "行列") in set(texts(window))
                assert settings.get().language is settings.Language.JAPANESE
    finally:
        settings.set(language=settings.Language.ENGLISH)
        dialog.close()
    wait_idle(qtbot, window)
    assert window.controller.state == state
    assert window.controller.document.trace is trace
    # the closed dialog is deleted, with its texts
    qtbot.waitUntil(lambda: lasting_texts(window) == english)


def test_the_key_changes_the_language_and_open_dialogs_follow(
    qtbot: QtBot, open_vitviz: OpenWindow, photo: Path
) -> None:
    """As after `--lang en` where the settings have Japanese."""
    window = open_vitviz(photo)
    settings.set(language=settings.Language.JAPANESE)
    try:
        for name in ("about", "log_window"):
            window.actions_by_name[name].trigger()
        (about,) = window.findChildren(AboutDialog)
        about.resize(700, 500)
        for code, title in (("ja", "vitvizについて"), ("en", "About vitviz")):
            former = window.panes
            (log,) = window.findChildren(LogWindow)
            qtbot.waitUntil(log.isActiveWindow)
            keys = (
                Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
            )
            qtbot.keyClick(log, Qt.Key.Key_L, keys)  # what is in front hears it
            qtbot.waitUntil(partial(is_anew, window, former))
            assert language.current() == code
            assert settings.get().language.value == code
            (about,) = window.findChildren(AboutDialog)
            assert about.windowTitle() == title
            # the window manager answers when it has the time
            qtbot.waitUntil(partial(has_size, about, QSize(700, 500)))
            (log,) = window.findChildren(LogWindow)
            assert log.windowTitle() == ("ログ" if code == "ja" else "Log")
    finally:
        window.preferences.set(language=settings.Language.ENGLISH)


def test_an_error_and_its_parts_are_japanese(japanese: None) -> None:
    error = ImageError(
        "{name} is damaged and cannot be shown ({reason}). Download it or save it "
        "again.",
        name="猫.jpg",
        reason="its decoder stopped early",
    )
    text = sentence(error)
    assert "猫.jpgは壊れてい" in text
    assert not english_in(text)
    assert str(error).endswith(
        "(its decoder stopped early). Download it or save it again."
    )
    note = Phrase("First of {frames} frames.", {"frames": 3})
    assert sentence(note) == "3フレームの最初のものです。"


def test_every_share_is_written_as_the_language_does(japanese: None) -> None:
    assert percent(0.931, 1) == "93.1%"
    assert percent_of("1.0 → 2.5") == "1.0 → 2.5%"
    sources = Path(vitviz.__file__).parent.glob("ui/**/*.py")
    bare = re.compile(r"""\} %["']""")
    wrong = [one.name for one in sources if bare.search(one.read_text("utf-8"))]
    assert wrong == ["text.py"]


def missing_glyphs(text: str, font: QFont) -> str:
    """Characters that no font of this machine draws."""
    missing = ""
    for char in sorted({c for c in text if not c.isspace()}):
        layout = QTextLayout(char, font)
        layout.beginLayout()
        layout.createLine()
        layout.endLayout()
        glyphs = [index for run in layout.glyphRuns() for index in run.glyphIndexes()]
        if not glyphs or 0 in glyphs:
            missing += char
    return missing


def test_no_character_is_drawn_as_a_box(japanese: None) -> None:
    folder = Path(__file__).parents[3] / "resources" / "translations"
    text = "".join(path.read_text("utf-8") for path in folder.glob("*.ts"))
    assert "アテンション" in text
    assert not missing_glyphs(text, QApplication.font())
    assert not missing_glyphs(text, draw_marks.font(draw_marks.SMALL_PX))
    assert missing_glyphs("\U0010fffd", QApplication.font())


def test_figures_have_japanese_captions(
    japanese: None, qtbot: QtBot, open_vitviz: OpenWindow, photo: Path, tmp_path: Path
) -> None:
    window = open_vitviz(photo)
    for ending in ("svg", "pdf", "png"):
        window.controller.export_dialog.write(str(tmp_path / f"猫.{ending}"))
    wait_written(qtbot, window)
    svg = (tmp_path / "猫.svg").read_text("utf-8")
    said = "".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))
    assert "全ヘッドの平均" in said
    assert "尺度0〜0." in said
    pdf = (tmp_path / "猫.pdf").read_bytes()
    assert b"/ToUnicode" in pdf  # its text can be searched and copied
    assert (tmp_path / "猫.png").stat().st_size > 10_000


def test_the_dialogs_of_qt_are_japanese(
    japanese: None, qtbot: QtBot, tmp_path: Path
) -> None:
    said = QCoreApplication.translate("QPlatformTheme", "Cancel")
    assert said == "キャンセル"
    dialog = QFileDialog()
    qtbot.addWidget(dialog)
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    labels = [label.text() for label in dialog.findChildren(QLabel)]
    assert "探す場所(&L):" in labels
    assert not [text for text in labels if english_in(text.replace("&", ""), KEPT)]
    assert QFileIconProvider().type(QFileInfo(str(tmp_path))) == "フォルダー"


@pytest.mark.parametrize(
    ("system", "expected"),
    [("ja_JP.UTF-8", "ja"), ("de_DE.UTF-8", "en"), ("en_GB.UTF-8", "en")],
)
def test_the_first_start_speaks_the_systems_language(
    system: str, expected: str
) -> None:
    code = (
        "from vitviz.ui.base.language import system_language; print(system_language())"
    )
    environment = {
        **os.environ,
        "LC_ALL": system,
        "LANG": system,
        "LANGUAGE": system[:2],
    }
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == expected


def test_without_a_japanese_font_the_window_can_be_read(tmp_path: Path) -> None:
    """Boxes instead of characters would not even show the way back to English."""
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(
        '<?xml version="1.0"?><fontconfig><dir>/usr/share/fonts/truetype/dejavu</dir>'
        f"<cachedir>{tmp_path}</cachedir></fontconfig>"
    )
    code = """
from vitviz.ui.base import language
from vitviz.ui.window.app import application, open_window
application(["vitviz"], "ja")
window = open_window([], needs_model=False)
window.preferences.say_problems()
print(language.current())
print(window.panes.errors.text())
window.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "FONTCONFIG_FILE": str(fonts),
            "QT_QPA_PLATFORM": "offscreen",
            "VITVIZ_SETTINGS": str(tmp_path / "settings.toml"),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    chosen, said = done.stdout.splitlines()
    assert chosen == "en"
    assert "fonts-noto-cjk" in said
