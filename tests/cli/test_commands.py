"""The command line around export: help, models, bench, self-test, faults."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from vitviz.cli.main import FAULT, REFUSED, main
from vitviz.system import logs


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "vitviz", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize(
    "command", ["", "export", "page", "models", "bench", "self-test"]
)
def test_help(command: str) -> None:
    done = run(*command.split(), "--help")
    assert done.returncode == 0
    assert done.stderr == ""
    assert done.stdout.startswith(f"usage: vitviz {command}".rstrip())
    assert max(map(len, done.stdout.splitlines())) <= 88


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from vitviz.cli.main import main\n"
        "main(['--help'])\n"
        "main(['--version'])\n"
        "heavy = {'torch', 'PySide6', 'numpy', 'PIL'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from vitviz._version import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"vitviz {__version__}\n"


def test_no_display_is_one_line() -> None:
    done = run("cat.jpg", DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "display" in done.stderr
    assert "vitviz export" in done.stderr


def test_models(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:2] == ["name", "size"]
    assert any(line.startswith("vitviz-flexi ") for line in lines)
    assert main(["models", "list", "--json"]) == 0
    names = [entry["name"] for entry in json.loads(capsys.readouterr().out)]
    assert main(["models", "show", names[1]]) == 0
    assert names[1] in capsys.readouterr().out
    assert main(["models", "show", "vit_b_16"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "size 224 px patch 16 px" in shown
    assert "parameters 86,567,656" in shown
    assert "weights 346 MB" in shown
    assert main(["models", "show", "vitviz-flexi"]) == 0
    assert "title vitviz-flexi good for" in " ".join(capsys.readouterr().out.split())


def test_the_current_folder_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["models", "check", "."]) == 2
    assert f"{tmp_path.name} is no model folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(
            ["models", "show", "vit_b_61"], "Did you mean vit_b_16", id="typo"
        ),
        pytest.param(["models", "show"], "Say which one", id="which"),
        pytest.param(["models", "put"], "invalid choice", id="no-such-action"),
        pytest.param(["models", "list", "cheese"], "No model fits", id="no-model"),
        pytest.param(["bench", "--tokens", "many"], "takes numbers from 2", id="bench"),
        pytest.param(["--fly"], "unrecognized arguments: --fly", id="option"),
        pytest.param(["--lang", "xx"], "invalid choice: 'xx'", id="language"),
        pytest.param(["export"], "required", id="nothing"),
        pytest.param(
            ["export", "a.png", "-o", "a.npz", "--size", "320x128", "--fit", "whole"],
            "give its shorter side alone, as --size 128, and not 320x128",
            id="two-sides-of-a-whole-picture",
        ),
    ],
)
def test_wrong_usage_is_one_line(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("vitviz: ")
    assert words in captured.err
    assert len(captured.err.splitlines()) == 1


def test_bench_of_few_tokens(capsys: pytest.CaptureFixture[str]) -> None:
    start = time.monotonic()
    assert main(["bench", "--tokens", "10", "--json"]) == 0
    assert time.monotonic() - start < 180  # of the five minutes of a whole one
    found = json.loads(capsys.readouterr().out)
    assert set(found["machine"]) >= {"system", "processor", "cores", "versions"}
    names = [figure["name"] for figure in found["figures"]]
    assert names == ["trace ÷ fused forward, timm, 10 tokens"]
    assert found["figures"][0]["value"] > 0


@pytest.mark.parametrize("library", ["timm", "torchvision", "transformers"])
def test_networks_of_every_library_are_measured_alike(library: str) -> None:
    """Each is a ViT-S/14 that is traced, and that can keep all of its attention."""
    import torch

    from vitviz.attention import run
    from vitviz.bench import memory, networks
    from vitviz.models.load import wrap

    side = networks.side_px(10)
    network, pixels = networks.network(side, library), networks.pixels(side)
    trace = run.trace(wrap(network), pixels)
    assert (trace.num_tokens, trace.num_layers, trace.num_heads) == (10, 12, 6)
    kept: list[torch.Tensor] = []
    with torch.inference_mode():
        output = network(pixels, **memory._keep_attention(network, kept))
    kept += getattr(output, "attentions", None) or ()
    assert [tuple(one.shape) for one in kept] == [(1, 6, 10, 10)] * 12
    for layer, one in enumerate(kept):
        torch.testing.assert_close(
            torch.from_numpy(trace.row(layer, 4)), one[0, :, 4], rtol=0, atol=1e-5
        )


def test_the_bench_table_is_aligned() -> None:
    from vitviz.bench.results import Measurement, table

    lines = table(
        [
            Measurement("short", 0.5, "s", 0.6),
            Measurement(
                "a much longer name", 16385, "", 16385, "peak", is_at_least=True
            ),
            Measurement("missing", None, "×", 1.0, "no display"),
        ]
    ).splitlines()
    assert [line[line.index("≤") :].split()[0] for line in lines[1:2]] == ["≤"]
    assert lines[1].index("≤") == lines[2].index("≥") == lines[3].index("≤")
    assert "met" in lines[1]
    assert "16,385" in lines[2]
    assert "–" in lines[3]


def test_self_test_without_a_display() -> None:
    done = run("self-test", DISPLAY="", WAYLAND_DISPLAY="", QT_QPA_PLATFORM="")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines[:-1]] == [
        "libraries", "picture", "model", "attention", "numbers", "window", "figure",
    ]  # fmt: skip
    assert "left out" in lines[5]


def test_self_test_reports_what_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_options: object) -> None:
        raise OSError("no such font")

    monkeypatch.setattr("vitviz.export.save.png_bytes", broken)
    monkeypatch.setattr("vitviz.cli.self_test._window", lambda state: "left out")
    assert main(["self-test"]) == 1
    out = capsys.readouterr().out
    assert "FAILED  figure     OSError: no such font" in out
    assert out.splitlines()[-1] == "1 checks failed."


def test_a_fault_of_ours_is_one_line_and_a_log(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_args: object) -> int:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr("vitviz.cli.models.execute", broken)
    assert main(["models"]) == 1
    error = capsys.readouterr().err
    assert len(error.splitlines()) == 1
    assert "ZeroDivisionError" in error
    log = Path(os.environ["XDG_STATE_HOME"]) / "vitviz" / "vitviz.log"
    assert str(log) in error
    assert "Traceback" in log.read_text(encoding="utf-8")
    assert main(["models", "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_out_of_memory_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_args: object) -> int:
        raise MemoryError

    monkeypatch.setattr("vitviz.cli.models.execute", broken)
    assert main(["models"]) == 2
    assert "smaller --size" in capsys.readouterr().err


def test_a_closed_pipe_is_quiet() -> None:
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {sys.executable} -m vitviz models | true"],
        capture_output=True,
        text=True,
    )
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_behind_the_output_is_one_sentence() -> None:
    with open("/dev/full", "wb") as full:
        run = subprocess.run(
            [sys.executable, "-m", "vitviz", "models", "list"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert run.returncode == REFUSED
    assert run.stderr == (
        "vitviz: The output could not be written: the disk is full.\n"
    )


def test_a_fault_is_kept_in_the_log_which_does_not_grow_for_ever(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(logs, "log_path", lambda: tmp_path / logs.NAME)
    path = tmp_path / logs.NAME
    path.write_text("x" * (logs.MAX_BYTES + 1))

    def fail(args: object) -> int:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr("vitviz.cli.models.execute", fail)
    assert main(["models", "list"]) == FAULT
    assert str(path) in capsys.readouterr().err
    kept = path.read_text()
    assert kept.startswith("Traceback")
    assert "nobody foresaw this" in kept
    assert path.with_name(f"{logs.NAME}.1").stat().st_size == logs.MAX_BYTES + 1
    assert main(["models", "list"]) == FAULT
    assert path.read_text().count("Traceback") == 2
