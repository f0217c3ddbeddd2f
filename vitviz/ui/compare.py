"""Compare: a kept view beside the live one, linked by query, zoom and scale.

ComparedView   everything that brings the kept view back without a run
Comparison     fills the right half with its map, or with the difference, or wipes
ComparePane    the right half: picture, colour bar, and the line of buttons above

A wipe shows both maps in the picture at the left, at either side of a divider, and the
right half is hidden.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.number_text import format_value
from vitviz.export.captions import caption, changed_words, sentence_of
from vitviz.jobs import maps
from vitviz.jobs.queue import JobKind, bound
from vitviz.models.catalogue.embedded import EMBEDDED_NAMES, EMBEDDED_PATCH_SIZES
from vitviz.ui.base import theme
from vitviz.ui.base.text import show_plainly, tip
from vitviz.ui.base.threads import Workers
from vitviz.ui.inspect.colour_bar import ColourBar
from vitviz.ui.inspect.picture_pane import PicturePane
from vitviz.ui.widgets.elided import ElidedLabel
from vitviz.ui.widgets.flow_layout import Flow
from vitviz.ui.widgets.inputs import Slider
from vitviz.ui.widgets.segmented import Segmented
from vitviz.views.colour import DIVERGING, Levels, Meaning
from vitviz.views.compare import (
    common_levels,
    difference,
    lies_alike,
    linked_token,
)
from vitviz.views.display import Heat, heat, maps_of, shown_layer
from vitviz.views.overlay import overlay, tinted_difference, unseen_light
from vitviz.views.session import ModelChoice, RunOptions
from vitviz.views.view_state import Direction, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup, Trace
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage


@dataclass(frozen=True, slots=True, eq=False)
class ComparedView:
    """Everything that brings a view back without another run.

    seconds : duration of the run; None where it is not known.
    """

    image: SourceImage | None
    trace: Trace
    seconds: float | None
    model: Model | None
    choice: ModelChoice
    options: RunOptions
    state: ViewState


class Comparison(QObject):
    """Controller of the right half of Compare. Lives in the main thread.

    kept : the view that is kept; None outside of Compare.
    heat : its map for the query at the left; None while it is computed.
    wipes : whether a wipe is wanted; where the two views lie differently there is none.
    """

    # Another view is kept, or none, or a map has been computed.
    changed = Signal()

    def __init__(self, pane: ComparePane, live: PicturePane, workers: Workers) -> None:
        super().__init__(workers)
        self.pane = pane
        self._live = live
        self.wipes = False
        self._share = 0.5
        self.kept: ComparedView | None = None
        self.shows_difference = False
        self.same_scale = True
        self.heat: Heat | None = None
        self._workers = workers
        self._requested: tuple[object, ...] | None = None
        self._found: tuple[tuple[object, ...], Heat] | None = None
        workers.on_result(JobKind.COMPARE, self._on_computed)

    def attach(self, pane: ComparePane, live: PicturePane) -> None:
        """Fill another pane with the view that is kept.

        live : the picture at the left.
        """
        self.pane, self._live = pane, live
        pane.same_scale.setChecked(self.same_scale)
        pane.setShare(self._share)
        live.setWipeShare(self._share)
        self._set_picture()
        self.changed.emit()

    def keep(self, kept: ComparedView | None) -> None:
        """Keep a view in place of the last; None keeps none."""
        self.kept, self.heat = kept, None
        self._requested = self._found = None
        self._workers.drop(JobKind.COMPARE)
        self._set_picture()
        if kept is None:
            self._set_wiping(False)
        self.changed.emit()

    def show(self, *, difference: bool = False, wipe: bool = False) -> None:
        """Show the difference or a wipe; neither is two pictures side by side."""
        self.shows_difference, self.wipes = difference, wipe
        self.changed.emit()

    def move_wipe(self, share: float) -> None:
        """Move the divider of a wipe to a share of the width, [0, 1]."""
        self._share = share
        self.pane.setShare(share)
        self._live.setWipeShare(share)

    def _set_wiping(self, is_wiping: bool) -> None:
        self.pane.setWiping(is_wiping)
        if not is_wiping:
            self._live.endWipe()

    def _set_picture(self) -> None:
        if self.kept is not None:
            image = self.kept.trace.setup.picture
            self.pane.picture.setPicture(image.pixels, image.copies)

    def levels(self, live: Heat | None) -> tuple[Levels, Levels] | None:
        """Return (live, kept) levels that make one scale; None if each has its own."""
        if live is None or self.heat is None or not self.same_scale:
            return None
        if live.colours is not None or self.heat.colours is not None:
            return None
        return common_levels(live, self.heat)

    def refresh(self, live: Heat | None, trace: Trace | None, state: ViewState) -> None:
        """Show the kept view for the query of the live one, at the left.

        live : the map at the left; None before there is one, as for its `trace`.
        """
        kept = self.kept
        if kept is None:
            return
        token = kept.state.token
        if live is not None and trace is not None:
            token = linked_token(live.token, trace.setup, kept.trace.setup)
        self.heat = self._computed(kept, token)
        if trace is not None:
            self._offer_patches(trace.setup)
        can_wipe = trace is not None and lies_alike(trace.setup, kept.trace.setup)
        self._set_wiping(self.wipes and can_wipe and live is not None)
        self._paint(live, trace, state)

    def _offer_patches(self, setup: Setup) -> None:
        """Offer the patch sizes that the model at the left was trained at."""
        info = setup.model
        sizes = EMBEDDED_PATCH_SIZES if info.name in EMBEDDED_NAMES else ()
        self.pane.setPatches(sizes, info.patch_size[0])

    def _computed(self, kept: ComparedView, token: int) -> Heat | None:
        """Return the kept view's map of a token; None while a worker computes it."""
        state = replace(kept.state, token=token)
        layer = shown_layer(kept.trace, state)
        assert layer is not None
        if state.method == "raw" and state.direction is Direction.LOOKS_AT:
            return heat(kept.trace, state, maps_of(kept.trace, state, layer))
        key = (id(kept), token)
        if self._found is not None and self._found[0] == key:
            return self._found[1]
        if key != self._requested:
            self._requested = key
            job = bound(maps.heat_of, kept.trace, state, layer, kept.model, key)
            self._workers.submit(JobKind.COMPARE, job)
        return None

    def _on_computed(self, found: tuple[tuple[object, ...], Heat]) -> None:
        self._found = found
        self.changed.emit()

    def _paint(self, live: Heat | None, trace: Trace | None, state: ViewState) -> None:
        kept, pane = self.kept, self.pane
        assert kept is not None
        pane.setShown(difference=self.shows_difference, wipe=self.wipes)
        pane.picture.setUnseenLight(unseen_light(state.look))
        if live is not None and trace is not None:
            scales = self.levels(live)
            painted = live if scales is None else replace(live, levels=scales[0])
            text = self._caption_text(painted, trace.setup, kept.trace.setup, state)
            pane.setLiveCaption(self.tr("Now: ") + text)
        if self.shows_difference and live is not None and trace is not None:
            self._paint_difference(live, trace, state)
            return
        setup, one = kept.trace.setup, self.heat
        pane.picture.showPixels(setup.picture.pixels)
        pane.picture.setPlacement(setup.placement, setup.grid)
        pane.picture.setShowsGrid(state.show_grid)
        if one is None:
            pane.picture.setHeat(None)
            pane.bar.setLevels(None)
            pane.setCaption(self.tr("Computing …"))
            return
        shared = self.levels(live)
        levels = one.levels if shared is None else shared[1]
        look, shown = state.look, replace(one, levels=levels)
        rgba = overlay(shown, look)
        if pane.isWiping():
            pixels = setup.picture.pixels
            is_same = trace is not None and _are_alike(trace.setup, setup)
            names = self.tr("now"), self.tr("kept")
            if shared is None and one.colours is None:
                # the bar beside the picture is that of the other side
                ends = (format_value(end) for end in (levels.low, levels.high))
                names = names[0], f"{names[1]}: {' … '.join(ends)}"
            self._live.setWipe(rgba, None if is_same else pixels, names)
        pane.picture.setHeat(rgba)
        pane.picture.line.setWords(sentence_of(shown, setup))
        pane.picture.setPinned(one.token, (), _meaning(one))
        pane.bar.setColormap(state.look.colormap)
        pane.bar.setStyleKind(look.style, look.opacity)
        pane.bar.setComponents(one.colours is not None)
        pane.bar.setLevels(levels)
        pane.bar.setClipped(shown.num_clipped)
        pane.bar.setUniform(one.uniform, one.uniform_text)
        beside = None if trace is None else trace.setup
        # It is painted as the live view is.
        seen = replace(kept.state, smooth=state.smooth, others=())
        text = self.tr("Kept: ") + self._caption_text(shown, setup, beside, seen)
        if trace is not None and self._is_untouched(trace, state):
            text = self.tr("Kept. Now change picture, model or layer on the left.")
        elif self.wipes and not pane.isWiping():
            reason = self.tr("No wipe: the two see different parts of their pictures.")
            text = f"{reason} {text}"
        pane.setCaption(text)

    def _is_untouched(self, trace: Trace, state: ViewState) -> bool:
        """Return whether the view at the left is still the one that was kept."""
        kept = self.kept
        if kept is None or trace is not kept.trace:
            return False
        return all(
            getattr(state, name) == getattr(kept.state, name) for name in OF_THE_MAP
        )

    def _caption_text(
        self, one: Heat, setup: Setup, other: Setup | None, state: ViewState
    ) -> str:
        """Return the caption of a view, without the scale, which is on the colour bar.

        The input is named where that of the other view differs.
        """
        *words, _, given = caption(one, setup, state)
        if other is not None and _input(setup) != _input(other):
            words.insert(1, given)
        # in Present the mark on the picture names the changes, a line each
        if theme.presents():
            changed = changed_words(setup.interventions)
            words = [text for text in words if text not in changed]
        return " · ".join((setup.picture.name, *words))

    def _paint_difference(self, live: Heat, trace: Trace, state: ViewState) -> None:
        kept, pane = self.kept, self.pane
        assert kept is not None
        setup = trace.setup
        pane.picture.line.setWords("")
        pane.picture.showPixels(setup.picture.pixels)
        pane.picture.setPlacement(setup.placement, setup.grid)
        pane.picture.setPinned(live.token, (), _meaning(live))
        if self.heat is None:
            pane.picture.setHeat(None)
            pane.bar.setLevels(None)
            pane.setCaption(self.tr("Computing …"))
            return
        pane.bar.setComponents(False)
        if live.colours is not None or self.heat.colours is not None:
            pane.picture.setHeat(None)
            pane.bar.setLevels(None)
            pane.setCaption(self.tr("Colours have no difference: they are no values."))
            return
        found = difference(live, setup, self.heat, kept.trace.setup)
        rgba = tinted_difference(found.patches, found.levels, state.look.opacity)
        pane.picture.setHeat(rgba)
        pane.bar.setColormap(DIVERGING)
        pane.bar.setStyleKind(type(state.style).MAP)
        pane.bar.setLevels(found.levels)
        pane.bar.setUniform(None)
        pane.bar.setClipped(0)
        unit = self.tr("in multiples of uniform") if found.is_relative else ""
        text = self.tr("Now − kept; orange: more now, blue: less")
        pane.setCaption(f"{text} · {unit}" if unit else text)


# Fields of the view state that decide what the map shows, for whatever query.
OF_THE_MAP = (
    "layer",
    "heads",
    "direction",
    "method",
    "method_options",
    "target",
    "renormalise",
)


def _are_alike(here: Setup, there: Setup) -> bool:
    """Return whether two runs are of one picture."""
    one, other = here.image, there.image
    if one is None or other is None:
        return here.picture is there.picture
    return one.sha256 == other.sha256 and one.reading == other.reading


def _input(setup: Setup) -> tuple[object, ...]:
    return setup.placement.model_size, setup.grid


def _meaning(one: Heat) -> Meaning:
    """Return whether the chosen token is the query of a row or the key of a column."""
    return Meaning.QUERY if one.direction is Direction.LOOKS_AT else Meaning.KEY


class ComparePane(QWidget):
    """Right half of Compare; setters emit nothing, signals are what the user did.

    Its `head`, with buttons and a caption for either half, is placed above both halves,
    so that the two pictures stand at one height.
    """

    pictureRequested = Signal()
    modelRequested = Signal()
    # The patch size in pixels, an int.
    patchChosen = Signal(object)
    differenceToggled = Signal(bool)
    wipeToggled = Signal(bool)
    # Where the divider of the wipe is to be, as a share of the width.
    wipeMoved = Signal(float)
    sameScaleToggled = Signal(bool)
    swapRequested = Signal()
    keepRequested = Signal()
    closeRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picture = PicturePane()
        self.picture.setAccessibleName(self.tr("Kept view"))
        # As at the left, so that the two pictures stand at one height.
        self.picture.line.setVisible(not theme.presents())
        self.bar = ColourBar()
        self._live_caption, self._caption = self._line(), self._line()
        self._text = ""
        self._is_wiping = False
        self._sizes: tuple[int, ...] = ()
        self.another_picture = self._button(
            self.tr("Another picture…"), self.tr("Open another picture at the left")
        )
        self.another_model = self._button(
            self.tr("Another model…"), self.tr("Choose another model for the left")
        )
        self.another_picture.clicked.connect(self.pictureRequested)
        self.another_model.clicked.connect(self.modelRequested)
        self.patches = Segmented(is_tight=True)
        self.patches.setTitle(self.tr("Patch"))
        self.patches.setAccessibleName(self.tr("Patch size at the left"))
        self.patches.valueChosen.connect(self.patchChosen)
        self.wipe = self._button(
            self.tr("Wipe"),
            self.tr("Both in one picture, at either side of a divider that you drag"),
        )
        self.wipe.clicked.connect(self.wipeToggled)
        self.slider = Slider()
        self.slider.setRange(0, 100)
        self.slider.setValue(50)
        self.slider.setFixedSize(96, self.wipe.sizeHint().height())
        self.slider.setAccessibleName(self.tr("Divider of the wipe"))
        self.slider.setToolTip(self.tr("Where the divider is; arrow keys move it"))
        self.slider.valueChanged.connect(self._on_slider)
        self.slider.hide()
        self.difference = self._button(
            self.tr("Difference"), self.tr("The view at the left less the kept one")
        )
        self.same_scale = self._button(
            self.tr("Same scale"),
            self.tr(
                "One colour scale for both maps; in multiples of uniform where they "
                "have another number of tokens"
            ),
        )
        for button in (self.difference, self.same_scale, self.wipe):
            button.setCheckable(True)
        self.same_scale.setChecked(True)
        self.difference.clicked.connect(self.differenceToggled)
        self.same_scale.clicked.connect(self.sameScaleToggled)
        self.swap = self._button(
            self.tr("Swap"), self.tr("Exchange the two views, to change the other one")
        )
        self.keep = self._button(
            self.tr("Keep this"), self.tr("Keep what is at the left now instead")
        )
        self.close_button = self._button("✕", self.tr("End the comparison (K)"))
        self.swap.clicked.connect(self.swapRequested)
        self.keep.clicked.connect(self.keepRequested)
        self.close_button.clicked.connect(self.closeRequested)
        self.head = self._head()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.picture, 1)
        row.addWidget(self.bar)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    def setVisible(self, visible: bool) -> None:
        """Show or hide the pane together with its head; of a wipe only the head."""
        self.head.setVisible(visible)
        super().setVisible(visible and not self._is_wiping)

    def isComparing(self) -> bool:
        """Return whether there is a comparison, side by side or as a wipe."""
        return not self.head.isHidden()

    def setWiping(self, is_wiping: bool) -> None:
        """Set whether both are shown in the picture at the left."""
        if is_wiping == self._is_wiping:
            return
        self._is_wiping = is_wiping
        self.slider.setVisible(is_wiping)
        super().setVisible(self.isComparing() and not is_wiping)

    def isWiping(self) -> bool:
        """Return whether both are shown in the picture at the left."""
        return self._is_wiping

    def setShare(self, share: float) -> None:
        """Show where the divider of a wipe is; emits nothing."""
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(100 * share))

    def setPatches(self, sizes: tuple[int, ...], now: int) -> None:
        """Offer patch sizes of the model at the left; none where it has but one."""
        if sizes != self._sizes:
            self._sizes = sizes
            tip = self.tr("Run the model at the left with patches of {n} px")
            self.patches.setOptions([(n, str(n), tip.format(n=n)) for n in sizes])
        self.patches.setValue(now)
        self.patches.setVisible(bool(sizes))

    def setCaption(self, text: str) -> None:
        """Set the caption of this half."""
        self._text = text
        self._caption.setText(text)
        self._caption.setToolTip(tip(text))

    def setLiveCaption(self, text: str) -> None:
        """Set the caption of the other half."""
        self._live_caption.setText(text)
        self._live_caption.setToolTip(tip(text))

    def caption(self) -> str:
        """Return the caption of this half, not shortened."""
        return self._text

    def setShown(self, *, difference: bool, wipe: bool) -> None:
        """Set which of the buttons for the difference and the wipe is checked."""
        self.difference.setChecked(difference)
        self.wipe.setChecked(wipe)

    def refreshTheme(self) -> None:
        """Adopt the application's theme."""
        self.picture.refreshTheme()

    def _head(self) -> QWidget:
        buttons = Flow(2)
        for widget in (
            self.another_picture,
            self.another_model,
            self.patches,
            self.wipe,
            self.slider,
            self.difference,
            self.same_scale,
            self.swap,
            self.keep,
        ):
            buttons.addWidget(widget)
        if theme.presents():  # a room needs the pictures' height, and no file dialogs
            self.another_picture.hide()
            self.another_model.hide()
        first, second = QHBoxLayout(), QHBoxLayout()
        first.setContentsMargins(8, 4, 4, 0)
        first.setSpacing(2)
        first.addLayout(buttons, 1)
        first.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        second.setContentsMargins(12, 0, 8, 2)
        second.setSpacing(12)
        second.addWidget(self._live_caption, 1)
        second.addWidget(self._caption, 1)
        head = QWidget()
        layout = QVBoxLayout(head)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(first)
        layout.addLayout(second)
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        return head

    def _line(self) -> QLabel:
        """Return a caption of one shortened line; in Present of as many as it takes."""
        label = QLabel() if theme.presents() else ElidedLabel()
        show_plainly(label)
        label.setFont(theme.font("small"))
        label.setWordWrap(theme.presents())
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        return label

    def _on_slider(self, value: int) -> None:
        self.wipeMoved.emit(value / 100)

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button
