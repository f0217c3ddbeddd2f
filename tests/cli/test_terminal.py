"""No name of a file, a tensor or an option steers a terminal or forges a log."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from vitviz.cli.main import main
from vitviz.cli.output import say, show, show_path
from vitviz.errors import InputError
from vitviz.system import logs
from vitviz.system.printable import escaped, escaped_lines, printable

NASTY = [
    pytest.param("\x1b]0;title\x07", id="title"),
    pytest.param("good\rbad", id="carriage return"),
    pytest.param("a\x9b2J", id="control of eight bits"),
    pytest.param("exe\u202egnp", id="right to left"),
    pytest.param("\u2066isolate", id="isolate"),
    pytest.param("half \udcff", id="surrogate"),
    pytest.param("two\nlines", id="line feed"),
    pytest.param("\u2028separator", id="line separator"),
    pytest.param("bell\x07\x08\x7f", id="bell, backspace, delete"),
]
ALLOWED = {"\n"}


def require_plain(text: str) -> None:
    bad = {c for c in text if not c.isprintable()} - ALLOWED
    assert not bad, [ascii(c) for c in bad]


def commands(name: str, folder: Path) -> list[list[str]]:
    """Return each command with a name in each place that takes one."""
    out = ["-o", str(folder / "a.png")]
    options = (
        "model device size layer head query method target option style colormap scale "
        "fit dtype labels mean threads changes patch pixels interpolation"
    ).split()
    return [
        ["export", name, *out],
        ["export", name, "-o", f"{name}.png"],
        ["export", str(folder / "none.png"), "-o", f"x.{name}"],
        *(["export", "a.png", *out, f"--{option}={name}"] for option in options),
        ["export", f"--{name}"],
        ["models", "list", name],
        ["models", "show", name],
        ["models", "get", name],
        ["models", "check", name],
        ["models", name],
        ["bench", f"--tokens={name}"],
        ["bench", f"--library={name}"],
        ["self-test", f"--{name}"],
        [f"--lang={name}"],
    ]


@pytest.mark.parametrize("name", NASTY)
def test_what_commands_say_is_plain(
    name: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    for arguments in commands(name, tmp_path):
        for more in ([], ["--debug"]):
            assert main([*arguments, *more]) == 2, arguments
            said = capsys.readouterr()
            require_plain(said.err + said.out)
            if not more:
                assert len(said.err.splitlines()) == 1, said.err


@pytest.mark.parametrize("name", NASTY)
def test_what_is_said_of_pictures_and_weights_is_plain(
    name: str, tmp_path: Path, photo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / f"{name}.png"
    picture.write_bytes(photo.read_bytes())
    out = tmp_path / f"out {name}.png"
    assert main(["export", str(picture), "-o", str(out), "--price"]) == 0
    weights = tmp_path / f"{name}.safetensors"
    tensors = {f"{name.encode('utf-8', 'replace').decode()}.weight": torch.zeros(2, 2)}
    save_file(tensors, os.fsencode(weights).decode("utf-8", "surrogateescape"))
    assert main(["models", "check", str(weights)]) in (0, 2)
    said = capsys.readouterr()
    require_plain(said.err + said.out)


@pytest.mark.parametrize("name", NASTY)
def test_the_log_is_plain(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = logs.log_path()
    assert path is not None
    logs.start("warning")
    try:
        before = logs.LAST_LINES.since(0)[0]
        try:
            raise InputError("{name} is bad.", name=name)
        except InputError:
            logging.getLogger("vitviz.test").exception("met %s", name)
        logging.getLogger(f"vitviz.{name}").warning("by its logger")
        lines = logs.LAST_LINES.since(before)[1]
    finally:
        logs.stop()
    logs.keep_traceback(InputError("{name} is bad.", name=name))
    assert len(lines) == 2
    for text in (*lines, path.read_text("utf-8")):
        require_plain(text)
    assert f"met {escaped(name)}" in lines[0].splitlines()[0], "no forged line"


def test_what_nobody_listens_to_is_plain() -> None:
    logs.plain_last_resort()
    record = logging.LogRecord("vitviz", 40, "", 0, "met %s", ("\x1b[2J",), None)
    assert logging.lastResort is not None
    assert logging.lastResort.format(record) == "met \\x1b[2J"


def test_lines_are_bounded_and_streams_may_be_gone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    say("x" * 100_000)
    show("猫\u3000 ×")
    said = capsys.readouterr()
    assert len(said.err) == 2001
    assert said.out == "猫\u3000 ×\n"

    class Gone:
        encoding = "utf-8"

        def write(self, _text: str) -> int:
            raise OSError(5, "Input/output error")

        def flush(self) -> None:
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(sys, "stderr", Gone())
    say("nobody reads this")


def test_a_path_is_exact_for_a_program(
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    show_path(os.fsdecode(b"/a/\xff\x1b"))
    assert capfdbinary.readouterr().out == b"/a/\xff\x1b" + os.linesep.encode()


def test_the_three_ways() -> None:
    assert printable("a\n\x1b") == "a" + 2 * "\N{REPLACEMENT CHARACTER}"
    assert escaped("a\n\x1b\udcff\u202e") == "a\\n\\x1b\\udcff\\u202e"
    assert escaped_lines("a\r\nb") == "a\\r\nb"
