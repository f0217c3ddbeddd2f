"""The letters of a large screen that is not scaled are larger than the system's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SAY = """
from vitviz.ui.window.app import application
from vitviz.ui.base import theme
app = application(["vitviz"])
print(theme.font("body").pointSizeF())
"""


def points(folder: Path, width: int, height: int, dpi: int) -> float:
    """The size of body text on a screen."""
    screen = {"name": "one", "x": 0, "y": 0, "width": width, "height": height}
    place = folder / f"{height}-{dpi}.json"
    place.write_text(json.dumps({"screens": [{**screen, "logicalDpi": dpi, "dpr": 1}]}))
    run = subprocess.run(
        [sys.executable, "-c", SAY],
        env={**os.environ, "QT_QPA_PLATFORM": f"offscreen:configfile={place}"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    return float(run.stdout)


@pytest.mark.parametrize(
    ("height", "dpi", "factor"),
    [
        pytest.param(2160, 96, 1.4, id="3840x2160 at scale 1"),
        pytest.param(2160, 192, 1.0, id="the system has larger letters"),
        pytest.param(1440, 96, 1.0, id="2560x1440"),
    ],
)
def test_letters_grow_on_a_large_screen(
    tmp_path: Path, height: int, dpi: int, factor: float
) -> None:
    usual = points(tmp_path, 1920, 1080, 96)
    assert usual >= 9
    shown = points(tmp_path, height * 16 // 9, height, dpi)
    assert shown == pytest.approx(factor * usual, abs=0.01)
