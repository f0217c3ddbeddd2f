"""Precision, preprocessing and price as `vitviz export` is asked for them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import vitviz
from vitviz.cli.main import main
from vitviz.pictures.preprocessing import Interpolation, Preprocessing


def test_the_command_line_says_it(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["export", str(photo), "-o", str(tmp_path / "a.npz")]
    assert main([*arguments, "--dtype", "bfloat16"]) == 0
    assert "bfloat16 against float32: weights differ by at most" in (
        capsys.readouterr().err
    )


# -- preprocessing -----------------------------------------------------------------


def test_preprocessing_is_what_was_asked_for_and_is_exported(
    photo: Path, tmp_path: Path
) -> None:
    out = tmp_path / "a.npz"
    options = ["--mean", "0.5,0.4,0.3", "--std", "0.2,0.3,0.4", "--resize", "260"]
    options += ["--interpolation", "nearest", "--layer", "0"]
    assert main(["export", str(photo), "-o", str(out), *options]) == 0
    with np.load(out) as file:
        meta, rows = json.loads(str(file["meta"])), file["attention"]
    used = meta["preprocessing"]
    assert used["mean"] == [0.5, 0.4, 0.3]
    assert used["std"] == [0.2, 0.3, 0.4]
    assert used["interpolation"] == "nearest"
    assert min(used["resize"]) == 260
    model = vitviz.load_model()
    model = replace(
        model,
        preprocessing=Preprocessing(
            (0.5, 0.4, 0.3), (0.2, 0.3, 0.4), (224, 224), 260, Interpolation.NEAREST
        ),
    )
    expected = vitviz.trace(model, photo).row(0, "cls").mean(0)
    np.testing.assert_array_equal(rows[0, 0, 0], expected)
    plain = vitviz.trace(vitviz.load_model(), photo).row(0, "cls").mean(0)
    assert np.abs(plain - expected).max() > 1e-4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--std", "0.2,0,0.2"], "each above 0"),
        (["--mean", "0.2,0.3"], "takes 3 numbers for this network, not 2"),
        (["--mean", "nan,0,0"], "three numbers"),
        (["--resize", "-3"], "whole number"),
        (["--interpolation", "cubic"], "bicubic"),
        (["--threads", "0"], "from 1 to"),
        (["--labels", "/nowhere/labels.txt"], "no file labels.txt"),
    ],
)
def test_what_makes_no_sense_is_refused(
    options: list[str],
    said: str,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["export", str(photo), "-o", str(tmp_path / "a.npz"), *options]
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


def test_the_price_and_nothing_else(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.npz"
    words = ["export", str(photo), "-o", str(out), "--model", "vitviz-flexi"]
    assert main([*words, "--price", "--size", "448"]) == 0
    said = capsys.readouterr().err
    for part in ("448×448 px", "28×28 patches, 785 tokens", "MB for q, k and v", "s\n"):
        assert part in said
    assert not out.exists()


# -- labels ------------------------------------------------------------------------


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="limits of Linux")
def test_libraries_that_do_not_fit_a_limit_are_no_fault_of_ours(
    photo: Path, tmp_path: Path
) -> None:
    code = (
        "import resource, sys; from vitviz.cli.main import main; "
        "resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9)); "
        "sys.exit(main(['export', *sys.argv[1:]]))"
    )
    files = [str(photo), "-o", str(tmp_path / "a.png")]
    done = subprocess.run(
        [sys.executable, "-c", code, *files], capture_output=True, text=True
    )
    assert done.returncode == 2, done.stderr
    assert "more memory" in done.stderr
    assert len(done.stderr.splitlines()) == 1
