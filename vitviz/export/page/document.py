"""The file of a web page: pictures, scripts and style in one HTML text.

    PagePicture … ──┐
    resources/page ─┴─► page_text ──► one file that needs nothing else, and asks nobody

The page's modules are joined into one script: imports and exports are taken away, so
no name may stand at the top of two modules. A Content-Security-Policy lets that one
script and that one style run, by their digests, and forbids everything that would
reach a network. Names and captions are data; the scripts set them as text.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from vitviz._version import __version__
from vitviz.export.page.texts import all_texts
from vitviz.system.paths import resource
from vitviz.views.colour import COLORMAPS, lookup_table

if TYPE_CHECKING:
    from vitviz.export.page.own_model import OwnModel
    from vitviz.export.page.page_picture import PagePicture

# In the order in which they are joined: each after those that it imports.
MODULES = (
    "floats", "texts", "attention", "maps", "placement", "trace", "view", "caption",
    "address", "colour", "matrix", "picture_view", "cells", "copy", "components",
    "resample", "flexi", "own_picture", "ribbon", "page", "start",
)  # fmt: skip
_IMPORT = re.compile(r"^import \{[^}]*\} from \"\./(\w+)\.mjs\";\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(async )?(function|class|const|let) )", re.MULTILINE)
_TOP_NAME = re.compile(
    r"^(?:export )?(?:async )?(?:function|class|const|let) (\w+)", re.MULTILINE
)


def page_text(
    pictures: Sequence[PagePicture], own: OwnModel | None = None, *, first: int = 0
) -> str:
    """Return the page of some pictures.

    first : the one that it shows first.
    own : the model that runs on a reader's own pictures; None for a page without.

    Raises ValueError if the scripts cannot be joined.
    """
    program, style = joined_modules(), _style()
    data = {
        "pictures": [one.description for one in pictures],
        "first": first,
        "own": None if own is None else own.data(),
        "texts": all_texts(),
        "colormapNames": list(COLORMAPS),
        "colormaps": {
            name: base64.b64encode(lookup_table(name).tobytes()).decode("ascii")
            for name in COLORMAPS
        },
    }
    blocks = "\n".join(
        f'<script type="text/plain" id="{name}">{text}</script>'
        for blocks in ([own.blocks] if own else []) + [one.blocks for one in pictures]
        for name, text in blocks.items()
    )
    title = pictures[first].description["name"]
    parts = {
        "policy": html.escape(policy(program, style)),
        "version": __version__,
        "title": html.escape(f"{title} · vitviz"),
        "style": style,
        "data": json_text(data),
        "blocks": blocks,
        "program": program,
    }
    template = resource("page", "page.html").read_text(encoding="utf-8")
    # one pass: what a part holds is never read as a name of another
    return re.sub(r"\{\{(\w+)\}\}", lambda match: parts[match[1]], template)


def policy(program: str, style: str) -> str:
    """Return the Content-Security-Policy: one script, one style, no network."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(program)}'",
            f"style-src '{_digest(style)}'",
            "img-src data:",
            "worker-src blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def json_text(data: object) -> str:
    """Return JSON that can stand in a script element: no `<`, `>` or `&` in it."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for raw in "<>&\u2028\u2029":
        text = text.replace(raw, f"\\u{ord(raw):04x}")
    # half of a surrogate pair, as file names can hold, has no UTF-8
    return text.encode("utf-8", "replace").decode("utf-8")


@cache
def joined_modules() -> str:
    """Return all modules of the page as one script.

    Raises ValueError for a name at the top of two modules, an import of a module that
    comes later, or a text that would end the script element.
    """
    parts, seen, names = [], set(), dict[str, str]()
    for module in MODULES:
        source = resource("page", f"{module}.mjs").read_text(encoding="utf-8")
        for wanted in _IMPORT.findall(source):
            if wanted not in seen:
                raise ValueError(f"{module} imports {wanted}, which comes later")
        for name in _TOP_NAME.findall(source):
            if name in names:
                raise ValueError(f"{name} is in {names[name]} and in {module}")
            names[name] = module
        source = _EXPORT.sub("", _IMPORT.sub("", source))
        if re.search(r"^(import|export)\b", source, re.MULTILINE):
            raise ValueError(f"{module} has an import or export of another form")
        parts.append(source)
        seen.add(module)
    program = '(() => {\n"use strict";\n' + "\n".join(parts) + "})();\n"
    if re.search(r"</script|<!--", program, re.IGNORECASE):
        raise ValueError("a script holds the end of a script")
    return program


def _style() -> str:
    return resource("page", "page.css").read_text(encoding="utf-8")


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")
