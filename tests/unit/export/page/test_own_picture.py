"""A reader's own picture, computed by the page: against the program, through node."""

from __future__ import annotations

import base64
import functools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vitviz
from tests.page.pages import answered_by
from vitviz.attention.trace import Trace
from vitviz.errors import InputError
from vitviz.export.page.own_model import own_model
from vitviz.export.page.token_colours import ColourSource, token_colours
from vitviz.models.catalogue.embedded import FLEXI_NAME, embedded_path
from vitviz.pictures.preprocessing import placement_for, prepare
from vitviz.system.paths import resource

Array = np.ndarray[tuple[int, ...], np.dtype[np.float32]]
TOKENS = (0, 1, 57, 120, 196)
# Of the page against the program; what the maps of both differ by is ten times less.
TOLERANCE = 2e-3


def answered(given: dict[str, object]) -> Any:  # noqa: ANN401
    return answered_by("own_answer.mjs", given, timeout_s=300)


def floats(text: str) -> Array:
    return np.frombuffer(base64.b64decode(text), np.float32)


@functools.cache
def both(sample: str) -> tuple[Trace, Any]:
    """The program's trace of a sample, and what the page computes of its pixels."""
    trace = vitviz.trace(vitviz.load_model(FLEXI_NAME), resource("samples", sample))
    pixels = trace.setup.picture.pixels
    opaque = np.full((*pixels.shape[:2], 1), 255, np.uint8)
    rgba = np.concatenate([pixels, opaque], axis=2)
    given: dict[str, object] = {
        "weights": str(embedded_path(FLEXI_NAME)),
        "rgba": base64.b64encode(rgba.tobytes()).decode(),
        "size": [pixels.shape[1], pixels.shape[0]],
        "tokens": list(TOKENS),
    }
    return trace, answered(given)


# another one goes through a browser, in tests/page
SAMPLES = ("cat.jpg",)


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_maps_are_the_programs(sample: str) -> None:
    trace, found = both(sample)
    assert len(found["layers"]) == trace.num_layers == 6
    sharpest = 0.0
    for layer, own in enumerate(found["layers"]):
        for kind, read in (("rows", trace.row), ("columns", trace.column)):
            expected = np.stack([read(layer, token) for token in TOKENS])
            values = floats(own[kind]).reshape(expected.shape)
            np.testing.assert_allclose(values, expected, rtol=0, atol=TOLERANCE)
            # so close that no weight can have been left out or rounded away
            assert np.abs(values - expected).max() < TOLERANCE / 5
            sharpest = max(sharpest, float(expected.max()))
    assert sharpest > 0.3
    assert found["seconds"] < 20  # 0.5 s here; tables of a forgotten kind take minutes


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_colours_of_its_tokens_are_the_programs(sample: str) -> None:
    """Principal components by another algorithm; a byte may be rounded otherwise."""
    trace, found = both(sample)
    own = token_colours(trace, vitviz.load_model(FLEXI_NAME))
    assert own.source is ColourSource.STATES
    assert len(found["colours"]) == len(own.maps) == trace.num_layers + 1
    for colours, expected in zip(found["colours"], own.maps, strict=True):
        assert expected is not None
        values = np.reshape(colours, expected.shape)
        difference = np.abs(values - 255 * expected)
        assert np.quantile(difference, 0.99) < 3
        assert values.std() > 30
    assert found["colourSeconds"] < 5


@pytest.mark.parametrize("sample", SAMPLES)
def test_the_input_is_the_programs(sample: str) -> None:
    """Resized and cropped to the byte: one level off at most, in one pixel of 1,000."""
    trace, found = both(sample)
    setup = trace.setup
    own = prepare(setup.picture, setup.placement, setup.preprocessing)
    values = floats(found["input"]).reshape(own.shape)
    deviation = np.array(setup.preprocessing.std, np.float32)[:, None, None]
    levels = np.abs(values - own) * deviation * 255
    assert levels.max() < 1.01
    assert (levels > 0.01).mean() < 1e-3
    assert own.std() > 0.5


def test_the_input_lies_where_the_program_puts_it() -> None:
    preprocessing = vitviz.load_model(FLEXI_NAME).preprocessing
    generator = np.random.default_rng(2)
    sizes = [(1, 1), (1, 4000), (5000, 3), (224, 224), (225, 224), (227, 224), (4, 3)]
    sizes += [tuple(map(int, generator.integers(1, 6000, 2))) for _ in range(400)]  # type: ignore[misc]
    for size, found in zip(sizes, answered({"sizes": sizes}), strict=True):
        own = placement_for(size, preprocessing, (16, 16))
        assert found["resized"] == list(own.resized_size), size
        assert found["offset"] == list(own.offset), size
        assert found["model"] == list(own.model_size) == [224, 224]


def test_the_page_has_the_weights_that_ship() -> None:
    trace, _ = both("cat.jpg")
    made = own_model(trace)
    (block,) = made.blocks.values()
    assert base64.b64decode(block) == embedded_path(FLEXI_NAME).read_bytes()
    assert made.description["model"]["sha256"] == trace.setup.model.weights_sha256
    coarse = vitviz.load_model(FLEXI_NAME, patch_size=32)
    with pytest.raises(ValueError, match="14×14"):
        own_model(vitviz.trace(coarse, resource("samples", "cat.jpg")))


def test_a_page_is_an_html_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from vitviz.cli.main import main

    assert main(["page", "-o", str(tmp_path / "lesson.png")]) == InputError.exit_code
    assert "lesson.png" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
