"""Chapter 2: what a token knows of its place, and what shuffling does without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QWidget

from vitviz.domain.number_text import written_out
from vitviz.jobs import lessons
from vitviz.jobs.queue import bound
from vitviz.ui.learn import stage
from vitviz.ui.learn.answer import AnswerView
from vitviz.ui.learn.guess import ChoiceGuess
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Page
from vitviz.ui.widgets.segmented import Segmented
from vitviz.views.ribbon import Stop

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.jobs.lessons import ShuffledRuns
    from vitviz.views.colour import Array, Bytes

# An answer that moves less than so much of its length moves "a little".
LITTLE = 0.2


class PositionPage(Page):
    """The page of chapter 2: patches in order or shuffled, with positions or without.

    All four answers are of real passes; the map of positions is of the model's own.
    """

    kept = ("is_shuffled", "has_positions")

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self.is_shuffled, self.has_positions = False, True
        self._runs: ShuffledRuns | None = None
        self._asked_for: Trace | None = None
        # The positions of all tokens, each divided by its length.
        self._directions: Array | None = None
        self.begin_step(
            self.tr("Shuffle the patches: what becomes of the answer?"),
            why=self.tr(
                "Every place of the grid has numbers of its own, in most models "
                "learned in training: the <b>position embedding</b>. They are added to "
                "the token that comes "
                "to stand there. A shuffled patch gets the numbers of its new place, "
                "so the model reads another picture. Arrows tell by how many places a "
                "reference picture has moved."
            ),
        )
        self.order = self._order_switch()
        self.add(self.order)
        self.answer = AnswerView()
        self.add(self.answer)
        self.said = self.say()
        self.begin_step(
            why=self.tr(
                "Attention gives every key a weight and adds up: a sum has no order. "
                "Norm and MLP look at one token at a time. So without positions the "
                "model sees a bag of patches, and only rounding (sums in another "
                "order) is left of the shuffling. The numbers of the places are "
                "subtracted again where the first layer begins; both answers are from "
                "real runs."
            ),
        )
        self.guess = ChoiceGuess(
            self.tr(
                "Shuffled again, now <b>without</b> positions in both runs: how far "
                "does the answer move?"
            ),
            [self.tr("not at all"), self.tr("a little"), self.tr("a lot")],
            is_ordered=True,
        )
        self.guess.revealed.connect(self._on_truth)
        self.add(self.guess)
        self.begin_step(
            self.tr("With and without positions: which answer cares for the order?"),
            why=self.tr(
                "Without positions both orders give one answer, and it is not the "
                "model's usual one: places are part of what it has learned to read."
            ),
        )
        self.switch = Segmented()
        self.switch.setAccessibleName(self.tr("Positions"))
        self.switch.setOptions(
            [
                (
                    True,
                    self.tr("With positions"),
                    self.tr("Every token has the numbers of its place"),
                ),
                (
                    False,
                    self.tr("Without"),
                    self.tr("The numbers of the places are taken away"),
                ),
            ]
        )
        self.switch.valueChosen.connect(self._on_positions)
        self.second_order = self._order_switch()
        self.add_row(self.switch, self.second_order)
        self.second_answer = AnswerView()
        self.add(self.second_answer)
        self.second_said = self.say()
        self.begin_step(
            self.tr("Click a patch: which places have numbers like the ones there?"),
            why=self.tr(
                "Compared are position embeddings alone, by their cosine, without any "
                "picture. Nobody told the model what is above or beside: it learned "
                "that places which are near each other, or in one row or column, are "
                "alike. The same map stands in Inspect under <i>Method</i>."
            ),
        )
        self.near = self.say()
        self.close_with(
            self.tr(
                "Two minutes. Ask first: would you know a face whose parts are "
                "shuffled? <b>Often misunderstood:</b> positions are not "
                "coordinates; in most models they are numbers learned like all other "
                "weights. Some models add nothing and turn queries and keys by "
                "their place instead (RoPE): the ribbon says so."
            )
        )

    def update_numbers(self, lesson: LessonData) -> None:
        """Ask for the runs of another trace, and show those there are."""
        trace = lesson.trace
        if self._asked_for is not trace and trace.is_complete:
            self._asked_for, self._runs, self._directions = trace, None, None
            can_run = lesson.model is not None and lesson.image is not None
            self.guess.setVisible(can_run)
            if not can_run:
                for prose in (self.said, self.second_said, self.near):
                    prose.say(self.tr("The model itself is not here, only its trace."))
            elif lesson.model is not None:
                self.host.ask(
                    bound(lessons.shuffled_runs, lesson.model, trace),
                    self._on_runs,
                    on_failure=self.said.say,
                )
        self.host.light(Stop.POSITION)
        self._show(lesson)

    def show_stage(self, lesson: LessonData) -> None:
        """Show the picture as it is or shuffled, or how alike the places are."""
        index = self.step_index
        if index == 3:
            values = self._alike(lesson)
            look = lesson.view.state.look
            self.host.paint(
                stage.nothing()
                if values is None
                else stage.signed(lesson.patches(values), look)
            )
        else:
            is_shuffled = self.is_shuffled or index == 1
            self.host.paint(self._shuffled() if is_shuffled else stage.nothing())

    def forget(self) -> None:
        """Forget the runs of the previous picture."""
        super().forget()
        self._runs = self._asked_for = self._directions = None
        for answer in (self.answer, self.second_answer):
            answer.setAnswer(None)

    def leave(self) -> None:
        """Ask again next time, if the runs have not come."""
        self.host.light(None)
        if self._runs is None:
            self._asked_for = None

    def ringed(self) -> int | None:
        """Return the place that stands in for a special token on the last step."""
        lesson = self.lesson
        if lesson is None or self.step_index != 3:
            return None
        place = self._place(lesson)
        return None if place == lesson.query else place

    def _order_switch(self) -> Segmented:
        switch = Segmented()
        switch.setAccessibleName(self.tr("Patches"))
        switch.setOptions(
            [
                (False, self.tr("In order"), self.tr("The picture as it is")),
                (
                    True,
                    self.tr("Shuffled"),
                    self.tr("The same patches, at other places"),
                ),
            ]
        )
        switch.valueChosen.connect(self._on_order)
        return switch

    def _place(self, lesson: LessonData) -> int:
        """Return the query's patch; the one in the middle for a special token."""
        grid = lesson.trace.setup.grid
        if grid.cell(lesson.query) is not None:
            return lesson.query
        return grid.token(grid.rows // 2, grid.cols // 2)

    def _shuffled(self) -> Bytes:
        """Return the shuffled picture, which covers the one below."""
        if self._runs is None:
            return stage.nothing()
        picture = self._runs.found.picture
        opaque = np.full((*picture.shape[:2], 1), 255, np.uint8)
        return np.concatenate([picture, opaque], axis=-1)

    def _alike(self, lesson: LessonData) -> Array | None:
        """Return the cosines of all positions to the query's, (N,)."""
        found = self._directions
        if found is None or len(found) != lesson.trace.num_tokens:
            return None
        alike: Array = found @ found[self._place(lesson)]
        return alike

    def _on_runs(self, runs: ShuffledRuns) -> None:
        self._runs = runs
        table, found = runs.found.positions, runs.found
        if table is not None:
            lengths = np.linalg.norm(table, axis=1, keepdims=True)
            self._directions = table / np.maximum(lengths, 1e-12)
        moved = found.moved(has_positions=False)
        self.guess.setVisible(moved is not None)
        if moved is not None:
            truth = 0 if found.is_same_without else 1 if moved <= LITTLE else 2
            self.guess.setTruth(truth, self._moved_text(moved))
        if self.lesson is not None:
            self._show(self.lesson)
            self.show_stage(self.lesson)

    def _moved_text(self, moved: float) -> str:
        return self.tr("It moves by <b>{percent} %</b> of its length.").format(
            percent=written_out(float(f"{100 * moved:.2g}"))
        )

    def _show(self, lesson: LessonData) -> None:
        for switch in (self.order, self.second_order):
            switch.setValue(self.is_shuffled)
        self.switch.setValue(self.has_positions)
        is_shown = self._runs is not None
        is_known = is_shown and not self.guess.isOpen()
        can_lack = is_known and not self.guess.isHidden()
        self.order.setEnabled(is_shown)
        for widget in (self.switch, self.second_order):
            widget.setVisible(can_lack)
        if self._runs is None:
            return
        text = self._show_answer(lesson, self.answer, has_positions=True)
        self.said.say(text)
        self._show_near(lesson)
        if not is_known:
            self.second_answer.setAnswer(None)
            self.second_said.say(self.tr("Guess first, on the step before."))
            return
        if can_lack:
            text = self._show_answer(
                lesson, self.second_answer, has_positions=self.has_positions
            )
        else:
            text = self._not_taken_away(lesson)
        self.second_said.say(text)

    def _show_answer(
        self, lesson: LessonData, view: AnswerView, *, has_positions: bool
    ) -> str:
        """Show one of the four answers; return how far shuffling moved it, in words."""
        runs = self._runs
        assert runs is not None
        found, info = runs.found, lesson.trace.setup.model
        before = found.answer(is_shuffled=False, has_positions=has_positions)
        now = found.answer(is_shuffled=self.is_shuffled, has_positions=has_positions)
        first = view.setAnswer(
            now,
            info,
            runs.references,
            before=before if self.is_shuffled else None,
        )
        moved = found.moved(has_positions=has_positions)
        if not self.is_shuffled or moved is None:
            text = self.tr("In order: <b>{first}</b> first.")
            return text.format(first=first) if first is not None else ""
        text = self._moved_text(moved)
        if first is not None:
            shuffled = self.tr("Shuffled: <b>{first}</b> first.").format(first=first)
            text = f"{shuffled} {text}"
        return text

    def _not_taken_away(self, lesson: LessonData) -> str:
        runs = self._runs
        assert runs is not None
        if runs.found.positions is None:
            return self.tr(
                "{model} adds nothing for a place: each attention turns queries and "
                "keys by their places (RoPE)."
            ).format(model=lesson.trace.setup.model.name)
        return self.tr(
            "{model} mixes positions into its tokens in a way that cannot be undone."
        ).format(model=lesson.trace.setup.model.name)

    def _show_near(self, lesson: LessonData) -> None:
        values = self._alike(lesson)
        if values is None:
            self.near.say(self._not_taken_away(lesson))
            return
        grid, place = lesson.trace.setup.grid, self._place(lesson)
        row, col = grid.cell(place) or (0, 0)
        others = values.copy()
        others[: grid.num_prefix_tokens] = -np.inf
        others[place] = -np.inf
        best = grid.cell(int(others.argmax())) or (0, 0)
        self.near.say(
            self.tr(
                "Orange is alike, blue is opposite. Most like place ({row}, {col}): "
                "place ({r}, {c}), cosine <b>{cosine}</b>."
            ).format(
                row=row,
                col=col,
                r=best[0],
                c=best[1],
                cosine=f"{float(others.max()):.2f}",
            )
        )

    def _on_order(self, is_shuffled: object) -> None:
        self.is_shuffled = bool(is_shuffled)
        self._changed()

    def _on_positions(self, has_positions: object) -> None:
        self.has_positions = bool(has_positions)
        self._changed()

    def _on_truth(self) -> None:
        self.is_shuffled, self.has_positions = True, False
        self._changed()

    def _changed(self) -> None:
        if self.lesson is not None:
            self._show(self.lesson)
            self.show_stage(self.lesson)
