"""Chapter 11: depth, on the big picture, and what the answer would be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from vitviz.jobs import lessons
from vitviz.jobs.queue import bound
from vitviz.ui.learn.answer import AnswerView
from vitviz.ui.learn.lesson import ChapterHost, LessonData
from vitviz.ui.learn.page import Page
from vitviz.ui.widgets.inputs import Slider
from vitviz.views.ribbon import Stop

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.jobs.lessons import LayerAnswers


class LayersPage(Page):
    """The page of chapter 11: a slider through the layers, and the answer at each."""

    def __init__(self, host: ChapterHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._answers: LayerAnswers | None = None
        self._asked_for: Trace | None = None
        self._drag = self.begin_step(self.tr("Drag through the layers."))
        self.ask_to(self.tr("From which layer on does the first place stay?"))
        self.slider = Slider()
        self.slider.setAccessibleName(self.tr("Layer"))
        self.slider.setToolTip(self.tr("The layer on the picture"))
        self.slider.valueChanged.connect(self._on_slid)
        self.add(self.slider)
        self.where = self.say()
        self.answer = AnswerView()
        self.add(self.answer)
        self.note = self.say("", "small")
        self.close_with(
            self.tr(
                "Three minutes. Let the class say at which layer they would stop the "
                "model, and why. <b>Often misunderstood:</b> a deeper layer does not "
                "look at larger patches; every token has been free to look at all "
                "others since the first layer. What grows is how much of the others is "
                "in each token."
            )
        )

    def update_numbers(self, lesson: LessonData) -> None:
        """Follow the layer on screen, and ask for the answers of another run."""
        trace = lesson.trace
        self.slider.blockSignals(True)
        self.slider.setRange(0, trace.num_layers - 1)
        self.slider.setValue(lesson.layer)
        self.slider.blockSignals(False)
        self.set_why(self._drag, self._why(lesson))
        if self._asked_for is not trace and trace.is_complete:
            self._asked_for, self._answers = trace, None
            self.note.say("")
            if lesson.model is None or lesson.image is None:
                self.note.say(self.tr("The model itself is not here, only its trace."))
            else:
                self.host.ask(
                    bound(lessons.layer_answers, lesson.model, trace),
                    self._on_answers,
                    on_failure=self.note.say,
                )
        self.host.light(Stop.SECOND_ADD, lesson.layer)
        self._show(lesson)

    def _why(self, lesson: LessonData) -> str:
        """Return how an answer is read from a layer, as this model does at its end."""
        has_pool = lesson.model is not None and lesson.model.adapter.has_pool
        if has_pool:
            read = self.tr(
                "This model has no CLS that is read: after each layer the states of "
                "all tokens are given to the norm and the pooling head at the model's "
                "end, which looks at them with a query of its own, as if it ended "
                "here: the logit lens."
            )
        elif "cls" not in lesson.trace.setup.prefix_names:
            read = self.tr(
                "This model has no CLS: after each layer the norm, the mean of all "
                "patches and the head at the model's end are applied, as if it ended "
                "here: the logit lens."
            )
        else:
            read = self.tr(
                "After each layer the state of CLS, or of what else is read, is given "
                "to the norm and the head at the model's end, as if it ended here: "
                "the logit lens."
            )
        return " ".join(
            (
                read,
                self.tr(
                    "The model itself does so only once. States of early layers were "
                    "not made for that end: what is read there is a hint, not an "
                    "answer that the model has given. Reference pictures are read at "
                    "the same layer."
                ),
            )
        )

    def settled(self) -> int | None:
        """Return the first layer from which on the first place stays the same."""
        lesson, found = self.lesson, self._answers
        if lesson is None or found is None:
            return None
        firsts = [_first(found, index) for index in range(1, len(found.outputs))]
        layer = len(firsts) - 1
        while layer > 0 and firsts[layer - 1] == firsts[-1]:
            layer -= 1
        return layer

    def forget(self) -> None:
        """Forget the answers of the previous picture."""
        super().forget()
        self._answers = self._asked_for = None
        self.answer.setAnswer(None)

    def leave(self) -> None:
        """Ask again next time, if the answers have not come."""
        self.host.light(None)
        if self._answers is None:
            self._asked_for = None

    def _on_slid(self, layer: int) -> None:
        self.host.change(merge=True, layer=layer)
        if layer == self.settled():
            self.done()

    def _on_answers(self, found: LayerAnswers) -> None:
        self._answers = found
        if self.lesson is not None:
            self._show(self.lesson)

    def _show(self, lesson: LessonData) -> None:
        found, last = self._answers, lesson.trace.num_layers - 1
        text = self.tr("Layer <b>{layer}</b> of 0 … {last}.")
        if found is None:
            self.answer.setAnswer(None)
            self.where.say(text.format(layer=lesson.layer, last=last))
            return
        info = lesson.trace.setup.model
        output = found.outputs[lesson.layer + 1]
        references = found.references[lesson.layer + 1] if found.references else None
        first = self.answer.setAnswer(output, info, references)
        if lesson.layer == last:
            text += " " + self.tr("The model's answer: <b>{first}</b> first.")
        else:
            text += " " + self.tr("If it ended here: <b>{first}</b> first.")
        self.where.say(text.format(layer=lesson.layer, last=last, first=first or "–"))


def _first(found: LayerAnswers, index: int) -> int:
    """Return the class, or the reference picture, that stands first in a state."""
    output = found.outputs[index]
    if not found.references:
        return int(output.argmax())
    likeness = found.references[index].likeness(output)
    return -1 if likeness is None else likeness.order()[0]
