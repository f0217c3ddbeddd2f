"""Measures pages in Chromium: ready, rows, hovering, a reader's own picture.

usage: python -m tests.page.measure [TIMES [FOLDER]]

FOLDER keeps the pages, and those that lie there already are measured as they are.
Wall time is what a reader waits; processor time, of all threads of the page's process,
says what it costs where other work takes turns with it.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import timm

import vitviz
from tests.page.browser import Browser
from vitviz.cli.main import main as vitviz_main
from vitviz.system.paths import resource

SAMPLE = resource("samples", "coffee.jpg")
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
ROWS = """
const { trace } = vitvizPage;
trace.layer(3);
const times = [];
for (let i = 0; i < 60; i += 1) {
  const start = performance.now();
  trace.values(3, (i * 211) % trace.numTokens, arguments[0]);
  times.push(performance.now() - start);
}
return times;
"""
HOVERS = """
const page = vitvizPage;
const times = [];
for (let i = 0; i < 40; i += 1) {
  page.hovered = page.trace.numPrefix + ((i * 137) % page.trace.numPatches);
  const start = performance.now();
  page.drawPicture();
  times.push(performance.now() - start);
}
page.hovered = null;
return times;
"""


def main(times: int, folder: Path) -> None:
    """Print a line for each figure."""
    _write(f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()} processors")
    small = _page(folder / "vit-s.html", "vit_small_patch16_224", None)
    large = _page(folder / "1370.html", "vit_small_patch14_dinov2", 518)
    lesson = folder / "lesson.html"
    if not lesson.exists():
        assert vitviz_main(["page", "-o", str(lesson)]) == 0
    with Browser.opened(folder / "profile") as browser:
        ready = [_ready(browser, small) for _ in range(times)]
        _say(f"ready, {small.stat().st_size / 1e6:.1f} MB", *zip(*ready, strict=True))
        browser.open(large)
        for way in ("looks at", "looked at by"):
            found, used = _used(browser, lambda way=way: browser.run(ROWS, way))  # type: ignore[misc]
            _say(f"row, {way}, 1,370 tokens", found, [used / len(found)])
        found, used = _used(browser, lambda: browser.run(HOVERS))
        _say("hover, 1,370 tokens", found, [used / len(found)])
        own = [_own(browser, lesson, second=at % 2 == 1) for at in range(times)]
        _say("own picture, the first", *zip(*own, strict=True))
    _write(f"load {os.getloadavg()[0]:.1f}")


def _page(path: Path, name: str, size: int | None) -> Path:
    """Write the page of a network with random weights."""
    if not path.exists():
        trace = vitviz.trace(
            vitviz.wrap(timm.create_model(name).eval()), SAMPLE, size=size
        )
        trace.to_html(path)
    return path


def _ready(browser: Browser, page: Path) -> tuple[float, float]:
    """Return the milliseconds until a page shows its picture, and those computed."""
    browser.driver.get("about:blank")
    _, used = _used(browser, lambda: browser.open(page))
    return float(browser.run("return vitvizPage.readyAt")), used


def _own(browser: Browser, lesson: Path, *, second: bool) -> tuple[float, float]:
    """Return the milliseconds from a file to its map, and those computed."""
    browser.open(lesson)
    name = "kingfisher.jpg" if second else "coffee.jpg"
    browser.run(
        "document.getElementById('own-file').addEventListener('input',"
        " () => { window.begun = performance.now() }, true)"
    )

    def choose() -> None:
        browser.find("#own-file").send_keys(str(resource("samples", name)))
        browser.wait("return vitvizPage.index === 1 && !!vitvizPage.images[1]")

    _, used = _used(browser, choose)
    return float(browser.run("return vitvizPage.readyAt - window.begun")), used


def _used(browser: Browser, act: Callable[[], Any]) -> tuple[Any, float]:
    """Return what an act returns, and the page's processor time in milliseconds."""
    before = _processor_ms(browser)
    found = act()
    time.sleep(0.05)
    return found, _processor_ms(browser) - before


def _processor_ms(browser: Browser) -> float:
    """Return the processor time of the browser's pages so far, of all their threads."""
    own = str(browser.driver.service.process.pid)
    parents, ticks = {}, {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            is_page = b"--type=renderer" in (place / "cmdline").read_bytes()
        except OSError:  # it has ended
            continue
        parents[place.name] = fields[1]
        if is_page:
            ticks[place.name] = int(fields[11]) + int(fields[12])
    total = 0
    for process, used in ticks.items():
        above = process
        while above in parents and above != own:
            above = parents[above]
        total += used if above == own else 0
    return 1000 * total / TICKS_PER_S


def _say(what: str, wall: Iterable[float], used: Iterable[float]) -> None:
    parts = []
    for name, values in (("wall", list(wall)), ("processor", list(used))):
        middle = statistics.median(values)
        parts.append(f"{name} {middle:.4g} ms ({min(values):.4g} to {max(values):.4g})")
    _write(f"{what}: {'; '.join(parts)}")


def _write(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    words = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        place = Path(words[1] if len(words) > 1 else temporary)
        main(int(words[0]) if words else 5, place)
