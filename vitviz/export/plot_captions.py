"""Captions of figures of numbers, and the words for statistics and readings.

As those of maps in `captions`: a tuple of statements in the program's language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.domain.methods import Source
from vitviz.domain.number_text import format_value
from vitviz.domain.problem_type import ProblemType
from vitviz.export.captions import (
    changed_words,
    clip_percent_of,
    ends_text,
    heads_text,
    input_text,
    layer_text,
    map_words,
    token_text,
    tr,
)
from vitviz.views.classes import class_name
from vitviz.views.view_state import (
    Reading,
    Scale,
    Statistic,
    TokensView,
    ViewState,
)

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup
    from vitviz.domain.geometry import Bins
    from vitviz.domain.heads import HeadChoice
    from vitviz.models.model import ModelInfo
    from vitviz.views.colour import Levels
    from vitviz.views.display import Heat

# Area under a map's curve, and mean and deviation of those of random orders.
Areas = tuple[float, float, float]


def matrix_caption(
    setup: Setup,
    layer: int,
    heads: HeadChoice,
    bins: Bins,
    levels: Levels,
    state: ViewState,
) -> tuple[str, ...]:
    """Return what an attention matrix shows, a statement each."""
    size = tr("attention matrix, {n} × {n}").format(n=f"{bins.num_tokens:,}")
    pooled: tuple[str, ...] = ()
    if bins.block > 1:
        pooled = (tr("{b} × {b} cells pooled").format(b=bins.block),)
    scale = state.scale if state.scale is Scale.FIXED else Scale.OWN
    return (
        setup.model.name,
        layer_text(layer),
        heads_text(heads),
        size,
        *pooled,
        ends_text(levels, scale, clip_percent_of(state)),
        input_text(setup),
        *changed_words(setup.interventions),
    )


def statistic_caption(setup: Setup, statistic: Statistic, unit: str) -> tuple[str, ...]:
    """Return what a figure of a statistic shows, a statement each."""
    text = f"{statistic_name(statistic)}: {statistic_meaning(statistic)}"
    return (
        setup.model.name,
        text,
        *((unit,) if unit else ()),
        input_text(setup),
        *changed_words(setup.interventions),
    )


def tokens_caption(
    setup: Setup, view: TokensView, token: int, target: int | None
) -> tuple[str, ...]:
    """Return what a figure of the tokens' states shows, a statement each."""
    meaning = reading_text(view.shows, view.source)
    said: tuple[str, ...] = ()
    if view.shows in (Reading.SIMILARITY, Reading.POSITIONS):
        said = (tr("query {name}").format(name=token_text(token, setup)),)
    if target is not None:
        label = class_name(target, setup.model.labels)
        said = (tr("class {name}").format(name=label),)
    if view.shows is Reading.NORMS:
        said = (tr("each layer on its own scale from 0"),)
    inputs = () if view.shows is Reading.FILTERS else (input_text(setup),)
    changed = changed_words(setup.interventions)
    return (setup.model.name, meaning, *said, *inputs, *changed)


def reading_text(shows: Reading, source: Source) -> str:
    """Return what a reading of the tokens shows, in a few words."""
    if shows is Reading.SIMILARITY and source is not Source.STATE:
        return tr("cosine of {letter} to the query's, by layer").format(
            letter=source.value
        )
    return {
        Reading.NORMS: tr("length of each patch's state, by layer"),
        Reading.COLOURS: tr(
            "three principal components of the patches' states as colours, by layer"
        ),
        Reading.SIMILARITY: tr("cosine of each patch's state to the query's, by layer"),
        Reading.LENS: tr("what the classifier would say of each patch, by layer"),
        Reading.POSITIONS: tr("similarity of position embeddings to the query's"),
        Reading.FILTERS: tr("filters of the patch embedding"),
    }[shows]


def curves_caption(
    one: Heat, setup: Setup, areas: tuple[Areas, Areas]
) -> tuple[str, ...]:
    """Return what a figure of a map test shows, a statement each.

    areas : of deletion and of insertion.
    """
    text = tr("{name}: area {area}, random {mean} ± {spread}")
    said = [
        text.format(
            name=name,
            area=format_value(area),
            mean=format_value(mean),
            spread=format_value(float(f"{spread:.1g}")),
        )
        for name, (area, mean, spread) in zip(
            (tr("deletion"), tr("insertion")), areas, strict=True
        )
    ]
    if not setup.model.has_head:
        said.append(tr("score: cosine to the whole picture's feature"))
    return (
        setup.model.name,
        *map_words(one, setup),
        *said,
        input_text(setup),
        *changed_words(setup.interventions),
    )


def difference_caption(
    one: Heat, setup: Setup, *, is_relative: bool
) -> tuple[str, ...]:
    """Return what the difference of two maps shows, a statement each."""
    unit = (tr("in multiples of uniform"),) if is_relative else ()
    text = tr("left − right; orange: more at the left, blue: less")
    return (text, *unit, ends_text(one.levels, Scale.OWN, 0.0), input_text(setup))


def statistic_name(statistic: Statistic) -> str:
    """Return the name of a statistic."""
    names = {
        Statistic.ENTROPY: tr("Entropy"),
        Statistic.DISTANCE: tr("Distance"),
        Statistic.SPECIAL: tr("Special"),
        Statistic.SINK: tr("Sink"),
        Statistic.EFFECT: tr("Effect"),
    }
    return names[statistic]


def statistic_meaning(statistic: Statistic) -> str:
    """Return what a statistic measures, as half a sentence."""
    meanings = {
        Statistic.ENTROPY: tr(
            "how evenly queries look: 0 = one token, 1 = all equally"
        ),
        Statistic.DISTANCE: tr("mean distance between patches that look at each other"),
        Statistic.SPECIAL: tr("share that goes to special tokens"),
        Statistic.SINK: tr("largest share that one token gets from all"),
        Statistic.EFFECT: tr("what switching the head off changes"),
    }
    return meanings[statistic]


def distance_unit() -> str:
    """Return the unit of the mean distance."""
    return tr("px")


def effect_unit(info: ModelInfo) -> str:
    """Return the unit of the effect of switching a head off."""
    if info.has_head and info.problem is ProblemType.REGRESSION:
        return tr("the model's number")
    if info.has_head:
        return tr("probability")
    return tr("mean change of twelve likenesses")
