"""Chapter 10: what a block adds to its tokens, and what is lost without a part."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QWidget

from vitviz.domain.number_text import written_out
from vitviz.jobs import lessons
from vitviz.jobs.queue import bound
from vitviz.ui.learn import stage
from vitviz.ui.learn.bars import BarsView, Vector
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Page
from vitviz.ui.learn.prediction_change import outcome
from vitviz.ui.widgets.segmented import Segmented
from vitviz.views.colour import Array, Meaning
from vitviz.views.ribbon import Stop

if TYPE_CHECKING:
    from vitviz.jobs.lessons import BlockRun
    from vitviz.lessons.block_parts import Additions

# Values of `vitviz.lessons.block_parts.Part`, which loads torch.
PARTS = ("residual", "norm", "mlp")
STOPS = {"residual": Stop.SECOND_ADD, "norm": Stop.NORM, "mlp": Stop.MLP}


class BlockPage(Page):
    """The page of chapter 10: the sum that a block is, and runs without its parts."""

    kept = ("added", "part", "in_all", "_tried")

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        # What is painted on the first step: "attention" or "mlp".
        self.added = "attention"
        # What is left out on the second step; "" is nothing.
        self.part = ""
        self.in_all = False
        self._tried: frozenset[str] = frozenset()
        self.additions: Additions | None = None
        self.run: BlockRun | None = None
        self._sought: object = None
        self._build_sum()
        self._build_switches()
        self.close_with(
            self.tr(
                "Three minutes. Let the class guess which part is missed most before "
                "you switch it off. <b>Often misunderstood:</b> the MLP does not mix "
                "tokens, only attention does; and the norm is not there to make maps "
                "look good: without it numbers grow from layer to layer. Nothing here "
                "is trained anew; a model trained without a part would do without it."
            )
        )

    def _build_sum(self) -> None:
        self.begin_step(
            self.tr("A block <b>adds</b> to each token, first attention, then MLP."),
            why=self.tr(
                "What attention found (the joined heads times W<sub>O</sub>) is added "
                "to the token, and so is what the MLP makes of each token by itself. "
                "What was there stays: the <b>residual</b> connection. So every layer "
                "only has to say what is new. On the picture: how long what is added "
                "is, against the length of each token."
            ),
        )
        self.which = Segmented()
        self.which.setAccessibleName(self.tr("What is added"))
        self.which.setOptions(
            [
                (
                    "attention",
                    self.tr("Attention"),
                    self.tr("Paint how much attention adds to each patch"),
                ),
                ("mlp", "MLP", self.tr("Paint how much the MLP adds to each patch")),
            ]
        )
        self.which.valueChosen.connect(self._on_which)
        self.add(self.which)
        self.sum = BarsView(self.tr("The token, what is added, and their sum"))
        self.sum.columnChanged.connect(self._show_column)
        self.add(self.sum)
        self.column = self.add_aside()
        self.said = self.say()

    def _build_switches(self) -> None:
        self.begin_step(
            why=self.tr(
                "Tokens that are alike have one colour (three principal components, "
                "in the colours of the model as trained). Without the residual only "
                "what is new is left. Without the norm, scores and sums grow out of "
                "the range the next layers know. Without the MLP tokens still meet, "
                "but nothing is worked out of what they found. Each time the model "
                "really runs like this, and is itself again afterwards."
            ),
        )
        self.ask_to(self.tr("Switch each part off: what becomes of the patches?"))
        self.switch = Segmented(wraps=True)
        self.switch.setAccessibleName(self.tr("Part that is off"))
        self.switch.setOptions(
            [
                ("", self.tr("As trained"), self.tr("No part is off")),
                (
                    "residual",
                    self.tr("No residual"),
                    self.tr("What is added replaces the token"),
                ),
                (
                    "norm",
                    self.tr("No norm"),
                    self.tr("Attention and MLP read tokens as they are"),
                ),
                ("mlp", self.tr("No MLP"), self.tr("Only attention adds")),
            ]
        )
        self.switch.valueChosen.connect(self._on_part)
        self.where = Segmented()
        self.where.setAccessibleName(self.tr("Layers without it"))
        self.where.valueChosen.connect(self._on_where)
        self.add(self.switch)
        self.add(self.where)
        self.outcome = self.say()

    # -- what is shown -------------------------------------------------------------

    def update_numbers(self, lesson: LessonData) -> None:
        """Ask for what the step needs of this layer, and show what there is."""
        self.which.setValue(self.added)
        self.switch.setValue(self.part)
        self.where.setOptions(
            [
                (
                    False,
                    self.tr("in layer {n}").format(n=lesson.layer),
                    self.tr("Only the layer on screen lacks it"),
                ),
                (True, self.tr("in all layers"), self.tr("Every layer lacks it")),
            ]
        )
        self.where.setValue(self.in_all)
        self._seek(lesson)
        self._show(lesson)
        self._light(lesson)

    def show_step(self, index: int) -> None:
        """Show a step, and ask for what it needs."""
        super().show_step(index)
        if self.lesson is not None:
            self._seek(self.lesson)
            self._show(self.lesson)
            self._light(self.lesson)

    def show_stage(self, lesson: LessonData) -> None:
        """Show how much is added to each patch, or the colours of all patches."""
        look, grid = lesson.view.state.look, lesson.trace.grid
        if self.step_index == 0:
            values = self._shares()
            self.host.paint(
                stage.nothing()
                if values is None
                else stage.tinted(lesson.patches(values), look)
            )
            return
        run, first = self.run, lesson.trace.num_prefix_tokens
        if run is None:
            self.host.paint(stage.nothing())
            return
        colours = run.colours[first:].reshape(*grid, 3)
        self.host.paint(stage.coloured(colours, look))

    def forget(self) -> None:
        """Forget what was computed of the previous picture."""
        super().forget()
        self.additions = self.run = self._sought = None
        self.sum.setVectors(())

    def leave(self) -> None:
        """Ask again next time for what has not come."""
        self.host.light(None)
        self._sought = None

    def _light(self, lesson: LessonData) -> None:
        stop = Stop.ADD if self.added == "attention" else Stop.SECOND_ADD
        if self.step_index == 1:
            stop = STOPS.get(self.part, Stop.SECOND_ADD)
        self.host.light(stop, lesson.layer)

    def _seek(self, lesson: LessonData) -> None:
        """Ask once for what the step shows of this layer."""
        trace, model, index = lesson.trace, lesson.model, self.step_index
        wanted: tuple[object, ...] = (trace, index, lesson.layer)
        if index == 1:
            wanted = (*wanted, self.part, self.in_all)
        if wanted == self._sought or not trace.is_complete:
            return
        self._sought = wanted
        if index == 0:
            self.additions = None
        if model is None or lesson.image is None:
            for prose in (self.said, self.outcome):
                prose.say(self.tr("The model itself is not here, only its trace."))
            return
        if index == 0:
            self.host.ask(
                bound(lessons.additions, model, trace, lesson.layer),
                self._on_additions,
                on_failure=self.said.say,
            )
            return
        layers = range(trace.num_layers) if self.in_all else (lesson.layer,)
        self.host.ask(
            bound(
                lessons.block_run,
                model,
                trace,
                self.part or None,
                tuple(layers),
                lesson.layer,
            ),
            self._on_run,
            on_failure=self._on_no_run,
        )

    def _shares(self) -> Array | None:
        """Return how long what is added is to each token's own length, (N,)."""
        found = self.additions
        if found is None:
            return None
        is_attention = self.added == "attention"
        return found.shares(found.attention if is_attention else found.mlp)

    def _show(self, lesson: LessonData) -> None:
        found = self.additions
        self.sum.setVisible(found is not None)
        if found is None:
            return
        query = lesson.query
        rows = (
            (self.tr("token"), found.x[query], Meaning.QUERY),
            (self.tr("+ attention"), found.attention[query], Meaning.VALUE),
            (self.tr("+ MLP"), found.mlp[query], Meaning.KEY),
            (self.tr("= next"), self._next(found, query), None),
        )
        top = max(float(np.abs(values).max()) for _, values, _ in rows)
        self.sum.setVectors(
            [
                Vector(name, values, meaning, _length(values), top)
                for name, values, meaning in rows
            ]
        )
        shares = self._shares()
        assert shares is not None
        text = self.tr("To {query}, attention adds <b>{share}×</b> its length.")
        if self.added == "mlp":
            text = self.tr("To {query}, the MLP adds <b>{share}×</b> its length.")
        share = written_out(float(f"{float(shares[query]):.2g}"))
        self.said.say(text.format(query=lesson.name(query), share=share))
        self._show_column(self.sum.column())

    def _next(self, found: Additions, query: int) -> Array:
        made: Array = found.x[query] + found.attention[query] + found.mlp[query]
        return made

    def _show_column(self, column: int) -> None:
        vectors = self.sum.vectors()
        if column < 0 or not vectors:
            self.column.say(
                self.tr("Point at the bars. At the right: lengths.") if vectors else ""
            )
            return
        values = [written_out(float(v.values[column])) for v in vectors]
        self.column.say(
            self.tr("Number {n}: {x} + ({attention}) + ({mlp}) = <b>{sum}</b>").format(
                n=column, x=values[0], attention=values[1], mlp=values[2], sum=values[3]
            )
        )

    # -- reactions -----------------------------------------------------------------

    def _on_additions(self, found: Additions) -> None:
        self.additions = found
        self._refresh()

    def _on_run(self, run: BlockRun) -> None:
        self.run = run
        lesson = self.lesson
        if lesson is None:
            return
        after = replace(lesson.trace, output=run.output)
        said, table = outcome(lesson.trace, after, run.references)
        self.outcome.say(said, table)
        self._refresh()

    def _on_no_run(self, text: str) -> None:
        self.run = None
        self.outcome.say(text)
        self._refresh()

    def _refresh(self) -> None:
        if self.lesson is not None:
            self._show(self.lesson)
            self.show_stage(self.lesson)

    def _on_which(self, added: object) -> None:
        self.added = str(added)
        if self.lesson is not None:
            self._light(self.lesson)
        self._refresh()

    def _on_part(self, part: object) -> None:
        self.part = str(part)
        self._tried |= {self.part} - {""}
        if self._tried >= {*PARTS}:
            self.done()
        self._again()

    def _on_where(self, in_all: object) -> None:
        self.in_all = bool(in_all)
        self._again()

    def _again(self) -> None:
        if self.lesson is not None:
            self._seek(self.lesson)
            self._light(self.lesson)


def _length(values: Array) -> str:
    return written_out(float(f"{np.linalg.norm(values.astype(np.float64)):.3g}"))
