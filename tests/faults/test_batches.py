"""A batch names each picture that fails, and goes on with the others."""

from __future__ import annotations

import os
import shutil
import struct
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import PIL.Image
import PIL.PngImagePlugin
import pytest

from vitviz.cli.main import main
from vitviz.export import metadata
from vitviz.export.metadata import is_cut_archive, is_whole
from vitviz.system import atomic_files
from vitviz.system.atomic_files import sweep


@pytest.fixture
def pictures(tmp_path: Path, photo: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a", "b", "c"):
        shutil.copy(photo, folder / f"{name}.png")
    return folder


def export(pictures: Path, out: Path, model: Path, *more: str) -> int:
    return main(
        ["export", str(pictures), "-o", f"{out}/", "--model", str(model), *more]
    )


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def folder_instead(path: Path) -> None:
    path.unlink()
    path.mkdir()


def bomb(path: Path) -> None:
    """A picture of 30,000 × 30,000 that says it was made by vitviz."""
    PIL.Image.new("1", (30_000, 30_000)).save(path)


@pytest.mark.parametrize(
    ("damage", "is_mended", "said"),
    [
        pytest.param(lambda p: p.write_bytes(b""), True, "", id="empty"),
        pytest.param(cut, True, "", id="half"),
        pytest.param(lambda p: p.write_bytes(b"mine"), False, "not made by", id="text"),
        pytest.param(folder_instead, False, "a.png", id="folder"),
        pytest.param(bomb, False, "not made by vitviz", id="bomb"),
        pytest.param(
            lambda p: (p.unlink(), p.symlink_to(p)), False, "a.png", id="circle"
        ),
    ],
)
def test_a_broken_target_costs_one_picture(
    pictures: Path,
    tmp_path: Path,
    model_folder: Path,
    capsys: pytest.CaptureFixture[str],
    damage: Callable[[Path], object],
    is_mended: bool,
    said: str,
) -> None:
    out = tmp_path / "maps"
    assert export(pictures, out, model_folder) == 0
    whole = (out / "a.png").read_bytes()
    damage(out / "a.png")
    (out / "c.png").unlink()
    capsys.readouterr()
    assert export(pictures, out, model_folder) == (0 if is_mended else 2)
    text = capsys.readouterr().err
    assert "A fault" not in text
    assert (out / "c.png").exists(), "the batch went on"
    assert "1 of 3 were there already" in text
    if is_mended:
        assert (out / "a.png").read_bytes() == whole
    else:
        assert said in text
        assert "1 of 3 pictures could not be exported" in text


@pytest.mark.parametrize("kind", ["png", "npz", "svg", "gif"])
def test_half_a_file_of_each_kind_is_written_again(
    pictures: Path, tmp_path: Path, model_folder: Path, kind: str
) -> None:
    out = tmp_path / "maps"
    for name in ("b", "c"):
        (pictures / f"{name}.png").unlink()
    assert export(pictures, out, model_folder, "--format", kind) == 0
    target = out / f"a.{kind}"
    whole = target.read_bytes()
    for end in (-1, -20, len(whole) // 2):
        target.write_bytes(whole[:end])
        assert export(pictures, out, model_folder, "--format", kind) == 0
        assert target.read_bytes() == whole


@pytest.mark.parametrize("kind", ["png", "npz", "svg", "gif"])
def test_no_part_of_a_file_counts_as_whole(
    photo: Path, tmp_path: Path, model_folder: Path, kind: str
) -> None:
    """Cut at some hundred lengths: the first and last bytes, and between them."""
    target = tmp_path / f"a.{kind}"
    more = ["--layer", "all"] if kind == "gif" else []
    model = ["--model", str(model_folder), "--pixels", "0.5"]
    assert main(["export", str(photo), "-o", str(target), *model, *more]) == 0
    whole = target.read_bytes()
    assert is_whole(target)
    size = len(whole)
    lengths = {*range(60), *range(60, size, size // 120), *range(size - 60, size)}
    part = tmp_path / f"part.{kind}"
    for length in sorted(lengths):
        part.write_bytes(whole[:length])
        assert not is_whole(part), length
    if kind == "npz":
        part.write_bytes(whole[: size // 2])
        assert is_cut_archive(part)
        assert not is_cut_archive(target)


@pytest.mark.parametrize("ignores_case", [True, False])
def test_names_that_differ_by_case_alone(
    pictures: Path,
    tmp_path: Path,
    model_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    ignores_case: bool,
) -> None:
    """Many disks take `a.png` and `A.png` for one, and the second would replace it."""
    shutil.copy(pictures / "a.png", pictures / "A.png")
    if len(list(pictures.iterdir())) < 4:
        pytest.skip("this disk is such a one")
    exists = os.path.exists

    def exists_there(path: str | Path) -> bool:
        return exists(path) or any(
            one.name.lower() == Path(path).name.lower()
            for one in Path(path).parent.glob("*")
        )

    if ignores_case:
        monkeypatch.setattr(os.path, "exists", exists_there)
    out = tmp_path / "maps"
    assert export(pictures, out, model_folder) == (2 if ignores_case else 0)
    if ignores_case:
        assert "Two pictures would both become" in capsys.readouterr().err
        assert "maps" not in os.listdir(tmp_path)
    else:
        names = {"A.png.png", "a.png.png", "b.png", "c.png"}
        assert {one.name for one in out.iterdir()} == names


def test_whether_a_file_is_whole_is_soon_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What unpacks without end is no whole; so is a list of members without end."""
    monkeypatch.setattr(metadata, "WHOLE_SECONDS", 0.2)
    packed = tmp_path / "packed.npz"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("attention.npy", "w", force_zip64=True) as member:
            for _ in range(300):
                member.write(bytes(2**22))
    listed = tmp_path / "listed.npz"
    with zipfile.ZipFile(listed, "w") as archive:
        archive.writestr("a" * 200, b"")
    # the same entry again and again, in one list
    data = listed.read_bytes()
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entries = data[start:end] * 30_000
    tail = struct.pack("<HHII", 30_000, 30_000, len(entries), start)
    listed.write_bytes(data[:start] + entries + data[end : end + 8] + tail + b"\0\0")
    frames = tmp_path / "frames.gif"
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\x02\x02\x44\x01\0"
    head = b"GIF89a\x20\0\x18\0\x80\0\0" + b"\0\0\0\xff\xff\xff"
    frames.write_bytes(head + frame * 300_000 + b";")
    # 144 megapixels for each of few frames
    large = tmp_path / "large.gif"
    screen = b"GIF89a" + struct.pack("<HH", 12_000, 12_000) + head[10:]
    large.write_bytes(screen + frame * 3 + b";")
    # a little one, whose second frame is as large
    growing = tmp_path / "growing.gif"
    wide = b"\x2c" + struct.pack("<4H", 0, 0, 12_000, 12_000) + frame[9:]
    growing.write_bytes(head + frame + wide + b";")
    for path in (packed, listed, frames, large, growing):
        began = time.process_time()
        assert not metadata.is_whole(path)
        assert time.process_time() - began < 2
    with pytest.raises(ValueError, match="too much"):
        metadata.read_metadata(listed)


@pytest.mark.parametrize("fault", ["long", "bomb", "raises"])
def test_a_picture_that_cannot_be_exported_costs_itself(
    pictures: Path,
    tmp_path: Path,
    model_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
) -> None:
    more: list[str] = []
    bad = pictures / "aa.png"
    if fault == "long":
        bad = pictures / f"{'x' * 251}.png"
        shutil.copy(pictures / "a.png", bad)
        more = ["--format", "npz"]
        (pictures / "x.jpg").write_bytes((pictures / "a.png").read_bytes())
        (pictures / f"{'x' * 251}.jpg").hardlink_to(bad)  # so whole names are used
    elif fault == "bomb":
        PIL.Image.new("1", (20_000, 20_000)).save(bad)
    else:
        shutil.copy(pictures / "a.png", bad)
        from vitviz.cli.export_sources import load

        def failing(source: str, *rest: object, **named: object) -> object:
            if source.endswith("aa.png"):
                raise ZeroDivisionError("nobody foresaw this")
            return load(source, *rest, **named)  # type: ignore[arg-type]

        monkeypatch.setattr("vitviz.cli.export_batch.load", failing)
    out = tmp_path / "maps"
    assert export(pictures, out, model_folder, *more) == 2
    text = capsys.readouterr().err
    assert "A fault" not in text
    assert "could not be exported" in text
    assert bad.name[:40] in text
    kind = "npz" if fault == "long" else "png"
    assert {p.name for p in out.iterdir()} >= {f"{n}.{kind}" for n in "abc"}


@pytest.mark.parametrize("out", ["NAME", "out/", "a/b/c", "deep/er/"])
@pytest.mark.parametrize("source", ["NAME", "broken.png", "empty-folder", "-"])
def test_names_that_lead_nowhere_leave_nothing_behind(
    tmp_path: Path,
    model_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    source: str,
    out: str,
) -> None:
    """A slip in a name is no wish for a folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin", None)
    (tmp_path / "broken.png").write_bytes(b"<html>")
    (tmp_path / "empty-folder").mkdir()
    before = sorted(tmp_path.rglob("*"))
    assert main(["export", source, "-o", out, "--model", str(model_folder)]) == 2
    assert "A fault" not in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("options", [["--price"], ["--layer", "99"]])
def test_a_run_that_writes_nothing_makes_no_folder(
    photo: Path, tmp_path: Path, model_folder: Path, options: list[str]
) -> None:
    out = tmp_path / "a" / "b"
    words = ["export", str(photo), "-o", f"{out}/", "--model", str(model_folder)]
    assert main([*words, *options]) == (0 if options == ["--price"] else 2)
    assert not (tmp_path / "a").exists()
    assert main(words) == 0
    assert len(list(out.iterdir())) == 1


@pytest.mark.parametrize("kind", ["file", "below a file", "dangling", "closed"])
def test_a_target_that_can_be_no_folder_is_told_first(
    photo: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    """Before a model is loaded: the model named here does not exist."""
    taken = tmp_path / "taken"
    out, reason = taken, "a file, not a folder"
    match kind:
        case "file":
            taken.write_bytes(b"mine")
        case "below a file":
            taken.write_bytes(b"mine")
            out = taken / "maps"
        case "dangling":
            taken.symlink_to(tmp_path / "gone")
            reason = "there is no such folder"
        case "closed":
            # file modes do not hold the superuser, who may run the tests
            monkeypatch.setattr("os.access", lambda *_, **__: False)
            reason = "you may not write there"
    assert main(["export", str(photo), "-o", f"{out}/", "--model", "none"]) == 2
    assert reason in capsys.readouterr().err
    assert not (tmp_path / "gone").exists()


def test_a_folder_that_is_removed_meanwhile(
    pictures: Path,
    tmp_path: Path,
    model_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At any moment of the batch: before a file is begun, and while it is written."""
    from vitviz.system import atomic_files

    out = tmp_path / "maps"
    monkeypatch.setattr("vitviz.cli.overlap.WRITERS", 1)
    save = atomic_files.write_bytes

    def removing(target: Path, data: bytes) -> None:
        save(target, data)
        shutil.rmtree(out)

    monkeypatch.setattr("vitviz.export.save.write_bytes", removing)
    assert export(pictures, out, model_folder) == 0  # each makes it again
    assert not out.exists()

    def removed_before(target: Path, data: bytes) -> None:
        if target.name == "b.png":
            shutil.rmtree(out)
        save(target, data)

    monkeypatch.setattr("vitviz.export.save.write_bytes", removed_before)
    capsys.readouterr()
    assert export(pictures, out, model_folder) == 2
    text = capsys.readouterr().err
    assert "A fault" not in text
    assert "b.png could not be written: there is no such folder" in text
    assert "1 of 3 pictures could not be exported" in text
    assert [one.name for one in out.iterdir()] == ["c.png"], "the batch went on"


@pytest.mark.parametrize("name", ["x" * 252 + ".png", "z" * 300 + "/"])
def test_a_name_that_is_too_long_says_so(
    photo: Path,
    tmp_path: Path,
    model_folder: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
) -> None:
    """Another place would not help."""
    words = ["export", str(photo), "-o", f"{tmp_path}/{name}"]
    assert main([*words, "--model", str(model_folder)]) == 2
    text = capsys.readouterr().err
    assert "the name is too long. Choose a shorter one." in text
    assert "another place" not in text


def test_a_full_folder_ends_the_batch(
    pictures: Path,
    tmp_path: Path,
    model_folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vitviz.system.atomic_files.os.fsync", full)
    monkeypatch.setattr("tempfile.TemporaryFile", full)
    assert export(pictures, tmp_path / "maps", model_folder) == 2
    text = capsys.readouterr().err
    assert text.count("the disk is full") == 1


def test_two_machines_leave_each_other_alone(tmp_path: Path) -> None:
    """What another machine writes is a process that does not run here."""
    here = atomic_files._machine()
    other = "000000" if here != "000000" else "111111"
    dead, old = 2**22 - 3, time.time() - 90_000
    mine = os.getpid()
    began = atomic_files._began(mine)
    assert began is not None
    names = {
        # the number of a process that runs, which an ended one had before
        f".vitviz-{mine}-{here}-{began - 9:x}-00000000.tmp": True,
        f".vitviz-{mine}-{here}-{began:x}-00000000.tmp": False,
        f".vitviz-{mine}-{here}-{began:x}-11111111.tmp": False,
        f".vitviz-{mine}-{other}-{began - 9:x}-00000000.tmp": False,
        f".vitviz-{dead}-{here}-{began:x}-00000000.tmp": True,
        f".vitviz-{dead}-{here}-0-00000000.tmp": True,
        f".vitviz-{mine}-{here}-0-00000000.tmp": False,
        # names of older releases
        f".vitviz-{dead}-{here}-00000000.tmp": True,
        f".vitviz-{dead}-{other}-00000000.tmp": False,
        f".vitviz-{os.getpid()}-{here}-00000000.tmp": False,
        f".vitviz-{dead}-{other}-11111111.tmp": True,
        f".vitviz-{os.getpid()}-{here}-11111111.tmp": False,
        f".vitviz-{dead}-{here}-notours1.tmp": False,
    }
    for name in names:
        (tmp_path / name).write_bytes(b"x")
        if "1111111" in name:
            os.utime(tmp_path / name, (old, old))
    assert sweep(tmp_path) == sum(names.values())
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {name for name, is_swept in names.items() if not is_swept}
