"""What a page shows: maps, levels, colours and words against the program's own."""

from __future__ import annotations

import csv
import functools
import io
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests.page.pages import ask, picture_of, traced
from tests.window.files.test_exports_match import VIEWS
from vitviz.attention.trace import Trace
from vitviz.domain.geometry import POOL
from vitviz.domain.heads import HeadChoice
from vitviz.domain.number_text import format_value
from vitviz.export.captions import caption, sentence_of
from vitviz.export.language import in_language
from vitviz.export.page.page_picture import PagePicture, view_of
from vitviz.export.page.texts import LANGUAGES
from vitviz.views.colour_bar import tick_labels
from vitviz.views.display import Display, resolve
from vitviz.views.overlay import overlay, unseen_light
from vitviz.views.view_state import Direction, Scale, ViewState

STATES = {
    **VIEWS,
    "last tokens, shared, clipped": ViewState(
        layer=1, token=190, scale=Scale.SHARED, clip_percent=3.0, colormap="inferno"
    ),
    "out of range": ViewState(
        layer=99, token=5000, heads=HeadChoice((1, 40)), others=(4000, 3)
    ),
}


def both(
    trace: Trace, picture: PagePicture, state: ViewState, language: str = "en"
) -> tuple[Display, dict[str, Any]]:
    """What the program shows in a state, and what the page answers."""
    shown = resolve(state, trace)
    assert shown is not None
    given = view_of(trace, state)
    (found,) = ask(picture, [{"kind": "display", "state": given, "language": language}])
    return shown, found


@functools.cache
def all_found() -> dict[tuple[str, str], dict[str, Any]]:
    """What the page answers in every state and language, asked once."""
    trace = traced("plain")
    asked = [(name, code) for name in STATES for code in LANGUAGES]
    questions: list[dict[str, object]] = [
        {"kind": "display", "state": view_of(trace, STATES[name]), "language": code}
        for name, code in asked
    ]
    return dict(zip(asked, ask(picture_of("plain"), questions), strict=True))


@pytest.mark.parametrize("name", STATES)
def test_the_map_is_the_programs(name: str) -> None:
    trace = traced("plain")
    picture = picture_of("plain")
    shown, found = resolve(STATES[name], trace), all_found()[name, "ja"]
    assert shown is not None
    heat, claim = shown.heat, picture.description["error"]
    assert heat is not None
    factor = 1.0
    if shown.state.renormalise:  # a weight ÷ the patches' sum
        factor = 3 * float(heat.patches.max()) / claim * 0.002 + 20
    np.testing.assert_allclose(
        found["patches"], heat.patches.ravel(), atol=factor * claim
    )
    levels = found["levels"]
    assert isinstance(levels, dict)
    assert levels["high"] == pytest.approx(heat.levels.high, abs=factor * claim)
    assert levels["log"] == heat.levels.log
    assert found["uniform"] == pytest.approx(heat.uniform)
    assert found["peak"] == heat.peak[0] * trace.grid[1] + heat.peak[1]
    # the same levels give the same ticks and the same colours
    own_levels = replace(heat.levels, low=levels["low"], high=levels["high"])
    np.testing.assert_allclose(found["ticks"], own_levels.ticks())
    assert tuple(found["labels"]) == tick_labels(own_levels.ticks())
    patches = np.array(found["patches"], np.float32).reshape(trace.grid)
    own = overlay(replace(heat, patches=patches, levels=own_levels), shown.look)
    difference = np.abs(np.ravel(own).astype(int) - np.array(found["overlay"]))
    # a value in the middle between two of 256 colours may fall to either
    assert (difference > 3).mean() < 0.01
    assert len(found["strip"]) == len(shown.strip)
    assert len(found["beside"]) == len(shown.beside)


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", STATES)
def test_the_caption_is_the_programs(name: str, language: str) -> None:
    shown, found = resolve(STATES[name], traced("plain")), all_found()[name, language]
    assert shown is not None
    assert shown.heat is not None
    with in_language(language):
        own = list(caption(shown.heat, shown.setup, shown.state))
    said = list(found["caption"])
    # the ends of the scale are numbers that differ by what the page claims
    assert said[:-2] == own[:-2]
    assert said[-1] == own[-1]
    assert words(said[-2]) == words(own[-2])
    assert found["unseenLight"] == pytest.approx(unseen_light(shown.look))


SPOKEN = {
    "plain": (
        *(ViewState(layer=layer, token=1 + 15 * layer) for layer in range(3)),
        ViewState(layer=1, token=0, heads=HeadChoice((2,))),
        ViewState(layer=2, token=30, direction=Direction.LOOKED_AT_BY),
        ViewState(layer=0, token=30, renormalise=True),
        ViewState(layer=1, token=2, heads=HeadChoice((0,))),  # 89 % goes to CLS
    ),
    "registers": (
        ViewState(layer=1, token=1),
        ViewState(layer=2, token=40),
        ViewState(layer=0, token=66, heads=HeadChoice((3,))),  # 94 % to registers
    ),
    "pooling head": (ViewState(layer=1, token=9), ViewState(token=POOL)),
    "changed: over heads": (ViewState(token=3),),
    "changed: over queries": (ViewState(token=3),),
}


@pytest.mark.parametrize("case", SPOKEN)
def test_the_sentence_under_the_picture_is_the_programs(case: str) -> None:
    trace, picture = traced(case), picture_of(case)
    asked = [(state, code) for state in SPOKEN[case] for code in ("en", "ja")]
    questions: list[dict[str, object]] = [
        {"kind": "display", "state": view_of(trace, state), "language": code}
        for state, code in asked
    ]
    for found, (state, code) in zip(ask(picture, questions), asked, strict=True):
        shown = resolve(state, trace)
        assert shown is not None
        assert shown.heat is not None
        with in_language(code):
            own = sentence_of(shown.heat, shown.setup)
        # the numbers differ by what the page claims
        assert words(found["sentence"]) == words(own)
        numbers = [
            [float(one) for one in re.findall(r"\d+(?:\.\d+)?", text)]
            for text in (found["sentence"], own)
        ]
        assert numbers[0] == pytest.approx(numbers[1], rel=0.02, abs=1)
        assert bool(own) == (not case.startswith("changed"))


def test_special_tokens_come_first_where_they_get_the_most() -> None:
    """A row that is nearly all CLS does not look evenly at everything."""
    trace = traced("plain")
    shown = resolve(ViewState(layer=1, token=2, heads=HeadChoice((0,))), trace)
    assert shown is not None
    assert shown.heat is not None
    row = trace.row(1, 2)[0]
    row_of, col_of = divmod(int(row[1:].argmax()), trace.grid[1])
    said = sentence_of(shown.heat, shown.setup)
    assert said.startswith(
        f"{100 * row[0]:.0f} % goes to CLS. Of the patches, (0, 1) looks most at "
    )
    assert f"({row_of}, {col_of})" in said or "itself" in said
    assert said.endswith(f": {format_value(row[1:].max() * len(row))} × uniform.")


def words(statement: str) -> str:
    """A statement without its numbers."""
    return re.sub(r"[\d.e−-]+", "#", statement)


@pytest.mark.parametrize("case", ["changed: cuts and hidden", "changed: over heads"])
def test_changes_and_their_axis_are_named(case: str) -> None:
    trace = traced(case)
    picture = picture_of(case)
    shown, found = both(trace, picture, ViewState(), "ja")
    assert shown.heat is not None
    with in_language("ja"):
        own = caption(shown.heat, shown.setup, shown.state)
    assert list(found["caption"])[:-2] == list(own[:-2])
    assert found["uniform"] == pytest.approx(shown.heat.uniform)
    hidden = {cell for one in trace.interventions.hidden for cell in one.patches}
    cells = {divmod(patch, trace.grid[1]) for patch in picture.description["hidden"]}
    assert cells == hidden


def test_a_pooling_heads_query_is_shown_in_the_last_layer() -> None:
    trace = traced("pooling head")
    picture = picture_of("pooling head")
    state = ViewState(layer=0, token=POOL, direction=Direction.LOOKED_AT_BY)
    shown, found = both(trace, picture, state)
    assert shown.heat is not None
    assert shown.layer == found["state"]["layer"] == trace.num_layers - 1
    np.testing.assert_allclose(
        found["patches"],
        shown.heat.patches.ravel(),
        atol=picture.description["error"],
    )
    assert found["uniform"] == pytest.approx(shown.heat.uniform)
    own = caption(shown.heat, shown.setup, shown.state)
    assert list(found["caption"])[:-2] == list(own[:-2])


@pytest.mark.parametrize("name", ["plain", "letterbox", "not square"])
def test_points_of_the_picture_lie_in_the_same_patches(name: str) -> None:
    trace = traced(name)
    width, height = trace.setup.placement.source_size
    points = [
        (x, y)
        for x in np.linspace(-5, width + 5, 41).tolist()
        for y in np.linspace(-5, height + 5, 41).tolist()
    ]
    (found,) = ask(picture_of(name), [{"kind": "place", "points": points}])
    own = []
    for x, y in points:
        cell = trace.setup.placement.cell_at(x, y, trace.setup.grid)
        own.append(None if cell is None else cell[0] * trace.grid[1] + cell[1])
    assert found == own
    assert len(set(found)) > trace.setup.grid.num_patches / 2


def test_copied_numbers_are_those_on_screen() -> None:
    trace = traced("plain")
    picture = picture_of("plain")
    state = ViewState(
        layer=1, token=20, heads=HeadChoice((2,)), direction=Direction.LOOKED_AT_BY
    )
    shown, found = both(trace, picture, state)
    lines = list(csv.DictReader(io.StringIO(str(found["csv"]))))
    assert len(lines) == trace.num_tokens
    assert {(one["layer"], one["head"], one["key"]) for one in lines} == {
        ("1", "2", "20")
    }
    values = [float(one["value"]) for one in lines]
    own = trace.column(1, 20)[2]
    np.testing.assert_allclose(values, own, atol=picture.description["error"])
    assert (lines[1]["row"], lines[1]["col"], lines[0]["row"]) == ("0", "0", "")
    del shown


def test_an_address_brings_the_view_back() -> None:
    trace = traced("plain")
    questions: list[dict[str, object]] = [
        {"kind": "address", "state": view_of(trace, state)} for state in STATES.values()
    ]
    for found in ask(picture_of("plain"), questions):
        back, state = found["back"], found["state"]
        for field in ("opacity", "method"):  # an opacity of one's own is in no address
            back.pop(field), state.pop(field)
        assert back == state


def test_an_address_names_layer_heads_and_query_first() -> None:
    (found,) = ask(picture_of("plain"), [{"kind": "address", "state": {"token": 0}}])
    assert found["address"].startswith("layer=2&head=mean&q=cls&")
