"""Chromium, driven as a person would: opens files, clicks, reads what it shows."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

# Without a sandbox, since tests also run as root; nothing of it leaves the machine.
SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--force-device-scale-factor=1",
    "--lang=en",
)
PATIENCE_S = 60


class Browser:
    """One page in Chromium."""

    def __init__(self, driver: Any) -> None:  # noqa: ANN401  (selenium has no types)
        self.driver = driver

    @classmethod
    @contextlib.contextmanager
    def opened(cls, profile: Path, size: str = "1280,1000") -> Iterator[Browser]:
        """Open a window of a size, with a fresh profile."""
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for switch in (
            *SWITCHES,
            f"--user-data-dir={profile}",
            f"--window-size={size}",
        ):
            options.add_argument(switch)
        options.set_capability(
            "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"}
        )
        driver = webdriver.Chrome(
            options=options, service=Service("/usr/bin/chromedriver")
        )
        driver.set_script_timeout(PATIENCE_S)
        try:
            yield cls(driver)
        finally:
            driver.quit()

    def open(self, path: Path, address: str = "") -> None:
        """Open a page from the disk and wait until it shows its picture."""
        self.driver.get("about:blank")
        self.driver.get(f"file://{path}{address}")
        self.wait("return document.body.dataset.ready === '1'")

    def run(self, script: str, *given: object) -> Any:  # noqa: ANN401
        """Return what a script in the page returns."""
        return self.driver.execute_script(script, *given)

    def wait(self, script: str) -> None:
        """Wait until a script in the page returns something true."""
        WebDriverWait(self.driver, PATIENCE_S, 0.05).until(lambda _: self.run(script))

    def find(self, selector: str) -> Any:  # noqa: ANN401
        """Return the first element of a selector."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        """Return the text of an element, shown or not."""
        # the driver's own way runs 50 kB of script for each text
        script = "return document.querySelector(arguments[0]).textContent"
        return str(self.run(script, selector))

    def click(self, selector: str, *, shift: bool = False) -> None:
        """Click an element, with shift if wanted."""
        chain = ActionChains(self.driver, duration=0)
        if shift:
            chain.key_down(Keys.SHIFT)
        chain.move_to_element(self.find(selector)).click()
        if shift:
            chain.key_up(Keys.SHIFT)
        chain.perform()

    def click_all(self, *selectors: str) -> None:
        """Click elements one after the other, in one message to the browser."""
        chain = ActionChains(self.driver, duration=0)
        for selector in selectors:
            chain.move_to_element(self.find(selector)).click()
        chain.perform()

    def at_token(self, token: int, *, click: bool = True, shift: bool = False) -> None:
        """Move to a token's patch on the picture, and click it."""
        canvas, x, y = self.run(
            "const { picture } = vitvizPage, at = picture.middleOf(arguments[0]);"
            # selenium counts from the middle of the element
            "return [picture.canvas, at[0] - picture.width / 2,"
            " at[1] - picture.height / 2]",
            token,
        )
        chain = ActionChains(self.driver, duration=0)
        chain.move_to_element_with_offset(canvas, x, y)
        if shift:
            chain.key_down(Keys.SHIFT)
        if click:
            chain.click()
        if shift:
            chain.key_up(Keys.SHIFT)
        chain.perform()

    def keys(self, *keys: str) -> None:
        """Press keys one after the other."""
        ActionChains(self.driver, duration=0).send_keys(*keys).perform()

    @contextlib.contextmanager
    def as_phone(self, width: int = 390, height: int = 844) -> Iterator[None]:
        """Have the screen of a phone, held upright, that knows fingers alone."""
        screen = {"width": width, "height": height, "deviceScaleFactor": 2}
        ask = self.driver.execute_cdp_cmd
        ask("Emulation.setDeviceMetricsOverride", {**screen, "mobile": True})
        ask("Emulation.setTouchEmulationEnabled", {"enabled": True})
        try:
            yield
        finally:
            ask("Emulation.setTouchEmulationEnabled", {"enabled": False})
            ask("Emulation.clearDeviceMetricsOverride", {})

    def tap(self, selector: str) -> None:
        """Tap the middle of an element, scrolled into view as a thumb does."""
        x, y = self.run(
            "const one = document.querySelector(arguments[0]);"
            'one.scrollIntoView({ block: "center", inline: "nearest" });'
            "const box = one.getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2]",
            selector,
        )
        self._touch(x, y)

    def tap_token(self, token: int) -> None:
        """Tap a token's patch on the picture."""
        x, y = self.run(
            "const { picture } = vitvizPage;"
            'picture.canvas.scrollIntoView({ block: "center" });'
            "const box = picture.canvas.getBoundingClientRect();"
            "const [x, y] = picture.middleOf(arguments[0]);"
            "return [box.x + x, box.y + y]",
            token,
        )
        self._touch(x, y)

    def swipe_up(self, selector: str, distance: int) -> None:
        """Draw a finger upwards over an element, by a distance in pixels."""
        x, y = self.run(
            "const one = document.querySelector(arguments[0]);"
            "const box = one.getBoundingClientRect();"
            "return [box.x + box.width / 2, box.y + box.height / 2]",
            selector,
        )
        steps = [("touchStart", 0), *(("touchMove", i * distance // 10)
                                      for i in range(1, 11))]  # fmt: skip
        for kind, way in steps:
            self._send_touch(kind, [{"x": x, "y": y - way}])
        self._send_touch("touchEnd", [])

    def _touch(self, x: float, y: float) -> None:
        """Put a finger down and lift it: the browser makes the click of it."""
        self._send_touch("touchStart", [{"x": x, "y": y}])
        self._send_touch("touchEnd", [])

    def _send_touch(self, kind: str, points: list[dict[str, float]]) -> None:
        self.driver.execute_cdp_cmd(
            "Input.dispatchTouchEvent", {"type": kind, "touchPoints": points}
        )

    def check(self) -> None:
        """Fail if the console has errors, or something was asked of a network."""
        errors = [
            one["message"]
            for one in self.driver.get_log("browser")
            if one["level"] in ("SEVERE", "WARNING")
        ]
        assert not errors, errors
        asked = self.requests()
        assert not asked, asked

    def forget(self) -> None:
        """Leave the page, its emulated paper, its rights and its messages behind."""
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
        self.driver.execute_cdp_cmd("Browser.resetPermissions", {})
        self.driver.get("about:blank")
        for kind in ("browser", "performance"):
            self.driver.get_log(kind)

    def requests(self) -> list[str]:
        """Return the addresses that the page asked for, but for itself and its data."""
        found = []
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                sent = message["params"]
                # the browser's own start page asks for its own parts
                if not sent["documentURL"].startswith("chrome:"):
                    found.append(sent["request"]["url"])
        own = ("file:///tmp/", "data:", "blob:", "about:")
        return [url for url in found if not url.startswith(own)]
