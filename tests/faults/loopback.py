"""A server on this machine that does what servers should not."""

from __future__ import annotations

import contextlib
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

ETAG = '"first"'
_CONNECT = socket.socket.connect


def allow_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """This machine may be connected to, and nothing else; no proxy stands between."""

    def guarded(self: socket.socket, address: tuple[str, int]) -> None:
        assert self.family == socket.AF_UNIX or address[0] == "127.0.0.1", address
        _CONNECT(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@dataclass
class Site:
    """What is served, how, and what was asked.

    fault : the name of a method of `_Handler` without its underscore; "" for none.
    """

    content: bytes
    fault: str = ""
    etag: str = ETAG
    headers: dict[str, str] = field(default_factory=dict)
    """Beside the usual ones."""
    elsewhere: str = "/elsewhere"
    """Where the fault of that name sends to."""
    faults_left: int = 1_000_000
    """How many answers are faulty, the first ones."""
    pause_s: float = 0.0
    """Between chunks of 64 KiB."""
    requests: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    url: str = ""
    sent: int = 0
    """Bytes of a body without end, so far."""
    stopped: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def serving(site: Site, tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """The site, under a port of its own; protected with `tls`."""
    server = _Server(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    scheme = "http" if tls is None else "https"
    site.url = f"{scheme}://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        site.stopped.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away, or does not trust us, is what we want."""


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        serves = site

    return Handler


class _Handler(BaseHTTPRequestHandler):
    serves: Site

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        site = self.serves
        site.requests.append({k.lower(): v for k, v in self.headers.items()})
        site.paths.append(self.path)
        with contextlib.suppress(ConnectionError):
            if site.fault and site.faults_left > 0:
                site.faults_left -= 1
                getattr(self, f"fault_{site.fault}")()
            else:
                self.whole()

    def whole(self) -> None:
        """As it should be."""
        site = self.serves
        first = self.asked_for()
        if first is None:
            self.head(200, len(site.content))
            self.send(site.content)
            return
        if first >= len(site.content):
            self.head(416, 0)
            return
        end = len(site.content) - 1
        place = f"bytes {first}-{end}/{len(site.content)}"
        self.head(206, len(site.content) - first, {"Content-Range": place})
        self.send(site.content[first:])

    def asked_for(self) -> int | None:
        """Where the range begins that is to be sent; None for the whole file."""
        asked = self.headers.get("If-Range", self.serves.etag) == self.serves.etag
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        return int(found[1]) if found and asked else None

    def head(
        self, status: int, length: int, more: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        extra = self.serves.headers | (more or {})
        self.send_header("Content-Length", str(length))
        if self.serves.etag:
            self.send_header("ETag", self.serves.etag)
        for name, value in extra.items():
            self.send_header(name, value)
        self.end_headers()

    def send(self, data: bytes) -> None:
        for start in range(0, len(data), 1 << 16):
            self.wfile.write(data[start : start + (1 << 16)])
            if self.serves.pause_s:
                time.sleep(self.serves.pause_s)

    # -- faults --------------------------------------------------------------------

    def fault_silence(self) -> None:
        self.serves.stopped.wait(30)

    def fault_stall(self) -> None:
        self.head(200, len(self.serves.content))
        self.send(self.serves.content[:50_000])
        self.serves.stopped.wait(30)

    def fault_trickle(self) -> None:
        self.head(200, len(self.serves.content))
        for byte in self.serves.content:
            self.wfile.write(bytes([byte]))
            if self.serves.stopped.wait(0.02):
                return

    def fault_trickled_head(self) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 10_000:
            self.wfile.write(bytes([byte]))
            if self.serves.stopped.wait(0.02):
                return

    def fault_cut(self) -> None:
        """Half of what was asked for, then the connection is closed."""
        first = self.asked_for() or 0
        rest = self.serves.content[first:]
        end = len(self.serves.content) - 1
        place = f"bytes {first}-{end}/{len(self.serves.content)}"
        more = {"Content-Range": place} if first else {}
        self.head(206 if first else 200, len(rest), more)
        self.send(rest[: len(rest) // 2])

    def fault_reset(self) -> None:
        linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()

    def fault_cut_at_once(self) -> None:
        self.head(200, len(self.serves.content))

    def fault_too_long(self) -> None:
        self.head(200, len(self.serves.content) + 100)
        self.send(self.serves.content)

    def fault_too_short(self) -> None:
        self.head(200, len(self.serves.content) - 100)
        self.send(self.serves.content[:-100])

    def fault_status_403(self) -> None:
        self.head(403, 0)

    def fault_status_404(self) -> None:
        self.head(404, 0)

    def fault_status_429(self) -> None:
        self.head(429, 0, {"Retry-After": "30"})

    def fault_status_500(self) -> None:
        self.head(500, 0)

    def fault_circle(self) -> None:
        self.head(302, 0, {"Location": f"{self.path}x"})

    def fault_elsewhere(self) -> None:
        """As a hub does: on to another address, with the digest of the file."""
        if self.path.startswith("/elsewhere"):
            self.whole()
            return
        self.head(302, 0, {"Location": self.serves.elsewhere})

    def fault_to_a_file(self) -> None:
        self.head(302, 0, {"Location": "file:///etc/passwd"})

    def fault_page(self) -> None:
        page = b"<!DOCTYPE html><html>Please log in</html>" * 2_000
        self.head(200, len(page), {"Content-Type": "text/html"})
        self.send(page)

    def fault_other_bytes(self) -> None:
        data = bytes(byte ^ 1 for byte in self.serves.content)
        self.head(200, len(data))
        self.send(data)

    def fault_ignores_range(self) -> None:
        self.head(200, len(self.serves.content))
        self.send(self.serves.content)

    def fault_ignores_condition(self) -> None:
        """Sends the rest although the file is another one by now."""
        found = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if found is None:
            self.whole()
            return
        first, size = int(found[1]), len(self.serves.content)
        place = {"Content-Range": f"bytes {first}-{size - 1}/{size}"}
        self.head(206, size - first, place)
        self.send(self.serves.content[first:])

    def fault_wrong_range(self) -> None:
        """Says 206 and begins elsewhere."""
        if "Range" not in self.headers:
            self.whole()
            return
        size = len(self.serves.content)
        self.head(206, size, {"Content-Range": f"bytes 0-{size - 1}/{size}"})
        self.send(self.serves.content)

    def endless(self, first: int, more: dict[str, str]) -> None:
        """Send the content, and then zeros until nobody listens."""
        site = self.serves
        self.send_response(206 if first else 200)
        if site.etag:
            self.send_header("ETag", site.etag)
        for name, value in more.items():
            self.send_header(name, value)
        self.end_headers()
        is_chunked = "Transfer-Encoding" in more
        piece = site.content[first:]
        while not site.stopped.is_set():
            if is_chunked:
                piece = b"%x\r\n%b\r\n" % (len(piece), piece)
            self.wfile.write(piece)
            site.sent += len(piece)
            piece = bytes(1 << 16)

    def fault_endless(self) -> None:
        self.endless(0, {})

    def fault_endless_chunks(self) -> None:
        length = str(len(self.serves.content))
        self.endless(0, {"Content-Length": length, "Transfer-Encoding": "chunked"})

    def fault_endless_rest(self) -> None:
        """Says how much is left, and sends more."""
        first, size = self.asked_for() or 0, len(self.serves.content)
        if not first:
            self.whole()
            return
        self.endless(first, {"Content-Range": f"bytes {first}-{size - 1}/{size}"})

    def fault_announces_much(self) -> None:
        self.head(200, 10**15)
        self.wfile.write(self.serves.content)

    def fault_garbage(self) -> None:
        self.wfile.write(b"\x00\x01\x02 no HTTP at all\r\n\r\n")
