"""The program's language: translators, numbers and fonts that go with it."""

from __future__ import annotations

import sys

from PySide6.QtCore import QT_TRANSLATE_NOOP, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from vitviz.errors import EnvironmentFault, VitvizError
from vitviz.system.paths import resource

LANGUAGES = {"en": "English", "ja": "日本語"}
"""By code, each named in itself."""
SOURCE = "en"
"""What the program's texts are written in; it needs no translator."""
_JAPANESE_FONTS = (
    "Noto Sans CJK JP",
    "Noto Sans JP",
    "Yu Gothic UI",
    "Meiryo",
    "Hiragino Sans",
    "IPAexGothic",
    "VL PGothic",
    "TakaoPGothic",
)
QT_LACKS = (
    QT_TRANSLATE_NOOP("QFileDialog", "&Look in:"),
    QT_TRANSLATE_NOOP("QFileDialog", "Files of &type:"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "Folder"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "%1 File"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "Drive"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "Unknown"),
)
"""Words of Qt's own file dialog that its Japanese has not (6.11); ours has them."""
_installed: list[QTranslator] = []
"""In use now; Qt keeps no reference to them."""
_families: list[str] = []
"""The system's own fonts, before any language asked for others."""
_problems: list[VitvizError] = []


def system_language() -> str:
    """The first of the user's languages that vitviz speaks, else English."""
    for name in QLocale.system().uiLanguages():
        code = name.replace("_", "-").split("-")[0]
        if code in LANGUAGES:
            return code
    return SOURCE


def install(app: QApplication, language: str | None) -> str:
    """Speak a language from now on; None is the system's. Returns its code.

    Every open window receives a LanguageChange event. Numbers that the program writes
    itself have a point in both languages, so fields for numbers have one too.

    Without a font for the language it is English, which can be read: boxes cannot.
    `take_problems` says so then.
    """
    code = language if language in LANGUAGES else system_language()
    if code == "ja" and not _has_japanese_font():
        code = SOURCE
        _problems[:] = [
            EnvironmentFault(
                "No font on this computer has Japanese characters, so vitviz speaks "
                "English. Install one (on Debian and Ubuntu: fonts-noto-cjk), then "
                "start vitviz again."
            )
        ]
    for old in _installed:
        app.removeTranslator(old)
    _installed.clear()
    if code != SOURCE:
        qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, folder in (
            ("qtbase", qt_folder),
            ("qtbase", str(resource("translations"))),  # where a bundle left Qt's out
            ("vitviz", str(resource("translations"))),
        ):
            translator = QTranslator(app)
            if translator.load(f"{name}_{code}", folder):
                app.installTranslator(translator)
                _installed.append(translator)
    QLocale.setDefault(QLocale(code))
    _choose_fonts(app, code)
    return code


def current() -> str:
    """The code of the program's language."""
    code = QLocale().name().split("_")[0]
    return code if code in LANGUAGES else SOURCE


def take_problems() -> tuple[VitvizError, ...]:
    """What has to be said about the language since this was last asked."""
    problems = tuple(_problems)
    _problems.clear()
    return problems


def _has_japanese_font() -> bool:
    """Whether Japanese can be read; Windows and macOS always bring such fonts."""
    if sys.platform != "linux":
        return True
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.Japanese))


def _choose_fonts(app: QApplication, code: str) -> None:
    """Japanese forms of the characters that Chinese fonts draw otherwise."""
    font = app.font()
    if not _families:
        _families.extend(font.families())
    wanted = list(_families)
    if code == "ja":
        known = set(QFontDatabase.families())
        wanted += [name for name in _JAPANESE_FONTS if name in known]
    if wanted != font.families():
        font.setFamilies(wanted)
        app.setFont(font)
