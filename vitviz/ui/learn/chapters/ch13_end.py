"""The end: ten questions on this picture, a summary card, three things to try."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtWidgets import QFileDialog, QWidget

from vitviz.domain.interventions import Axis
from vitviz.errors import OutputError
from vitviz.jobs import likeness
from vitviz.jobs.queue import bound
from vitviz.lessons import one_head
from vitviz.lessons.guess import Verdict
from vitviz.system.atomic_files import write_bytes
from vitviz.ui.base.text import sentence
from vitviz.ui.learn import stage
from vitviz.ui.learn.guess import ChoiceGuess, Guess, PatchGuess
from vitviz.ui.learn.lesson import ChapterHost, LessonData, divisor_words
from vitviz.ui.learn.page import Button, Page
from vitviz.ui.learn.summary_card import CardContent, CardView, png
from vitviz.ui.widgets.most_like import reference_name
from vitviz.views.classes import likeliest_classes
from vitviz.views.ribbon import Stop

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.domain.likeness import ReferenceFeatures

# Names of the answer that stand on the card.
MOST = 3


class EndPage(Page):
    """The page at the end of every course: questions, the card, and where to go on."""

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._references: ReferenceFeatures | None = None
        self._asked_for: Trace | None = None
        self._build_questions()
        self.begin_step(
            self.tr("Your card. Ticks are chapters in which you guessed or tried."),
            why=self.tr(
                "It can be saved as a picture, or all of this as a web page that "
                "computes attention itself and needs no program. The map is that of "
                "the layer, head and query on screen."
            ),
        )
        self.card = CardView()
        self.add(self.card)
        self.save = Button(self.tr("Save as PNG…"))
        self.save.setToolTip(self.tr("Save the card as a picture"))
        self.save.clicked.connect(self._on_save)
        self.page_button = Button(self.tr("Save a web page…"))
        self.page_button.setToolTip(
            self.tr("Save picture and maps as a page to hand out")
        )
        self.page_button.clicked.connect(self._on_page)
        self.add_row(self.save, self.page_button)
        self.saved = self.say("", "small")
        self._build_lab()
        self.close_with(
            self.tr(
                "Ten minutes. Let everyone answer before the answer is shown, by "
                "hands or on paper. <b>Often misunderstood:</b> a card with all ticks "
                "says that one has tried, not that one knows; the questions tell more. "
                "Answers are on the picture and model that are open: open others and "
                "ask again."
            )
        )

    def _build_questions(self) -> None:
        self.tokens = ChoiceGuess(
            self.tr("1. How many tokens did the model make of this picture?"),
            ["0", "1", "2"],
        )
        self.positions = ChoiceGuess(
            self.tr("2. How can attention know where a patch lay?"),
            [
                self.tr("by numbers for its position"),
                self.tr("by its place in the sequence"),
                self.tr("by its neighbours"),
            ],
        )
        self.halved = ChoiceGuess("", ["0", "1", "2"], is_ordered=True)
        self.pairs = ChoiceGuess(
            self.tr("4. Twice the patches: how many times the pairs?"),
            ["× 2", "× 4", "× 8"],
            is_ordered=True,
        )
        self.strongest = PatchGuess("", tries=1)
        self.divisor = ChoiceGuess(
            self.tr("6. Why are the scores divided before softmax?"),
            [
                self.tr("so that weights add up to 1"),
                self.tr("so that less is computed"),
                self.tr("so that one key does not take all"),
            ],
        )
        self.ones = ChoiceGuess(
            self.tr("7. What adds up to exactly 1?"),
            [
                self.tr("one query's weights"),
                self.tr("one key's weights"),
                self.tr("one token's numbers"),
            ],
        )
        self.value = ChoiceGuess(
            self.tr("8. One key has the largest weight. Does it give most?"),
            [
                self.tr("yes, always"),
                self.tr("it depends on its value"),
                self.tr("it depends on the query's value"),
            ],
        )
        self.joined = ChoiceGuess("", ["0", "1", "2"])
        self.proof = ChoiceGuess(
            self.tr(
                "10. A patch is bright on the map. That it decided the answer is …"
            ),
            [self.tr("certain"), self.tr("impossible"), self.tr("open until tested")],
        )
        for guess in self.questions():
            self.begin_step()
            self.add(guess)
            guess.revealed.connect(self._on_answered)

    def _build_lab(self) -> None:
        self.begin_step(
            self.tr("<w>A map is not yet an explanation.</w> Three things to try:"),
            why=self.tr(
                "The Lab changes the model or the picture and runs it again, so that "
                "you see what a patch, a head or a temperature does to the answer. "
                "Everything can be switched off again."
            ),
        )
        self.tries: list[Button] = []
        for tool, text, tip in (
            (
                "hide",
                self.tr("Hide the brightest patch"),
                self.tr("Does the answer notice? Paint over it in the Lab"),
            ),
            (
                "heads",
                self.tr("Switch a whole head off"),
                self.tr("Which head can go? Find it in the Lab"),
            ),
            (
                "softmax",
                self.tr("Set the temperature to 4"),
                self.tr("What does a model see that looks everywhere?"),
            ),
        ):
            button = Button(text)
            button.setToolTip(tip)
            button.setProperty("tool", tool)
            button.clicked.connect(self._on_try)
            self.tries.append(button)
            self.add_row(button)

    def questions(self) -> tuple[Guess, ...]:
        """Return the ten questions, in the order of the chapters that answer them."""
        return (
            self.tokens,
            self.positions,
            self.halved,
            self.pairs,
            self.strongest,
            self.divisor,
            self.ones,
            self.value,
            self.joined,
            self.proof,
        )

    def right(self) -> int:
        """Return how many questions were answered right."""
        return sum(one.verdict() is Verdict.RIGHT for one in self.questions())

    def done(self) -> None:
        """Tick the chapter once all ten questions have been answered."""
        if all(one.verdict() is not None for one in self.questions()):
            super().done()

    # -- what is shown -------------------------------------------------------------

    def update_numbers(self, lesson: LessonData) -> None:
        """Set the truths of this run, and draw the card."""
        trace = lesson.trace
        grid = trace.setup.grid
        self._ask_tokens(lesson)
        self.positions.setTruth(
            0, self.tr("Chapter 2: attention itself ignores the order.")
        )
        self._ask_halved(lesson)
        tokens = lesson.num_tokens
        self.pairs.setTruth(
            1,
            self.tr(
                "Chapter 4: all look at all, and at themselves. {n} tokens, {pairs} "
                "pairs."
            ).format(n=f"{tokens:,}", pairs=f"{tokens**2:,}"),
        )
        self.strongest.question.say(
            self.tr(
                "5. Click the patch that {query} looks at most, in head {n}."
            ).format(query=lesson.name(lesson.query), n=lesson.head)
        )
        weights = lesson.row.weights.copy()
        weights[: grid.num_prefix_tokens] = -1
        weights[lesson.query] = -1
        self.strongest.setTruths(
            grid,
            (int(weights.argmax()),),
            self.tr("Chapter 5: its key has the largest score with the query."),
        )
        self.divisor.setTruth(
            2,
            self.tr("Chapter 6: scores grow with d. Here they are ÷ {divisor}.").format(
                divisor=divisor_words(lesson.factors)
            ),
        )
        self._ask_ones(lesson)
        self._ask_value(lesson)
        self._ask_joined(lesson)
        self.proof.setTruth(
            2,
            self.tr(
                "Chapter 12: its value may be short, later layers may ignore it. Hide "
                "it and see."
            ),
        )
        self._seek(lesson)
        self._show_card(lesson)
        self.host.light(Stop.ANSWER)

    def show_stage(self, lesson: LessonData) -> None:
        """Show the map, unless it would answer the question."""
        is_asked = self.current_step().guess is self.strongest
        hides = is_asked and self.strongest.isOpen()
        self.host.paint(stage.nothing() if hides else None)

    def forget(self) -> None:
        """Forget the answer of the previous picture."""
        super().forget()
        self._references = self._asked_for = None

    def leave(self) -> None:
        """Ask again next time, if the references have not come."""
        self.host.light(None)
        if self._references is None:
            self._asked_for = None

    def _ask_tokens(self, lesson: LessonData) -> None:
        """Offer three numbers of which one is right, in rising order."""
        grid = lesson.trace.setup.grid
        width, height = lesson.trace.setup.placement.model_size
        right = lesson.num_tokens
        others = [grid.rows + grid.cols, width * height, 2 * right]
        if lesson.num_patches != right:
            others.insert(0, lesson.num_patches)
        options = sorted({right, *[n for n in others if n != right][:2]})
        self.tokens.setOptions([f"{n:,}" for n in options])
        special = right - lesson.num_patches
        more = f" + {special}" if special else ""
        less = len(lesson.trace.dropped)
        less_text = f" − {less}" if less else ""
        self.tokens.setTruth(
            options.index(right),
            self.tr("Chapter 1: {sum}").format(
                sum=f"{grid.rows} × {grid.cols}{more}{less_text}"
            ),
        )

    def _ask_halved(self, lesson: LessonData) -> None:
        """Offer the patches of a grid twice as fine, and twice and half of them."""
        grid = lesson.trace.setup.grid
        count = grid.rows * grid.cols
        self.halved.question.say(
            self.tr(
                "3. Patches half as wide and half as high: {n} patches become …"
            ).format(n=f"{count:,}")
        )
        self.halved.setOptions([f"{n * count:,}" for n in (2, 4, 8)])
        self.halved.setTruth(
            1,
            self.tr("Chapter 3: {rows} × {cols}, a finer map.").format(
                rows=2 * grid.rows, cols=2 * grid.cols
            ),
        )

    def _ask_ones(self, lesson: LessonData) -> None:
        text = self.tr("Chapter 7: softmax shares out 1 over a query's keys.")
        if lesson.factors.axis is Axis.KEYS:  # the Lab can choose a wrong one
            total = float(lesson.row.weights.sum(dtype=float))
            text += " " + self.tr("Here: {sum}.").format(sum=f"{total:.3f}")
        self.ones.setTruth(0, text)

    def _ask_value(self, lesson: LessonData) -> None:
        lengths = one_head.mixture(lesson.factors, lesson.query).lengths
        gives_most = lengths.argmax() == lesson.row.weights.argmax()
        here = self.tr("Here it does.") if gives_most else self.tr("Here it does not.")
        text = self.tr("Chapter 8: weight times the value's length counts.")
        self.value.setTruth(1, f"{text} {here}")

    def _ask_joined(self, lesson: LessonData) -> None:
        """Offer the numbers of all heads, of one head, and the number of heads."""
        heads, width = lesson.trace.num_heads, int(lesson.factors.v.shape[1])
        right = heads * width
        others = {heads, width, 2 * right, 4 * right} - {right}
        options = sorted({right, *sorted(others)[:2]})
        self.joined.question.say(
            self.tr(
                "9. {heads} heads give {width} numbers each. How many reach "
                "W<sub>O</sub>?"
            ).format(heads=heads, width=width)
        )
        self.joined.setOptions([f"{n:,}" for n in options])
        self.joined.setTruth(
            options.index(right),
            self.tr("Chapter 9: joined one behind the other, not averaged."),
        )

    def _seek(self, lesson: LessonData) -> None:
        trace, model = lesson.trace, lesson.model
        if self._asked_for is trace or model is None or not trace.is_complete:
            return
        self._asked_for = trace
        if not model.info.has_head and lesson.image is not None:
            job = bound(likeness.references, model, trace)
            self.host.ask(job, self._on_references)

    def _on_references(self, found: ReferenceFeatures) -> None:
        self._references = found
        self._on_answered()

    def _on_answered(self) -> None:
        if self.lesson is not None:
            self._show_card(self.lesson)

    def _show_card(self, lesson: LessonData) -> None:
        image, setup = lesson.image, lesson.trace.setup
        is_there = image is not None
        for widget in (self.card, self.save):
            widget.setVisible(is_there)
        if image is None:
            return
        rect = setup.placement.input_rect()
        top, left = max(0, round(rect.y)), max(0, round(rect.x))
        seen = image.pixels[
            top : round(rect.y + rect.height), left : round(rect.x + rect.width)
        ]
        row = lesson.patches(lesson.row.weights)
        lines = [
            f"{setup.picture.name} · {setup.model.name}",
            self.tr("{n} tokens · layer {layer} · head {head} · query {query}").format(
                n=f"{lesson.num_tokens:,}",
                layer=lesson.layer,
                head=lesson.head,
                query=lesson.name(lesson.query),
            ),
            self._answer(lesson),
            self.tr("{n} of 10 questions right").format(n=self.right()),
        ]
        self.card.setContent(
            CardContent(
                title=self.tr("What I saw a Vision Transformer do"),
                picture=np.asarray(seen),
                overlay=stage.tinted(row, lesson.view.state.look),
                lines=tuple(line for line in lines if line),
                done=self.host.finished(),
                closing=self.tr("A map is not yet an explanation."),
            )
        )

    def _answer(self, lesson: LessonData) -> str:
        """Return the model's answer as a line of the card; empty without one."""
        output, info = lesson.trace.output, lesson.trace.setup.model
        if output is None:
            return ""
        if info.has_head:
            classes = likeliest_classes(
                output, info.labels, problem=info.problem, most=MOST
            )
            names = [one.name for one in classes]
            text = self.tr("The model's answer: {names}")
        else:
            found = self._references
            like = None if found is None else found.likeness(output)
            if like is None:
                return ""
            names = [reference_name(like.names[i]) for i in like.order()[:MOST]]
            text = self.tr("Most like: {names}")
        return text.format(names=", ".join(names))

    # -- reactions -----------------------------------------------------------------

    def _on_save(self) -> None:
        lesson = self.lesson
        if lesson is None:
            return
        stem = Path(lesson.trace.setup.picture.name).stem
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the card"), f"{stem}-card.png", "PNG (*.png)"
        )
        if not name:
            return
        path = Path(name)
        path = path if path.suffix else path.with_suffix(".png")
        try:
            write_bytes(path, png(self.card.image()))
        except OutputError as error:
            self.saved.say(sentence(error))
            return
        self.saved.say(self.tr("Saved {name}").format(name=path.name))

    def _on_page(self) -> None:
        self.host.save_page()

    def _on_try(self) -> None:
        self.host.open_lab(str(self.sender().property("tool")))
