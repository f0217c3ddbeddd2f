#!/usr/bin/env python3
"""Translations of every text that a user sees: updated, checked and compiled.

usage: translations.py            bring resources/translations/*.ts up to date
       translations.py --check    say what is missing or wrong; if so, exit code 1
       translations.py --new      print what is still to be translated, as JSON

`user_texts` collects the texts. A `.ts` file is what Qt Linguist reads and writes;
without places in the source, so that it changes only where a text does.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from pathlib import Path
from string import Formatter

from bundle_parts import ROOT
from user_texts import Text, collect

from vitviz.system.atomic_files import write_bytes

FOLDER = ROOT / "resources" / "translations"
LANGUAGE = "ja"


def read(path: Path) -> dict[Text, str]:
    """Return the translations of a file by text; "" for one without a translation."""
    if not path.is_file():
        return {}
    found = {}
    for context in ET.parse(path).getroot().iter("context"):
        name = context.findtext("name") or ""
        for message in context.iter("message"):
            translation = message.find("translation")
            text = (translation.text or "") if translation is not None else ""
            found[name, message.findtext("source") or ""] = text
    return found


def written(texts: dict[Text, str]) -> str:
    """Return a .ts file with the texts in the order of contexts and sources."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        "<!DOCTYPE TS>",
        f'<TS version="2.1" language="{LANGUAGE}" sourcelanguage="en">',
    ]
    former = None
    for (context, source), translation in sorted(texts.items()):
        if context != former:
            lines += ["</context>"] if former is not None else []
            lines += ["<context>", f"    <name>{_escaped(context)}</name>"]
            former = context
        kind = "" if translation else ' type="unfinished"'
        lines += [
            "    <message>",
            f"        <source>{_escaped(source)}</source>",
            f"        <translation{kind}>{_escaped(translation)}</translation>",
            "    </message>",
        ]
    lines += ["</context>"] if former is not None else []
    return "\n".join([*lines, "</TS>", ""])


def _escaped(text: str) -> str:
    for raw, safe in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(raw, safe)
    return text.replace("\t", "&#x9;")


def path_of(name: str) -> Path:
    """Return the path of the file "vitviz" or "learn"."""
    return FOLDER / f"{name}_{LANGUAGE}.ts"


def compiled() -> bytes:
    """Return what lrelease compiles of all files together."""
    program = Path(sys.executable).parent / "pyside6-lrelease"
    paths = [str(p) for p in (path_of("vitviz"), path_of("learn")) if p.is_file()]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "all.qm"
        command = [str(program), "-silent", *paths, "-qm", str(out)]
        subprocess.run(command, check=True)
        return out.read_bytes()


def update() -> None:
    """Add new texts, remove those that are gone, and compile."""
    texts, problems = collect()
    known: dict[Text, str] = {}
    for name in texts:
        known |= {k: v for k, v in read(path_of(name)).items() if v}
    by_source = {source: text for (_, source), text in known.items()}
    for name, wanted in texts.items():
        # a text that moved to another class is still the same text
        found = {t: known.get(t) or by_source.get(t[1], "") for t in wanted}
        path_of(name).write_text(written(found), encoding="utf-8")
        missing = sum(not text for text in found.values())
        sys.stdout.write(f"{path_of(name).name}: {len(found)}, {missing} to do\n")
    # written beside it and renamed, since running programs have mapped the present file
    write_bytes(compiled_path(), compiled())
    for problem in problems:
        sys.stderr.write(f"{problem}\n")


def compiled_path() -> Path:
    """Return the path of the one file that the program loads."""
    return FOLDER / f"vitviz_{LANGUAGE}.qm"


def placeholders(text: str) -> list[str]:
    """Return the names in braces with their formats, sorted."""
    parts = Formatter().parse(text)
    return sorted(f"{name}:{spec}" for _, name, spec, _ in parts if name is not None)


def wrong(name: str) -> list[str]:
    """Return the translations whose placeholders, tabs or tags are not the source's."""
    found = []
    for (context, source), text in read(path_of(name)).items():
        if not text:
            continue
        where = f"{path_of(name).name}, {context}: {source!r}"
        try:
            if placeholders(source) != placeholders(text):
                found.append(f"{where}: other placeholders in {text!r}")
        except ValueError as error:
            found.append(f"{where}: {error}")
        if source.count("\t") != text.count("\t"):
            found.append(f"{where}: other tabs")
        if sorted(re.findall(r"</?\w+>", source)) != sorted(
            re.findall(r"</?\w+>", text)
        ):
            found.append(f"{where}: other tags in {text!r}")
    return found


def unfinished(name: str) -> list[str]:
    """Return what has no translation yet, or is no longer in the program."""
    texts, problems = collect()
    known = read(path_of(name))
    found = list(problems)
    for context, source in sorted(texts[name]):
        if not known.get((context, source)):
            found.append(f"not translated: {context}: {source!r}")
    for context, source in sorted(set(known) - texts[name]):
        found.append(f"no longer in the program: {context}: {source!r}")
    return found


def check() -> list[str]:
    """Return everything that is missing or wrong, a line each."""
    found = []
    for name in ("vitviz", "learn"):
        found += unfinished(name) + wrong(name)
    if compiled_path().read_bytes() != compiled():
        found.append(f"{compiled_path().name} is not what its sources compile to")
    return found


def main() -> int:
    """Update, check or list the translations; return the exit code."""
    parser = argparse.ArgumentParser(description="translations")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--new", action="store_true")
    chosen = parser.parse_args()
    if chosen.check:
        problems = check()
        sys.stdout.write("".join(f"{problem}\n" for problem in problems))
        return 1 if problems else 0
    if chosen.new:
        todo: dict[str, dict[str, str]] = {}
        for name in ("vitviz", "learn"):
            for (context, source), text in sorted(read(path_of(name)).items()):
                if not text:
                    todo.setdefault(context, {})[source] = ""
        json.dump(todo, sys.stdout, ensure_ascii=False, indent=1)
        return 0
    FOLDER.mkdir(exist_ok=True)
    update()
    return 0


if __name__ == "__main__":
    sys.exit(main())
