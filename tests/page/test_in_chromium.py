"""Pages opened from the disk in Chromium: what is clicked is what the trace holds."""

from __future__ import annotations

import base64
import csv
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

import vitviz
from tests.page.browser import Browser
from tests.page.pages import CASES, html_of, tokens_of, traced
from tests.window.conftest import QUICK
from vitviz.cli.main import main
from vitviz.domain.heads import HeadChoice
from vitviz.domain.number_text import format_value
from vitviz.export.page.document import page_text
from vitviz.export.page.page_picture import page_picture
from vitviz.views.colour import lookup_table
from vitviz.views.display import resolve
from vitviz.views.view_state import ViewState

HOSTILE = (
    "</script><script>document.body.dataset.evil=1</script>",
    "\"'><img src=x onerror=document.body.dataset.evil=1>",
    "\u202egnp.tac\u2066 {{program}} ${data} \\u003c <!-- ]]> & &lt;b&gt;",
)


# Reads a copy: a canvas that is read itself is drawn in another way from then on.
PIXELS = """
const pixelsOfCanvas = (canvas, x, y, width, height) => {
  const copy = new OffscreenCanvas(canvas.width, canvas.height);
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  return context.getImageData(x, y, width, height).data;
};
"""


def shown(browser: Browser) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """The values of the map that the page shows, a value for each patch."""
    return np.array(browser.run("return Array.from(vitvizPage.shown.patches)"))


def written(name: str, folder: Path) -> Path:
    """The page of a case as a file."""
    path = folder / "page.html"
    path.write_text(html_of(name), encoding="utf-8")
    return path


def click_through(
    browser: Browser, trace: vitviz.Trace, count: int, *, in_a_view: int = 1
) -> None:
    """Click patches in several layers and heads, both ways, and read their values.

    in_a_view : patches that are clicked before layer, head and direction change.
    """
    claim = browser.run("return vitvizPage.description.error")
    layers = browser.run("return vitvizPage.trace.stored")
    first, grid = trace.num_prefix_tokens, trace.grid
    patches = [t for t in tokens_of(trace, trace.num_tokens) if t >= first]
    seen = [
        t for t in patches if trace.setup.placement.seen_rect().has(*_middle(trace, t))
    ]
    generator = np.random.default_rng(3)
    for number, token in enumerate(seen[:count]):
        if number % in_a_view == 0:
            layer = int(generator.choice(layers))
            head = int(generator.integers(trace.num_heads))
            is_row = number // in_a_view % 2 == 0
            way = "looks at" if is_row else "looked at by"
            browser.click_all(
                f"#rail button:nth-child({layer + 1})",
                f"#heads button:nth-child({4 + head})",
                f'[data-direction="{way}"]',
            )
        browser.at_token(token)
        read = trace.row if is_row else trace.column
        own = read(layer, token)[head][first:]
        found = shown(browser)
        np.testing.assert_allclose(found, own, rtol=0, atol=claim)
        peak = divmod(int(np.argmax(found)), grid[1])
        status = browser.text("#status")
        assert f"({peak[0]}, {peak[1]})" in status
        assert format_value(float(np.float32(found.max()))) in status
        caption = browser.text("#caption")
        assert f"layer {layer}" in caption
        assert f"head {head}" in caption


def _middle(trace: vitviz.Trace, token: int) -> tuple[float, float]:
    cell = trace.setup.grid.cell(token)
    assert cell is not None
    rect = trace.setup.placement.cell_rect(*cell, trace.setup.grid)
    return rect.x + rect.width / 2, rect.y + rect.height / 2


def test_twenty_patches_and_everything_else_on_a_page(
    browser: Browser, tmp_path: Path
) -> None:
    trace = traced("registers")
    page = written("registers", tmp_path)
    browser.open(page)
    assert not browser.find("#open-own").is_displayed()  # it has no model
    # a view takes as long as three patches; the long test below has one for each
    click_through(browser, trace, 20, in_a_view=4)
    claim = browser.run("return vitvizPage.description.error")

    # a special token, and the mean of all heads
    browser.click("#heads button:nth-child(1)")
    browser.click('#special [data-token="2"]')
    browser.click('[data-direction="looks at"]')
    layer = browser.run("return vitvizPage.state.layer")
    own = trace.row(layer, 2).mean(0)[trace.num_prefix_tokens :]
    np.testing.assert_allclose(shown(browser), own, atol=claim)
    assert "reg 1" in browser.text("#status")

    # a second query beside it, and the address that brings all of it back
    token = trace.num_prefix_tokens + 7
    browser.at_token(token, shift=True)
    assert browser.run("return vitvizPage.state.others") == [token]
    assert "(0, 7)" in browser.text("#beside")
    address = browser.run("return location.hash")
    browser.open(page, "#layer=1&head=2&q=3,4")
    cell = trace.setup.grid.token(3, 4)
    np.testing.assert_allclose(
        shown(browser), trace.row(1, cell)[2][trace.num_prefix_tokens :], atol=claim
    )
    browser.open(page, address)
    np.testing.assert_allclose(shown(browser), own, atol=claim)
    assert browser.run("return vitvizPage.state.others") == [token]

    # keys as in the program
    browser.keys("]", ".", "x", "v", "l")
    state = browser.run("return vitvizPage.state")
    assert state["layer"] == min(layer + 1, trace.num_layers - 1)
    assert state["heads"] == {"heads": [], "fusion": "max"}
    assert (state["direction"], state["style"], state["log"]) == (
        "looked at by",
        "map",
        True,
    )
    browser.find("#picture").click()
    before = browser.run("return vitvizPage.state.token")
    browser.keys(Keys.ARROW_UP, Keys.ARROW_LEFT)
    moved = browser.run("return vitvizPage.state.token")
    assert moved == before - trace.grid[1] - 1

    # a preview under the pointer changes the status, not the pinned query
    browser.at_token(cell, click=False)
    browser.wait(
        "return document.getElementById('status').textContent.includes('(3, 4)')"
    )
    assert browser.run("return vitvizPage.state.token") == moved
    assert not browser.find("#chip").is_displayed()
    # without previews the pointer reads the value of the map that is there
    browser.click("#preview")
    browser.at_token(cell, click=False)
    browser.wait("return !document.getElementById('chip').hidden")
    place = cell - trace.num_prefix_tokens
    value = browser.run(f"return vitvizPage.shown.patches[{place}]")
    assert f"← {format_value(float(np.float32(value)))} · " in browser.text("#chip")
    browser.click("#preview")

    # the matrix, by the worker
    browser.run("document.getElementById('matrix-part').open = true")
    browser.wait("return document.getElementById('matrix').dataset.done")
    side = trace.num_tokens
    matrix = np.array(browser.run("return Array.from(vitvizPage.matrix)"))
    own = np.max([trace.matrix(state["layer"], h) for h in range(trace.num_heads)], 0)
    np.testing.assert_allclose(matrix.reshape(side, side), own, atol=claim)

    # Japanese, and what every control is called
    browser.click("#language")
    assert browser.run("return document.documentElement.lang") == "ja"
    assert "層" in browser.text("#caption")
    assert browser.text("#heads button:nth-child(1) b") == "平均"
    unnamed = browser.run(
        "return [...document.querySelectorAll('button, canvas[role], select, input')]"
        ".filter(e => !(e.getAttribute('aria-label') || e.textContent.trim()"
        " || e.closest('label')?.textContent.trim()"
        " || e.querySelector('img')?.alt)).map(e => e.outerHTML)"
    )
    assert unnamed == []


def test_hostile_names_are_text(browser: Browser, tmp_path: Path) -> None:
    """Names of a picture, a model and classes, and captions of maps."""
    name = " ".join(HOSTILE)
    picture = PIL.Image.new("RGB", (64, 64), "olive")
    trace = vitviz.trace(vitviz.load_model(patch_size=32), picture, size=64)
    made = page_picture(trace)
    made.description["name"] = name
    made.description["model"]["name"] = name
    made.description["classes"] = [[name, 0.5]]
    made.description["changes"] = {"en": [name], "ja": [name]}
    made.description["settings"] = {"en": [[name, name]], "ja": [[name, name]]}
    page = tmp_path / "hostile.html"
    page.write_text(page_text([made]), encoding="utf-8")
    browser.open(page)
    assert browser.run("return document.body.dataset.evil") is None
    for place in ("#title", "#subtitle", "#classes span", "#about dt", "#about dd"):
        assert browser.text(place) == name, place
    assert name in browser.text("#caption")
    assert name in browser.text("#changed")
    assert browser.run("return document.title") == f"{name} · vitviz"
    assert browser.run("return document.scripts.length") == 2 + len(made.blocks)
    # nothing can be added: the policy of the page forbids it
    browser.run(
        "const s = document.createElement('script');"
        "s.textContent = 'document.body.dataset.evil = 1'; document.body.append(s)"
    )
    assert browser.run("return document.body.dataset.evil") is None
    refused = [one["message"] for one in browser.driver.get_log("browser")]
    assert any("Content Security Policy" in one for one in refused)


def test_the_colour_map_follows_the_style_until_one_is_chosen(
    browser: Browser, tmp_path: Path
) -> None:
    """The opaque map's strongest patch has the last colour of the style's table."""
    page = written("registers", tmp_path)
    browser.open(page, "#layer=2&head=1&q=3,4")
    assert browser.run("return document.getElementById('colormap').value") == ""
    for chosen, name in ((None, "viridis"), ("inferno", "inferno"), ("", "viridis")):
        if chosen is None:
            browser.click('[data-style="map"]')
        else:
            Select(browser.find("#colormap")).select_by_value(chosen)
        near = np.array(lookup_table(name)[-1], int) - strongest_colour(browser)
        assert np.abs(near).max() <= 2, (chosen, name)
        # and again from the address
        browser.open(page, browser.run("return location.hash"))
        near = np.array(lookup_table(name)[-1], int) - strongest_colour(browser)
        assert np.abs(near).max() <= 2, (chosen, name)
    browser.click('[data-style="tint"]')
    assert browser.run("return vitvizPage.state.colormap") is None


def strongest_colour(browser: Browser) -> np.ndarray[tuple[int, ...], np.dtype[Any]]:
    """The colour of the picture in the middle of the strongest patch."""
    return np.array(
        browser.run(
            f"{PIXELS} const p = vitvizPage, r = devicePixelRatio || 1;"
            "const [x, y] = p.picture.middleOf(p.trace.numPrefix + p.shown.peak);"
            "const d = pixelsOfCanvas(p.picture.canvas, x * r, y * r, 1, 1);"
            "return Array.from(d).slice(0, 3)"
        )
    )


def test_what_is_copied_and_printed(browser: Browser, tmp_path: Path) -> None:
    trace = traced("registers")
    page = written("registers", tmp_path)
    browser.open(page, "#layer=1&head=2&q=3,4")
    claim = browser.run("return vitvizPage.description.error")
    browser.driver.execute_cdp_cmd(
        "Browser.grantPermissions",
        {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]},
    )
    browser.click("#copy-numbers")
    browser.wait("return document.getElementById('said').textContent !== ''")
    text = browser.run("return navigator.clipboard.readText()")
    lines = list(csv.DictReader(io.StringIO(text)))
    own = trace.row(1, trace.token((3, 4)))[2]
    np.testing.assert_allclose([float(one["value"]) for one in lines], own, atol=claim)
    assert "numbers are on the clipboard" in browser.text("#said")

    browser.click("#copy-link")
    browser.wait("return document.getElementById('said').textContent.includes('link')")
    link = browser.run("return navigator.clipboard.readText()")
    assert link.startswith(f"file://{page}#layer=1&head=2&q=3,4&")

    browser.click("#copy-picture")
    browser.wait(
        "return document.getElementById('said').textContent.includes('icture')"
    )
    assert browser.text("#said") == "The picture is on the clipboard."
    size = browser.run(
        "return navigator.clipboard.read()"
        ".then(items => items[0].getType('image/png'))"
        ".then(blob => createImageBitmap(blob)).then(b => [b.width, b.height])"
    )
    figure = browser.run("const f = vitvizPage.figure(); return [f.width, f.height]")
    assert size == figure
    assert min(size) > 400

    # on paper: dark letters on white, whatever the screen has, and no buttons
    browser.run("document.documentElement.dataset.theme = 'dark'")
    browser.run(
        f"{PIXELS} const c = document.getElementById('bar');"
        "vitvizPage.drawPicture(); window.bar = [];"
        "const light = () => { "
        "const d = pixelsOfCanvas(c, 0, 0, c.width, c.height);"
        " let n = 0; for (let i = 0; i < d.length; i += 4)"
        " n += d[i + 3] > 200 && Math.min(d[i], d[i + 1], d[i + 2]) > 225;"
        " window.bar.push(n) };"
        "light(); addEventListener('beforeprint', light);"
        "addEventListener('afterprint', light)"
    )
    printed = browser.driver.execute_cdp_cmd(
        "Page.printToPDF", {"printBackground": True, "paperWidth": 8.27}
    )
    assert base64.b64decode(printed["data"]).startswith(b"%PDF")
    on_screen, on_paper, after = browser.run("return window.bar")
    assert on_screen > 50
    # what is left are the light colours of the bar itself
    assert on_paper < on_screen / 4
    assert after == on_screen
    browser.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    colours = browser.run(
        "const s = getComputedStyle(document.body); return [s.color, s.backgroundColor]"
    )
    letters, paper = (list(map(int, re.findall(r"\d+", one)[:3])) for one in colours)
    assert max(letters) < 100, colours
    assert min(paper) > 200, colours
    shows = (
        "return [...document.querySelectorAll(arguments[0])]"
        ".some((one) => one.checkVisibility())"
    )
    assert not browser.run(shows, ".tools button, .look select")
    assert browser.run(shows, "#picture")
    assert browser.run(shows, "#caption")


@pytest.mark.long
@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_model(browser: Browser, tmp_path: Path, name: str) -> None:
    trace = traced(name)
    browser.open(written(name, tmp_path))
    click_through(browser, trace, 20)
    if trace.has_pool:
        claim = browser.run("return vitvizPage.description.error")
        browser.click('#special [data-token="-1"]')
        browser.click("#heads button:nth-child(4)")
        last = trace.num_layers - 1
        own = trace.row(last, "pool")[0][trace.num_prefix_tokens :]
        np.testing.assert_allclose(shown(browser), own, atol=claim)


def test_a_folder_is_one_page_with_a_film_strip(
    browser: Browser, tmp_path: Path, photo: Path, other_photo: Path
) -> None:
    page = tmp_path / "both.html"
    words = [str(photo), str(other_photo), "-o", str(page), "--patch", "32"]
    words += ["--model", QUICK]
    state = ["--layer", "2", "--head", "1", "--query", "3,2", "--style", "map"]
    chosen = ["--keep-layers", "2,5", "--keep-heads", "1,3"]
    assert main(["export", *words, *state, *chosen]) == 0
    browser.open(page)
    model = vitviz.load_model(QUICK, patch_size=32)
    for number, source in enumerate((photo, other_photo), start=1):
        browser.click(f"#film button:nth-child({number})")
        index = number - 1
        browser.wait(
            f"return vitvizPage.index === {index} && !!vitvizPage.images[{index}]"
        )
        trace = vitviz.trace(model, source)
        view = ViewState(layer=2, heads=HeadChoice((1,)), token=trace.token((3, 2)))
        own = resolve(view, trace)
        assert own is not None
        assert own.heat is not None
        claim = browser.run("return vitvizPage.description.error")
        np.testing.assert_allclose(shown(browser), own.heat.patches.ravel(), atol=claim)
        assert browser.text("#title") == source.name
        assert browser.run("return vitvizPage.trace.stored") == [2, 5]
        assert browser.run("return vitvizPage.trace.layer(5).heads") == [1, 3]
        assert browser.run("return vitvizPage.trace.tokenColours.maps.length") == 7
    assert "heads 1, 3" in browser.find("#heads button").get_attribute("aria-label")
