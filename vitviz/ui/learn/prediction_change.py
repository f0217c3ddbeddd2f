"""The model's answer before and after a change, as text and a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

from vitviz.domain.interventions import Interventions
from vitviz.jobs import lessons
from vitviz.jobs.lessons import ChangedRun
from vitviz.jobs.queue import bound
from vitviz.lessons.one_head import cosine
from vitviz.ui.base.text import score_text
from vitviz.ui.learn.text import Prose, Table
from vitviz.ui.widgets.most_like import cosine_text, reference_name
from vitviz.views.classes import class_name, class_scores

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.domain.likeness import ReferenceFeatures
    from vitviz.models.model import ModelInfo
    from vitviz.ui.learn.lesson import ChapterHost, LessonData
    from vitviz.views.colour import Array

MOST = 3


class PredictionChange(Prose):
    """A paragraph on the model's answer before and after a change, which it runs."""

    def __init__(self, host: ChapterHost) -> None:
        super().__init__()
        self._host = host
        self._before: Trace | None = None
        self._asked: object = None
        self._start = ""
        # The features of the reference pictures, with the model that made them.
        self._references: tuple[ModelInfo, ReferenceFeatures] | None = None
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
            self._receive(ChangedRun(trace, self._known(trace)))
            return
        self._host.ask(
            bound(lessons.changed_run, model, trace, changes),
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

    def _known(self, trace: Trace) -> ReferenceFeatures | None:
        """Return the references of an earlier change, of the same model."""
        known = self._references
        is_its = known is not None and known[0] == trace.setup.model
        return known[1] if known is not None and is_its else None

    def _receive(self, found: ChangedRun) -> None:
        if self._before is None:
            return
        self.after = found.after
        if found.references is not None:
            self._references = found.after.setup.model, found.references
        said, table = outcome(self._before, found.after, found.references)
        if table is None and found.after is self._before:
            said = QCoreApplication.translate("Outcome", "nothing is changed yet.")
        # a full-width colon brings its own space
        gap = "" if self._start.endswith("：") else " "
        self.say(f"{self._start}{gap}{said}", table)


def without_model() -> str:
    """Return the text for a trace whose model is not at hand."""
    return QCoreApplication.translate(
        "Outcome", "The model itself is not here, only its trace: it cannot be changed."
    )


def outcome(
    before: Trace, after: Trace, references: ReferenceFeatures | None = None
) -> tuple[str, Table | None]:
    """Return a table of likeliest classes, or of what is most like, and text."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Outcome", text)

    if before.output is None or after.output is None:
        return "", None
    broken = tr("The model's answer is not finite any more.")
    if before.logits is None or after.logits is None:
        alike = cosine(before.output, after.output)
        if alike is None:
            return broken, None
        if references is not None:
            return _most_like(before.output, after.output, references)
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


def _most_like(
    before: Array, after: Array, references: ReferenceFeatures
) -> tuple[str, Table | None]:
    """Return a table of the pictures that come first now, and the one that did."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Outcome", text)

    first, second = references.likeness(before), references.likeness(after)
    if first is None or second is None:
        return tr("The model's answer is not finite any more."), None
    order = list(second.order()[:MOST])
    former = first.order()[0]
    if former not in order:
        order[-1] = former
    rows = []
    for index in order:
        name = reference_name(references.names[index])
        values = (cosine_text(float(one.cosines[index])) for one in (first, second))
        cells = (name, *values)
        is_first = index == order[0]
        rows.append(tuple(f"<b>{c}</b>" for c in cells) if is_first else cells)
    header = (tr("Most like"), tr("before"), tr("now"))
    return "", Table(header, tuple(rows))
