"""Names and docstrings without the words that docs/glossary.md rules out for code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SECTION = "## Words that code does not use"


def banned() -> dict[str, str]:
    """Return what to say in place of each word of the glossary's section."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    section = text.partition(f"{SECTION}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", section, re.MULTILINE)
    return {word: instead for word, instead in rows if word not in {"word", "---"}}


def words(text: str) -> set[str]:
    """Return the words of a name or a sentence: `sayIt`, `say_it` → say, it."""
    return {w.lower() for w in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)}


def texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of every name that a file makes or uses, and its docstrings.

    A bare string below a field counts as a docstring.
    """
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 1)
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                yield line, name
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name):
                yield line, name
            case ast.keyword(arg=str(name)):
                yield line, name
            case ast.alias(name=name, asname=asname):
                yield line, asname or name
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield line, text


def faults(place: str, source: str, rules: dict[str, str]) -> list[str]:
    """Return a line for each use of a word of `rules`, or of its plural."""
    forms = {form: word for word in rules for form in (word, f"{word}s")}
    found = [(1, place.removesuffix(".py")), *texts(ast.parse(source))]
    return sorted(
        f"{place}:{line}: {forms[used]!r}, say {rules[forms[used]]}"
        for line, text in found
        for used in words(text) & forms.keys()
    )


def test_code_has_no_word_that_the_glossary_rules_out() -> None:
    rules = banned()
    found = [
        fault
        for path in sorted((ROOT / "vitviz").rglob("*.py"))
        for fault in faults(
            path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"), rules
        )
    ]
    assert not found, "\n".join(found)


def test_the_section_is_a_sorted_list_of_single_words() -> None:
    rules = banned()
    assert len(rules) >= 10
    assert list(rules) == sorted(rules)
    assert all(re.fullmatch("[a-z]+", word) for word in rules)


@pytest.mark.parametrize(
    ("place", "source", "is_found"),
    [
        pytest.param("a.py", "def wish_list() -> None: ...", True, id="function"),
        pytest.param("a.py", "class ViewWishes: ...", False, id="other plural"),
        pytest.param("a.py", "class ViewWish: ...", True, id="class"),
        pytest.param("a.py", "def f(wish: int) -> None: ...", True, id="parameter"),
        pytest.param("a.py", "f(wish=1)", True, id="keyword"),
        pytest.param("a.py", "a.wishs = 1", True, id="attribute, plural"),
        pytest.param("a.py", "import b as wish", True, id="import"),
        pytest.param("wish.py", "", True, id="module"),
        pytest.param("a.py", '"""What the\nWISH is."""', True, id="docstring"),
        pytest.param("a.py", 'x = 1\n"""A wish."""', True, id="below a field"),
        pytest.param("a.py", "wishing = 'a wish'  # wish", False, id="elsewhere"),
    ],
)
def test_a_word_is_found_where_it_counts(
    place: str, source: str, is_found: bool
) -> None:
    assert bool(faults(place, source, {"wish": "request"})) is is_found
