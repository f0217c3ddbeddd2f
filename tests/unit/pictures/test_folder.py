"""Folders: which pictures, in which order, and what is read ahead."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

from vitviz.errors import InputError
from vitviz.pictures.folder import (
    PictureCache,
    listing,
    natural_key,
    pictures_in,
    thumbnail,
)


def test_numbers_are_ordered_by_value() -> None:
    names = [
        "b1",
        "a10.png",
        "A2.png",
        "a1.png",
        "a",
        "10",
        "9",
        "a2b10",
        "a2b9",
        "é",
        "",
    ]
    # what a person would write down
    expected = [
        "",
        "9",
        "10",
        "a",
        "a1.png",
        "A2.png",
        "a2b9",
        "a2b10",
        "a10.png",
        "b1",
        "é",
    ]
    assert sorted(names, key=natural_key) == expected


def test_every_pair_of_names_can_be_compared() -> None:
    names = [
        "1",
        "a",
        "1a",
        "a1",
        "a1b",
        "1a1",
        "٣",
        "²",
        "a²",
        "0001",
        "01",
        "-1",
        " 1",
    ]
    for one in names:
        for other in names:
            assert (natural_key(one) < natural_key(other)) is not (
                natural_key(one) >= natural_key(other)
            )
    assert len({natural_key(name) for name in names}) == len(names)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("p10.jpg", "p9.JPG", "P1.png", "notes.txt", ".hidden.png", "q.webp"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "album.jpg").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "gone.png").symlink_to("nowhere")
    return tmp_path


def test_only_pictures_are_listed(folder: Path) -> None:
    found = [path.name for path in pictures_in(folder)]
    assert found == ["P1.png", "p9.JPG", "p10.jpg", "q.webp"]


def test_a_file_brings_its_folder(folder: Path) -> None:
    found = listing([folder / "p9.JPG"])
    assert (found.paths[found.start].name, len(found.paths)) == ("p9.JPG", 4)
    assert found.folder is None
    odd = listing([folder / "notes.txt"])
    assert odd.paths[odd.start].name == "notes.txt"
    assert len(odd.paths) == 5


def test_folders_and_files_together(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other") / "z.png"
    other.write_bytes(b"x")
    found = listing([other, folder, folder / "q.webp"])
    assert [p.name for p in found.paths] == [
        "z.png",
        "P1.png",
        "p9.JPG",
        "p10.jpg",
        "q.webp",
    ]
    assert listing([folder]).folder == folder
    (folder / "empty").mkdir()
    with pytest.raises(InputError, match="No pictures in folder “empty”"):
        listing([folder / "empty"])


def test_a_folder_that_cannot_be_listed_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("vitviz.pictures.folder.os.scandir", refuse)
    with pytest.raises(InputError, match="cannot be read: permission denied"):
        pictures_in(tmp_path)
    alone = listing([tmp_path / "a.png"])
    assert alone.paths == (tmp_path / "a.png",)


def test_what_was_read_ahead_is_used_until_the_file_changes(
    photo: Path, other_photo: Path, tmp_path: Path
) -> None:
    path = Path(shutil.copy(photo, tmp_path / "a.png"))
    picture_cache = PictureCache()
    assert picture_cache.get(path) is None
    picture_cache.read(path)
    image = picture_cache.get(path)
    assert image is not None
    assert image.size == (240, 180)
    picture_cache.read(path)
    assert picture_cache.get(path) is image, "not read twice"
    shutil.copy(other_photo, path)
    assert picture_cache.get(path) is None
    picture_cache.read(tmp_path / "nothing.png")
    (tmp_path / "bad.png").write_bytes(b"bad")
    picture_cache.read(tmp_path / "bad.png")
    assert picture_cache.get(tmp_path / "bad.png") is None
    picture_cache.read(path)
    picture_cache.keep_only([])
    assert picture_cache.get(path) is None


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "tif"])
def test_thumbnails_are_the_picture_made_small(
    photo: Path, tmp_path: Path, kind: str
) -> None:
    with PIL.Image.open(photo) as picture:
        large = picture.convert("RGB").resize((960, 720))
    path = tmp_path / f"a.{kind}"
    large.save(path)
    small = thumbnail(path, 96)
    assert small is not None
    assert small.shape == (72, 96, 3)
    expected = np.asarray(large.resize((96, 72), PIL.Image.Resampling.BOX), np.float64)
    assert np.abs(small - expected).mean() < 4


def test_thumbnails_are_upright(photo: Path, tmp_path: Path) -> None:
    path = tmp_path / "turned.jpg"
    with PIL.Image.open(photo) as picture:
        exif = PIL.Image.Exif()
        exif[0x0112] = 6
        picture.convert("RGB").save(path, exif=exif)
    small = thumbnail(path, 80)
    assert small is not None
    assert small.shape == (80, 60, 3)


def test_what_has_no_thumbnail(tmp_path: Path) -> None:
    (tmp_path / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 not a picture")
    os.mkfifo(tmp_path / "pipe.png")
    for name in ("bad.jpg", "pipe.png", "missing.png", "."):
        assert thumbnail(tmp_path / name, 96) is None


def test_the_folder_one_is_in_is_called_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match="No pictures in folder") as caught:
        listing([Path(".")])
    assert str(caught.value) == f"No pictures in folder “{tmp_path}”."
