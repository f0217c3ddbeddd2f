"""Details pane of the model dialog: facts, licence and buttons of one model.

With the texts on models, such as titles and traits, in the program's language.
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt, Signal
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
from vitviz.domain.problem_type import ONE_LOGIT
from vitviz.models.catalogue.embedded import EMBEDDED_PATCH_SIZES
from vitviz.models.catalogue.entries import TIMM_PREFIX, Entry, Trait
from vitviz.models.catalogue.progress import seconds_text
from vitviz.ui.base import theme

MIN_WIDTH = 400
# Width in letters of the small font, for the longest names and their headings.
COLUMNS = 62


class ModelDetails(QWidget):
    """Details of one model, and a button to use or fetch it; setters emit nothing."""

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
        """Return the button that uses, downloads or looks up the model."""
        return self._main

    def removeButton(self) -> QPushButton:
        """Return the button that removes the weights from this computer."""
        return self._remove

    def setEntry(
        self, entry: Entry, *, place: Path | None, is_own: bool, kept: int
    ) -> None:
        """Show a model.

        place : the path of its weights; None where they are not on this computer.
        is_own : whether they are in vitviz's own cache, and may be removed.
        kept : bytes that an earlier download left.
        """
        self._entry, self._is_here = entry, place is not None
        self._main.setVisible(True)
        self._remove.setVisible(is_own)
        words = trait_words()
        self._title.setText(title(entry))
        good_for = translated(entry.family.good_for)
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
        """Show a name that can be looked up in timm, or "no model fits" for none."""
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
        """Disable what has to wait for a download or a question that goes on."""
        is_free = self._is_here or not (asks if self._entry is None else downloads)
        self._main.setEnabled(is_free)
        self._remove.setEnabled(not downloads)

    def entry(self) -> Entry | None:
        """Return the model that is shown."""
        return self._entry

    def _label(self, kind: str) -> QLabel:
        label = QLabel()
        label.setFont(theme.font(kind))
        label.setWordWrap(True)
        # A name without a space must not make the pane wider than its visible part.
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label

    def _fill_form(self, entry: Entry) -> None:
        while self._form.rowCount():
            self._form.removeRow(0)
        for heading, text in facts(entry):
            name, value = self._label("small"), self._label("small")
            name.setText(heading)
            name.setWordWrap(False)
            name.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Preferred)
            name.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            value.setText(text)
            value.setAccessibleName(f"{heading}: {text}")
            self._form.addRow(name, value)

    def _licence_text(self, entry: Entry) -> str:
        """Return the licence with a link, and the use that it does not allow."""
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


EMBEDDED_PATCHES = ", ".join(map(str, EMBEDDED_PATCH_SIZES))


def _tr(text: str) -> str:
    return QCoreApplication.translate("ModelWords", text)


def translated(text: str) -> str:
    """Return a sentence of the catalogue in the program's language."""
    return QCoreApplication.translate("catalogue", text)


def trait_words() -> dict[Trait, tuple[str, str]]:
    """Return (name, sentence that explains it) of each trait."""
    tr = _tr
    return {
        Trait.LABELS: (
            tr("has labels"),
            tr("It says what it takes a picture for, in 1,000 words."),
        ),
        Trait.SEGMENTS: (
            tr("segments objects"),
            tr("Some of its heads draw the outline of what is in the picture."),
        ),
        Trait.SMALL: (
            tr("small"),
            tr("At most 30 million parameters: runs in a moment on any laptop."),
        ),
        Trait.FINE: (
            tr("fine patches"),
            tr("Patches of 8 pixels: sharper maps, four times as many tokens."),
        ),
        Trait.REGISTERS: (
            tr("has registers"),
            tr("Extra tokens to store things in, which keeps the maps clean."),
        ),
        Trait.CAPTIONS: (
            tr("learned from captions"),
            tr("Trained to match pictures with sentences, as CLIP is."),
        ),
        Trait.SELF_TAUGHT: (
            tr("self-taught"),
            tr("Trained on pictures alone; nobody told it what is in them."),
        ),
        Trait.ANY_USE: (
            tr("any use allowed"),
            tr("Its licence allows every use, commercial ones as well."),
        ),
    }


def assumed_text(phrases: Sequence[str], *, is_of_file: bool = True) -> str:
    """Return what was assumed because a file or folder does not tell it, or "".

    is_of_file : whether the network was recognised from a file of weights alone.
    """
    if not phrases:
        return ""
    listed = ", ".join(map(_assumed, phrases))
    if not is_of_file:
        text = _tr("Assumed, or not followed, of the folder: {list}")
        way = _tr(
            "Where that is wrong, choose “Preprocessing…” under the size, or “Choose "
            "architecture…” here."
        )
        return text.format(list=listed) + "\n" + way
    text = _tr("Assumed, since the file does not say: {list}").format(list=listed)
    return text + "\n" + _tr("Where that is wrong, choose “Choose architecture…” here.")


def _assumed(phrase: str) -> str:
    tr = _tr
    words = {
        "GELU": tr("GELU"),
        "SiLU gates": tr("SiLU gates"),
        "norm before attention": tr("norm before attention"),
        "pooled by CLS": tr("pooled by CLS"),
        "pooled by the mean of the patches": tr("pooled by the mean of the patches"),
        "ImageNet mean and deviation": tr("ImageNet mean and deviation"),
        "CLIP mean and deviation": tr("CLIP mean and deviation"),
        "0.5 as mean and deviation": tr("0.5 as mean and deviation"),
        "bicubic, no margin": tr("bicubic, no margin"),
        ONE_LOGIT: tr("sigmoid of the one logit"),
        "resized by Pillow, not OpenCV": tr("resized by Pillow, not by OpenCV"),
        "the test pipeline in meta is not followed": tr(
            "the test's pipeline in the file is not followed"
        ),
    }
    if found := re.fullmatch(r"(\d+) heads \(of (\d+) channels\)", phrase):
        return tr("{n} heads of {width} channels").format(n=found[1], width=found[2])
    if found := re.fullmatch(r"(\d+) heads \(as (.+) says\)", phrase):
        return tr("{n} heads, as {place} says").format(n=found[1], place=found[2])
    if found := re.fullmatch(r"grid of (\S+) \(as its positions show\)", phrase):
        return tr("a grid of {grid}, as its positions show").format(grid=found[1])
    if found := re.fullmatch(r"grid of (\S+) \(as (.+) says\)", phrase):
        return tr("a grid of {grid}, as {place} says").format(
            grid=found[1], place=found[2]
        )
    if found := re.fullmatch(r"no classes, as .* recognised \((.+)\)", phrase):
        return tr("no classes: the head is not recognised ({names})").format(
            names=found[1]
        )
    if found := re.fullmatch(r"(\S+) is the whole head", phrase):
        return tr("{name} is the whole head").format(name=found[1])
    if found := re.fullmatch(r"weights of (.+), others in it: (.+)", phrase):
        return tr("weights of {place}, and not of {others}").format(
            place=found[1], others=found[2]
        )
    if found := re.fullmatch(r"the tower (\S*) alone", phrase):
        return tr("the part {place} alone").format(place=found[1])
    if found := re.fullmatch(r"tower (\S*), others: (.+)", phrase):
        return tr("the part {place}, and not {others}").format(
            place=found[1], others=found[2]
        )
    if found := re.fullmatch(r"norm epsilon (\S+)", phrase):
        return tr("norm epsilon {n}").format(n=found[1])
    if found := re.fullmatch(r"(\S+) in (\S+) is not understood", phrase):
        text = tr("{key} in {file} is not understood")
        return text.format(key=found[1], file=found[2])
    if found := re.fullmatch(r"(\S+) in (\S+) is not followed", phrase):
        text = tr("{key} in {file} is not followed")
        return text.format(key=found[1], file=found[2])
    if found := re.fullmatch(r"(.+) in (\S+) is read as one that resizes .*", phrase):
        text = tr("{key} in {file} is read as one that resizes and crops")
        return text.format(key=found[1], file=found[2])
    if found := re.fullmatch(r"adapter (\S+) added to the network beside it", phrase):
        return tr("the adapter {file}, added").format(file=found[1])
    if found := re.fullmatch(r"adapter (\S+) added to (.+)", phrase):
        return tr("the adapter {file}, added to {base}").format(
            file=found[1], base=found[2]
        )
    if found := re.fullmatch(r"expert 0 of (\d+)", phrase):
        return tr("the first of {n} experts").format(n=found[1])
    if found := re.fullmatch(r"no preprocessor_config\.json: (\S+)'s own", phrase):
        text = tr("no preprocessor_config.json, so what {kind} was published with")
        return text.format(kind=found[1])
    if found := re.fullmatch(r"(\S+), the newest of (\d+) checkpoints", phrase):
        text = tr("{name}, the newest of {n} checkpoints")
        return text.format(name=found[1], n=found[2])
    if phrase.startswith(TIMM_PREFIX):
        name, *others = phrase.removeprefix(TIMM_PREFIX).split(" | ")
        if not others:
            return name
        return tr("{name} (or {others})").format(name=name, others=", ".join(others))
    return words.get(phrase, phrase)


def title(entry: Entry) -> str:
    """Return a model's title, such as "DINOv2 · ViT-S/14"."""
    family = entry.family.title
    return family if entry.title == family else f"{family} · {entry.title}"


def line(entry: Entry) -> str:
    """Return a model's main facts: input, patch, tokens, download size, licence."""
    if entry.remote is None:
        return _tr("{size} px · patches of {patches} px · {licence}").format(
            size=entry.size_px,
            patches=EMBEDDED_PATCHES,
            licence=entry.family.licence,
        )
    return _tr(
        "{size} px · patch {patch} · {tokens} tokens · {bytes} · {licence}"
    ).format(
        size=entry.size_px,
        patch=entry.patch_px,
        tokens=f"{entry.num_tokens:,}",
        bytes=bytes_text(entry.size_bytes),
        licence=entry.family.licence,
    )


def facts(entry: Entry) -> list[tuple[str, str]]:
    """Return (heading, text) of everything that is known about a model."""
    tr, family = _tr, entry.family
    rows = [
        (tr("Name"), entry.name),
        (tr("Input"), tr("{n} × {n} px").format(n=entry.size_px)),
    ]
    if entry.remote is None:
        patches = tr("{n} px, as you choose").format(n=EMBEDDED_PATCHES)
        rows += [(tr("Patch"), patches), (tr("Tokens"), tr("50 to 785"))]
    else:
        side = entry.size_px // entry.patch_px
        tokens = tr("{n} = {side} × {side} patches + {special} special").format(
            n=f"{entry.num_tokens:,}", side=side, special=entry.num_prefix_tokens
        )
        rows += [(tr("Patch"), tr("{n} px").format(n=entry.patch_px))]
        rows += [(tr("Tokens"), tokens)]
    if entry.num_layers:
        text = tr("{layers} layers").format(layers=entry.num_layers)
        if entry.num_heads:
            text = tr("{layers} layers of {heads} heads").format(
                layers=entry.num_layers, heads=entry.num_heads
            )
        rows.append((tr("Depth"), text))
    if entry.num_parameters:
        rows.append((tr("Parameters"), f"{entry.num_parameters:,}"))
    if entry.num_classes:
        rows.append((tr("Labels"), f"{entry.num_classes:,}"))
    if family.source:
        rows.append((tr("Source"), translated(family.source)))
    return rows


def progress_text(done: int, total: int | None, seconds_left: float | None) -> str:
    """Return how far a download is, such as "45.0 MB of 88.2 MB, 12 s left"."""
    text = bytes_text(done)
    if total is not None:
        text = _tr("{done} of {total}").format(done=text, total=bytes_text(total))
    if seconds_left:
        text = _tr("{progress}, {time} left").format(
            progress=text, time=seconds_text(seconds_left)
        )
    return text
