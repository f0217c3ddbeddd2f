"""Chapter 8: the output of attention, the weighted sum of all values."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QSizePolicy, QWidget

from vitviz.domain.heads import HeadChoice
from vitviz.domain.number_text import written_out
from vitviz.lessons import one_head
from vitviz.ui.base import theme
from vitviz.ui.learn import stage
from vitviz.ui.learn.bars import BarsView, Vector
from vitviz.ui.learn.chapters.ch8_flow import FlowView, Stream
from vitviz.ui.learn.formula import Script, Sym, letter, row
from vitviz.ui.learn.guess import PatchGuess
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import HeadChips, Page
from vitviz.ui.widgets.bar_list import Bar, BarList
from vitviz.views.colour import Meaning

# Number of contributions in the list.
MOST, MOST_IN_PRESENT = 6, 4


class OutputPage(Page):
    """The page of chapter 8: the largest contributions, the output, and the shapes."""

    uses_key = True

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self.begin_step(
            why=self.tr(
                "What a patch gives is its weight times the length of its value: a "
                "patch with a small weight and a long value can give more than one "
                "that is looked at. Special tokens are left out here: they have no "
                "place on the picture."
            )
        )
        self.guess = PatchGuess(
            self.tr(
                "The <q>query</q> mixes what all patches hand over. Which gives "
                "<b>most</b>?"
            )
        )
        self.add(self.guess)
        self.begin_step(
            self.tr(
                "The output is a mixture: all <v>values</v>, each times its weight, "
                "added up."
            ),
            why=self.tr(
                "A weight says how much of a patch's <v>value</v> the query takes. "
                "What is looked at flows in, what is not looked at hardly does. The "
                "bars are weight × length of the value: a patch with a small weight "
                "and a long value can give more than one that is looked at."
            ),
        )
        self.chips = HeadChips()
        self.chips.headChosen.connect(self._on_head)
        self.add(self.chips)
        self.parts = BarList()
        self.parts.setAccessibleName(self.tr("The largest contributions to the output"))
        self.parts.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.parts.chosen.connect(self._on_part)
        self.add(self.parts)
        self.share = self.add_aside()
        self.begin_step(
            self.tr("What flows in, as wide as weight × length of the value:"),
            why=self.tr(
                "Click a patch of the list to see what it hands over, here and on the "
                "picture. All that is not drawn flows in, too, but less."
            ),
        )
        self.flow = FlowView()
        self.flow.chosen.connect(host.choose_key)
        self.add(self.flow)
        self.begin_step(
            self.tr("w·v and the output share a scale; v has its own."),
            why=self.tr(
                "Of the key on the picture: its value v, and w·v, which is what it "
                "gives to the output. Recomputed and the model's own output agree: the "
                "numbers are those of this run."
            ),
        )
        self.bars = BarsView(self.tr("The chosen contribution and the whole output"))
        self.add(self.bars)
        self.scales = self.add_aside()
        i, j = letter("i", Meaning.QUERY), letter("j", Meaning.KEY)
        self.show_formula(
            row(
                Script(letter("o"), below=i),
                " = ",
                Script(Sym("Σ"), below=j),
                " ",
                Script(letter("w"), below=row(i, j)),
                " ",
                Script(letter("v", Meaning.VALUE), below=j),
            ),
            self.tr("o_i = Σ_j w_ij v_j"),
        )
        self.shapes = self.say()
        self.close_with(
            self.tr(
                "Two minutes. Compare with mixing paint: the weights are the recipe, "
                "the values the colours. <b>Often misunderstood:</b> the largest "
                "weight need not make the largest contribution, because values have "
                "lengths of their own; special tokens often get much weight and hand "
                "over a short value. Values are not pixels: what is mixed are the "
                "numbers that the layer has made of each patch."
            )
        )

    def update_numbers(self, lesson: LessonData) -> None:
        """Show the contributions to this query's output in this head."""
        self.chips.setLesson(lesson, with_key=True)
        of = lesson.factors
        found = one_head.mixture(of, lesson.query)
        heads, tokens, d_v = lesson.trace.num_heads, lesson.num_tokens, of.v.shape[1]
        self.shapes.say(
            self.tr(
                "(B, H, N, N) × (B, H, N, d<sub>v</sub>) → (B, H, N, d<sub>v</sub>): "
                "here (1, {heads}, {tokens}, {tokens}) × (1, {heads}, {tokens}, {d_v}) "
                "→ <b>(1, {heads}, {tokens}, {d_v})</b>"
            ).format(heads=heads, tokens=tokens, d_v=d_v)
        )
        largest = found.largest(
            min(MOST_IN_PRESENT if theme.presents() else MOST, tokens)
        )
        prefix = lesson.trace.num_prefix_tokens
        if all(token < prefix for token in largest):  # one that can be found
            largest = (*largest[:-1], prefix + int(found.lengths[prefix:].argmax()))
        top = float(found.lengths[largest[0]])
        self.parts.setBars(
            tuple(
                Bar(
                    token,
                    lesson.name(token),
                    float(found.lengths[token]) / top if top else 0.0,
                    self.tr("{weight} × {length} = {part}").format(
                        weight=written_out(float(lesson.row.weights[token])),
                        length=written_out(float(found.value_lengths[token])),
                        part=written_out(float(found.lengths[token])),
                    ),
                )
                for token in largest
            )
        )
        self.parts.setFixedHeight(round(self.parts.rowRect(len(largest)).top()) + 4)
        self.parts.setCurrent(lesson.key if lesson.key in largest else None)
        total = float(found.lengths.sum())
        share = sum(float(found.lengths[token]) for token in largest)
        # 0 for a dropped patch, which gets nothing
        share = share / total if total else 0.0
        text = self.tr(
            "Weight × length of v. These {n} of {tokens}: {share} % of all. Error "
            "{error}."
        )
        if largest[0] < prefix:
            text += self.tr(" {special} has no place on the picture.")
        if of.is_off:
            text = self.tr("The Lab has switched this head off: no value flows.")
        self.share.say(
            text.format(
                n=len(largest),
                special=lesson.name(largest[0]),
                tokens=tokens,
                share=round(100 * share),
                error=written_out(
                    float(f"{lesson.trace.capture(lesson.layer).error:.0e}")
                ),
            )
        )
        part = lesson.row.weights[lesson.key] * of.v[lesson.key]
        # contribution and output on one scale, to compare their sizes
        reach = float(max(np.abs(part).max(), np.abs(found.out).max()))
        self.bars.setVectors(
            [
                Vector("v", of.v[lesson.key], Meaning.VALUE),
                Vector("w·v", part, Meaning.VALUE, top=reach),
                Vector(self.tr("output"), found.out, top=reach),
            ]
        )
        self.scales.say(
            self.tr("<k>Key</k> {key}, one of {tokens}.").format(
                key=lesson.name(lesson.key), tokens=tokens
            )
        )
        patches = found.lengths.copy()
        patches[:prefix] = -1
        best = int(patches.argmax())
        self.guess.setTruths(
            lesson.trace.setup.grid,
            (best,) if patches[best] > 0 else (),
            self.tr("{share} % of all lengths.").format(
                share=round(100 * float(found.lengths[best]) / total) if total else 0
            ),
        )
        self.flow.setStreams(
            tuple(
                Stream(
                    token,
                    lesson.name(token),
                    float(found.lengths[token]),
                    patch_image(lesson, token),
                )
                for token in largest
            ),
            lesson.key,
        )

    def show_stage(self, _lesson: LessonData) -> None:
        """Hide the map as long as it would give the answer away."""
        if self.is_guessing():
            self.host.paint(stage.nothing())

    def _on_part(self, token: int) -> None:
        self.host.choose_key(token)

    def _on_head(self, head: int) -> None:
        self.host.change(heads=HeadChoice((head,)))


def patch_image(lesson: LessonData, token: int) -> QImage | None:
    """Return what of the picture a patch is; None for a special token."""
    setup, image = lesson.trace.setup, lesson.image
    cell = setup.grid.cell(token)
    if cell is None or image is None:
        return None
    rect, grid = setup.placement.input_rect(), setup.grid
    wide, tall = rect.width / grid.cols, rect.height / grid.rows
    left, top = rect.x + cell[1] * wide, rect.y + cell[0] * tall
    high, across = image.pixels.shape[:2]
    rows = slice(max(round(top), 0), min(max(round(top + tall), 1), high))
    columns = slice(max(round(left), 0), min(max(round(left + wide), 1), across))
    pixels = np.ascontiguousarray(image.pixels[rows, columns])
    if not pixels.size:
        return None
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_RGB888
    return QImage(pixels.data, width, height, 3 * width, kind).copy()
