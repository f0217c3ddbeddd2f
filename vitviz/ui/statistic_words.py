"""What the window calls the statistics of heads, in the program's language."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from vitviz.views.state import Statistic


def _tr(text: str) -> str:
    return QCoreApplication.translate("StatisticWords", text)


def statistic_name(statistic: Statistic) -> str:
    """What a statistic is called."""
    tr = _tr
    names = {
        Statistic.ENTROPY: tr("Entropy"),
        Statistic.DISTANCE: tr("Distance"),
        Statistic.SPECIAL: tr("Special"),
        Statistic.SINK: tr("Sink"),
        Statistic.EFFECT: tr("Effect"),
    }
    return names[statistic]


def statistic_meaning(statistic: Statistic) -> str:
    """What a statistic says, as half a sentence."""
    tr = _tr
    meanings = {
        Statistic.ENTROPY: tr(
            "how evenly queries look: 0 at one token, 1 at all alike"
        ),
        Statistic.DISTANCE: tr("mean distance between patches that look at each other"),
        Statistic.SPECIAL: tr("share that goes to special tokens"),
        Statistic.SINK: tr("largest share that one token gets from all"),
        Statistic.EFFECT: tr("what switching the head off changes"),
    }
    return meanings[statistic]
