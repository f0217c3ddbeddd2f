"""The program's language: translators, the locale of numbers, and fonts."""

from __future__ import annotations

import sys

from PySide6.QtCore import QT_TRANSLATE_NOOP, QLibraryInfo, QLocale, QTranslator
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication

from vitviz.errors import EnvironmentFault, VitvizError
from vitviz.system.paths import resource

# Names of the languages by code, each written in itself.
LANGUAGES = {"en": "English", "ja": "日本語"}
# The language of the texts in the source code; it needs no translator.
SOURCE = "en"
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
# Texts of Qt's own file dialog that Qt's Japanese translation lacks (Qt 6.11); vitviz
# translates them itself.
QT_LACKS = (
    QT_TRANSLATE_NOOP("QFileDialog", "&Look in:"),
    QT_TRANSLATE_NOOP("QFileDialog", "Files of &type:"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "Folder"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "%1 File"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "Drive"),
    QT_TRANSLATE_NOOP("QAbstractFileIconProvider", "Unknown"),
)
# The translators in use: Qt keeps no reference to them.
_installed: list[QTranslator] = []
# The system's own font families, before any language asked for others.
_families: list[str] = []
_problems: list[VitvizError] = []


def system_language() -> str:
    """Return the first of the user's languages that vitviz has, else English."""
    for name in QLocale.system().uiLanguages():
        code = name.replace("_", "-").split("-")[0]
        if code in LANGUAGES:
            return code
    return SOURCE


def install(app: QApplication, language: str | None) -> str:
    """Set the language; None is the system's. Returns the code of the one in use.

    Every open window receives a LanguageChange event. Numbers that the program formats
    itself have a decimal point in both languages, so number fields have one too.

    Without a font for the language, English is used, since missing glyphs would be
    drawn as boxes. `take_problems` then returns the error to show.
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
        old.deleteLater()  # its file stays mapped for as long as it lives
    _installed.clear()
    if code != SOURCE:
        qt_folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
        for name, folder in (
            ("qtbase", qt_folder),
            ("qtbase", str(resource("translations"))),  # if a bundle has left Qt's out
            ("vitviz", str(resource("translations"))),
        ):
            translator = QTranslator(app)
            if translator.load(f"{name}_{code}", folder):
                app.installTranslator(translator)
                _installed.append(translator)
            else:
                translator.deleteLater()
    QLocale.setDefault(QLocale(code))
    _choose_fonts(app, code)
    return code


def current() -> str:
    """Return the code of the language in use."""
    code = QLocale().name().split("_")[0]
    return code if code in LANGUAGES else SOURCE


def take_problems() -> tuple[VitvizError, ...]:
    """Return the language's problems since the last call, and forget them."""
    problems = tuple(_problems)
    _problems.clear()
    return problems


def _has_japanese_font() -> bool:
    """Return whether Japanese can be read; Windows and macOS always have such fonts."""
    if sys.platform != "linux":
        return True
    return bool(QFontDatabase.families(QFontDatabase.WritingSystem.Japanese))


def _choose_fonts(app: QApplication, code: str) -> None:
    """Set font families in which shared characters have their Japanese forms."""
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
