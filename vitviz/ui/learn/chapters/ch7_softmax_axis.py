"""Chapter 7: the axis of the softmax, and what fails over another axis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import Axis
from vitviz.domain.number_text import written_out
from vitviz.jobs import lessons
from vitviz.jobs.queue import bound
from vitviz.lessons import one_head
from vitviz.lessons.one_head import Array, Wide
from vitviz.ui.learn import stage
from vitviz.ui.learn.bars import BarsView, Vector
from vitviz.ui.learn.chapters.ch7_jar import Jar
from vitviz.ui.learn.formula import Frac, Script, Sym, letter, row
from vitviz.ui.learn.guess import ChoiceGuess
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import HeadChips, Page
from vitviz.ui.learn.small_maps import MapsView, Small
from vitviz.ui.learn.text import Table
from vitviz.ui.widgets.segmented import Segmented
from vitviz.views.colour import Meaning

if TYPE_CHECKING:
    from vitviz.lessons.softmax_axes import Sums


# Number of tokens from which a message says that the sums are being computed.
MANY = 1000


class AxisPage(Page):
    """The page of chapter 7: a switch for the axis, and this layer's sums along all."""

    kept = ("_axis",)

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._axis = Axis.KEYS
        self._asked: object = None
        # Scores, powers and weights of the query's row.
        self._powers: tuple[Wide, Wide, Array] | None = None
        self.sums: Sums | None = None
        self.begin_step(
            self.tr(
                "e to each score, then ÷ total: every query has exactly 1 to share out."
            ),
            why=self.tr(
                "Softmax makes weights of scores: e is raised to each score, then all "
                "are divided by their sum. So they are positive and add up to 1."
            ),
        )
        self.chips = HeadChips()
        self.chips.headChosen.connect(self._on_head)
        self.add(self.chips)
        self.steps = BarsView(self.tr("Scores, their powers of e, and weights"))
        self.steps.columnChanged.connect(self._show_steps)
        self.add(self.steps)
        self.chain = self.say()
        self.begin_step(
            why=self.tr(
                "Scores have the shape (B, H, N, N): batch (pictures at once), heads, "
                "queries, keys. Axes are counted from the end: the last is -1."
            )
        )
        self.guess = ChoiceGuess(
            self.tr(
                "Scores are (B, H, N, N). Over which axis must a query's weights add "
                "up to 1?"
            ),
            [self.tr("keys (-1)"), self.tr("queries (-2)"), self.tr("heads (-3)")],
        )
        self.guess.setTruth(0, self.tr("It shares out its 1 among all keys."))
        self.add(self.guess)
        self.begin_step(
            self.tr("<b>Over which axis?</b> The last, <code>dim=-1</code>."),
            why=self.tr(
                "Scores have the shape (B, H, N, N): batch (pictures at once), heads, "
                "queries, keys. The last axis, <code>dim=-1</code>, means “over all "
                "<k>keys</k>, for each <q>query</q>”: every query has one whole "
                "attention to give away. Over another axis no error appears: shapes "
                "fit, numbers lie between 0 and 1, pictures come out. Only the sums "
                "tell."
            ),
        )
        self.switch = self._axis_switch()
        self.row_sum = self.say()
        self.maps = MapsView(self.tr("The query's row, as it is and over this axis"))
        self.jar = Jar()
        side = QWidget()
        box = QHBoxLayout(side)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.jar, 0, Qt.AlignmentFlag.AlignTop)
        box.addWidget(self.maps, 1)
        self.add(side)
        self.verdict = self.say()
        self.begin_step(
            self.tr("Sums are 1 only along this axis:"),
            why=self.tr(
                "Columns need not sum to 1: a key that everyone looks at collects far "
                "more, one that nobody needs nearly nothing. That is information, not "
                "a fault."
            ),
        )
        self.again = self._axis_switch()
        self.table = self.say()
        i, j = letter("i", Meaning.QUERY), letter("j", Meaning.KEY)
        exponent = Script(letter("s"), below=row(i, j))
        power = Script(letter("e"), above=exponent)
        self.show_formula(
            row(
                Script(letter("w"), below=row(i, j)),
                " = ",
                Frac(power, row(Script(Sym("Σ"), below=j), " ", power)),
            ),
            self.tr("w_ij = exp(s_ij) / Σ_j exp(s_ij)"),
        )
        self.close_with(
            self.tr(
                "Two minutes. Write the scores as a table on the board, queries "
                "downwards, keys across, and let someone divide the wrong way. "
                "<b>Often misunderstood:</b> columns need not sum to 1. A key that "
                "everyone looks at collects far more, one that nobody needs nearly "
                "nothing: that is information, not a fault. And the wrong axis raises "
                "no error: shapes fit, numbers lie between 0 and 1, pictures come out."
            )
        )

    def _axis_switch(self) -> Segmented:
        """Add a switch for the axis."""
        switch = Segmented(wraps=True)
        switch.setAccessibleName(self.tr("Axis of the softmax"))
        switch.setOptions(
            [
                (
                    Axis.KEYS,
                    self.tr("keys (-1)"),
                    self.tr("The last axis: over all keys, for each query. Right."),
                ),
                (
                    Axis.QUERIES,
                    self.tr("queries (-2)"),
                    self.tr("The second to last axis: over all queries, for each key"),
                ),
                (
                    Axis.HEADS,
                    self.tr("heads (-3)"),
                    self.tr(
                        "The third to last axis, here dim=1: over the heads of each "
                        "pair"
                    ),
                ),
            ]
        )
        switch.setValue(self._axis)
        switch.valueChosen.connect(self._on_axis)
        self.add(switch)
        return switch

    def update_numbers(self, lesson: LessonData) -> None:
        """Ask for the sums of this layer, once for every axis, head and query."""
        self.chips.setLesson(lesson, with_key=False)
        self._show_powers(lesson)
        wanted = (lesson.trace, lesson.layer, lesson.head, lesson.query, self._axis)
        if wanted == self._asked:
            return
        self._asked = wanted
        if lesson.trace.num_tokens > MANY:
            self.row_sum.say(self.tr("Adding up the whole layer …"))
        self.host.ask(
            bound(
                lessons.sums,
                lesson.trace,
                lesson.layer,
                self._axis,
                head=lesson.head,
                query=lesson.query,
            ),
            self._on_sums,
            on_failure=self.row_sum.say,
        )

    def _show_powers(self, lesson: LessonData) -> None:
        """Show each key's score, e to the power of it, and the weight it becomes."""
        scores = lesson.factors.scores(lesson.query)
        row = one_head.row(lesson.factors, lesson.query, axis=Axis.KEYS)
        with np.errstate(over="ignore"):
            powers = np.exp(scores)
        self._powers = scores, powers, row.weights
        seen = np.where(np.isfinite(scores), scores, 0.0)
        self.steps.setVectors(
            [
                Vector(self.tr("score s"), seen.astype(np.float32), None),
                Vector("e^s", powers.astype(np.float32), None),
                Vector(self.tr("weight"), row.weights, Meaning.QUERY),
            ]
        )
        self._show_steps(self.steps.column())

    def _show_steps(self, column: int) -> None:
        """Say how the score of a key becomes its weight; of the key that was chosen."""
        lesson, found = self.lesson, self._powers
        if lesson is None or found is None:
            return
        scores, powers, weights = found
        token = lesson.key if column < 0 else column
        self.chain.say(
            self.tr(
                "<k>{key}</k>: score <b>{score}</b> → e<sup>s</sup> = <b>{power}</b> → "
                "÷ total <b>{total}</b> = weight <b>{weight}</b>."
            ).format(
                key=lesson.name(token),
                score=written_out(float(scores[token])),
                power=written_out(float(powers[token])),
                total=written_out(float(powers.sum())),
                weight=written_out(float(weights[token])),
            )
        )

    def recall(self, memory: Mapping[str, object]) -> None:
        """Restore what the viewer has set, and show the axis on the switch."""
        super().recall(memory)
        self._show_axis()

    def _show_axis(self) -> None:
        for switch in (self.switch, self.again):
            switch.setValue(self._axis)

    def forget(self) -> None:
        """Forget the sums of the previous picture."""
        super().forget()
        self._asked = self.sums = self._powers = None
        self.jar.setSum(None)

    def leave(self) -> None:
        """Forget what was asked for: it has been dropped; ask again next time."""
        self._asked = None

    def _on_sums(self, found: Sums) -> None:
        lesson = self.lesson
        if lesson is None:
            return
        self.sums = found
        self.jar.setSum(found.row_sum)
        right = found.axis is Axis.KEYS
        self.row_sum.say(
            self.tr(
                "<q>Query</q> {query}: weights add up to <b>{sum}</b>{mark}"
            ).format(
                query=lesson.name(lesson.query),
                sum=f"{found.row_sum:.3f}",
                mark=" <v>✓</v>" if right else " <w>✗</w>",
            )
        )
        self.table.say(
            "",
            Table(
                (
                    self.tr("sums in this layer"),
                    self.tr("smallest"),
                    self.tr("largest"),
                ),
                (
                    (self.tr("over keys, for each query"), *_ends(found.over_keys)),
                    (
                        self.tr("over queries, for each key"),
                        *_ends(found.over_queries),
                    ),
                    (self.tr("over heads, for each pair"), *_ends(found.over_heads)),
                ),
            ),
        )
        over_keys = one_head.row(lesson.factors, lesson.query, axis=Axis.KEYS)
        small = [Small(self.tr("dim=-1"), lesson.patches(over_keys.weights))]
        if not right:
            caption = f"dim={found.axis.dim}"
            small.append(Small(caption, lesson.patches(found.row)))
        self.maps.setMaps(small, lesson.view.state.look.colormap)
        self.verdict.say(self._verdict(found))
        if self.isVisible():
            self.show_stage(lesson)

    def show_stage(self, lesson: LessonData) -> None:
        """Show the query's row over the chosen axis on the large picture."""
        found = self.sums
        is_shown = self.current_step().guess is None and self.step_index > 0
        if not is_shown or found is None or found.axis is Axis.KEYS:
            self.host.paint(None)
            return
        look = lesson.view.state.look
        self.host.paint(stage.tinted(lesson.patches(found.row), look))

    def _verdict(self, found: Sums) -> str:
        match found.axis:
            case Axis.KEYS:
                return self.tr("Every query gives away exactly 1.")
            case Axis.QUERIES:
                return self.tr(
                    "Every <k>key</k> hands out 1; queries get more or less."
                )
            case Axis.HEADS:
                return self.tr(
                    "The heads compete: {sum} instead of 1. Here it is "
                    "<code>dim=1</code>, which articles give by mistake."
                ).format(sum=f"{found.row_sum:.1f}")

    def _on_axis(self, axis: object) -> None:
        assert isinstance(axis, Axis)
        self._axis = axis
        self._show_axis()
        if self.lesson is not None:
            self.update_numbers(self.lesson)

    def _on_head(self, head: int) -> None:
        self.host.change(heads=HeadChoice((head,)))


def _ends(ends: tuple[float, float]) -> tuple[str, str]:
    """Return smallest and largest sum as text, both marked where they are 1."""
    is_one = all(abs(end - 1) < 5e-4 for end in ends)
    low, high = (f"{end:.3f}" for end in ends)
    return (f"<v>{low}</v>", f"<v>{high}</v>") if is_one else (low, high)
