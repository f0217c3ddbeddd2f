"""An HTTP GET request in a thread of its own, which can be given up at once.

Looking up a name, connecting or waiting for a byte cannot be interrupted from Python.
So a daemon thread asks, and its answer comes in a queue:

    Response(status, headers)  bytes  bytes …  Ended(None)     or     Ended(error)

`close` breaks the connection, which ends the thread.
"""

from __future__ import annotations

import contextlib
import http.client
import queue
import socket
import ssl
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from types import TracebackType
from typing import IO, Any
from urllib.parse import urlsplit

from vitviz._version import __version__

MAX_REDIRECTS = 5
_CHUNK = 1 << 16
# Chunks that have arrived and are not yet written: 4 MiB.
_WAITING_CHUNKS = 64


class CircleError(Exception):
    """Redirections that do not end."""


class UnprotectedError(Exception):
    """A redirection from https to what anybody on the way can read and change."""


@dataclass(frozen=True, slots=True)
class Response:
    """The head of the last answer.

    headers : by their names in lower case.
    passed : headers of the redirections before it; later ones win.
    """

    status: int
    headers: Mapping[str, str]
    passed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ended:
    """The end of a transfer; `error` is None if the connection was closed in order."""

    error: Exception | None


Part = Response | bytes | Ended


class Transfer:
    """A GET request; a context manager that leaves no connection behind."""

    def __init__(self, url: str, headers: Mapping[str, str], timeout_s: float) -> None:
        self._parts: queue.Queue[Part] = queue.Queue(_WAITING_CHUNKS)
        self._sockets: list[socket.socket] = []
        self._is_closed = threading.Event()
        self._request = urllib.request.Request(
            url,
            headers={
                "User-Agent": f"vitviz/{__version__}",
                "Accept-Encoding": "identity",
                **headers,
            },
        )
        self._timeout_s = timeout_s
        thread = threading.Thread(target=self._run, name="transfer", daemon=True)
        thread.start()

    def __enter__(self) -> Transfer:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def next_part(self, timeout_s: float) -> Part | None:
        """Return what comes next; None if nothing did in that time."""
        try:
            return self._parts.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def close(self) -> None:
        """Break the connection; return at once."""
        self._is_closed.set()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                # the plain socket's: TLS would say good-bye, and wait for an answer
                socket.socket.shutdown(one, socket.SHUT_RDWR)

    # -- in the thread -------------------------------------------------------------

    def _run(self) -> None:
        error: Exception | None = None
        try:
            self._receive()
        except Exception as caught:
            # whatever a broken server or network makes the libraries raise is told
            error = caught
        self._put(Ended(error))

    def _receive(self) -> None:
        redirects = _Redirects()
        opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.ProxyHandler(),
            _HTTPHandler(self._keep),
            _HTTPSHandler(self._keep, ssl.create_default_context()),
            redirects,
            urllib.request.HTTPErrorProcessor(),
            urllib.request.HTTPDefaultErrorHandler(),
            urllib.request.UnknownHandler(),
        ):
            opener.add_handler(handler)
        try:
            response = opener.open(self._request, timeout=self._timeout_s)
        except urllib.error.HTTPError as answer:
            with answer:
                headers = _lower(answer.headers)
                self._put(Response(answer.code, headers, redirects.passed))
            return
        with response:
            headers = _lower(response.headers)
            self._put(Response(response.status, headers, redirects.passed))
            while not self._is_closed.is_set():
                chunk = response.read1(_CHUNK)
                if not chunk:
                    return
                self._put(chunk)

    def _put(self, part: Part) -> None:
        """Hand a part to the reader; wait while the queue is full and not closed."""
        while not self._is_closed.is_set():
            with contextlib.suppress(queue.Full):
                self._parts.put(part, timeout=0.1)
                return

    def _keep(self, made: socket.socket) -> None:
        """Note a socket, so that `close` can break it."""
        self._sockets.append(made)
        if self._is_closed.is_set():
            made.close()


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): str(value) for name, value in headers.items()}


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Redirections: at most five, and none from https to what anybody can read."""

    max_redirections = MAX_REDIRECTS
    max_repeats = 2

    def __init__(self) -> None:
        self.passed: dict[str, str] = {}
        self._count = 0

    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Any,  # noqa: ANN401  (urllib's own signature)
        newurl: str,
    ) -> urllib.request.Request | None:
        self._count += 1
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if self._count > MAX_REDIRECTS:
            fp.close()
            raise CircleError
        if new.scheme not in ("http", "https") or (old.scheme, new.scheme) == (
            "https",
            "http",
        ):
            fp.close()
            raise UnprotectedError
        self.passed |= _lower(headers)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _HTTPConnection(http.client.HTTPConnection):
    """A connection that hands its socket to `keep`, so that it can be broken."""

    keep: Any = None

    def connect(self) -> None:
        super().connect()
        self.keep(self.sock)


class _HTTPSConnection(http.client.HTTPSConnection):
    """A TLS connection that hands its socket to `keep`, so that it can be broken."""

    keep: Any = None

    def connect(self) -> None:
        super().connect()
        self.keep(self.sock)


class _HTTPHandler(urllib.request.HTTPHandler):
    """A handler of http that makes such connections."""

    def __init__(self, keep: Any) -> None:  # noqa: ANN401
        super().__init__()
        self._kept = keep

    def http_open(self, req: urllib.request.Request) -> Any:  # noqa: ANN401
        def made(host: str, **options: Any) -> _HTTPConnection:  # noqa: ANN401
            connection = _HTTPConnection(host, **options)
            connection.keep = self._kept
            return connection

        return self.do_open(made, req)  # type: ignore[arg-type]


class _HTTPSHandler(urllib.request.HTTPSHandler):
    """A handler of https that makes such connections."""

    def __init__(self, keep: Any, context: ssl.SSLContext) -> None:  # noqa: ANN401
        super().__init__(context=context)
        self._kept = keep
        self._own_context = context

    def https_open(self, req: urllib.request.Request) -> Any:  # noqa: ANN401
        def made(host: str, **options: Any) -> _HTTPSConnection:  # noqa: ANN401
            connection = _HTTPSConnection(host, context=self._own_context, **options)
            connection.keep = self._kept
            return connection

        return self.do_open(made, req)  # type: ignore[arg-type]
