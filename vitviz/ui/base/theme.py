"""Themes: palettes and style sheets (light, dark, high contrast) and the font sizes.

In Present, the mode for an audience, fonts, lines and markers are larger.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QGuiApplication,
    QPalette,
)
from PySide6.QtWidgets import QApplication, QStyleFactory

from vitviz.system.paths import resource
from vitviz.system.settings import ThemeChoice


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours of a theme beside those of Qt's palette."""

    # Around a picture: a neutral grey, so that the picture's colours are judged
    # correctly.
    surround: str
    panel: str
    line: str
    text: str
    # Secondary text; its contrast against the panel is 4.5 : 1 or more.
    faint: str
    accent: str
    accent_text: str


DARK = Colours(
    surround="#2B2B2B",
    panel="#333333",
    line="#4A4A4A",
    text="#EDEDED",
    faint="#B4B4B4",
    accent="#E9E9E9",
    accent_text="#1E1E1E",
)
LIGHT = Colours(
    surround="#F2F2F2",
    panel="#FBFBFB",
    line="#D2D2D2",
    text="#1F1F1F",
    faint="#5F5F5F",
    accent="#303030",
    accent_text="#FFFFFF",
)
HIGH_CONTRAST = Colours(
    surround="#000000",
    panel="#000000",
    line="#FFFFFF",
    text="#FFFFFF",
    faint="#FFFFFF",
    accent="#FFD800",
    accent_text="#000000",
)
_SCHEMES = {
    ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
    ThemeChoice.LIGHT: Qt.ColorScheme.Light,
    ThemeChoice.DARK: Qt.ColorScheme.Dark,
    ThemeChoice.HIGH_CONTRAST: Qt.ColorScheme.Dark,
}
assert _SCHEMES.keys() == {*ThemeChoice}

SMALL_FACTOR = 0.86
TITLE_FACTOR = 1.35
MIN_BODY_PT = 9.0
# Height of a screen, not scaled, from which letters grow with it, and how much at most.
FROM_HEIGHT_PX, USUAL_DPI, MOST_ENLARGED = 1440, 96, 1.4
_enlarged = [1.0]
# Size of body text in Present, as a multiple of the smallest text there.
PRESENTED_BODY = 1.08
# Largest line height in Present, as a multiple of the letters' size: fonts for Japanese
# ask for half as much again, and a slide would hold fewer lines.
MOST_LEADING = 1.27
# Factor for the thickness of lines and markers in Present.
EMPHASIS = 1.8
# While Present is on: the application's font as it was before, as the only item.
_presented: list[QFont] = []
# What `colours` and `font` returned last; both are asked some fifty times a click.
_palette_and_tone: list[tuple[QPalette, Colours]] = []
_fonts: dict[str, QFont] = {}
_fonts_of: list[QFont] = []


def is_dark(choice: ThemeChoice) -> bool:
    """Return whether `choice` means dark on this system now."""
    if choice is ThemeChoice.SYSTEM:
        scheme = QGuiApplication.styleHints().colorScheme()
        return scheme == Qt.ColorScheme.Dark
    return choice is not ThemeChoice.LIGHT


def colours() -> Colours:
    """Return the theme's colours that go with the application's palette."""
    palette = QGuiApplication.palette()
    if _palette_and_tone and _palette_and_tone[0][0] == palette:
        return _palette_and_tone[0][1]
    window = palette.color(QPalette.ColorRole.Window)
    tones = (DARK, LIGHT, HIGH_CONTRAST)
    exact = (tone for tone in tones if QColor(tone.panel) == window)
    tone = next(exact, DARK if window.lightness() < 128 else LIGHT)
    _palette_and_tone[:] = [(palette, tone)]
    return tone


def apply(app: QApplication, choice: ThemeChoice) -> None:
    """Set style, palette and style sheet for the whole application."""
    # title bars and file dialogs of the system follow
    QGuiApplication.styleHints().setColorScheme(_SCHEMES[choice])
    tone = DARK if is_dark(choice) else LIGHT
    if choice is ThemeChoice.HIGH_CONTRAST:
        tone = HIGH_CONTRAST
    # only once: Qt crashed when the style was replaced while a box was open
    if not app.property("vitviz_style"):
        app.setStyle(QStyleFactory.create("Fusion"))
        app.setProperty("vitviz_style", True)
    app.setPalette(_palette(tone))
    app.setStyleSheet(_style_sheet(tone))
    font = app.font()
    if 0 < font.pointSizeF() < MIN_BODY_PT:
        font.setPointSizeF(MIN_BODY_PT)
        app.setFont(font)


def font(kind: str = "body") -> QFont:
    """Return the font for "body", "small" or "title" text, with digits of one width."""
    own = QApplication.font()
    if _fonts_of != [own]:
        _fonts_of[:] = [own]
        _fonts.clear()
    if kind not in _fonts:
        _fonts[kind] = _derived(own, kind)
    return QFont(_fonts[kind])  # a copy: some callers make it bold


def _derived(own: QFont, kind: str) -> QFont:
    chosen = QFont(own)
    size = max(chosen.pointSizeF(), MIN_BODY_PT)
    small = 1 / PRESENTED_BODY if _presented else SMALL_FACTOR
    factor = {"body": 1.0, "small": small, "title": TITLE_FACTOR}[kind]
    chosen.setPointSizeF(size * factor)
    chosen.setFeature(QFont.Tag("tnum"), 1)
    return chosen


def suit_screen(app: QApplication) -> None:
    """Enlarge the system's font on a screen of many pixels that is not scaled.

    A screen of 3840×2160 at scale 1, or a wall of monitors, is read from further away.
    Where the system itself has larger letters, by its scale or its dots per inch, the
    font stays. To be called before the first widget is made.
    """
    screen, chosen = app.primaryScreen(), QFont(app.font())
    usual = screen.size().height() * USUAL_DPI / screen.logicalDotsPerInchY()
    factor = min(max(1.0, usual / FROM_HEIGHT_PX), MOST_ENLARGED)
    if factor > 1 and chosen.pointSizeF() > 0:
        _enlarged[0] = factor
        chosen.setPointSizeF(max(chosen.pointSizeF(), MIN_BODY_PT) * factor)
        app.setFont(chosen)


def enlarged() -> float:
    """Return by how much letters, and what goes with them, are enlarged; 1 as usual."""
    return _enlarged[0]


def line_px(kind: str = "body") -> float:
    """Return the height of a line of text, limited in Present."""
    chosen = font(kind)
    height = QFontMetricsF(chosen).height()
    most = MOST_LEADING * QFontInfo(chosen).pixelSize()
    return min(height, most) if _presented else height


def present(app: QApplication, smallest_px: float | None) -> None:
    """Set fonts and lines for the back row of a lecture hall; None: as usual again.

    Existing widgets keep their fonts, so build the window anew.

    smallest_px : height of the smallest text.
    """
    _fonts_of.clear()
    if smallest_px is None:
        if _presented:
            app.setFont(_presented.pop())
            app.setStyleSheet(_style_sheet(colours()))
        return
    if not _presented:
        _presented.append(QFont(app.font()))
    chosen = QFont(_presented[0])
    dots = app.primaryScreen().logicalDotsPerInchY()
    chosen.setPointSizeF(PRESENTED_BODY * smallest_px * 72 / dots)
    app.setFont(chosen)
    app.setStyleSheet(_style_sheet(colours()))


def presents() -> bool:
    """Return whether fonts and lines are those of Present."""
    return bool(_presented)


def drawn(px: float) -> float:
    """Return the thickness at which a line or marker of `px` is drawn."""
    return px * EMPHASIS if _presented else px


def smallest() -> float:
    """Return the least size of a font derived from another, in points."""
    return font("small").pointSizeF() if _presented else 1.0


def _palette(tone: Colours) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    panel, text = QColor(tone.panel), QColor(tone.text)
    for kind, colour in (
        (role.Window, panel),
        (role.WindowText, text),
        (role.Base, QColor(tone.surround)),
        (role.AlternateBase, panel),
        (role.Text, text),
        (role.Button, panel),
        (role.ButtonText, text),
        (role.ToolTipBase, panel),
        (role.ToolTipText, text),
        (role.PlaceholderText, QColor(tone.faint)),
        (role.Highlight, QColor(tone.accent)),
        (role.HighlightedText, QColor(tone.accent_text)),
        (role.Mid, QColor(tone.line)),
        (role.Midlight, QColor(tone.line)),
        (role.Link, QColor("#0072B2" if tone is LIGHT else "#56B4E9")),
    ):
        palette.setColor(kind, colour)
    faint = QColor(tone.faint)
    faint.setAlphaF(0.75 if tone is HIGH_CONTRAST else 0.55)
    for kind in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, kind, faint)
    return palette


def _style_sheet(tone: Colours) -> str:
    # Fusion outlines in a darker shade of the panel, which black does not have
    outlined = f"""
    QPushButton:focus, QToolButton:focus, QComboBox:focus, QAbstractSpinBox:focus,
    QLineEdit:focus {{ border: 2px solid {tone.accent}; }}
    QToolButton {{ border-color: {tone.line}; }}
    QCheckBox::indicator {{ width: 14px; height: 14px; }}
    QCheckBox:focus {{ border: 1px solid {tone.accent}; }}
    """
    sheet = _common_sheet(tone) + (outlined if tone is HIGH_CONTRAST else "")
    if _presented:  # what the style draws does not grow with the font
        sheet += _presented_sheet(round(QFontMetricsF(QApplication.font()).xHeight()))
    return sheet


def _presented_sheet(x_px: int) -> str:
    """Return rules for slider handles and check boxes for letters of this x-height."""
    half = x_px * 3 // 4
    return f"""
    QCheckBox::indicator {{ width: {x_px * 3 // 2}px; height: {x_px * 3 // 2}px; }}
    QSlider:horizontal {{ min-height: {2 * half + 8}px; }}
    QSlider::groove:horizontal {{ height: 6px; border-radius: 3px; }}
    QSlider::sub-page:horizontal {{ border-radius: 3px; }}
    QSlider::handle:horizontal {{ width: {2 * half}px; margin: -{half - 3}px 0;
        border-radius: {half}px; }}
    """


def _common_sheet(tone: Colours) -> str:
    down = resource("controls", "down.svg").as_posix()
    up = resource("controls", "up.svg").as_posix()
    # in the colour of letters on the accent
    tick_name = "tick_light.svg" if tone is LIGHT else "tick_dark.svg"
    tick = resource("controls", tick_name).as_posix()
    # Fusion outlines boxes at a contrast of 1.3 : 1, and WCAG 2 asks for 3 : 1
    return f"""
    QAbstractItemView:focus {{ border: 1px solid {tone.accent}; }}
    QToolTip {{ border: 1px solid {tone.line}; padding: 4px; }}
    QSplitter::handle {{ background: {tone.line}; }}
    QSplitter::handle:horizontal {{ width: 1px; }}
    QSplitter::handle:vertical {{ height: 1px; }}
    QPushButton {{ border: 1px solid {tone.line}; border-radius: 4px;
                   padding: 4px 12px; background: {tone.panel}; }}
    QPushButton:hover, QPushButton:default {{ border-color: {tone.faint}; }}
    QPushButton:focus {{ border-color: {tone.accent}; }}
    QPushButton:pressed {{ background: {tone.surround}; border-color: {tone.accent}; }}
    QPushButton:disabled {{ color: {tone.faint}; border-color: {tone.line}; }}
    QComboBox, QAbstractSpinBox, QLineEdit {{
        border: 1px solid {tone.line}; border-radius: 4px; padding: 3px 6px; }}
    QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{
        border: none; padding: 0 4px; }}
    QComboBox:hover, QAbstractSpinBox:hover, QLineEdit:hover {{
        border-color: {tone.faint}; }}
    QComboBox:focus, QAbstractSpinBox:focus, QLineEdit:focus {{
        border-color: {tone.accent}; }}
    QComboBox::drop-down, QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{
        border: none; width: 18px; }}
    QComboBox::down-arrow, QAbstractSpinBox::down-arrow {{
        image: url("{down}"); width: 8px; height: 5px; }}
    QAbstractSpinBox::up-arrow {{ image: url("{up}"); width: 8px; height: 5px; }}
    QCheckBox::indicator {{ border: 1px solid {tone.faint}; border-radius: 3px;
        width: 12px; height: 12px; background: {tone.surround}; }}
    QCheckBox::indicator:hover {{ border-color: {tone.text}; }}
    QCheckBox::indicator:disabled {{ border-color: {tone.line}; }}
    QCheckBox::indicator:checked {{ background: {tone.accent}; image: url("{tick}"); }}
    QCheckBox::indicator:checked:disabled {{ background: {tone.faint}; }}
    QSlider::groove:horizontal {{ background: {tone.line}; height: 4px;
        border-radius: 2px; }}
    QSlider::sub-page:horizontal {{ background: {tone.faint}; height: 4px;
        border-radius: 2px; }}
    QSlider::handle:horizontal {{ background: {tone.accent}; width: 12px;
        border-radius: 6px; margin: -4px 0; }}
    QSlider::handle:horizontal:disabled {{ background: {tone.line}; }}
    QSlider:focus {{ border: 1px solid {tone.accent}; border-radius: 4px; }}
    QTabWidget::pane {{ border: none; border-top: 1px solid {tone.line}; }}
    QTabBar {{ qproperty-drawBase: 0; }}
    QTabBar::tab {{ padding: 4px 12px; border-bottom: 2px solid transparent; }}
    QTabBar::tab:hover {{ border-color: {tone.line}; }}
    QTabBar::tab:selected {{ border-color: {tone.accent}; }}
    QToolButton {{ border: 1px solid transparent; border-radius: 4px;
                   padding: 4px 8px; }}
    QToolButton[toolButtonStyle="2"] {{ padding-right: 0; }}
    QToolButton:hover, QToolButton[outlined="true"] {{ border-color: {tone.line}; }}
    QToolButton:focus {{ border-color: {tone.accent}; }}
    QToolButton:pressed {{ background: {tone.surround}; border-color: {tone.accent}; }}
    QToolButton:checked {{ background: {tone.accent}; color: {tone.accent_text}; }}
    QToolButton:checked:focus {{ border: 3px double {tone.accent_text};
        padding: 2px 6px; }}
    QToolButton::menu-indicator {{ image: none; width: 0; }}
    QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QMenu {{ border: 1px solid {tone.line}; padding: 4px; }}
    QMenu::item {{ padding: 4px 24px 4px 24px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {tone.accent}; color: {tone.accent_text}; }}
    """
