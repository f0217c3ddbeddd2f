"""What is exported of a changed model says so itself, in every format."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
import PIL.Image
import pytest

import vitviz
from tests.cli.test_export import TOLERANCE, export
from vitviz.domain.heads import HeadChoice
from vitviz.domain.interventions import (
    Cut,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    ListedIntervention,
)
from vitviz.export.metadata import read_metadata
from vitviz.export.numbers import Selection, csv_bytes, write_csv
from vitviz.jobs.exports import hidden_patches, numbers
from vitviz.jobs.queue import Context, JobKind
from vitviz.views.session import Session, written
from vitviz.views.view_state import ViewState

WARM = Interventions(temperature=2.0)
CUT = Interventions(cuts=(Cut(("cls",), ((0, 0), (1, 1)), 1, 2, (7, 7)),))
PAINTED = Interventions(hidden=(Hidden(((3, 4), (3, 5)), Hide.MEAN, 0, (7, 7)),))
EXPECTED = [
    {"temperature": 2.0},
    {
        "cuts": [
            {
                "queries": ["cls"],
                "keys": [[0, 0], [1, 1]],
                "first_layer": 1,
                "last_layer": 2,
                "grid": [7, 7],
            }
        ]
    },
    {
        "hidden": [
            {"patches": [[3, 4], [3, 5]], "how": "mean", "seed": 0, "grid": [7, 7]}
        ]
    },
]
COLUMNS = ["layer", "head", "query", "key", "row", "col", "value"]
SAID = "changed: temperature 2"


def lines_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="ascii", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def session_of(folder: Path, *changes: ListedIntervention) -> str:
    """A session file as the window writes it."""
    path = folder / "lab.vitviz"
    path.write_text(written(Session(state=ViewState(changes=changes)), path))
    return str(path)


@pytest.fixture
def session(tmp_path: Path) -> str:
    return session_of(tmp_path, *map(ListedIntervention, (WARM, CUT, PAINTED)))


def test_every_line_of_a_csv_says_what_was_changed(
    photo: Path, model_folder: Path, tmp_path: Path, session: str
) -> None:
    numbers = tmp_path / "a.csv", tmp_path / "a.npz", tmp_path / "plain.csv"
    options = ("--layer", "all", "--head", "mean")
    for path in numbers:
        changes = () if path.stem == "plain" else ("--changes", session)
        assert export(photo, model_folder, path, *options, *changes) == 0
    lines, untouched = lines_of(numbers[0]), lines_of(numbers[2])
    assert list(lines[0]) == [*COLUMNS, "interventions"]
    assert list(untouched[0]) == COLUMNS
    assert len(lines) == len(untouched) == 4 * 50
    assert all(json.loads(line["interventions"]) == EXPECTED for line in lines)
    with np.load(numbers[1], allow_pickle=False) as data:
        assert json.loads(str(data["meta"]))["interventions"] == EXPECTED
        values = np.array([line["value"] for line in lines], np.float32)
        np.testing.assert_array_equal(values, data["attention"].ravel())
    assert values.max() != max(float(line["value"]) for line in untouched)


def test_window_and_api_write_the_same_csv(
    photo: Path, model_folder: Path, tmp_path: Path
) -> None:
    """The window's job, and the function it calls, of a method across layers too."""
    model = vitviz.load_model(model_folder)
    trace = vitviz.trace(model, photo, interventions=WARM)
    # every head, and the mean of them that is on screen
    heads = (*(HeadChoice((head,)) for head in range(3)), HeadChoice())
    for method, columns in (("raw", 4 * 4 * 50), ("rollout", 49)):
        state = ViewState(token=0, method=method)
        files = tmp_path / f"{method}-window.csv", tmp_path / f"{method}-api.csv"
        numbers(
            Context(JobKind.EXPORT, 0, lambda _event: None),
            trace,
            state,
            model,
            files[0],
        )
        selection = Selection(tuple(range(4)), heads, (0,), method)
        if method == "raw":
            write_csv(files[1], trace, selection, model=model)
            assert files[0].read_bytes() == files[1].read_bytes()
            assert csv_bytes(trace, selection) > files[1].stat().st_size / 2
        lines = lines_of(files[0])
        assert len(lines) == columns
        assert {line["interventions"] for line in lines} == {'[{"temperature":2.0}]'}


@pytest.mark.parametrize("table", [(), ("--head", "all")], ids=["one map", "a table"])
def test_a_figure_of_a_changed_model_says_so_without_being_asked(
    photo: Path, model_folder: Path, tmp_path: Path, session: str, table: tuple[str]
) -> None:
    paths = [tmp_path / f"a.{kind}" for kind in ("svg", "png", "pdf", "gif")]
    for path in paths:
        changes = ("--changes", session, *table)
        assert export(photo, model_folder, path, *changes) == 0
        plain = path.with_stem("plain")
        assert export(photo, model_folder, plain, *table) == 0
        if path.suffix != ".pdf":
            assert read_metadata(path)["interventions"] == EXPECTED
            assert read_metadata(plain)["interventions"] == []
    written, plain_text = (
        p.read_text("utf-8") for p in (paths[0], tmp_path / "plain.svg")
    )
    text = " ".join(written.split())
    assert SAID in text
    assert "2 patches in the mean colour" in text
    assert "cut in layers 1 to 2: 1 query from 2 keys" in text
    assert "changed:" not in plain_text
    for path in (paths[1], paths[3]):  # the same map with lines below it
        with PIL.Image.open(path) as made, PIL.Image.open(path.with_stem("plain")) as p:
            assert made.height > p.height + 10
    sizes = [height_of_pdf(p) for p in (paths[2], tmp_path / "plain.pdf")]
    assert sizes[0] > sizes[1] + 5


def height_of_pdf(path: Path) -> float:
    box = path.read_bytes().split(b"/MediaBox")[1].split(b"]")[0].strip(b" [")
    return float(box.split()[3])


def test_a_figure_shows_the_stand_in_of_hidden_patches(
    photo: Path, model_folder: Path, tmp_path: Path, session: str
) -> None:
    """The mean colour by hand, in the middle of a patch between two diagonals."""
    model = vitviz.load_model(model_folder)
    trace = vitviz.trace(model, photo, interventions=PAINTED)
    found = hidden_patches(trace.setup)
    assert found is not None
    assert found.cells == ((3, 4), (3, 5))
    assert found.pixels is not None
    seen = found.pixels[..., 3] > 0
    expected = np.zeros((112, 112), bool)
    expected[48:64, 64:96] = True
    np.testing.assert_array_equal(seen, expected)
    with PIL.Image.open(photo) as source:
        side = min(source.size)  # the middle, as the model gets it
        left, top = ((one - side) // 2 for one in source.size)
        box = left, top, left + side, top + side
        middle = source.convert("RGB").crop(box)
    mean = np.asarray(middle, np.float64).mean(axis=(0, 1))
    np.testing.assert_allclose(found.pixels[seen][:, :3].mean(axis=0), mean, atol=3)
    assert hidden_patches(vitviz.trace(model, photo).setup) is None


def test_the_changes_of_a_session_are_made(
    photo: Path, model_folder: Path, tmp_path: Path, reference: npt.NDArray[np.float32]
) -> None:
    """softmax(s / 2) is the root of softmax(s), made to sum to 1."""
    output = tmp_path / "warm.npz"
    session = session_of(
        tmp_path,
        ListedIntervention(Interventions(temperature=2.0)),
        ListedIntervention(Interventions(is_scaled=False), is_on=False),
    )
    options = ("--layer", "0", "--head", "all", "--query", "all", "--changes", session)
    assert export(photo, model_folder, output, *options) == 0
    with np.load(output, allow_pickle=False) as data:
        found = data["attention"][0]
        meta = json.loads(str(data["meta"]))
    roots = np.sqrt(reference[0])
    expected = roots / roots.sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)
    assert np.abs(found - reference[0]).max() > 1e-3
    assert meta["interventions"] == [{"temperature": 2.0}]
    assert meta["options"]["changes"] == [{"temperature": 2.0}]


def test_a_head_switched_off_changes_what_comes_after_it(
    photo: Path, model_folder: Path, tmp_path: Path, reference: npt.NDArray[np.float32]
) -> None:
    output = tmp_path / "off.npz"
    off = Interventions(heads_off=(HeadsOff(0, (1,)),))
    session = session_of(tmp_path, ListedIntervention(off))
    options = ("--layer", "all", "--head", "all", "--query", "all")
    code = export(photo, model_folder, output, *options, "--changes", session)
    assert code == 0
    with np.load(output, allow_pickle=False) as data:
        found = data["attention"]
    np.testing.assert_allclose(found[0], reference[0], atol=TOLERANCE)
    assert np.abs(found[1] - reference[1]).max() > 1e-3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "not a session file"),
        ('{"vitviz_session": 1}', "no change of the Lab is switched on"),
        (
            '{"vitviz_session": 1, "state": {"changes": [{"what": '
            '{"temperature": "warm"}}]}}',
            "is no change of the Lab",
        ),
    ],
)
def test_a_session_without_changes_is_refused(
    photo: Path,
    model_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    content: str,
    said: str,
) -> None:
    path = tmp_path / "other.vitviz"
    path.write_text(content)
    options = ("--changes", str(path))
    assert export(photo, model_folder, tmp_path / "no.png", *options) == 2
    assert said in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "no.png").exists()
