"""Pane of classes: what the model predicts, and which class the methods explain."""

from __future__ import annotations

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
from vitviz.ui.base.text import score_text
from vitviz.ui.base.threads import Workers
from vitviz.ui.widgets.bar_list import Bar, BarList
from vitviz.views.classes import (
    ClassScore,
    class_name,
    class_scores,
    likeliest_classes,
)


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
        row = QHBoxLayout()
        row.addWidget(self._search, 1)
        row.addWidget(self._likeliest)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self._note)
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
    """Controller of the pane of classes, which needs only the logits of a run."""

    def __init__(self, pane: ClassPane, workers: Workers) -> None:
        super().__init__(workers)
        self.pane = pane
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
        self.pane.setClasses((), target=None, note="")

    def refresh(self, view: View) -> None:
        """List the likeliest classes, or those that match the search."""
        self._view = view
        info, logits = view.trace.setup.model, view.trace.logits
        is_known = logits is not None and class_scores(logits) is not None
        self.pane.setHasClasses(is_known)
        if logits is None:
            note = self.tr("The prediction comes with the last layer.")
            if not info.has_head:
                note = self.tr(
                    "{name} has no classifier. Methods that need a target explain the "
                    "model's own feature instead: how far each patch points its way."
                ).format(name=info.name)
            self.pane.setClasses((), target=None, note=note)
            return
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

    def _on_searched(self, _text: str) -> None:
        if self._view is not None:
            self.refresh(self._view)
