"""Takes the README's picture of a page in a browser.

usage: python -m tests.page.picture cat.html docs/pictures/page.png

where `vitviz export resources/samples/cat.jpg -o cat.html` has made cat.html.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.page.browser import Browser

VIEW = "#layer=8&head=4&q=6,5"


def main(page: str, picture: str) -> None:
    """Open a page in Chromium and save what it shows."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Browser.opened(Path(folder), size="1240,860") as browser,
    ):
        browser.open(Path(page).resolve(), VIEW)
        browser.wait("return vitvizPage.rail.buttons[0].firstChild.width < 300")
        browser.driver.save_screenshot(picture)


if __name__ == "__main__":
    main(*sys.argv[1:])
