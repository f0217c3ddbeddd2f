"""All that is known of one model, its licence, and what can be done with it."""

from __future__ import annotations

import html
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.number_text import bytes_text
from vitviz.models.catalogue.entries import Entry, Trait
from vitviz.ui import model_words, theme

MIN_WIDTH = 400
COLUMNS = 62
"""Letters of the small font that the longest names and their headings take."""


class ModelDetails(QWidget):
    """Setters never emit; signals are what the user did."""

    useRequested = Signal(object)
    downloadRequested = Signal(object)
    removeRequested = Signal(object)
    lookUpRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self._question = ""
        self._title = self._label("title")
        self._good_for = self._label("body")
        self._traits = self._label("small")
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(12)
        self._form.setVerticalSpacing(4)
        self._form.setLabelAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        )
        self._form.setFieldGrowthPolicy(
            QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow
        )
        self._licence = self._label("body")
        self._licence.setOpenExternalLinks(True)
        self._licence.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextBrowserInteraction
        )
        self._place = self._label("small")
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(8)
        for widget in (self._title, self._good_for, self._traits):
            column.addWidget(widget)
        column.addSpacing(4)
        column.addLayout(self._form)
        column.addSpacing(4)
        column.addWidget(self._licence)
        column.addWidget(self._place)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._main = QPushButton()
        self._main.clicked.connect(self._on_main)
        self._remove = QPushButton(self.tr("Remove"))
        self._remove.setToolTip(
            self.tr("Remove the weights from this computer; they can be fetched again")
        )
        self._remove.clicked.connect(self._on_remove)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(16, 0, 0, 0)
        buttons.addWidget(self._main, 1)
        buttons.addWidget(self._remove)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area, 1)
        outer.addLayout(buttons)
        letter = QFontMetrics(theme.font("small")).averageCharWidth()
        self.setMinimumWidth(max(MIN_WIDTH, COLUMNS * letter))
        self._is_here = False

    def mainButton(self) -> QPushButton:
        """Use, or download."""
        return self._main

    def removeButton(self) -> QPushButton:
        """Remove from this computer."""
        return self._remove

    def setEntry(
        self, entry: Entry, *, place: Path | None, is_own: bool, kept: int
    ) -> None:
        """Show a model.

        place : where its weights lie; None where they are not on this machine.
        is_own : whether they lie in vitviz's own cache, and may be removed.
        kept : bytes that an earlier download left.
        """
        self._entry, self._is_here = entry, place is not None
        self._main.setVisible(True)
        self._remove.setVisible(is_own)
        words = model_words.trait_words()
        self._title.setText(model_words.title(entry))
        good_for = model_words.translated(entry.family.good_for)
        self._good_for.setText(good_for)
        self._good_for.setVisible(bool(good_for))
        shown = [words[trait][0] for trait in Trait if trait in entry.traits]
        self._traits.setText(" · ".join(shown))
        self._traits.setVisible(bool(shown))
        self._fill_form(entry)
        self._licence.setText(self._licence_text(entry))
        self._place.setText(self._place_text(entry, place))
        if place is not None:
            self._main.setText(self.tr("Use this model"))
            self._main.setToolTip(self.tr("Load it and run it on the picture (Enter)"))
        elif kept:
            left = bytes_text(max(entry.size_bytes - kept, 0))
            self._main.setText(self.tr("Go on, {size} left").format(size=left))
            self._main.setToolTip(self.tr("Go on with the download begun earlier"))
        else:
            size = bytes_text(entry.size_bytes)
            self._main.setText(self.tr("Download {size}").format(size=size))
            self._main.setToolTip(
                self.tr("Fetch the weights from {site} (Enter)").format(
                    site=entry.remote.site if entry.remote else ""
                )
            )
        self._main.setAccessibleName(self._main.text())

    def setQuestion(self, name: str) -> None:
        """Show a name that can be looked up; nothing for an empty one."""
        self._entry, self._question, self._is_here = None, name, False
        self._title.setText(name or self.tr("No model fits"))
        text = self.tr(
            "timm knows more models than this list. Looking one up asks the library on "
            "this computer; nothing is downloaded."
        )
        other = self.tr("Try fewer words or filters.")
        self._good_for.setText(text if name else other)
        self._good_for.setVisible(True)
        while self._form.rowCount():
            self._form.removeRow(0)
        for label in (self._traits, self._licence, self._place):
            label.clear()
        self._main.setVisible(bool(name))
        self._main.setText(self.tr("Look it up"))
        self._main.setToolTip(self.tr("Ask timm what this model is (Enter)"))
        self._main.setAccessibleName(self._main.text())
        self._remove.setVisible(False)

    def setBusy(self, *, downloads: bool, asks: bool) -> None:
        """One download, and one question, at a time."""
        is_free = self._is_here or not (asks if self._entry is None else downloads)
        self._main.setEnabled(is_free)
        self._remove.setEnabled(not downloads)

    def entry(self) -> Entry | None:
        """What is shown."""
        return self._entry

    def _label(self, kind: str) -> QLabel:
        label = QLabel()
        label.setFont(theme.font(kind))
        label.setWordWrap(True)
        # a name without a space must not make the pane wider than what is seen
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _fill_form(self, entry: Entry) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        for heading, text in model_words.facts(entry):
            name, value = self._label("small"), self._label("small")
            name.setText(heading)
            name.setWordWrap(False)
            name.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
            name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            value.setText(text)
            value.setAccessibleName(f"{heading}: {text}")
            self._form.addRow(name, value)

    def _licence_text(self, entry: Entry) -> str:
        """The licence with a link; what it does not allow is said first."""
        family = entry.family
        link = (
            f'<a href="{html.escape(family.licence_url)}">'
            f"{html.escape(family.licence)}</a>"
        )
        if Trait.ANY_USE in entry.traits:
            return self.tr("Licence: {link}").format(link=link)
        if "NC" in family.licence.upper().replace("LICENSE", ""):
            return self.tr("Licence: {link}, not for commercial use.").format(link=link)
        return self.tr("Licence: {link}. Read it before you use the model.").format(
            link=link
        )

    def _place_text(self, entry: Entry, place: Path | None) -> str:
        if entry.remote is None:
            return self.tr("Ships with vitviz.")
        if place is not None:
            return self.tr("On this computer: {path}").format(path=place)
        return self.tr("Not on this computer. From {site}.").format(
            site=entry.remote.site
        )

    def _on_main(self) -> None:
        if self._entry is not None:
            signal = self.useRequested if self._is_here else self.downloadRequested
            signal.emit(self._entry)
        elif self._question:
            self.lookUpRequested.emit(self._question)

    def _on_remove(self) -> None:
        if self._entry is not None:
            self.removeRequested.emit(self._entry)
