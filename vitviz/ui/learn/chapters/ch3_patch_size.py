"""Chapter 2: patch size as a map's scale, on the five sizes of vitviz-flexi."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import QSlider, QWidget

from vitviz.domain.number_text import bytes_text
from vitviz.jobs import lessons
from vitviz.jobs.queue import bound
from vitviz.lessons import cost
from vitviz.lessons.cost import Timing
from vitviz.models.catalogue.embedded import EMBEDDED_PATCH_SIZES, FLEXI_NAME
from vitviz.ui.base.text import format_seconds
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Button, Page
from vitviz.ui.learn.slider_labels import Marks
from vitviz.ui.learn.text import Table
from vitviz.ui.widgets.inputs import Slider

# How long the slider has to rest before the model runs.
SETTLE_MS = 250
# Number of sizes to try for the task.
ENOUGH = 3


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
    """The page of chapter 2: a slider of patch sizes, and a table of what each took."""

    kept = ("_seen", "_image")

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._seen: dict[int, Seen] = {}
        self._image: object = None
        # The patch size whose pass is being timed.
        self._timing: int | None = None
        self._current = 0
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
        self.offer_text = self.say(
            self.tr("The slider needs vitviz-flexi, trained for five sizes.")
        )
        self.offer = Button(self.tr("Use vitviz-flexi"))
        self.offer.setToolTip(
            self.tr("Run it on this picture; the model of now is found under Model")
        )
        self.offer.clicked.connect(self._on_offer)
        self.add_row(self.offer)
        self.ask_to(
            self.tr("Try three sizes: at which is a whisker a patch of its own?")
        )
        self.slider = Slider()
        self.slider.setRange(0, len(EMBEDDED_PATCH_SIZES) - 1)
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.setTickInterval(1)
        self.slider.setAccessibleName(self.tr("Patch size in pixels"))
        self.slider.setToolTip(self.tr("Run the same model with patches of this size"))
        self.slider.valueChanged.connect(self._on_slid)
        self.add(self.slider)
        self.marks = Marks(self.slider, tuple(map(str, EMBEDDED_PATCH_SIZES)))
        self.add(self.marks)
        self.table = self.say()
        self.note = self.add_aside()
        self.begin_step(
            self.tr(
                "<b>Which one?</b> 8 or 14 for small faults (anomaly detection), 16 "
                "and up for coarse labels. torchvision's <code>vit_b_16</code> takes "
                "16."
            ),
            why=self.tr(
                "Delicate work, such as finding a scratch, needs a patch no larger "
                "than what is sought. To say roughly what is in a picture, 16 and more "
                "are often enough, and they cost far less: half the side is four times "
                "the patches. The 16 in <code>vit_b_16</code> is its patch size."
            ),
        )
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
        self.offer_text.setVisible(not is_ours)
        self.slider.setEnabled(is_ours)
        # the handle stands on the size on screen, or nowhere
        is_marked = patch in EMBEDDED_PATCH_SIZES
        self.slider.setVisible(is_marked)
        self.marks.setVisible(is_marked)
        if lesson.image is not self._image:
            self._image, self._seen = lesson.image, {}
        if is_marked and not (is_ours and self._settle.isActive()):
            with QSignalBlocker(self.slider):
                self.slider.setValue(EMBEDDED_PATCH_SIZES.index(patch))
            self.marks.update()
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
            if len(self._seen) >= ENOUGH:
                self.done()
        self._current = patch
        self._show_table(patch)

    def forget(self) -> None:
        """Forget the pass that is being timed: its picture or size has gone."""
        super().forget()
        self._timing = None

    def seen(self) -> dict[int, Seen]:
        """Return what each size that has been tried took on this picture."""
        return dict(self._seen)

    def leave(self) -> None:
        """Drop the size that has not been run yet and the pass that is being timed."""
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
        self.note.say(
            self.tr(
                "Matrices: of all pairs, if written out (chapter 4). q, k, v: what is "
                "kept instead (chapter 5)."
            )
        )
        self.table.say("", Table(header, tuple(rows)))

    def _on_offer(self) -> None:
        self.host.choose_patch_size(16)

    def _on_slid(self, _value: int) -> None:
        self._settle.start()
        self.update()

    def _on_settled(self) -> None:
        lesson, patch = self.lesson, EMBEDDED_PATCH_SIZES[self.slider.value()]
        if lesson is not None and lesson.trace.setup.model.patch_size[0] != patch:
            self.host.choose_patch_size(patch)
