"""The chapters of Learn, each with its title and its page; the courses' names."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from vitviz.ui.learn.lesson import ChapterHost
from vitviz.ui.learn.page import Page
from vitviz.views.chapters import Chapter, Course

Maker = Callable[[ChapterHost], Page]


def makers() -> dict[Chapter, Maker]:
    """Return the class of each chapter's page; imported when Learn is first opened."""
    from vitviz.ui.learn.chapters.ch0_ninety_seconds import NinetySecondsPage
    from vitviz.ui.learn.chapters.ch1_sequence import SequencePage
    from vitviz.ui.learn.chapters.ch2_position import PositionPage
    from vitviz.ui.learn.chapters.ch3_patch_size import ScalePage
    from vitviz.ui.learn.chapters.ch4_cost import CostPage
    from vitviz.ui.learn.chapters.ch5_query_key import PairPage
    from vitviz.ui.learn.chapters.ch6_scaling import ScalingPage
    from vitviz.ui.learn.chapters.ch7_softmax_axis import AxisPage
    from vitviz.ui.learn.chapters.ch8_output import OutputPage
    from vitviz.ui.learn.chapters.ch9_heads import HeadsPage
    from vitviz.ui.learn.chapters.ch10_block import BlockPage
    from vitviz.ui.learn.chapters.ch11_layers import LayersPage
    from vitviz.ui.learn.chapters.ch12_code import CodePage
    from vitviz.ui.learn.chapters.ch13_end import EndPage

    return {
        Chapter.NINETY_SECONDS: NinetySecondsPage,
        Chapter.SEQUENCE: SequencePage,
        Chapter.POSITION: PositionPage,
        Chapter.PATCH_SIZE: ScalePage,
        Chapter.COST: CostPage,
        Chapter.QUERY_KEY: PairPage,
        Chapter.SCALING: ScalingPage,
        Chapter.SOFTMAX: AxisPage,
        Chapter.OUTPUT: OutputPage,
        Chapter.HEADS: HeadsPage,
        Chapter.BLOCK: BlockPage,
        Chapter.LAYERS: LayersPage,
        Chapter.CODE: CodePage,
        Chapter.END: EndPage,
    }


def chapter_titles() -> dict[Chapter, str]:
    """Return the title of each chapter, in the program's language."""
    return {
        Chapter.NINETY_SECONDS: _tr("Ninety seconds"),
        Chapter.SEQUENCE: _tr("From words to patches"),
        Chapter.POSITION: _tr("Position"),
        Chapter.PATCH_SIZE: _tr("Patch size is a map's scale"),
        Chapter.COST: _tr("Why it gets heavy"),
        Chapter.QUERY_KEY: _tr("Query, key, value"),
        Chapter.SCALING: _tr("Dividing by √d"),
        Chapter.SOFTMAX: _tr("Softmax, over the right axis"),
        Chapter.OUTPUT: _tr("Weights times values"),
        Chapter.HEADS: _tr("Many heads"),
        Chapter.BLOCK: _tr("The rest of the block"),
        Chapter.LAYERS: _tr("Layers"),
        Chapter.CODE: _tr("Three lines of code"),
        Chapter.END: _tr("What you have seen"),
    }


def course_titles() -> dict[Course, str]:
    """Return the name of each course, in the program's language."""
    return {
        Course.TEN_MINUTES: _tr("10 minutes"),
        Course.LESSON: _tr("One lesson"),
        Course.ARTICLE: _tr("The article"),
    }


def _tr(text: str) -> str:
    return QCoreApplication.translate("LearnPanel", text)
