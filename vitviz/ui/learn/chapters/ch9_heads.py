"""Chapter 9: multi-head attention, and what is lost without one of the heads."""

from __future__ import annotations

from weakref import ref

import numpy as np
from PySide6.QtWidgets import QWidget

from vitviz.domain.interventions import HeadsOff, Interventions
from vitviz.domain.number_text import written_out
from vitviz.domain.problem_type import ProblemType
from vitviz.jobs import lessons
from vitviz.jobs.lessons import Effects
from vitviz.jobs.queue import bound
from vitviz.lessons import one_head
from vitviz.lessons.one_head import OutputProjection
from vitviz.ui.base import theme
from vitviz.ui.base.text import percent
from vitviz.ui.learn.bars import BarsView, Vector
from vitviz.ui.learn.guess import ChoiceGuess
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Button, Page
from vitviz.ui.learn.prediction_change import PredictionChange
from vitviz.ui.learn.small_maps import MapsView, Small
from vitviz.ui.widgets.bar_list import Bar, BarList
from vitviz.views.colour import Array, Meaning

# Heads of which is told on a slide what is lost without them, the most first.
MOST_ON_SLIDE = 3


class HeadsPage(Page):
    """The page of chapter 9: a map for every head, which a click switches off."""

    kept = ("off", "effects", "_place", "_asked")

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self.off: frozenset[int] = frozenset()
        # The heads to choose from in the guess.
        self._asked: tuple[int, ...] = ()
        self.effects: Effects | None = None
        self._place: object = None
        self._is_trying = self._resumes = False
        # W_O of a layer, and which model and layer it was asked for.
        self.projection: OutputProjection | None = None
        self._sought: object = None
        # Whether W_O is awaited, after which the model's answer can be asked for.
        self._is_seeking = False
        self.begin_step(
            self.tr("Each head looks in its own way. Click one to switch it off."),
            why=self.tr(
                "One head has one way of looking. Several look side by side, each with "
                "queries, keys and values of its own: one at the neighbours, one at "
                "what is alike, one across the whole picture. Each map has its own "
                "scale; × is the strongest patch ÷ uniform."
            ),
        )
        self.where = self.add_aside()
        self.maps = MapsView(
            self.tr("The query's row in every head"), choosable=True, own_scales=True
        )
        self.maps.setToolTip(self.tr("Click a head to switch it off, or on again"))
        self.maps.chosen.connect(self._on_head)
        self.add(self.maps)
        self.near = self.add_aside()
        self.all_on = Button(self.tr("All heads on"))
        self.all_on.setToolTip(self.tr("Heads that were clicked off come on again"))
        self.all_on.clicked.connect(self._on_all)
        self.each = Button()
        self.each.setToolTip(
            self.tr("Run the model once without each head of this layer")
        )
        self.each.clicked.connect(self._on_each)
        self.add_row(self.all_on)
        self.outcome = PredictionChange(host)
        self.add(self.outcome)
        self.begin_step(
            why=self.tr(
                "The model runs once without each head of this layer, all others on. A "
                "head that can go without harm need not be useless: others may take "
                "over, or another picture may need it."
            ),
        )
        self.guess = ChoiceGuess(
            self.tr("Switch off each head in turn: without which is <b>most</b> lost?"),
            ["0", "1", "2"],
            is_early=True,
        )
        self.guess.asked.connect(self._on_asked)
        self.guess.revealed.connect(self._on_truth)
        self.add(self.guess)
        self.add_row(self.each)
        self.list_title = self.say("", "small")
        self.list = BarList()
        self.list.setAccessibleName(self.tr("What is lost without each head"))
        self.list.chosen.connect(self._on_head)
        self.list.hide()
        self.add(self.list)
        self.begin_step(
            self.tr(
                "All outputs are put one behind the other and mixed by one more "
                "matrix, W<sub>O</sub>."
            ),
            why=self.tr(
                "Put one behind the other (concatenated), the outputs of the heads "
                "have as many numbers as a token. W<sub>O</sub> mixes them: without "
                "some head, all of the numbers change. Switch one off on the first "
                "step and come back. What one head writes is its output times its own "
                "columns of W<sub>O</sub>; its share is of the sum of all heads' "
                "lengths."
            ),
        )
        self.shapes = self.say()
        self.joined = BarsView(self.tr("Outputs of all heads joined, and times W_O"))
        self.add(self.joined)
        self.mixing = self.say("", "small")
        self.writes = self.say("", "small")
        self.close_with(
            self.tr(
                "Three minutes. Let the class name the heads by what they do, then "
                "change the picture: do the names hold? <b>Often misunderstood:</b> "
                "heads are not layers: they work at the same time, on the same tokens. "
                "A head that can be switched off without harm need not be useless: "
                "others may take over, or another picture may need it. Mean, max and "
                "min of the heads in Inspect are ways to draw them, not what the model "
                "does: it keeps them apart until the last matrix."
            )
        )
        self._show_each()

    def update_numbers(self, lesson: LessonData) -> None:
        """Show all heads of this layer, and the model's answer without some."""
        trace = lesson.trace
        rows = trace.row(lesson.layer, lesson.query)
        place = (ref(trace), lesson.layer)  # weak: this outlives the trace
        if place != self._place:
            self._place, self.off, self.effects = place, frozenset(), None
            self._offer(lesson, rows)
        if self._asked:
            self.guess.setOptions(
                [self.tr("head {n}").format(n=head) for head in self._asked]
            )
        heads, width = trace.num_heads, lesson.factors.v.shape[1]
        self.shapes.say(
            self.tr(
                "{heads} heads × {width} numbers = <b>{total}</b>: (B, H, N, "
                "d<sub>v</sub>) → (B, N, H·d<sub>v</sub>) = (1, {tokens}, {total})"
            ).format(
                heads=heads,
                width=width,
                total=heads * width,
                tokens=lesson.num_tokens,
            )
        )
        self.where.say(
            self.tr(
                "Layer {layer} · <q>query</q> {query} · × = strongest patch ÷ uniform"
            ).format(layer=lesson.layer, query=lesson.name(lesson.query))
        )
        self.maps.setMaps(
            [
                Small(
                    self._caption(lesson, head, patches),
                    patches,
                    head in self.off | lesson.heads_off,
                    str(head),
                )
                for head, patches in enumerate(map(lesson.patches, rows))
            ],
            lesson.view.state.look.colormap,
        )
        self.maps.setCurrent(lesson.head if lesson.has_one_head else -1)
        self.near.say(self._near(lesson, rows))
        can_run = lesson.model is not None and trace.is_complete
        self.each.setEnabled(can_run)
        self.all_on.setEnabled(bool(self.off))
        self._show_effects(lesson)
        self._seek(lesson)
        self._show_joined(lesson)
        if self._resumes and can_run:
            self._on_each()
        self._ask(lesson)

    def remembered(self) -> dict[str, object]:
        """Return what the viewer has set; measuring each head begins again."""
        resumes = self._is_trying or self._resumes
        again = {"_resumes": True, "effects": None} if resumes else {}
        return super().remembered() | again

    def forget(self) -> None:
        """Forget what runs: it is dropped with its picture."""
        super().forget()
        self._place = None
        self._sought = self.projection = None
        self._is_seeking = False
        self.outcome.forget()
        self._is_trying = self._resumes = False
        self._show_each()

    def leave(self) -> None:
        """Drop what was asked for."""
        self.outcome.drop()
        self._drop_projection()
        self._is_trying = self._resumes = False
        self._show_each()

    def _caption(self, lesson: LessonData, head: int, patches: Array) -> str:
        ratio = float(patches.max()) / lesson.uniform
        return self.tr("{head} · {ratio}×").format(
            head=head, ratio=written_out(float(f"{ratio:.2g}"))
        )

    def _offer(self, lesson: LessonData, rows: Array) -> None:
        """Ask about three heads: the sharpest, the flattest, and one between."""
        patches = [float(lesson.patches(row).max()) for row in rows]
        order = sorted(range(len(patches)), key=lambda head: patches[head])
        order = [head for head in order if head not in lesson.heads_off]
        is_asked = len(order) >= 3 and lesson.model is not None
        self.guess.setVisible(is_asked)
        self.guess.forget()
        self._asked = ()
        if is_asked:
            self._asked = tuple(sorted({order[0], order[len(order) // 2], order[-1]}))

    def _on_asked(self) -> None:
        """Try each head, which the guess is waiting for."""
        if not self._is_trying:
            self._on_each()

    def _on_truth(self) -> None:
        if self.lesson is not None:
            self._show_effects(self.lesson)

    def _near(self, lesson: LessonData, rows: Array) -> str:
        """Return what share of its weight each head gives to the query's neighbours."""
        grid, cell = lesson.trace.setup.grid, lesson.trace.setup.grid.cell(lesson.query)
        if cell is None:
            return ""
        row, col = cell
        around = np.zeros(grid.num_tokens, bool)
        for r in range(max(row - 1, 0), min(row + 2, grid.rows)):
            for c in range(max(col - 1, 0), min(col + 2, grid.cols)):
                around[grid.token(r, c)] = (r, c) != cell
        parts = [
            self.tr("head {n} {share}").format(
                n=head, share=percent(float(one[around].sum()))
            )
            for head, one in enumerate(rows)
        ]
        return self.tr("To its neighbours: {list}").format(list=" · ".join(parts))

    def _drop_projection(self) -> None:
        """Forget that W_O was asked for, if it has not come."""
        if self._is_seeking:
            self._sought, self._is_seeking = None, False

    def _seek(self, lesson: LessonData) -> None:
        """Ask for the layer's W_O, once."""
        model, wanted = lesson.model, (lesson.trace.setup.model, lesson.layer)
        is_ready = lesson.trace.is_complete and lesson.image is not None
        if wanted == self._sought or model is None or not is_ready or self._is_trying:
            return
        self._sought, self.projection, self._is_seeking = wanted, None, True
        self.host.ask(
            bound(lessons.output_projection, model, lesson.trace, lesson.layer),
            self._on_projection,
            on_failure=self._on_no_projection,
        )

    def _on_projection(self, found: OutputProjection) -> None:
        self._is_seeking, self.projection = False, found
        if self.lesson is not None:
            self._show_joined(self.lesson)
            self._ask(self.lesson)

    def _on_no_projection(self, text: str) -> None:
        self._is_seeking = False
        self.mixing.say(text)
        if self.lesson is not None:
            self._ask(self.lesson)

    def _show_joined(self, lesson: LessonData) -> None:
        """Show the heads' outputs for this query one behind the other, and mixed."""
        found = self.projection
        self.joined.setVisible(found is not None)
        if found is None:
            self.mixing.say("")
            self.writes.say("")
            self.writes.hide()
            return
        outputs = []
        for head in range(lesson.trace.num_heads):
            of = one_head.factors(lesson.trace, lesson.layer, head)
            out = one_head.mixture(of, lesson.query).out
            outputs.append(np.zeros_like(out) if head in self.off else out)
        joined = np.concatenate(outputs)
        mixed = found.mixed(joined)
        self.joined.setVectors(
            [
                Vector(self.tr("joined"), joined, Meaning.VALUE),
                Vector("W_O", mixed, None),
            ]
        )
        self.mixing.say(
            self.tr(
                "<v>{joined}</v> numbers times W<sub>O</sub> ({rows} × {joined}) = "
                "<b>{rows}</b> numbers for the token, length <b>{length}</b>."
            ).format(
                joined=len(joined),
                rows=len(mixed),
                length=written_out(float(np.linalg.norm(mixed.astype(np.float64)))),
            )
        )
        self._show_written(found.written(np.stack(outputs)))

    def _show_written(self, lengths: Array) -> None:
        """Show what share each head writes into the token, the most first."""
        total = max(float(lengths.sum()), 1e-12)  # all heads may be off
        order = np.argsort(-lengths, kind="stable")
        if theme.presents():  # a slide has no space for all
            order = order[:MOST_ON_SLIDE]
        shares = (f"{h} → {percent(float(lengths[h]) / total)}" for h in order)
        self.writes.say(
            self.tr("Heads' shares: {list}").format(list=" · ".join(shares))
        )
        self.writes.show()

    def _ask(self, lesson: LessonData) -> None:
        if self._is_trying or self._is_seeking:
            return
        changes, text = Interventions(), self.tr("With all heads:")
        heads = ", ".join(map(str, sorted(lesson.heads_off)))
        if heads:
            text = self.tr("With all heads but {heads}, off in the Lab:")
        if self.off:
            off = HeadsOff(lesson.layer, tuple(sorted(self.off)))
            changes = Interventions(heads_off=(off,))
            heads = ", ".join(map(str, off.heads))
            text = self.tr("Without head {heads} of layer {layer}:")
            if len(self.off) > 1:
                text = self.tr("Without heads {heads} of layer {layer}:")
        start = text.format(heads=heads, layer=lesson.layer)
        self.outcome.compare(lesson, changes, start)

    def _on_each(self) -> None:
        lesson = self.lesson
        if self._is_trying:
            self.host.drop()
            self.leave()
            return
        if lesson is None or lesson.model is None:
            return
        if self._asked and self.guess.isOpen():
            self.guess.reveal()  # which asks for it in turn
            return
        self._drop_projection()
        self._is_trying, self._resumes = True, False
        self._show_each()
        self.host.ask(
            bound(lessons.effects, lesson.model, lesson.trace, lesson.layer),
            self._on_effects,
            on_part=self._on_part,
            on_failure=self._on_refused,
        )

    def _on_part(self, found: Effects) -> None:
        self.effects = found
        if self.lesson is not None:
            self._show_effects(self.lesson)

    def _on_effects(self, found: Effects) -> None:
        self._is_trying = False
        self._show_each()
        self._on_part(found)
        if self.lesson is not None:
            self._seek(self.lesson)
            self._ask(self.lesson)  # what had to wait for it, if anything
        values = found.values
        if self._asked:
            truth = max(self._asked, key=lambda head: values[head])
            self.guess.setTruth(
                self._asked.index(truth),
                self.tr("Lost: <b>{lost}</b>.").format(lost=written_out(values[truth])),
            )

    def _on_refused(self, text: str) -> None:
        self.leave()
        self.outcome.say(text)

    def _show_effects(self, lesson: LessonData) -> None:
        found = self.effects
        is_open = bool(self._asked) and self.guess.isOpen()
        is_shown = found is not None and not is_open
        self.list.setVisible(is_shown)
        self.list_title.setVisible(is_shown)
        if found is None or not is_shown:
            return
        info = lesson.trace.setup.model
        title = self.tr("Moved without it: mean change of twelve likenesses")
        if info.has_head and info.problem is ProblemType.REGRESSION:
            title = self.tr("Lost without it: of the model's number")
        elif info.has_head:
            title = self.tr("Lost without it: probability of the likeliest class")
        self.list_title.say(title)
        self.each.setHidden(theme.presents())  # all have been tried
        # what the Lab has replaced already cannot be switched off once more
        tried = [h for h in range(len(found.values)) if h not in lesson.heads_off]
        order = sorted(tried, key=lambda h: -found.values[h])
        rows = len(order)
        if theme.presents():  # a slide has no space for all
            rows = min(rows, MOST_ON_SLIDE)
        # never 0: the bars' lengths are divided by it
        top = max((found.values[h] for h in tried), default=0.0)
        top = max(top, 1e-12)
        self.list.setBars(
            tuple(
                Bar(
                    head,
                    self.tr("head {n}").format(n=head),
                    max(found.values[head], 0.0) / top,
                    written_out(found.values[head]),
                )
                for head in order[:rows]
            )
        )
        self.list.setFixedHeight(round(self.list.rowRect(rows).top()))

    def _show_each(self) -> None:
        text = self.tr("Cancel") if self._is_trying else self.tr("Try each head alone")
        self.each.setText(text)
        self.each.setAccessibleName(text)

    def _on_head(self, head: int) -> None:
        if self.lesson is not None and head in self.lesson.heads_off:
            return  # it stays off until the Lab restores it
        self.off = self.off ^ {head}
        if self.lesson is not None:
            self.update_numbers(self.lesson)

    def _on_all(self) -> None:
        self.off = frozenset()
        if self.lesson is not None:
            self.update_numbers(self.lesson)
