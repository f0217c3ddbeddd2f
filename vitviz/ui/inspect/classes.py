"""Pane of classes: what the model predicts, and which class the methods explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.problem_type import ProblemType
from vitviz.ui.base import theme
from vitviz.ui.base.pane_controller import PaneController, View
from vitviz.ui.base.references import References
from vitviz.ui.base.text import score_text, sentence
from vitviz.ui.base.threads import Workers
from vitviz.ui.widgets.bar_list import Bar, BarList
from vitviz.ui.widgets.most_like import MostLikeRow
from vitviz.views.classes import (
    ClassScore,
    class_name,
    class_scores,
    likeliest_classes,
)

if TYPE_CHECKING:
    from vitviz.domain.likeness import Likeness


class ClassPane(QWidget):
    """A list of classes with a search field; setters emit nothing."""

    # The index of a class, or None for the likeliest.
    targetChosen = Signal(object)
    searched = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._search = QLineEdit()
        find = self.tr("Find a class by name or number")
        self._search.setPlaceholderText(
            self.tr("Find a class") if theme.presents() else find
        )
        self._search.setAccessibleName(self.tr("Find a class"))
        self._search.setToolTip(self.tr("Find a class by name or number"))
        self._search.setClearButtonEnabled(True)
        self._search.textChanged.connect(self.searched)
        self._likeliest = QToolButton()
        self._likeliest.setText(self.tr("Back to top class"))
        self._likeliest.setToolTip(self.tr("Explain the likeliest class again"))
        self._likeliest.clicked.connect(self._on_likeliest)
        self._note = QLabel()
        self._note.setFont(theme.font("small"))
        self._note.setWordWrap(True)
        self._note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.bars = BarList()
        self.bars.setAccessibleName(self.tr("Classes"))
        self.bars.chosen.connect(self._on_chosen)
        self.most_like = MostLikeRow(is_large=True)
        self.most_like.hide()
        row = QHBoxLayout()
        row.addWidget(self._search, 1)
        row.addWidget(self._likeliest)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._note)
        layout.addWidget(self.most_like, 1)
        layout.addWidget(self.bars, 1)
        self.setMinimumSize(200, 160)
        self.setClasses((), target=None, note="")

    def setClasses(
        self,
        classes: tuple[ClassScore, ...],
        *,
        target: int | None,
        note: str,
        problem: ProblemType = ProblemType.SINGLE_LABEL,
    ) -> None:
        """List classes with their scores; `target` is the explained one."""
        is_share = problem is not ProblemType.REGRESSION
        self.bars.setBars(
            tuple(
                Bar(
                    one.index,
                    one.name,
                    one.score if is_share else None,
                    score_text(one.score, problem),
                )
                for one in classes
            )
        )
        self.bars.setCurrent(target)
        self._note.setText(note)

    def setLikeness(self, likeness: Likeness | None) -> None:
        """Show which reference pictures a model without labels finds most like."""
        self.most_like.setLikeness(likeness)
        self.most_like.setVisible(likeness is not None)
        self.bars.setVisible(likeness is None)

    def setHasLabels(self, has_labels: bool) -> None:
        """Show or hide what is there to find a class."""
        for part in (self._search, self._likeliest):
            part.setVisible(has_labels)

    def setHasClasses(self, has_classes: bool) -> None:
        """Set whether the model has classes to choose from."""
        self._search.setEnabled(has_classes)
        self._likeliest.setEnabled(has_classes)
        if not has_classes:
            with QSignalBlocker(self._search):
                self._search.clear()

    def searchText(self) -> str:
        """Return the text in the search field."""
        return self._search.text()

    def setSearchText(self, text: str) -> None:
        """Set the text in the search field; emits nothing."""
        with QSignalBlocker(self._search):
            self._search.setText(text)

    def searchField(self) -> QLineEdit:
        """Return the search field."""
        return self._search

    def note(self) -> str:
        """Return the sentence above the classes."""
        return self._note.text()

    def _on_chosen(self, index: int) -> None:
        self.targetChosen.emit(index)

    def _on_likeliest(self) -> None:
        self._search.clear()
        self.targetChosen.emit(None)


# The number of classes that are listed.
MOST = 20


class ClassesController(PaneController[ClassPane]):
    """Controller of the pane of classes: the logits of a run, or its likenesses."""

    def __init__(
        self, pane: ClassPane, workers: Workers, references: References
    ) -> None:
        super().__init__(workers)
        self.pane = pane
        self._references = references
        references.arrived.connect(self._on_references)
        self._view: View | None = None
        pane.searched.connect(self._on_searched)

    def attach(self, pane: ClassPane) -> None:
        """Use another pane, with the same text in its search field."""
        pane.setSearchText(self.pane.searchText())
        self.pane = pane
        self.pane.searched.connect(self._on_searched)

    def clear(self) -> None:
        """List nothing."""
        self._view = None
        self.pane.setHasClasses(False)
        self.pane.setLikeness(None)
        self.pane.setClasses((), target=None, note="")

    def refresh(self, view: View) -> None:
        """List the likeliest classes, or those that match the search."""
        self._view = view
        info, logits = view.trace.setup.model, view.trace.logits
        is_known = logits is not None and class_scores(logits) is not None
        self.pane.setHasClasses(is_known)
        self.pane.setHasLabels(info.has_head)
        if logits is None:
            note = self.tr("The prediction comes with the last layer.")
            if not info.has_head:
                note = self._show_likeness(view)
            self.pane.setClasses((), target=None, note=note)
            return
        self.pane.setLikeness(None)
        if not is_known:
            note = self.tr("The logits are not finite, so no class can be named.")
            self.pane.setClasses((), target=None, note=note)
            return
        wanted = self.pane.searchText()
        problem = info.problem
        found = likeliest_classes(
            logits, info.labels, problem=problem, wanted=wanted, most=MOST
        )
        target = view.state.target
        if target is None or target >= len(logits):
            target = int(np.argmax(logits))
        note = self.tr(
            "Relevance, gradient rollout, grad-CAM and others explain: {name}"
        ).format(name=class_name(target, info.labels))
        if problem is ProblemType.REGRESSION:
            note = self.tr("A regression: numbers as they are, not probabilities.")
        elif problem is ProblemType.MULTI_LABEL:
            note += " · " + self.tr("each by itself, by a sigmoid")
        if not found:
            note = self.tr("No class matches “{text}”.").format(text=wanted)
        self.pane.setClasses(found, target=target, note=note, problem=problem)

    def _show_likeness(self, view: View) -> str:
        """Show which reference pictures are most like this one; return the note."""
        info, output = view.trace.setup.model, view.trace.output
        likeness, note = None, ""
        if view.model is None or view.model.info != info:
            note = self.tr(
                "{name} has no labels, and what it finds most like this picture needs "
                "the model, not its trace alone."
            ).format(name=info.name)
        elif output is None or view.is_running:
            note = self.tr("The prediction comes with the last layer.")
        else:
            features = self._references.of(view.model, view.trace)
            error = self._references.error
            if features is not None:
                likeness = features.likeness(output)
                note = self.tr(
                    "{name} has no labels; its answer is a feature. The first of these "
                    "pictures is most like yours: 1 is the same direction from the "
                    "mean of all twelve, −1 the opposite one. Methods that need a "
                    "target explain that feature."
                ).format(name=info.name)
                if likeness is None:
                    note = self.tr("The model's answer is not finite.")
            elif error is not None:
                note = sentence(error)
            else:
                note = self.tr(
                    "{name} has no labels. Looking for the pictures it finds most like "
                    "this one …"
                ).format(name=info.name)
        self.pane.setLikeness(likeness)
        return note

    def _on_references(self) -> None:
        if self._view is not None:
            self.refresh(self._view)

    def _on_searched(self, _text: str) -> None:
        if self._view is not None:
            self.refresh(self._view)
