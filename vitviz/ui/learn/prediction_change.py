"""The model's answer before and after a change, as text and a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from vitviz.domain.interventions import Interventions
from vitviz.jobs import lessons
from vitviz.jobs.queue import bound
from vitviz.lessons.one_head import cosine
from vitviz.ui.base.text import score_text
from vitviz.ui.learn.text import Prose, Table
from vitviz.views.classes import class_name, class_scores

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.ui.learn.lesson import ChapterHost, LessonData

MOST = 3


class PredictionChange(Prose):
    """A paragraph on the model's answer before and after a change, which it runs."""

    def __init__(self, host: ChapterHost) -> None:
        super().__init__()
        self._host = host
        self._before: Trace | None = None
        self._asked: object = None
        self._start = ""
        # The changed run; the run on screen where nothing is changed.
        self.after: Trace | None = None
        self.hide()  # until there is something to say

    def compare(self, lesson: LessonData, changes: Interventions, start: str) -> None:
        """Show what `changes` do to the answer, after the text `start`."""
        trace, model = lesson.trace, lesson.model
        if model is None:
            self.say(without_model())
            return
        wanted = (trace, changes)
        if wanted == self._asked or not trace.is_complete:
            return
        self._asked, self._before, self._start = wanted, trace, start
        if not changes:
            self._receive(trace)
            return
        self._host.ask(
            bound(lessons.rerun, model, trace, changes),
            self._receive,
            on_failure=self.say,
        )

    def drop(self) -> None:
        """Forget which run was asked for, so that it can be asked for again."""
        self._asked = None

    def forget(self) -> None:
        """Forget both runs: the picture has been closed."""
        self._asked = self._before = self.after = None
        self.say("")

    def _receive(self, after: Trace) -> None:
        if self._before is None:
            return
        self.after = after
        said, table = outcome(self._before, after)
        # a full-width colon brings its own space
        gap = "" if self._start.endswith("：") else " "
        self.say(f"{self._start}{gap}{said}", table)


def without_model() -> str:
    """Return the text for a trace whose model is not at hand."""
    return QCoreApplication.translate(
        "Outcome", "The model itself is not here, only its trace: it cannot be changed."
    )


def outcome(before: Trace, after: Trace) -> tuple[str, Table | None]:
    """Return text on how far the feature turned, or a table of likeliest classes."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Outcome", text)

    if before.output is None or after.output is None:
        return "", None
    broken = tr("The model's answer is not finite any more.")
    if before.logits is None or after.logits is None:
        alike = cosine(before.output, after.output)
        if alike is None:
            return broken, None
        text = tr("cosine <b>{cosine}</b> to its answer before.")
        return text.format(cosine=f"{alike:.3f}"), None
    problem = before.setup.model.problem
    scores = class_scores(before.logits, problem)
    changed = class_scores(after.logits, problem)
    if scores is None or changed is None:
        return broken, None
    order = list(map(int, np.argsort(-scores, kind="stable")[:MOST]))
    winner = int(np.argmax(changed))
    if winner not in order:
        order[-1] = winner
    labels = before.setup.model.labels
    rows = []
    for index in order:
        name = class_name(index, labels)
        cells = (
            name,
            score_text(float(scores[index]), problem),
            score_text(float(changed[index]), problem),
        )
        rows.append(tuple(f"<b>{c}</b>" for c in cells) if index == winner else cells)
    header = (tr("The model's answer"), tr("before"), tr("now"))
    return "", Table(header, tuple(rows))
