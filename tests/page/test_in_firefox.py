"""A page in Firefox: opened from the disk, clicked, read; values are the trace's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import vitviz
from tests.page.conftest import missing_browser
from tests.page.firefox import Firefox
from tests.page.pages import html_of, traced
from vitviz.cli.main import main
from vitviz.system.paths import resource

NAMES = ("firefox-esr", "firefox")


@pytest.fixture
def firefox(tmp_path: Path) -> Iterator[Firefox]:
    """Firefox with a profile of its own; what it complains of fails the test."""
    binary = next(filter(None, map(shutil.which, NAMES)), None)
    if binary is None:
        missing_browser("Firefox", "firefox-esr")
    with Firefox.opened(binary, tmp_path / "profile") as opened:
        yield opened
        opened.check()


def test_clicks_in_firefox_read_the_traces_values(
    firefox: Firefox, tmp_path: Path
) -> None:
    trace = traced("registers")
    page = tmp_path / "page.html"
    page.write_text(html_of("registers"), encoding="utf-8")
    firefox.open(page)
    claim = firefox.run("vitvizPage.description.error")
    sharpest = 0.0
    for number, cell in enumerate([(4, 4), (9, 2), (0, 0), (9, 9), (6, 8), (2, 7)]):
        layer, head = (5 * number) % trace.num_layers, number % trace.num_heads
        token = trace.token(cell)
        is_row = number % 2 == 0
        firefox.click(f"#rail button:nth-child({layer + 1})")
        firefox.click(f"#heads button:nth-child({4 + head})")
        way = "looks at" if is_row else "looked at by"
        firefox.click(f'[data-direction="{way}"]')
        firefox.at_token(token)
        read = trace.row if is_row else trace.column
        own = read(layer, token)[head][trace.num_prefix_tokens :]
        found = np.array(firefox.run("Array.from(vitvizPage.shown.patches)"))
        np.testing.assert_allclose(found, own, rtol=0, atol=claim)
        sharpest = max(sharpest, float(own.max()))
        peak = divmod(int(np.argmax(own)), trace.grid[1])
        assert f"({peak[0]}, {peak[1]})" in firefox.text("#status")
    assert sharpest > 20 * claim

    # keys, and the address that brings the view back
    firefox.keys("]", "v")
    address = firefox.run("location.hash")
    state = firefox.run("vitvizPage.state")
    assert state["style"] == "map"
    firefox.open(page, address)
    assert firefox.run("vitvizPage.state") == state

    # the matrix, by the worker
    firefox.run("document.getElementById('matrix-part').open = true")
    firefox.wait("document.getElementById('matrix').dataset.done")
    side = trace.num_tokens
    matrix = np.array(firefox.run("Array.from(vitvizPage.matrix)"))
    own = trace.matrix(state["layer"], state["heads"]["heads"][0])
    np.testing.assert_allclose(matrix.reshape(side, side), own, atol=claim)

    firefox.click("#language")
    assert "層" in firefox.text("#caption")


@pytest.mark.long
def test_the_small_model_runs_in_firefox(firefox: Firefox, tmp_path: Path) -> None:
    page = tmp_path / "lesson.html"
    assert main(["page", "-o", str(page)]) == 0
    firefox.open(page)
    photo = resource("samples", "coffee.jpg")
    firefox.choose_file("#own-file", photo)
    firefox.wait("vitvizPage.index === 1 && Boolean(vitvizPage.images[1])")
    trace = vitviz.trace(vitviz.load_model("vitviz-flexi", device="cpu"), photo)
    token = trace.token((7, 7))
    firefox.click("#rail button:nth-child(1)")
    firefox.click("#heads button:nth-child(9)")
    firefox.at_token(token)
    found = np.array(firefox.run("Array.from(vitvizPage.shown.patches)"))
    own = trace.row(0, token)[5][trace.num_prefix_tokens :]
    np.testing.assert_allclose(found, own, rtol=0, atol=2e-3)
    assert own.max() > 0.02
