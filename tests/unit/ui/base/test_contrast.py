"""Contrast as WCAG defines it, and colours of terms that can be read."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from vitviz.system.settings import ThemeChoice
from vitviz.ui.base import theme
from vitviz.ui.base.contrast import CONTRAST, contrast, readable
from vitviz.views.colour import Meaning


@pytest.mark.parametrize("choice", [ThemeChoice.DARK, ThemeChoice.LIGHT])
def test_coloured_terms_can_be_read(qapp: QApplication, choice: ThemeChoice) -> None:
    theme.apply(qapp, choice)
    try:
        ground = QColor(theme.colours().panel)
        for meaning in Meaning:
            assert contrast(readable(meaning), ground) >= CONTRAST
            own = QColor(meaning.value)
            if contrast(own, ground) >= CONTRAST:
                assert readable(meaning) == own
    finally:
        theme.apply(qapp, ThemeChoice.DARK)


def test_contrast_is_that_of_wcag() -> None:
    black, white = QColor("#000000"), QColor("#FFFFFF")
    assert contrast(black, white) == pytest.approx(21)
    assert contrast(QColor("#777777"), white) == pytest.approx(4.48, abs=0.01)
