"""A reader's own picture in a page in Chromium: opened, dropped, and looked into."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import PIL.Image

import vitviz
from tests.page.browser import Browser
from vitviz.cli.main import main
from vitviz.system.paths import resource

# Of maps computed in the page against the program's.
TOLERANCE = 2e-3
DROP = """
const [name, text] = arguments;
const bytes = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
const all = new DataTransfer();
all.items.add(new File([bytes], name));
document.dispatchEvent(new DragEvent("drop", { dataTransfer: all, cancelable: true }));
"""


def test_a_picture_of_ones_own(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "lesson.html"
    assert main(["page", "-o", str(page)]) == 0
    browser.open(page)
    model = vitviz.load_model("vitviz-flexi", device="cpu")
    assert browser.text("#title") == "cat.jpg"
    assert browser.find("#open-own").is_displayed()
    ribbon = browser.text("#ribbon")
    assert "14 × 14 = 196" in ribbon

    # a photograph that is dropped, and one from the disk that is transparent, turned
    # by its EXIF and hostile in name
    photo = resource("samples", "coffee.jpg")
    odd = tmp_path / "<img src=x onerror=alert(1)>.png"
    turned = PIL.Image.open(resource("samples", "kingfisher.jpg")).convert("RGBA")
    turned.putalpha(PIL.Image.linear_gradient("L").resize(turned.size))
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    turned.save(odd, exif=exif)
    for number, path in enumerate((photo, odd), start=1):
        if path is photo:
            text = base64.b64encode(path.read_bytes()).decode()
            browser.run(DROP, path.name, text)
        else:
            browser.find("#own-file").send_keys(str(path))
        browser.wait(
            f"return vitvizPage.index === {number} && !!vitvizPage.images[{number}]"
        )
        assert browser.text("#title") == path.name
        # the same model's ribbon as of the picture that the page came with
        assert browser.text("#ribbon") == ribbon
        trace = vitviz.trace(model, path)
        compare(browser, trace)
        assert "vitviz-flexi" in browser.text("#claim")

    # the matrix of it, by the other worker
    browser.run("document.getElementById('matrix-part').open = true")
    browser.wait("return document.getElementById('matrix').dataset.done")
    matrix = np.array(browser.run("return Array.from(vitvizPage.matrix)"))
    layer, heads = browser.run(
        "return [vitvizPage.state.layer, vitvizPage.state.heads.heads]"
    )
    own = trace.matrix(layer, heads[0])
    np.testing.assert_allclose(matrix.reshape(own.shape), own, atol=TOLERANCE)

    # what is no picture is refused in words
    browser.run(DROP, "notes.txt", "bm90ZXM=")
    browser.wait("return document.getElementById('said').textContent.includes('file')")
    assert browser.run("return vitvizPage.data.pictures.length") == 3
    # and back to the first, whose numbers are the trace's
    browser.click("#film button:nth-child(1)")
    assert browser.text("#title") == "cat.jpg"
    assert "differ from the trace" in browser.text("#claim")


def compare(browser: Browser, trace: vitviz.Trace) -> None:
    """Click a layer, a head and patches, and read the values both ways."""
    sharpest = 0.0
    for layer, head, cell, way in (
        (5, 2, (3, 4), "looks at"),
        (2, 0, (9, 12), "looked at by"),
        (0, 5, (7, 7), "looks at"),
    ):
        browser.click(f"#rail button:nth-child({layer + 1})")
        browser.click(f"#heads button:nth-child({4 + head})")
        browser.click(f'[data-direction="{way}"]')
        token = trace.token(cell)
        browser.at_token(token)
        found = np.array(browser.run("return Array.from(vitvizPage.shown.patches)"))
        read = trace.row if way == "looks at" else trace.column
        own = read(layer, token)[head][1:]
        np.testing.assert_allclose(found, own, rtol=0, atol=TOLERANCE)
        sharpest = max(sharpest, float(own.max()))
    assert sharpest > 10 * TOLERANCE
