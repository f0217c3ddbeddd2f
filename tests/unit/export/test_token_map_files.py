"""Maps of what tokens carry, written by the command line, against the API and PCA."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import PIL.Image
import pytest

import vitviz
from vitviz.cli.main import main
from vitviz.domain.methods import TOKEN_MAPS
from vitviz.errors import SelectionError
from vitviz.explain import token_states
from vitviz.explain.run_method import run
from vitviz.models.load import load_model


def export(photo: Path, model: Path, output: Path, *options: str) -> int:
    words = ["export", str(photo), "-o", str(output), "--model", str(model)]
    return main([*words, *options])


@pytest.mark.parametrize("name", list(TOKEN_MAPS))
def test_numbers_are_those_of_the_api(
    photo: Path, classifier_folder: Path, tmp_path: Path, name: str
) -> None:
    options = ["--method", name, "--query", "3,2"]
    model = load_model(classifier_folder)
    trace = vitviz.trace(model, photo)
    given: dict[str, object] = {}
    if TOKEN_MAPS[name].needs_states:
        options += ["--layer", "1", "--option", "after=true"]
        given = {"layer": 1, "after": True}
    made = [tmp_path / "a.npz", tmp_path / "a.csv"]
    for path in made:
        assert export(photo, classifier_folder, path, *options) == 0
    wanted = run(name, trace, query=(3, 2), model=model, **given)  # type: ignore[arg-type]
    with np.load(made[0], allow_pickle=False) as data:
        np.testing.assert_array_equal(data["tokens"][0], wanted)
        assert json.loads(str(data["meta"]))["method"] == name
    with made[1].open(newline="") as text:
        lines = list(csv.DictReader(text))
    columns = ("red", "green", "blue") if name == "token-colours" else ("value",)
    values = np.array([[np.float32(line[c]) for c in columns] for line in lines])
    np.testing.assert_array_equal(values.reshape(wanted.shape), wanted)
    assert {line["layer"] for line in lines} == {"1" if given else ""}


def test_the_state_after_a_layer_is_what_enters_the_next(
    photo: Path, classifier_folder: Path
) -> None:
    model = load_model(classifier_folder)
    trace = vitviz.trace(model, photo)
    states = token_states.states(model, trace)
    for layer in range(trace.num_layers):
        found = run("token-norms", trace, model=model, layer=layer, after=True)
        wanted = states.values[layer + 1].norm(dim=-1).numpy()
        np.testing.assert_allclose(found, trace.patch_map(wanted), rtol=1e-6)


def test_a_class_that_is_not_there_is_named(
    photo: Path, classifier_folder: Path
) -> None:
    model = load_model(classifier_folder)
    trace = vitviz.trace(model, photo)
    with pytest.raises(SelectionError, match="no class 70"):
        run("lens", trace, model=model, target=70)


def test_an_animation_goes_through_the_layers(
    photo: Path, classifier_folder: Path, tmp_path: Path
) -> None:
    path, still = tmp_path / "a.gif", tmp_path / "a.png"
    options = ("--method", "token-colours", "--layer", "all")
    assert export(photo, classifier_folder, path, *options) == 0
    with PIL.Image.open(path) as made:
        assert getattr(made, "n_frames", 1) == 3
    of_one = ("--method", "token-colours", "--layer", "1", "--bare")
    assert export(photo, classifier_folder, still, *of_one) == 0
    model = load_model(classifier_folder)
    trace = vitviz.trace(model, photo)
    wanted = run("token-colours", trace, model=model, layer=1)
    with PIL.Image.open(still) as made:
        pixels = np.asarray(made)
    place = trace.setup.placement.cell_rect(2, 3, trace.setup.grid)
    x, y = round(place.x + place.width / 2), round(place.y + place.height / 2)
    np.testing.assert_allclose(pixels[y, x, :3], 255 * wanted[2, 3], atol=1)


@pytest.mark.parametrize(
    ("name", "is_there"), [("token-norms", True), ("token-colours", False)]
)
def test_a_page_has_maps_of_values_and_colours_of_its_own(
    photo: Path, classifier_folder: Path, tmp_path: Path, name: str, is_there: bool
) -> None:
    path = tmp_path / "a.html"
    assert export(photo, classifier_folder, path, "--method", name, "--yes") == 0
    assert (name in path.read_text("utf-8")) == is_there


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--layer", "all"), "name it with --layer"),
        (("--head", "2"), "leave --head out"),
        (("--option", "after=3"), "does not take"),
        (("--option", "source=k"), "has no option source"),
    ],
)
def test_what_cannot_be_written_is_refused(
    photo: Path,
    classifier_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    options: tuple[str, ...],
    says: str,
) -> None:
    output = tmp_path / "out.npz"
    given = ("--method", "token-norms", *options)
    assert export(photo, classifier_folder, output, *given) == 2
    assert says in capsys.readouterr().err
    assert not output.exists()
