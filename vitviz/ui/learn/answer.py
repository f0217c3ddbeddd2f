"""An answer of the model as people understand it: classes, or *most like*."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from vitviz.domain.problem_type import ProblemType
from vitviz.ui.base import theme
from vitviz.ui.base.text import score_text
from vitviz.ui.widgets.bar_list import Bar, BarList
from vitviz.ui.widgets.most_like import MostLikeRow, reference_name
from vitviz.views.classes import likeliest_classes

if TYPE_CHECKING:
    from vitviz.domain.likeness import ReferenceFeatures
    from vitviz.models.model import ModelInfo
    from vitviz.views.colour import Array

# Classes that are listed.
MOST = 3


class AnswerView(QWidget):
    """The likeliest classes, or the reference pictures in the order of likeness."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = BarList()
        self.bars.setAccessibleName(self.tr("Likeliest classes"))
        rows = MOST * (theme.line_px() + 16)
        self.bars.setFixedHeight(round(rows))
        self.most_like = MostLikeRow(is_one_row=theme.presents())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bars)
        layout.addWidget(self.most_like)
        self.setAnswer(None)

    def setAnswer(
        self,
        output: Array | None,
        info: ModelInfo | None = None,
        references: ReferenceFeatures | None = None,
        *,
        before: Array | None = None,
    ) -> str | None:
        """Show an answer, (C,); None shows none. Return what stands first, in words.

        before : an earlier answer, to tell how far each reference picture has moved.
        """
        first, likeness, former = None, None, None
        has_head = info is not None and info.has_head
        if output is not None and info is not None and has_head:
            classes = likeliest_classes(
                output, info.labels, problem=info.problem, most=MOST
            )
            is_share = info.problem is not ProblemType.REGRESSION
            bars = [
                Bar(
                    one.index,
                    one.name,
                    one.score if is_share else None,
                    score_text(one.score, info.problem),
                )
                for one in classes
            ]
            self.bars.setBars(tuple(bars))
            first = classes[0].name if classes else None
        elif output is not None and references is not None:
            likeness = references.likeness(output)
            former = None if before is None else references.likeness(before)
            if likeness is not None:
                first = reference_name(likeness.names[likeness.order()[0]])
        self.most_like.setLikeness(likeness, before=former)
        self.bars.setVisible(has_head and first is not None)
        self.most_like.setVisible(likeness is not None)
        return first
