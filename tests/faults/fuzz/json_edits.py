"""Changes of JSON by its structure: a value in it becomes another, or moves."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

VALUES: tuple[object, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 10**400, -0.0, 0.5, 1e308, 1e-320,
    float("nan"), float("inf"), -float("inf"), "", "a", "²", "\x00", "\ud800",
    "\x1b[2J", "\u202eabc", "x" * 300, "../../etc/passwd", "/dev/zero", "http://127.0.0.1:9/a",
    [], {}, [[]], [1, 2, 3], [None], [[[[[[[[]]]]]]]], {"": {}}, {"a": [1]},
    ["a"] * 50, list(range(300)), [0.5, 0.5, 0.5], [1, 1], {"0": "a", "1": "b"},
)  # fmt: skip


def edited(data: bytes, seed: int) -> bytes | None:
    """Return the text with one to three values changed; None for what is no JSON."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError):
        return None
    rng = random.Random(seed)
    for _ in range(rng.randint(1, 3)):
        places = list(_places(content, 0))
        if not places:
            break
        holder, key = rng.choice(places)
        match rng.randrange(6):
            case 0 | 1 | 2:
                holder[key] = copy.deepcopy(rng.choice(VALUES))
            case 3:
                other, place = rng.choice(places)
                holder[key] = copy.deepcopy(other[place])
            case 4 if isinstance(holder, dict):
                holder[rng.choice([k for h, k in places if isinstance(k, str)])] = (
                    holder.pop(key)
                )
            case _:
                del holder[key]
    try:
        return json.dumps(content, ensure_ascii=rng.random() < 0.5).encode(
            "utf-8", "surrogatepass"
        )
    except (ValueError, RecursionError):
        return None


def _places(content: Any, level: int) -> Iterator[tuple[Any, Any]]:  # noqa: ANN401
    if level > 40 or not isinstance(content, dict | list):
        return
    keys = list(content) if isinstance(content, dict) else range(len(content))
    for key in keys:
        yield content, key
        yield from _places(content[key], level + 1)
