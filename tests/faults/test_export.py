"""Bad input to `vitviz export`: one clear line, exit code 2, nothing written."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from vitviz.cli.main import main


def refused(
    capsys: pytest.CaptureFixture[str], *arguments: str, within_s: float = 20.0
) -> str:
    """The one line that `vitviz` refuses these arguments with."""
    start = time.monotonic()
    assert main(["export", *arguments]) == 2
    assert time.monotonic() - start < within_s
    captured = capsys.readouterr()
    assert captured.out == ""
    lines = captured.err.splitlines()
    assert lines
    assert lines[-1].startswith("vitviz: ")
    assert lines[-1].endswith((".", "?"))
    assert "Traceback" not in captured.err
    return lines[-1]


def not_an_image(folder: Path) -> Path:
    path = folder / "page.jpg"
    path.write_text("<!doctype html><title>404</title>")
    return path


def truncated(folder: Path) -> Path:
    import PIL.Image

    path = folder / "half.png"
    noise = np.random.default_rng(0).integers(0, 256, (200, 200, 3), np.uint8)
    PIL.Image.fromarray(noise).save(path)
    path.write_bytes(path.read_bytes()[:20_000])
    return path


def fifo(folder: Path) -> Path:
    path = folder / "pipe.png"
    os.mkfifo(path)
    return path


def missing(folder: Path) -> Path:
    return folder / "missing.png"


def empty(folder: Path) -> Path:
    path = folder / "empty.png"
    path.touch()
    return path


def empty_folder(folder: Path) -> Path:
    path = folder / "nothing"
    path.mkdir()
    return path


@pytest.mark.parametrize(
    "make", [not_an_image, truncated, fifo, missing, empty, empty_folder]
)
def test_pictures(
    make: Callable[[Path], Path],
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = make(tmp_path)
    output = tmp_path / "out.png"
    line = refused(capsys, str(path), "-o", str(output), "--model", str(model_folder))
    assert path.name in line
    assert not output.exists()


def test_a_picture_without_permission(
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Root may read everything, so the refusal is the system call's."""
    path = tmp_path / "secret.png"
    path.write_bytes(photo.read_bytes())
    real = os.open

    def guarded(name: str, *args: int, **options: int) -> int:
        if str(name).endswith("secret.png"):
            raise PermissionError(errno.EACCES, "Permission denied", str(name))
        return real(name, *args, **options)

    monkeypatch.setattr(os, "open", guarded)
    if os.geteuid() != 0:
        path.chmod(0)
    else:
        import builtins

        opened = builtins.open

        def guarded_open(name: object, *args: object, **options: object) -> object:
            if str(name).endswith("secret.png"):
                raise PermissionError(errno.EACCES, "Permission denied", str(name))
            return opened(name, *args, **options)  # type: ignore[call-overload]

        monkeypatch.setattr("builtins.open", guarded_open)
        monkeypatch.setattr("io.open", guarded_open)
    line = refused(capsys, str(path), "-o", str(tmp_path / "out.png"))
    assert "secret.png" in line


def not_transformers(folder: Path) -> str:
    (folder / "empty-model").mkdir()
    return str(folder / "empty-model")


def without_weights(folder: Path) -> str:
    path = folder / "no-weights"
    path.mkdir()
    config = {"model_type": "vit", "architectures": ["ViTModel"]}
    (path / "config.json").write_text(json.dumps(config))
    return str(path)


def swin(folder: Path) -> str:
    from transformers import SwinConfig, SwinModel

    path = folder / "swin"
    config = SwinConfig(
        image_size=32, embed_dim=16, depths=[1, 1], num_heads=[2, 2], window_size=4
    )
    SwinModel(config).save_pretrained(path)
    return str(path)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(lambda _: "vit_b_61", "Did you mean vit_b_16", id="unknown"),
        pytest.param(lambda _: "no/such/folder", "no/such/folder", id="no-folder"),
        pytest.param(not_transformers, "empty-model", id="empty-folder"),
        pytest.param(without_weights, "no-weights", id="no-weights"),
        pytest.param(swin, "win", id="other-attention"),
        pytest.param(lambda _: "timm:vit_tiny_patch61", "vit_tiny_patch", id="timm"),
    ],
)
def test_models(
    make: Callable[[Path], str],
    words: str,
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    model, output = make(tmp_path), tmp_path / "out.npz"
    line = refused(capsys, str(photo), "-o", str(output), "--model", model)
    assert words in line
    assert not output.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        pytest.param("--layer 4", "layers go from 0 to 3", id="layer"),
        pytest.param(
            "--layer -1", "--layer takes a number from 0", id="negative-layer"
        ),
        pytest.param("--layer first", "--layer takes a number", id="layer-word"),
        pytest.param("--head 3", "heads go from 0 to 2", id="head"),
        pytest.param("--head median", "--head takes a number", id="head-word"),
        pytest.param("--query 7,0", "rows go from 0 to 6", id="row"),
        pytest.param("--query 0,7", "columns from 0 to 6", id="column"),
        pytest.param("--query token:50", "tokens go from 0 to 49", id="token"),
        pytest.param("--query token:x", "--query takes cls", id="token-word"),
        pytest.param("--query reg0", "no special token reg0", id="special"),
        pytest.param("--query 1,2,3", "--query takes cls", id="three"),
        pytest.param("--size 0", "whole number of pixels", id="size-zero"),
        pytest.param("--size 224x", "whole number of pixels", id="size-half"),
        pytest.param("--size 20000", "too large", id="size-large"),
        pytest.param("--size ２２４", "whole number of pixels", id="size-wide-digits"),
        pytest.param("--fit stretch", "crop, whole, letterbox or squeeze", id="fit"),
        pytest.param("--dtype int8", "float32, bfloat16 or float16", id="dtype"),
        pytest.param("--device tpu", "no device tpu", id="device"),
        pytest.param(
            "--method flow", "no --method flow; there is raw, received", id="method"
        ),
        pytest.param("--style glow", "tint, map or spotlight", id="style"),
        pytest.param("--colormap jet", "viridis", id="colormap"),
        pytest.param("--scale 1,0", "--scale takes", id="scale-order"),
        pytest.param("--scale 0,nan", "--scale takes", id="scale-nan"),
        pytest.param("--scale 0,5,1", "--scale takes", id="scale-comma"),
        pytest.param("--patch 8", "Only the embedded model", id="patch"),
        pytest.param("--query all", "A figure shows one query", id="figure-of-all"),
    ],
)
def test_options(
    options: str,
    words: str,
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = tmp_path / "out.png"
    arguments = [str(photo), "-o", str(output), "--model", str(model_folder)]
    assert words in refused(capsys, *arguments, *options.split())
    assert not output.exists()


@pytest.mark.parametrize(
    ("output", "words"),
    [
        pytest.param("out.bmp", "does not write .bmp", id="bmp"),
        pytest.param("out.docx", "does not write .docx", id="ending"),
        pytest.param("missing/out.png", "no such folder", id="no-folder"),
        pytest.param("pipe.png", "not an ordinary file", id="fifo"),
        pytest.param("file/sub/", "is a file, not a folder", id="below-a-file"),
    ],
)
def test_outputs(
    output: str,
    words: str,
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "file").touch()
    target = f"{tmp_path}/{output}"
    line = refused(capsys, str(photo), "-o", target, "--model", str(model_folder))
    assert words in line


def test_two_pictures_into_one_file(
    photo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = refused(capsys, str(photo), str(photo), "-o", str(tmp_path / "a.png"))
    assert "2 pictures do not fit into one file" in line


def test_the_picture_itself_is_never_overwritten(
    photo: Path, model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(photo.read_bytes())
    model = ("--model", str(model_folder))
    assert "picture itself" in refused(capsys, str(path), "-o", str(path), *model)
    refused(capsys, str(path), "-o", str(tmp_path), *model)
    assert path.read_bytes() == photo.read_bytes()


def test_a_foreign_file_in_the_folder_is_kept(
    photo: Path, model_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = tmp_path / f"{photo.stem}.png"
    foreign.write_bytes(photo.read_bytes())
    assert main(
        ["export", str(photo), "-o", str(tmp_path), "--model", str(model_folder)]
    ) == 2  # fmt: skip
    assert "not made by vitviz" in capsys.readouterr().err
    assert foreign.read_bytes() == photo.read_bytes()


@pytest.mark.parametrize("suffix", [".npz", ".csv", ".png", ".svg"])
def test_a_full_disk_leaves_the_old_file(
    suffix: str,
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    output = tmp_path / f"out{suffix}"
    output.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    arguments = [str(photo), "-o", str(output), "--model", str(model_folder)]
    assert "the disk is full" in refused(capsys, *arguments)
    assert output.read_bytes() == b"old"
    assert [entry.name for entry in tmp_path.iterdir()] == [output.name]


@pytest.mark.parametrize("suffix", [".npz", ".csv", ".png"])
def test_a_really_full_disk(
    suffix: str,
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A file system of 64 kB, filled by the export itself."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)],
        capture_output=True,
    )
    if mounted.returncode:
        pytest.skip("no right to mount a small disk")
    try:
        output = disk / f"out{suffix}"
        output.write_bytes(b"old")
        options = (
            ["--query", "all", "--head", "all", "--layer", "all"]
            if suffix != ".png"
            else []
        )
        arguments = [str(photo), "-o", str(output), "--model", str(model_folder)]
        line = refused(capsys, *arguments, *options)
        assert "full" in line or re.search(r"would take [1-9][\d.]* [MG]B", line)
        assert output.read_bytes() == b"old"
        assert [entry.name for entry in disk.iterdir()] == [output.name]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_run_too_large_for_the_memory(
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """4 layers of 4,097 tokens and width 48: q, k, v take 9 MB, the rest as much."""
    monkeypatch.setattr("vitviz.attention.price.free_bytes", lambda _device: 10**6)
    output = tmp_path / "out.npz"
    arguments = [str(photo), "-o", str(output), "--model", str(model_folder)]
    assert "1.0 MB are free" in refused(capsys, *arguments, "--size", "1024")
    monkeypatch.setattr("vitviz.attention.price.free_bytes", lambda _device: 30 * 10**6)
    assert "add --yes" in refused(capsys, *arguments, "--size", "1024")
