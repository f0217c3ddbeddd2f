"""Errors for what a server or a network answers in place of a file."""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import re
import socket
import ssl
import time
import urllib.error
from collections.abc import Mapping

from vitviz.errors import DownloadError
from vitviz.models.catalogue.entries import Remote
from vitviz.models.catalogue.transfer import CircleError, Response, UnprotectedError
from vitviz.system.printable import printable

_CIRCLE = "{site} sends this request on in a circle. Try again later."


def refusal_of(remote: Remote, template: str, **values: object) -> DownloadError:
    """Return an error whose template knows {site} and {file}."""
    values = {"site": remote.site, "file": remote.file, **values}
    return DownloadError(template, **values)


def of_status(remote: Remote, answer: Response) -> DownloadError:
    """Return the error for an answer that is neither 200 nor 206."""
    status = answer.status
    wait = ""
    if status in (401, 403):
        template = (
            "{site} refuses to hand out {file} (answer {status}). Open its page in a "
            "browser, fetch it there, and open the file."
        )
    elif status in (404, 410):
        template = (
            "{site} has no {file} any more (answer {status}). Choose another model, or "
            "fetch the file elsewhere and open it."
        )
    elif status == 429:
        seconds = _retry_after(answer.headers)
        if seconds is not None:
            wait = f"{seconds:.0f} s"
            template = (
                "{site} has had too many requests from this network (answer 429). Try "
                "again in {wait}."
            )
        else:
            template = (
                "{site} has had too many requests from this network (answer 429). Try "
                "again in some minutes."
            )
    elif 300 <= status < 400:
        template = _CIRCLE
    elif status >= 500:
        template = "{site} is out of order (answer {status}). Try again later."
    else:
        template = "{site} answers {status} instead of a file. Try again later."
    return refusal_of(remote, template, status=status, wait=wait)


def of_failure(remote: Remote, error: Exception | None) -> DownloadError:
    """Return the error for a request that got no answer."""
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(error, CircleError):
        return refusal_of(remote, _CIRCLE)
    if isinstance(error, UnprotectedError):
        return refusal_of(
            remote,
            "{site} sends this request on to an address that is not protected; it was "
            "not followed. Fetch {file} in a browser and open it.",
        )
    if isinstance(reason, ssl.SSLCertVerificationError):
        return refusal_of(
            remote,
            "The connection to {site} cannot be trusted (its certificate: {reason}). "
            "Check the clock of this computer, and its network.",
            reason=reason.verify_message or "unknown",
        )
    if isinstance(reason, socket.gaierror):
        return refusal_of(
            remote,
            "{site} cannot be found. Is this computer connected to the Internet?",
        )
    if isinstance(reason, TimeoutError):
        return no_answer(remote)
    if isinstance(reason, ConnectionRefusedError):
        return refusal_of(remote, "{site} refuses the connection. Try again later.")
    if isinstance(reason, http.client.HTTPException) and not isinstance(
        reason, ConnectionError
    ):
        return refusal_of(
            remote, "What answers in the place of {site} is no web server. Try again."
        )
    return refusal_of(
        remote,
        "The connection to {site} failed ({reason}). Try again.",
        reason=printable(str(reason or "closed without an answer")[:120].rstrip(".")),
    )


def no_answer(remote: Remote) -> DownloadError:
    """Return the error for a server that says nothing in time."""
    return refusal_of(
        remote, "{site} does not answer. Check the connection, and try again."
    )


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that the server asks to wait, given as a number or a date."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,6}", text):
        return float(text)
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        then = email.utils.parsedate_to_datetime(text).timestamp()
        return max(then - time.time(), 1.0)
    return None
