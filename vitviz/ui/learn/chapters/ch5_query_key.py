"""Chapter 5: the score of a query and a key, a dot product number by number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QWidget

from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import Axis
from vitviz.domain.number_text import written_out
from vitviz.jobs import lessons
from vitviz.jobs.queue import bound
from vitviz.lessons import one_head
from vitviz.lessons.one_head import Pair
from vitviz.ui.learn import stage
from vitviz.ui.learn.bars import BarsView, Vector
from vitviz.ui.learn.formula import Frac, Root, Script, Sym, letter, row
from vitviz.ui.learn.guess import PatchGuess
from vitviz.ui.learn.lesson import ChapterHost, LessonData, divisor_words
from vitviz.ui.learn.page import HeadChips, Page
from vitviz.ui.widgets.segmented import Segmented
from vitviz.views.colour import Meaning

if TYPE_CHECKING:
    from vitviz.lessons.query_projection import QueryProjection


class PairPage(Page):
    """The page of chapter 5: two vectors, their products, the sum, score and weight."""

    kept = ("clicks_choose_key",)
    uses_key = True

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._pair: Pair | None = None
        # How the query was made, and the trace, layer, head and query it is of.
        self.projection: QueryProjection | None = None
        self._sought: object = None
        self.begin_step(
            why=self.tr(
                "The query is the patch in the orange ring. In this layer and head it "
                "gives the most weight to the patch whose key is most like it; itself "
                "is left out here."
            )
        )
        self.guess = PatchGuess(
            self.tr(
                "The <q>query</q> looks for what it is most like. Which patch will it "
                "find?"
            ),
            tries=3,
        )
        self.add(self.guess)
        self.begin_step(
            self.tr(
                "The more alike <q>query</q> and <k>key</k>, the larger the score."
            ),
            why=self.tr(
                "Every token makes three vectors, lists of numbers, by multiplying "
                "itself with three matrices the model has learned: a <q>query</q>, "
                "what it looks for; a <k>key</k>, what it can be found by; a "
                "<v>value</v>, what it hands over. To weigh a patch, multiply the "
                "query with the patch's key, number by number, and add up. Divided by "
                "√d<sub>k</sub> (chapter 6) this is the score; softmax (chapter 7) "
                "makes the weight of it."
            ),
        )
        self.chips = HeadChips()
        self.chips.headChosen.connect(self._on_head)
        self.add(self.chips)
        self.bars = BarsView(self.tr("Query, key and their products"))
        self.bars.columnChanged.connect(self._show_column)
        self.add(self.bars)
        self.column = self.add_aside()
        self.chain = self.say()
        self.begin_step(
            self.tr(
                "Token x times W<sub>Q</sub> makes the query: each number is a row of "
                "W<sub>Q</sub> times x."
            ),
            why=self.tr(
                "Keys and values are made in the same way, by W<sub>K</sub> and "
                "W<sub>V</sub>. All three matrices are learned, and every head has its "
                "own."
            ),
        )
        self.click = Segmented(wraps=True)
        self.click.setAccessibleName(self.tr("What a click on the picture chooses"))
        self.click.setOptions(
            [
                (
                    "key",
                    self.tr("Click chooses the key"),
                    self.tr("Shift-click chooses the key at any time"),
                ),
                (
                    "query",
                    self.tr("… the query"),
                    self.tr("A click on the picture chooses the query"),
                ),
            ]
        )
        self.click.setValue("key")
        self.clicks_choose_key = True
        self.click.valueChosen.connect(self._on_click_kind)
        self.add(self.click)
        self.making = BarsView(self.tr("The token, a row of W_Q, and their products"))
        self.add(self.making)
        self.origin = self.say("", "small")
        self.begin_step(self.tr("Written as one line, for every query and every key:"))
        q, k = letter("q", Meaning.QUERY), letter("k", Meaning.KEY)
        index = letter("c")
        d_k = Script(letter("d"), below=letter("k"))
        self.show_formula(
            row(
                letter("s"),
                " = ",
                Frac(row(q, " · ", k), Root(d_k)),
                " = ",
                Frac(
                    row(
                        Script(Sym("Σ"), below=index),
                        " ",
                        Script(q, below=index),
                        " ",
                        Script(k, below=index),
                    ),
                    Root(d_k),
                ),
            ),
            self.tr("s = q·k / √d_k = Σ_c q_c k_c / √d_k"),
        )
        self.layers = self.say()
        self.close_with(
            self.tr(
                "Three minutes. Ask: which patch will this query find? Let them guess "
                "before you click. <b>Often misunderstood:</b> a large product in one "
                "place is not enough, the sum decides. A long key can win without "
                "pointing the same way: the cosine beside the sum tells. Query and key "
                "come from the same token by different matrices, so “A looks at B” "
                "does not mean that B looks at A: exchange the two and see."
            )
        )

    def update_numbers(self, lesson: LessonData) -> None:
        """Show the numbers of this query and key."""
        self.chips.setLesson(lesson, with_key=True)
        self._ask(lesson)
        pair = self._pair = one_head.pair(lesson.factors, lesson.query, lesson.key)
        self.bars.setVectors(
            [
                Vector("q", pair.q, Meaning.QUERY),
                Vector("k", pair.k, Meaning.KEY),
                Vector("q × k", pair.products, None, f"Σ = {written_out(pair.total)}"),
            ]
        )
        self._seek(lesson)
        self._show_column(self.bars.column())
        self.layers.say(
            self.tr(
                "d<sub>k</sub> = {width} numbers in a query or key. Here: {layers} "
                "layers of {heads} heads."
            ).format(
                width=lesson.factors.width,
                layers=lesson.trace.num_layers,
                heads=lesson.trace.num_heads,
            )
        )
        self.chain.say(self._chain(lesson, pair))

    def _chain(self, lesson: LessonData, pair: Pair) -> str:
        """Return the text that leads from the sum to the weight in this run."""
        of = lesson.factors
        text = self.tr("Sum <b>{total}</b> ÷ {divisor} = score <b>{score}</b>")
        if lesson.key in of.dropped:
            text = self.tr(
                "Sum <b>{total}</b>. The Lab has dropped this patch: weight <b>0</b>."
            )
        elif pair.is_cut:
            text = self.tr(
                "Sum <b>{total}</b>. The Lab has cut this edge: score −∞, weight "
                "<b>0</b>."
            )
        elif of.axis is Axis.KEYS:
            text += self.tr(
                " → weight <b>{weight}</b>, {ratio} × uniform. Cosine {cosine}."
            )
        elif of.axis is Axis.QUERIES:
            text += self.tr(
                " → weight <b>{weight}</b>, by the Lab over the queries: a key's "
                "weights add up to 1."
            )
        else:
            text += self.tr(
                " → weight <b>{weight}</b>, by the Lab over the heads: a pair's "
                "weights add up to 1."
            )
        if pair.bias and not pair.is_cut:
            text += self.tr(" With the model's bias {bias}.")
        return text.format(
            total=written_out(pair.total),
            divisor=divisor_words(of),
            score=written_out(pair.score),
            weight=written_out(pair.weight),
            ratio=written_out(pair.weight / lesson.uniform),
            cosine=written_out(pair.cosine),
            bias=written_out(pair.bias),
        )

    def forget(self) -> None:
        """Forget how the query was made: its picture has gone."""
        super().forget()
        self._sought = self.projection = None

    def leave(self) -> None:
        """Forget what was asked for and has not come: it is dropped."""
        if self.projection is None:
            self._sought = None

    def _seek(self, lesson: LessonData) -> None:
        """Ask how the query was made of its token, once."""
        trace, model = lesson.trace, lesson.model
        wanted = (trace, lesson.layer, lesson.head, lesson.query)
        is_ready = trace.is_complete and lesson.image is not None
        if wanted == self._sought or model is None or not is_ready:
            return
        self._sought, self.projection = wanted, None
        self.host.ask(
            bound(
                lessons.query_projection,
                model,
                trace,
                layer=lesson.layer,
                head=lesson.head,
                query=lesson.query,
            ),
            self._on_projection,
            on_failure=self.origin.say,
        )

    def _on_projection(self, found: QueryProjection) -> None:
        self.projection = found
        self._show_column(self.bars.column())

    def _show_making(self, column: int) -> None:
        """Show how one number of the query is made: a row of W_Q times the token."""
        found, pair = self.projection, self._pair
        self.making.setVisible(found is not None)
        if found is None or pair is None:
            return
        index = int(np.abs(pair.q).argmax()) if column < 0 else column
        row_of, number = found.weight[index], found.number(index)
        self.making.setVectors(
            [
                Vector("x", found.token),
                Vector("W_Q", row_of),
                Vector("W × x", row_of * found.token, Meaning.QUERY),
            ]
        )
        self.origin.say(
            self.tr(
                "Number {n}: {count} products and the bias {bias} make <b>{sum}</b>. "
                "The model's own: {own}."
            ).format(
                n=index,
                count=len(found.token),
                bias=written_out(float(found.bias[index])),
                sum=written_out(number),
                own=written_out(float(pair.q[index])),
            )
        )

    def recall(self, memory: Mapping[str, object]) -> None:
        """Restore what the viewer has set, and what a click chooses."""
        super().recall(memory)
        self.click.setValue("key" if self.clicks_choose_key else "query")

    def _ask(self, lesson: LessonData) -> None:
        """Set the patch that the query finds: the strongest besides itself."""
        trace, weights = lesson.trace, lesson.row.weights.copy()
        weights[: trace.num_prefix_tokens] = -1
        weights[lesson.query] = -1
        best = int(weights.argmax())
        self.guess.setTruths(
            trace.setup.grid,
            (best,),
            self.tr("It gets <b>{ratio} ×</b> uniform.").format(
                ratio=written_out(float(weights[best]) / lesson.uniform)
            ),
        )

    def show_stage(self, _lesson: LessonData) -> None:
        """Hide the map as long as it would give the answer away."""
        if self.is_guessing():
            self.host.paint(stage.nothing())

    def _show_column(self, column: int) -> None:
        pair = self._pair
        if pair is None:
            return
        self._show_making(column)
        if column < 0:
            text = self.tr("Point at the bars.")
        else:
            text = self.tr(
                "Number {n}: <q>{q}</q> × <k>{k}</k> = <b>{product}</b>"
            ).format(
                n=column,
                q=written_out(float(pair.q[column])),
                k=written_out(float(pair.k[column])),
                product=written_out(float(pair.products[column])),
            )
        self.column.say(text)

    def _on_click_kind(self, kind: object) -> None:
        self.clicks_choose_key = kind == "key"
        self.host.hold_query(self.clicks_choose_key)

    def _on_head(self, head: int) -> None:
        self.host.change(heads=HeadChoice((head,)))
