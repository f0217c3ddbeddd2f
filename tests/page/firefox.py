"""Firefox, driven by WebDriver BiDi, which it speaks without a driver between."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import websocket

PATIENCE_S = 60
SWITCHES = ("--headless", "--no-remote", "--remote-debugging-port", "0")
# What a fresh profile would ask its makers on its own.
PREFERENCES = {
    "app.normandy.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "intl.accept_languages": "en",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
}
EVENTS = ("log.entryAdded", "network.beforeRequestSent")


class Firefox:
    """One page in Firefox."""

    def __init__(self, socket: websocket.WebSocket) -> None:
        self._socket = socket
        self._last = 0
        self._events: list[dict[str, Any]] = []
        self.ask("session.new", capabilities={})
        (first, *_) = self.ask("browsingContext.getTree")["contexts"]
        self._context = first["context"]
        self.ask("session.subscribe", events=list(EVENTS))

    @classmethod
    @contextlib.contextmanager
    def opened(cls, binary: str, profile: Path, width: int = 1280) -> Iterator[Firefox]:
        """Open a window of a width, with a fresh profile."""
        profile.mkdir()
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in
                 PREFERENCES.items()]  # fmt: skip
        (profile / "user.js").write_text("\n".join(lines))
        words = [binary, *SWITCHES, "--profile", str(profile)]
        words += ["--width", str(width), "--height", "1000", "about:blank"]
        log = profile / "log"
        with log.open("w") as output:
            process = subprocess.Popen(words, stdout=output, stderr=subprocess.STDOUT)
            try:
                place = _address(process, log)
                socket = websocket.create_connection(
                    f"{place}/session", timeout=PATIENCE_S, suppress_origin=True
                )
                yield cls(socket)
                socket.close()
            finally:
                process.terminate()
                process.wait(PATIENCE_S)

    def ask(self, method: str, **params: object) -> Any:  # noqa: ANN401
        """Return the answer to a command; keep the events that come before it."""
        self._last += 1
        asked = {"id": self._last, "method": method, "params": params}
        self._socket.send(json.dumps(asked))
        while True:
            found = json.loads(self._socket.recv())
            if found.get("id") == self._last:
                assert found["type"] == "success", found
                return found["result"]
            self._events.append(found)

    def open(self, path: Path, address: str = "") -> None:
        """Open a page from the disk and wait until it shows its picture."""
        for url in ("about:blank", f"file://{path}{address}"):
            self.ask(
                "browsingContext.navigate",
                context=self._context,
                url=url,
                wait="complete",
            )
        self.wait("document.body.dataset.ready === '1'")

    def run(self, expression: str) -> Any:  # noqa: ANN401
        """Return the plain value of an expression in the page."""
        found = self.ask(
            "script.evaluate",
            expression=f"JSON.stringify({expression})",
            target={"context": self._context},
            awaitPromise=False,
        )
        assert found["type"] == "success", found
        text = found["result"].get("value")
        return None if text is None else json.loads(text)

    def wait(self, expression: str) -> None:
        """Wait until an expression in the page is true."""
        end = time.monotonic() + PATIENCE_S
        while not self.run(f"Boolean({expression})"):
            assert time.monotonic() < end, expression
            time.sleep(0.05)

    def text(self, selector: str) -> str:
        """Return the text of an element."""
        return str(self.run(f"document.querySelector({selector!r}).textContent"))

    def click(self, selector: str) -> None:
        """Click the middle of an element, once it is in view."""
        quoted = json.dumps(selector)
        self.run(
            f"document.querySelector({quoted}).scrollIntoView({{block: 'center'}})"
        )
        box = (
            f"(() => {{ const b = document.querySelector({quoted})"
            ".getBoundingClientRect();"
            " return [b.x + b.width / 2, b.y + b.height / 2] })()"
        )
        self._click_at(*self.run(box))

    def at_token(self, token: int) -> None:
        """Click a token's patch on the picture."""
        self.run("vitvizPage.picture.canvas.scrollIntoView({block: 'center'})")
        place = (
            "(() => { const p = vitvizPage.picture,"
            f" [x, y] = p.middleOf({token}), b = p.canvas.getBoundingClientRect();"
            " return [b.x + x, b.y + y] })()"
        )
        self._click_at(*self.run(place))

    def choose_file(self, selector: str, path: Path) -> None:
        """Give a file to a field, as its dialog would."""
        found = self.ask(
            "browsingContext.locateNodes",
            context=self._context,
            locator={"type": "css", "value": selector},
        )
        (node,) = found["nodes"]
        self.ask(
            "input.setFiles",
            context=self._context,
            element={"sharedId": node["sharedId"]},
            files=[str(path)],
        )

    def keys(self, *keys: str) -> None:
        """Press keys one after the other."""
        actions = [
            {"type": kind, "value": key}
            for key in keys
            for kind in ("keyDown", "keyUp")
        ]
        self._act({"type": "key", "id": "keys", "actions": actions})

    def check(self) -> None:
        """Fail if the console has errors, or something was asked of a network."""
        self.run("1")  # what was sent before it has been received
        errors = [
            one["params"]
            for one in self._events
            if one["method"] == "log.entryAdded"
            and one["params"]["level"] in ("error", "warn")
        ]
        assert not errors, errors
        asked = [
            one["params"]["request"]["url"]
            for one in self._events
            if one["method"] == "network.beforeRequestSent"
        ]
        own = ("file:///tmp/", "data:", "blob:", "about:")
        strange = [url for url in asked if not url.startswith(own)]
        assert not strange, strange

    def _click_at(self, x: float, y: float) -> None:
        actions = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._act({"type": "pointer", "id": "mouse", "actions": actions})

    def _act(self, source: dict[str, object]) -> None:
        self.ask("input.performActions", context=self._context, actions=[source])


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Return where Firefox listens, which it writes once it does."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"listening on (ws://\S+)", log.read_text(errors="replace"))
        if found:
            return found[1]
        time.sleep(0.1)
    raise AssertionError(f"Firefox did not start: {log.read_text(errors='replace')}")
