"""A notebook that shows traces: executed, rendered, and alive in a browser."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest

import vitviz
from tests.page.browser import Browser
from vitviz.system.paths import resource

pytestmark = pytest.mark.long

CELLS = (
    "import vitviz\n"
    "model = vitviz.load_model('vitviz-flexi', patch_size=32)\n"
    "trace = vitviz.trace(model, PHOTO)\n"
    "vitviz.show(trace, trace)",
    "trace",
)


def test_a_notebooks_output_is_alive_where_it_is_rendered(
    browser: Browser, tmp_path: Path
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nbformat
        from nbclient import NotebookClient
        from nbconvert import HTMLExporter
    photo = str(resource("samples", "cat.jpg"))
    book = nbformat.v4.new_notebook()
    book.cells = [
        nbformat.v4.new_code_cell(cell.replace("PHOTO", repr(photo))) for cell in CELLS
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        NotebookClient(book, timeout=240, kernel_name="python3").execute()
    shown, value = (cell.outputs for cell in book.cells)
    assert shown[0].data["text/html"].startswith("<iframe")
    assert value[0].data["text/html"].startswith("<iframe")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        page, _ = HTMLExporter(template_name="basic").from_notebook_node(book)
    path = tmp_path / "book.html"
    path.write_text(f"<!doctype html><meta charset=utf-8>{page}", encoding="utf-8")
    browser.driver.get(f"file://{path}")
    frames = browser.driver.find_elements("css selector", "iframe")
    assert len(frames) == 2
    trace = vitviz.trace(vitviz.load_model("vitviz-flexi", patch_size=32), photo)
    for frame in frames:
        browser.driver.switch_to.default_content()
        browser.driver.switch_to.frame(frame)
        browser.wait("return document.body.dataset.ready === '1'")
        browser.click("#rail button:nth-child(4)")
        browser.click("#heads button:nth-child(5)")
        token = trace.token((2, 5))
        browser.at_token(token)
        found = browser.run("return Array.from(vitvizPage.shown.patches)")
        claim = browser.run("return vitvizPage.description.error")
        np.testing.assert_allclose(found, trace.row(3, token)[1][1:], atol=claim)
        assert browser.run("return document.getElementById('copy-link').hidden")
        # the sandbox: an origin of its own, and no way to the notebook
        assert browser.run("return self.origin") == "null"
        browser.run("document.getElementById('matrix-part').open = true")
        browser.wait("return document.getElementById('matrix').dataset.done")
