"""Chapter 1: a picture as a sequence; a patch becomes a token by a convolution."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QAbstractAnimation, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from vitviz.domain.number_text import written_out
from vitviz.jobs import lessons
from vitviz.jobs.queue import bound
from vitviz.ui.base import theme
from vitviz.ui.learn import stage
from vitviz.ui.learn.bars import BarsView, Vector
from vitviz.ui.learn.chapters.ch1_falling_apart import FallingApart
from vitviz.ui.learn.guess import NumberGuess
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Button, Page
from vitviz.ui.learn.text import Drawn, Prose
from vitviz.ui.widgets.inputs import Slider
from vitviz.views.colour import Array, Meaning

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.domain.geometry import PatchGrid
    from vitviz.lessons.patch_embedding import Embedding


APART_MS = 3200
STEPS = 1000


class SequencePage(Page):
    """The page of chapter 1: the animation, and the convolution at the query."""

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._embedding: Embedding | None = None
        self._asked_for: Trace | None = None
        self.begin_step(
            self.tr(
                "A sentence is a sequence of words. A picture becomes one when it is "
                "cut into <b>patches</b>, its tokens."
            ),
            why=self.tr(
                "A Transformer is a neural network that reads sequences: each word, or "
                "here each patch, is a <b>token</b>. What belongs to no patch comes in "
                "front: <s>CLS</s> collects what the picture as a whole is about, and "
                "registers are scratch paper. Where the model sees less than the whole "
                "picture, it never sees what lies outside the grid."
            ),
        )
        self.counts = self.say()
        self.play = Button()
        self.play.setToolTip(self.tr("Watch the picture become a sequence, or go back"))
        self.play.clicked.connect(self._on_play)
        self.slider = Slider()
        self.slider.setRange(0, STEPS)
        self.slider.setAccessibleName(self.tr("How far the picture has come apart"))
        self.slider.setToolTip(self.tr("Drag to take the picture apart by hand"))
        self.slider.valueChanged.connect(self._on_slid)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.play)
        line.addWidget(self.slider, 1)
        self.add(row)
        self.begin_step(
            why=self.tr(
                "Tokens are counted line by line, from the top left, as one reads; "
                "those that belong to no patch come first, and the first is number 0."
            )
        )
        self.guess = NumberGuess(
            self.tr("Which token of the sequence is the <k>ringed</k> patch?"), 0, 196
        )
        self.add(self.guess)
        self.begin_step(self.tr("Click other patches: which token is each?"))
        self.place = self.say()
        self.begin_step(
            self.tr("<b>One strided convolution</b> makes tokens; a filter, its map."),
            why=self.tr(
                "The window moves on by its own width, so that every pixel is read "
                "once. At each stop every filter multiplies the window's numbers (red, "
                "green and blue of every pixel) with its own and adds up, with a "
                "constant of its own (bias). The sums of all filters are the token."
            ),
        )
        self.convolution = ConvolutionView()
        self.add(self.convolution)
        self.token = BarsView(self.tr("The patch as a token: one number a filter"))
        self.token.columnChanged.connect(self._on_filter)
        self.add(self.token)
        self.filter: Prose = self.say("", "small")
        self.stops = self.add_aside()
        self.close_with(
            self.tr(
                "Two minutes. Ask first: how would you read a picture aloud? Let the "
                "class find the order (line by line, from the top left) before you "
                "play it. <b>Often misunderstood:</b> a patch is not an object; the "
                "cut follows a ruler, not what is in the picture. The order alone "
                "would tell the model nothing about above and below: that is why "
                "every place adds numbers of its own to its token before the first "
                "layer. CLS belongs to no patch: it is an empty seat from which the "
                "model later reads its answer."
            )
        )
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0)
        self._animation.setEndValue(STEPS)
        self._animation.setDuration(APART_MS)
        self._animation.valueChanged.connect(self._on_frame)
        self.falling = FallingApart(host.picture)
        self.falling.tokenClicked.connect(self._on_tile)
        self.destroyed.connect(self.falling.deleteLater)
        self._show_play()

    def update_numbers(self, lesson: LessonData) -> None:
        """Show this run's counts, the query's place in the sequence and its patch."""
        trace = lesson.trace
        grid, setup = trace.setup.grid, trace.setup
        width, height = setup.placement.model_size
        patch_w, patch_h = setup.model.patch_size
        text = self.tr(
            "{width}×{height} pixels ÷ {patch}×{patch_h} = {rows}×{cols} = "
            "<b>{patches}</b> patches"
        )
        if trace.dropped:
            text += self.tr(" − {dropped} dropped in the Lab = <b>{left}</b>")
        if grid.num_prefix_tokens:
            text += self.tr(" + <s>{names}</s> = <b>{tokens}</b> tokens")
        names = ", ".join(map(lesson.name, range(grid.num_prefix_tokens)))
        self.counts.say(
            text.format(
                width=width,
                height=height,
                patch=patch_w,
                patch_h=patch_h,
                rows=grid.rows,
                cols=grid.cols,
                patches=f"{grid.num_patches:,}",
                dropped=f"{len(trace.dropped):,}",
                left=f"{lesson.num_patches:,}",
                names=names,
                tokens=f"{lesson.num_tokens:,}",
            )
        )
        self._show_place(lesson)
        self._set_tiles(lesson)
        self.falling.setCurrent(lesson.query, self.ringed())
        cell = self._asked_cell(lesson)
        token = grid.token(*cell)
        self.guess.setHigh(grid.num_tokens - 1)
        self.guess.setTruth(
            token,
            right=0,
            near=grid.cols,
            explanation=self._sum(grid, *cell),
        )
        model = lesson.model
        if self._asked_for is not trace and trace.is_complete and model is not None:
            self._asked_for, self._embedding = trace, None
            self.host.ask(
                bound(lessons.embedding, model, trace),
                self._on_embedding,
                on_failure=self.stops.say,
            )
        elif self._embedding is not None:
            self._show_patch()

    def forget(self) -> None:
        """Clear the patches of the previous picture."""
        super().forget()
        self._embedding = self._asked_for = None
        self.convolution.clear()
        self.token.setVectors(())
        self.filter.say("")
        self.stops.say("")

    def ringed(self) -> int | None:
        """Return the patch in the middle, which stands in for a special token."""
        lesson = self.lesson
        if lesson is None:
            return None
        grid = lesson.trace.setup.grid
        if self.current_step().guess is not None:
            return grid.token(*self._asked_cell(lesson))
        is_patch = grid.cell(lesson.query) is not None
        return None if is_patch else grid.token(*self._cell(lesson))

    def show_stage(self, lesson: LessonData) -> None:
        """Show no map: none has been spoken of yet. Filters have one of their own."""
        self.falling.setCurrent(lesson.query, self.ringed())
        if self.is_guessing():  # the tiles have their numbers on them
            self._animation.stop()
            self.slider.setValue(0)
        is_last = self.current_step() is self.all_steps()[-1]
        found = self._embedding
        if is_last and found is not None:
            values = found.output[self._filter_index(found, lesson)]
            self.host.paint(stage.signed(values, lesson.view.state.look))
        else:
            self.host.paint(stage.nothing())

    def _asked_cell(self, lesson: LessonData) -> tuple[int, int]:
        """Return the cell of the patch whose number is asked."""
        grid = lesson.trace.setup.grid
        return (3 * grid.rows) // 5, grid.cols // 4

    def _sum(self, grid: PatchGrid, row: int, col: int) -> str:
        return f"{grid.num_prefix_tokens} + {row} × {grid.cols} + {col}"

    def _filter_index(self, found: Embedding, lesson: LessonData) -> int:
        """Return the filter that is pointed at; else the patch's strongest."""
        column = self.token.column()
        if column >= 0:
            return column
        return int(np.abs(found.output[:, *self._cell(lesson)]).argmax())

    def leave(self) -> None:
        """Stop the animation and show the whole picture again."""
        self._animation.stop()
        self.slider.setValue(0)
        if self._embedding is None:  # the job has been dropped: ask again next time
            self._asked_for = None

    def _show_place(self, lesson: LessonData) -> None:
        grid = lesson.trace.setup.grid
        cell = grid.cell(lesson.query)
        if cell is None:
            self.place.say(
                self.tr(
                    "<s>{name}</s> is token <b>{token}</b>, before all patches. "
                    "Ringed: <k>patch ({row}, {col})</k>."
                ).format(
                    name=lesson.name(lesson.query),
                    token=lesson.query,
                    row=grid.rows // 2,
                    col=grid.cols // 2,
                )
            )
            return
        row, col = cell
        self.place.say(
            self.tr(
                "Patch ({row}, {col}) is token {special} + {row} × {cols} + {col} = "
                "<b>{token}</b>. We count from 0, row by row."
            ).format(
                row=row,
                col=col,
                special=grid.num_prefix_tokens,
                cols=grid.cols,
                token=lesson.query,
            )
        )

    def _set_tiles(self, lesson: LessonData) -> None:
        image = lesson.image
        self.play.setEnabled(image is not None)
        self.slider.setEnabled(image is not None)
        if image is None:
            return
        placement = lesson.trace.setup.placement
        start = self.host.picture.inputRect()
        if start is None:
            return
        pixels = np.ascontiguousarray(image.pixels)
        whole = QImage(
            pixels.data,
            pixels.shape[1],
            pixels.shape[0],
            3 * pixels.shape[1],
            QImage.Format.Format_RGB888,
        )
        ratio = self.devicePixelRatioF()
        size = (start.size() * ratio).toSize()
        seen = QImage(size, QImage.Format.Format_RGB32)
        # what lies outside the picture (letterbox)
        seen.fill(QColor(128, 128, 128))
        painter = QPainter(seen)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        rect = placement.input_rect()
        painter.drawImage(
            QRectF(0, 0, size.width(), size.height()),
            whole,
            QRectF(rect.x, rect.y, rect.width, rect.height),
        )
        painter.end()
        grid = lesson.trace.setup.grid
        names = tuple(map(lesson.name, range(grid.num_prefix_tokens)))
        self.falling.setTiles(seen, grid, start, names)

    def _on_embedding(self, found: Embedding) -> None:
        self._embedding = found
        lesson = self.lesson
        if lesson is None:
            return
        setup = lesson.trace.setup
        patch_w, patch_h = setup.model.patch_size
        width, _ = setup.placement.model_size
        self.stops.say(
            self.tr(
                "({width} − {patch}) ÷ {patch} + 1 = {cols} stops in a line, {rows} "
                "lines; {filters} filters of 3·{patch}·{patch_h} = {inputs} numbers."
            ).format(
                patch=patch_w,
                patch_h=patch_h,
                width=width,
                cols=(width - patch_w) // patch_w + 1,
                rows=setup.grid.rows,
                filters=found.num_filters,
                inputs=3 * patch_w * patch_h,
            )
        )
        self._show_patch()

    def _show_patch(self) -> None:
        found, lesson = self._embedding, self.lesson
        if found is None or lesson is None:
            return
        row, col = self._cell(lesson)
        self.token.setVectors(
            [
                Vector(
                    self.tr("token"),
                    found.output[:, row, col],
                    Meaning.QUERY,
                    self.tr("{n} numbers").format(n=found.num_filters),
                )
            ]
        )
        self._show_filter(self.token.column())
        self.show_stage(lesson)

    def _on_filter(self, column: int) -> None:
        self._show_filter(column)
        if self.lesson is not None:
            self.show_stage(self.lesson)

    def _show_filter(self, _column: int) -> None:
        found, lesson = self._embedding, self.lesson
        if found is None or lesson is None:
            return
        row, col = self._cell(lesson)
        output = found.output[:, row, col]
        index = self._filter_index(found, lesson)
        preparation = lesson.trace.setup.preprocessing
        self.convolution.setProduct(
            found.patch(row, col),
            found.kernel[index],
            found.product(index, row, col),
            mean=preparation.mean,
            std=preparation.std,
        )
        self.filter.say(
            self.tr(
                "Filter {n}, all products and a bias: <b>{sum}</b>. The model's own: "
                "{own}."
            ).format(
                n=index,
                row=row,
                col=col,
                sum=written_out(found.product(index, row, col)),
                own=written_out(float(output[index])),
            )
        )

    def _cell(self, lesson: LessonData) -> tuple[int, int]:
        """Return the query's cell; the middle of the grid for a special token."""
        grid = lesson.trace.setup.grid
        return grid.cell(lesson.query) or (grid.rows // 2, grid.cols // 2)

    def _on_tile(self, token: int) -> None:
        self.host.pin(token)

    def _on_play(self) -> None:
        lesson = self.lesson
        if lesson is not None:
            self._set_tiles(lesson)
        backward = self.slider.value() > STEPS // 2
        direction = QAbstractAnimation.Direction
        self._animation.stop()
        self._animation.setDirection(
            direction.Backward if backward else direction.Forward
        )
        self._animation.start()

    def _on_frame(self, value: object) -> None:
        self.slider.setValue(int(str(value)))

    def _on_slid(self, value: int) -> None:
        if self.falling.isHidden() and self.lesson is not None:
            self._set_tiles(self.lesson)  # the picture may have moved
        self.falling.setShare(value / STEPS)
        self._show_play()

    def _show_play(self) -> None:
        is_apart = self.slider.value() > STEPS // 2
        text = self.tr("Put it together") if is_apart else self.tr("Take it apart")
        self.play.setText(text)
        self.play.setAccessibleName(text)


# Side of each of the two squares, in lines of text.
SIDE_LINES, SIDE_LINES_ON_SLIDE = 5.0, 4.2


class ConvolutionView(Drawn):
    """One position of the strided convolution: patch × filter, summed to one number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._patch: QImage | None = None
        self._filter: QImage | None = None
        self._value = 0.0
        self.setAccessibleName(self.tr("A patch times a filter"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def clear(self) -> None:
        """Show nothing."""
        self._patch = self._filter = None
        self.update()

    def setProduct(
        self,
        patch: Array,
        kernel: Array,
        value: float,
        *,
        mean: tuple[float, ...],
        std: tuple[float, ...],
    ) -> None:
        """Show a patch, a filter and the sum of their products.

        patch : (3, h, w), normalised by `mean` and `std`.
        kernel : (3, h, w), the filter.
        """
        colours = patch * np.array(std)[:, None, None] + np.array(mean)[:, None, None]
        largest = float(np.abs(kernel).max()) or 1.0
        self._patch = _image(colours)
        # 0 becomes middle grey
        self._filter = _image(0.5 + 0.5 * kernel / largest)
        self._value = value
        self.setAccessibleDescription(written_out(value))
        self.update()

    def value(self) -> float:
        """Return the sum that is shown."""
        return self._value

    def sizeHint(self) -> QSize:
        """Return the size of two squares with captions."""
        line = self._line()
        return QSize(300, round(self._side() + line + 6))

    def minimumSizeHint(self) -> QSize:
        """Return a narrower size of the same height."""
        return QSize(200, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw squares, signs, the number and captions."""
        if self._patch is None or self._filter is None:
            return
        painter = QPainter(self)
        tone = theme.colours()
        line = self._line()
        sign = 2.2 * line
        caption = theme.font("small")
        title = theme.font("title")
        metrics = QFontMetricsF(title)
        words = ("×", "→ Σ =")
        wide = [metrics.horizontalAdvance(text) + line for text in words]
        rest = metrics.horizontalAdvance(written_out(self._value))
        side = min(self._side(), (self.width() - sum(wide) - rest - 4) / 2)
        x = 2.0
        for image, name, colour in (
            (self._patch, self.tr("patch"), Meaning.QUERY.value),
            (self._filter, self.tr("filter"), tone.line),
        ):
            place = QRectF(x, 2, side, side)
            painter.drawImage(place, image)
            painter.setPen(QPen(QColor(colour), 2))
            painter.drawRect(place)
            painter.setPen(QColor(tone.faint))
            painter.setFont(caption)
            below = QRectF(x - sign / 2, side + 4, side + sign, line)
            painter.drawText(below, Qt.AlignmentFlag.AlignCenter, name)
            x += side
            painter.setPen(QColor(tone.text))
            painter.setFont(title)
            index = 0 if image is self._patch else 1
            place = QRectF(x, 2, wide[index], side)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words[index])
            x += wide[index]
        painter.setFont(title)
        painter.drawText(
            QRectF(x, 2, rest + 4, side),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
            written_out(self._value),
        )

    def _side(self) -> float:
        return self.lines(SIDE_LINES_ON_SLIDE if theme.presents() else SIDE_LINES)

    def _line(self) -> float:
        return theme.line_px("small")


def _image(colours: Array) -> QImage:
    """Return (3, h, w) colours in [0, 1] as an image that owns its bytes."""
    data = np.rint(np.clip(colours, 0, 1) * 255).astype(np.uint8).transpose(1, 2, 0)
    height, width = data.shape[:2]
    padded = np.full((height, width, 4), 255, np.uint8)
    padded[..., :3] = data
    image = QImage(padded.data, width, height, 4 * width, QImage.Format.Format_RGBX8888)
    return image.copy()
