"""A page on a phone in Chromium: fingers choose, and swipes choose nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.page.browser import Browser
from tests.page.pages import html_of, traced
from vitviz.export.page.document import page_text
from vitviz.export.page.page_picture import page_picture

LEAST_PX = 36
# Of what a finger can press, shown or not; a box is pressed by its label too.
SMALL = """
return [...document.querySelectorAll("button, select, summary, label")]
  .filter((one) => one.checkVisibility())
  .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect().height])
  .filter(([, height]) => height < arguments[0]);
"""
# A row scrolls on its own; the page does not move sideways.
WIDTHS = "return [innerWidth, document.documentElement.scrollWidth]"
IN_SIGHT = """
const box = document.querySelector(arguments[0]).getBoundingClientRect();
return box.left >= 0 && box.right <= innerWidth + 1;
"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Browser]:
    with browser.as_phone():
        yield browser


def test_taps_choose_layers_heads_and_patches(phone: Browser, tmp_path: Path) -> None:
    trace = traced("registers")
    page = tmp_path / "page.html"
    page.write_text(html_of("registers"), encoding="utf-8")
    phone.open(page)
    claim = phone.run("return vitvizPage.description.error")
    first = trace.num_prefix_tokens
    cells = [(2, 3), (7, 7), (0, 9), (5, 1), (9, 4)]
    sharpest = 0.0
    for number, cell in enumerate(cells):
        layer, head = number % trace.num_layers, (3 * number + 1) % trace.num_heads
        is_row = number % 2 == 0
        phone.tap(f"#rail button:nth-child({layer + 1})")
        phone.tap(f"#heads button:nth-child({4 + head})")
        phone.tap(f'[data-direction="{"looks at" if is_row else "looked at by"}"]')
        token = trace.token(cell)
        phone.tap_token(token)
        assert phone.run("return vitvizPage.state.token") == token
        own = (trace.row if is_row else trace.column)(layer, token)[head][first:]
        found = np.array(phone.run("return Array.from(vitvizPage.shown.patches)"))
        np.testing.assert_allclose(found, own, rtol=0, atol=claim)
        sharpest = max(sharpest, float(own.max()))
        # a finger that has gone leaves no preview behind
        assert phone.run("return vitvizPage.hovered") is None
        assert str(cell) in phone.text("#status")
        assert phone.run(IN_SIGHT, '#heads [aria-pressed="true"]')
    assert sharpest > 20 * claim

    # special tokens, a second query and the matrix
    phone.tap('#special [data-token="0"]')
    assert phone.run("return vitvizPage.state.token") == 0
    phone.tap("#pin-beside")
    phone.tap_token(first + 5)
    state = phone.run("return vitvizPage.state")
    assert (state["token"], state["others"]) == (0, [first + 5])
    phone.tap("#pin-beside")
    phone.tap("#matrix-part summary")
    phone.wait("return document.getElementById('matrix').dataset.done")
    phone.tap("#matrix")
    middle = phone.run("return vitvizPage.state.token")
    assert abs(middle - trace.num_tokens // 2) <= 1

    # what a finger needs, and what only a pointer can do
    assert phone.run(SMALL, LEAST_PX) == []
    wide, needed = phone.run(WIDTHS)
    assert needed == wide == 390
    shown = "return document.querySelector(arguments[0]).checkVisibility()"
    assert phone.run(shown, ".with-touch")
    assert not phone.run(shown, ".with-pointer")
    assert not phone.run(shown, "#preview")


def test_a_swipe_over_the_picture_scrolls_and_pins_nothing(
    phone: Browser, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"
    page.write_text(html_of("registers"), encoding="utf-8")
    phone.open(page)
    before = phone.run("return vitvizPage.state.token")
    phone.swipe_up("#picture", 150)
    phone.wait("return scrollY > 60")
    assert phone.run("return vitvizPage.state.token") == before


def test_the_strip_of_pictures_follows_taps_and_addresses(
    phone: Browser, tmp_path: Path
) -> None:
    """Of more pictures than fit beside each other, the one on screen is in sight."""
    made = page_picture(traced("registers"))
    page = tmp_path / "film.html"
    page.write_text(page_text([made] * 8), encoding="utf-8")
    phone.open(page)
    assert phone.run(IN_SIGHT, "#film button:nth-child(1)")
    assert not phone.run(IN_SIGHT, "#film button:nth-child(8)")
    phone.tap("#film button:nth-child(8)")
    phone.wait("return vitvizPage.index === 7")
    assert phone.run(IN_SIGHT, "#film button:nth-child(8)")
    address = phone.run("return location.hash")
    phone.open(page, address)
    assert phone.run("return vitvizPage.index") == 7
    assert phone.run(IN_SIGHT, "#film button:nth-child(8)")
    wide, needed = phone.run(WIDTHS)
    assert needed == wide
