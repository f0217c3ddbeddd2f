"""Chapter 3: patch size as a map's scale, on the five sizes of vitviz-flexi."""

from __future__ import annotations

from dataclasses import dataclass, replace
from weakref import ref

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import QSlider, QWidget

from vitviz.domain.number_text import bytes_text
from vitviz.jobs import lessons
from vitviz.jobs.queue import bound
from vitviz.lessons import cost
from vitviz.lessons.cost import Timing
from vitviz.models.catalogue.embedded import EMBEDDED_PATCH_SIZES, FLEXI_NAME
from vitviz.ui.base.text import format_seconds
from vitviz.ui.learn.chapters.ch3_maps import Plate, Sheets, Square, share_a_patch
from vitviz.ui.learn.guess import ChoiceGuess
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Button, Page
from vitviz.ui.learn.slider_labels import Marks
from vitviz.ui.learn.text import Prose, Table
from vitviz.ui.widgets.inputs import Slider

# How long the slider has to rest before the model runs.
SETTLE_MS = 250
# Patch sizes to choose from in the guess.
GUESSES = (28, 14, 8)


@dataclass(frozen=True, slots=True)
class Seen:
    """Grid, tokens, memory and time of a run with one patch size."""

    grid: tuple[int, int]
    tokens: int
    matrices_bytes: int
    kept_bytes: int
    # Of one pass, measured by itself; None: not yet.
    seconds: float | None = None


class ScalePage(Page):
    """The page of chapter 3: a slider of patch sizes, and a table of what each took."""

    kept = ("_seen", "_image")

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._seen: dict[int, Seen] = {}
        self._image: object = None
        # The patch size whose pass is being timed.
        self._timing: int | None = None
        self._current = 0
        self.offer_text = Prose(
            self.tr("The slider needs vitviz-flexi, trained for five sizes."),
            "small",
            is_aside=True,
        )
        self.offer = Button(self.tr("Use vitviz-flexi"))
        self.offer.setToolTip(
            self.tr("Run it on this picture; the model of now is found under Model")
        )
        self.offer.clicked.connect(self._on_offer)
        self.slider = Slider()
        self.slider.setRange(0, len(EMBEDDED_PATCH_SIZES) - 1)
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setTickInterval(1)
        self.slider.setAccessibleName(self.tr("Patch size in pixels"))
        self.slider.setToolTip(self.tr("Run the same model with patches of this size"))
        self.slider.valueChanged.connect(self._on_slid)
        self.marks = Marks(self.slider, tuple(map(str, EMBEDDED_PATCH_SIZES)))
        self.show_above(self.offer_text, self.offer, self.slider, self.marks)
        self.begin_step(
            self.tr(
                "Large patch, <b>small</b> scale: few sheets, no alleys. Small patch, "
                "large scale."
            ),
            why=self.tr(
                "Think of maps. On a map of <b>small scale</b> one sheet holds the "
                "whole city, but no alley: those are <b>large patches</b>. A map of "
                "<b>large scale</b> shows every alley and fills many sheets: those are "
                "<b>small patches</b>. Do not turn it around: large patch, small scale."
            ),
        )
        self.sheets = Sheets()
        self.add(self.sheets)
        self.begin_step(
            self.tr("Half the side: four times the patches, and what they cost."),
            why=self.tr(
                "Matrices: of all pairs, if they were written out (chapter 4). q, k, "
                "v: what vitviz keeps instead (chapter 5). Both of all layers. Time: "
                "one pass by itself, measured anew."
            ),
        )
        self.table = self.say()
        self.begin_step(
            why=self.tr(
                "Where two faults lie in one patch, the model gets one token for both: "
                "what is smaller than a patch, or nearer than one, has no token of its "
                "own. For faults (anomaly detection) take 8 or 14."
            )
        )
        self.guess = ChoiceGuess(
            self.tr(
                "Two scratches, 9 pixels apart. Which is the <b>largest</b> patch that "
                "parts them?"
            ),
            [self.tr("{n} px").format(n=size) for size in GUESSES],
            is_ordered=True,
        )
        largest = max(s for s in EMBEDDED_PATCH_SIZES if not share_a_patch(s))
        self.guess.setTruth(GUESSES.index(largest), self.tr("Try all with the slider."))
        self.guess.revealed.connect(self._show_plate)
        self.add(self.guess)
        self.plate = Plate()
        self.add(self.plate)
        self.begin_step(
            self.tr("Drag a square over a whisker on the picture."),
            why=self.tr(
                "A detail gets a token of its own where a patch lies inside it. 8 or "
                "14 for delicate work, such as finding a scratch; to say roughly what "
                "is in a picture, 16 and more are often enough, and they cost far "
                "less. The 16 in <code>vit_b_16</code>, torchvision's well-known "
                "model, is its patch size."
            ),
        )
        self.said = self.say()
        self.note = self.add_aside(
            self.tr(
                "8 or 14 for small faults, 16 and up for coarse labels, as in "
                "torchvision's <code>vit_b_16</code>."
            )
        )
        self.square = Square(host.picture)
        self.square.sized.connect(self._on_square)
        self.destroyed.connect(self.square.deleteLater)
        self.close_with(
            self.tr(
                "Three minutes. Show 32 first: few sheets, quickly read, and the "
                "details gone. Then 8, and let the class predict the number of tokens "
                "before the run ends: half the side, four times the patches. "
                "<b>Often misunderstood:</b> “large scale” sounds like large patches; "
                "on maps it is the other way round: 1 : 10,000 is a larger scale than "
                "1 : 100,000, and shows less ground in more detail. Most models know "
                "only the size they were trained with; this one drew its size anew "
                "for every batch of its training."
            )
        )
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)

    def update_numbers(self, lesson: LessonData) -> None:
        """Show this run's size on the slider, and what it took in the table."""
        info = lesson.trace.setup.model
        patch = info.patch_size[0]
        is_ours = info.name == FLEXI_NAME and patch in EMBEDDED_PATCH_SIZES
        self.offer.setVisible(not is_ours)
        self.offer_text.setVisible(not is_ours and self.offer_text.has_words())
        self.slider.setEnabled(is_ours)
        # the handle stands on the size on screen, or nowhere
        is_marked = patch in EMBEDDED_PATCH_SIZES
        self.slider.setVisible(is_marked)
        self.marks.setVisible(is_marked)
        # a weak reference: this outlives the picture
        image = None if lesson.image is None else ref(lesson.image)
        if image != self._image:
            self._image, self._seen = image, {}
        if is_marked and not (is_ours and self._settle.isActive()):
            with QSignalBlocker(self.slider):
                self.slider.setValue(EMBEDDED_PATCH_SIZES.index(patch))
            self.marks.update()
        self.sheets.setPatch(patch)
        self._show_plate()
        if not is_ours:
            self.table.say("")
            return
        trace = lesson.trace
        if trace.is_complete:
            layers, heads = trace.num_layers, trace.num_heads
            former = self._seen.get(patch)
            self._seen[patch] = Seen(
                trace.grid,
                lesson.num_tokens,
                cost.written_out_bytes(layers, heads, lesson.num_tokens),
                trace.num_bytes,
                # a time belongs to the grid that it was measured with
                former.seconds if former and former.grid == trace.grid else None,
            )
            self._measure(lesson, patch)
        self._current = patch
        self._show_table(patch)

    def forget(self) -> None:
        """Forget the pass that is being timed: its picture or size has gone."""
        super().forget()
        self._timing = None

    def seen(self) -> dict[int, Seen]:
        """Return what each size that has been tried took on this picture."""
        return dict(self._seen)

    def show_stage(self, lesson: LessonData) -> None:
        """Let a square be dragged on the last step."""
        place = self.host.picture.inputRect()
        is_asked = self.current_step() is self.all_steps()[-1] and place is not None
        if place is not None:
            wide = lesson.trace.setup.placement.model_size[0]
            self.square.setScale(place.width() / wide)
        self.square.showOver(is_asked)

    def _on_square(self, side: float) -> None:
        fitting = [size for size in EMBEDDED_PATCH_SIZES if size <= side]
        text = self.tr("{side} pixels wide: no patch lies inside it.")
        if fitting:
            text = self.tr(
                "{side} pixels wide: patches of <b>{sizes}</b> lie inside it."
            )
        self.said.say(text.format(side=round(side), sizes=", ".join(map(str, fitting))))

    def _show_plate(self) -> None:
        """Cut the plate once it has been guessed, by the size on the slider."""
        is_shown = self.guess.isRevealed()
        patch = EMBEDDED_PATCH_SIZES[self.slider.value()]
        self.plate.setPatch(patch if is_shown else None)

    def leave(self) -> None:
        """Drop the size that has not been run yet and the pass that is being timed."""
        self.square.clear()
        self.square.showOver(False)
        self._settle.stop()
        self._timing = None

    def _measure(self, lesson: LessonData, patch: int) -> None:
        """Time one pass by itself, since other work ran beside the run on screen."""
        model, image, grid = lesson.view.model, lesson.image, lesson.trace.grid
        is_known = self._seen[patch].seconds is not None
        if is_known or self._timing == patch or model is None or image is None:
            return
        self._timing = patch

        def receive(found: Timing) -> None:
            self._timing = None
            seen = self._seen.get(patch)
            if seen is not None and seen.grid == found.grid:
                self._seen[patch] = replace(seen, seconds=found.whole_s)
                self._show_table(self._current)

        self.host.ask(bound(lessons.one_pass, model, image, grid), receive)

    def _show_table(self, current: int) -> None:
        rows = []
        for patch in EMBEDDED_PATCH_SIZES:
            found = self._seen.get(patch)
            cells = [self.tr("{n} px").format(n=patch)]
            if found is None:
                cells += ["–"] * 5
            else:
                cells += [
                    f"{found.grid[0]}×{found.grid[1]}",
                    f"{found.tokens:,}",
                    bytes_text(found.matrices_bytes),
                    bytes_text(found.kept_bytes),
                    "–" if found.seconds is None else format_seconds(found.seconds),
                ]
            if patch == current:
                cells = [f"<b>{cell}</b>" for cell in cells]
            rows.append(tuple(cells))
        header = (
            self.tr("patch"),
            self.tr("grid"),
            self.tr("tokens"),
            self.tr("matrices"),
            self.tr("q, k, v"),
            self.tr("time"),
        )
        self.table.say("", Table(header, tuple(rows)))

    def _on_offer(self) -> None:
        self.host.choose_patch_size(16)

    def _on_slid(self, _value: int) -> None:
        self._settle.start()
        self.sheets.setPatch(EMBEDDED_PATCH_SIZES[self.slider.value()])
        self._show_plate()

    def _on_settled(self) -> None:
        lesson, patch = self.lesson, EMBEDDED_PATCH_SIZES[self.slider.value()]
        if lesson is not None and lesson.trace.setup.model.patch_size[0] != patch:
            self.host.choose_patch_size(patch)
