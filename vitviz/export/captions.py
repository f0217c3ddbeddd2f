"""Captions of figures: what a map shows, and what was changed of the model.

A caption is a tuple of statements in the program's language, English without a window,
or in that of `export.language.in_language`.
The Lab's list, and the marks on pictures, name changes with the same functions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import (
    Axis,
    Cut,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    Off,
)
from vitviz.domain.methods import MAPS, OPTIONS, USUAL, MethodOption, Source
from vitviz.domain.number_text import format_value
from vitviz.export.language import translator
from vitviz.export.token_names import token_name
from vitviz.views.classes import class_name
from vitviz.views.display import Heat
from vitviz.views.view_state import Direction, Scale, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Setup
    from vitviz.views.colour import Levels


# Attention below this multiple of even attention counts as even.
FLAT = 1.5
# Where special tokens get this share, they are named first.
MOST = 0.5


def tr(text: str) -> str:
    """Return a text in the program's language; English without a window."""
    return translator().translate("figures", text)


def caption(one: Heat, setup: Setup, state: ViewState) -> tuple[str, ...]:
    """Return model, layer, head, query, method and scale of a map, a statement each.

    The scale is the last but one, the input the last.

    state : the view that the map was resolved from.
    """
    scale = state.scale
    if scale is Scale.SHARED and one.method != "raw":
        scale = Scale.OWN
    return (
        setup.model.name,
        *map_words(one, setup),
        *changed_words(setup.interventions),
        *_beside_text(one, setup, state),
        *_view_text(one, state),
        *_clip_text(one.num_clipped),
        _scale_text(one, scale, clip_percent_of(state))
        if one.colours is None
        else components_text(),
        input_text(setup),
    )


def components_text() -> str:
    """Return what the colours of a map with colours of its own stand for."""
    return tr(
        "red, green, blue: principal components 1 to 3, each from its 2nd to its 98th "
        "percentile"
    )


def map_words(one: Heat, setup: Setup) -> tuple[str, ...]:
    """Return layer, heads, query, method and its options, a statement each."""
    method = MAPS[one.method]
    place: tuple[str, ...] = ()
    if "layer" in method.options:
        place += (layer_text(one.layer),)
    if "head" in method.options:
        place += (heads_text(one.heads),)
    same = tr("the same for every query")
    return (
        *place,
        _token_text(one, setup) if method.is_per_query else same,
        method_text(one),
        *_options_text(one, setup),
    )


def table_caption(
    rows: tuple[tuple[Heat, ...], ...], setup: Setup, state: ViewState
) -> tuple[str, ...]:
    """Return what all maps of a table have in common, a statement each."""
    first, scale = rows[0][0], state.scale
    statements = [setup.model.name]
    if len(rows) == 1:
        statements.append(layer_text(first.layer))
    if len(rows[0]) == 1:
        statements.append(heads_text(first.heads))
    if MAPS[first.method].is_per_query:
        statements.append(_token_text(first, setup))
    statements += [method_text(first), *_options_text(first, setup)]
    statements += _view_text(first, state)
    statements += _clip_text(sum(one.num_clipped for row in rows for one in row))
    if scale is not Scale.OWN and first.colours is None:
        text = tr("one scale for all, {low} to {high}")
        if first.levels.log:
            text = tr("one scale for all, log, {low} to {high}")
        low, high = format_value(first.levels.low), format_value(first.levels.high)
        statements.append(text.format(low=low, high=high))
        statements += _percentile_text(clip_percent_of(state))
    return (*statements, input_text(setup), *changed_words(setup.interventions))


def layer_text(layer: int) -> str:
    """Return "layer 3"."""
    return tr("layer {n}").format(n=layer)


def heads_text(choice: HeadChoice) -> str:
    """Return "head 3", "mean of all heads" or "max of heads 1, 4"."""
    if choice.single is not None:
        return tr("head {n}").format(n=choice.single)
    if not choice.heads:
        text = {
            Fusion.MEAN: tr("mean of all heads"),
            Fusion.MAX: tr("max of all heads"),
            Fusion.MIN: tr("min of all heads"),
        }
    else:
        text = {
            Fusion.MEAN: tr("mean of heads {numbers}"),
            Fusion.MAX: tr("max of heads {numbers}"),
            Fusion.MIN: tr("min of heads {numbers}"),
        }
    return text[choice.fusion].format(numbers=", ".join(map(str, choice.heads)))


def head_label(choice: HeadChoice) -> str:
    """Return "head 3" or "head mean", the label over a column of a table."""
    if choice.heads:
        return heads_text(choice)
    names = {
        Fusion.MEAN: tr("head mean"),
        Fusion.MAX: tr("head max"),
        Fusion.MIN: tr("head min"),
    }
    return names[choice.fusion]


def method_text(one: Heat) -> str:
    """Return the method of a map as a caption names it."""
    return tr("raw attention") if one.method == "raw" else method_title(one.method)


def method_title(name: str) -> str:
    """Return the title of a method by its name in `MAPS`."""
    return method_words(MAPS[name].title)


def method_words(text: str) -> str:
    """Return a text of `domain.methods` in the program's language."""
    return translator().translate("methods", text)


def side_text(one: Heat, name: str) -> str:
    """Return "query CLS" or "key (3, 4)"."""
    if one.direction is Direction.LOOKS_AT:
        return tr("query {name}").format(name=name)
    return tr("key {name}").format(name=name)


def sentence_of(one: Heat, setup: Setup) -> str:
    """Return what a map says, in plain words; "" for methods other than raw attention.

    Of a row: what the query looks at most, how much more than evenly, and how much it
    leaves with special tokens. Of a map of what tokens carry: what its values are.
    """
    if MAPS[one.method].reads_tokens:
        return _token_sentence(one, setup)
    if one.method != "raw" or one.uniform is None or one.total != 1.0:
        return ""
    name = token_text(one.token, setup)
    cell = setup.grid.cell(one.token) if one.token >= 0 else None
    place = _place_text(cell, one.peak)
    ratio = format_value(one.peak_value / one.uniform)
    if one.direction is Direction.LOOKED_AT_BY:
        text = tr("{name} is looked at most by {place}: {ratio} × more than evenly.")
        return text.format(name=name, place=place, ratio=ratio)
    left = _left_with_special_tokens(one, setup)
    if left and one.special_share >= MOST:
        text = tr("Of the patches, {name} looks most at {place}: {ratio} × uniform.")
        return f"{left} {text.format(name=name, place=place, ratio=ratio)}"
    text = tr("{name} looks mostly at {place}: {ratio} × more than evenly.")
    if one.peak_value < FLAT * one.uniform:
        text = tr("{name} looks almost evenly at everything: at most {ratio} ×.")
    return f"{text.format(name=name, place=place, ratio=ratio)} {left}".rstrip()


def _left_with_special_tokens(one: Heat, setup: Setup) -> str:
    """Return how much of a row special tokens get; "" where there are none."""
    if not len(one.special):
        return ""
    text = tr("{n} % goes to special tokens.")
    if len(one.special) == 1:
        text = tr("{n} % goes to {special}.")
        if one.token == 0:
            text = tr("{n} % stays with {special} itself.")
    share = round(100 * one.special_share)
    return text.format(n=share, special=token_text(0, setup))


def _token_sentence(one: Heat, setup: Setup) -> str:
    """Return what the values of a map of what tokens carry are, in a sentence."""
    options = dict(one.options)
    after = bool(options.get("after"))
    most = f"({one.peak[0]}, {one.peak[1]})"
    value = format_value(one.peak_value)
    name = token_text(one.token, setup)
    match one.method:
        case "token-norms":
            text = tr("Length of each state that enters layer {n}; longest at {place}.")
            if after:
                text = tr(
                    "Length of each state that leaves layer {n}; longest at {place}."
                )
        case "token-colours":
            text = tr("Similar colour = similar state, as it enters layer {n}.")
            if after:
                text = tr("Similar colour = similar state, as it leaves layer {n}.")
        case "token-similarity":
            text = tr("Similarity of each state to that of {name}, entering layer {n}.")
            if after:
                text = tr(
                    "Similarity of each state to that of {name}, leaving layer {n}."
                )
            if options.get("source") is not Source.STATE:
                text = tr("Similarity of each vector to that of {name} in layer {n}.")
        case "lens":
            text = tr(
                "What the classifier reads entering layer {n}: most at {place}, "
                "{value}."
            )
            if after:
                text = tr(
                    "What the classifier reads leaving layer {n}: most at {place}, "
                    "{value}."
                )
        case _:
            text = tr("Similarity of each place to that of {name}, in any picture.")
    return text.format(n=one.layer, place=most, value=value, name=name)


def _place_text(cell: tuple[int, int] | None, peak: tuple[int, int]) -> str:
    """Return where the strongest patch lies, seen from the query's own."""
    where = f"({peak[0]}, {peak[1]})"
    if cell is None:
        return where
    if cell == peak:
        return tr("itself")
    if max(abs(cell[0] - peak[0]), abs(cell[1] - peak[1])) == 1:
        return tr("{place}, beside it").format(place=where)
    return where


def _options_text(one: Heat, setup: Setup) -> tuple[str, ...]:
    """Return the method's options, a statement each, but for usual values."""
    statements = []
    for name, value in one.options:
        if name == "target" and isinstance(value, int):
            label = class_name(value, setup.model.labels)
            statements.append(tr("class {name}").format(name=label))
        elif name in OPTIONS:
            statements.append(_option_text(OPTIONS[name], value))
    return tuple(text for text in statements if text)


def _option_text(option: MethodOption, value: object) -> str:
    """Return a statement about an option; "" for a usual value that is not named."""
    if value == getattr(USUAL, option.name) and not option.is_always_said:
        return ""
    if not option.caption:
        choice = next(one for one in option.choices if one.value == value)
        return method_words(choice.caption)
    number = value
    if option.is_share and isinstance(value, float):
        number = f"{100 * value:g}"
    return method_words(option.caption).format(n=number)


def _beside_text(one: Heat, setup: Setup, state: ViewState) -> tuple[str, ...]:
    """Return a statement with the tokens pinned beside the first, if there are any."""
    # while a run of another grid begins, they are already tokens of that grid
    others = [t for t in state.others if t != one.token and t < setup.grid.num_tokens]
    if not others:
        return ()
    names = ", ".join(token_text(token, setup) for token in others)
    return (tr("beside it {names}").format(names=names),)


def _view_text(one: Heat, state: ViewState) -> tuple[str, ...]:
    """Return what was done to values or map before drawing, a statement each."""
    statements = []
    if state.renormalise and one.method == "raw":
        statements.append(tr("patches only, rescaled to sum 1"))
    if state.smooth:
        statements.append(tr("smoothed between patches"))
    return tuple(statements)


def _clip_text(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    text = (
        tr("1 patch beyond the scale ▲")
        if count == 1
        else tr("{n} patches beyond the scale ▲")
    )
    return (text.format(n=count),)


def clip_percent_of(state: ViewState) -> float:
    """Return the share of the largest values that a view clips, in percent."""
    return 0.0 if state.scale is Scale.FIXED else state.clip_percent


def _percentile_text(clip_percent: float) -> tuple[str, ...]:
    """Return that a scale ends at a percentile; nothing for the largest value."""
    if not clip_percent:
        return ()
    text = tr("0–{n} %")
    return (text.format(n=f"{100 - clip_percent:g}"),)


def own_scales_text(clip_percent: float) -> str:
    """Return how maps that each have a scale of their own are drawn."""
    if not clip_percent:
        return tr("each map from 0 to its own largest value")
    text = tr("each map on a scale of its own, 0–{n} %")
    return text.format(n=f"{100 - clip_percent:g}")


def _scale_text(one: Heat, scale: Scale, clip_percent: float) -> str:
    return ends_text(one.levels, scale, clip_percent)


def ends_text(levels: Levels, scale: Scale, clip_percent: float) -> str:
    """Return what the two ends of a colour bar stand for, and why."""
    text = tr("scale {low} to {high} ({kind})")
    kind = {
        Scale.OWN: tr("own"),
        Scale.SHARED: tr("shared"),
        Scale.FIXED: tr("fixed"),
    }[scale]
    if levels.log:
        kind = tr("log, {kind}").format(kind=kind)
    kind = ", ".join((kind, *_percentile_text(clip_percent)))
    low, high = format_value(levels.low), format_value(levels.high)
    return text.format(low=low, high=high, kind=kind)


def _token_text(one: Heat, setup: Setup) -> str:
    return side_text(one, token_text(one.token, setup))


def token_text(token: int, setup: Setup) -> str:
    """Return "(7, 3)" for a patch, and the name of a special token."""
    return token_name(token, setup.grid, setup.prefix_names)


def input_text(setup: Setup) -> str:
    """Return the size of the model's input and its grid."""
    width, height = setup.placement.model_size
    return tr("input {width}×{height}, {rows}×{cols} patches").format(
        width=width, height=height, rows=setup.grid.rows, cols=setup.grid.cols
    )


def change_words(part: Interventions) -> str:
    """Return what was changed of the model.

    part : one of `Interventions.parts`, which has a single change.
    """
    if part.temperature != 1:
        return tr_changes("temperature {n}").format(n=format_value(part.temperature))
    if not part.is_scaled:
        return tr_changes("no scaling by √d")
    if part.axis is Axis.QUERIES:
        return tr_changes("softmax over the queries")
    if part.axis is Axis.HEADS:
        return tr_changes("softmax over the heads")
    if part.heads_off:
        return _heads(part.heads_off[0])
    return _cut(part.cuts[0]) if part.cuts else _hidden(part.hidden[0])


def changed_words(interventions: Interventions) -> tuple[str, ...]:
    """Return a statement for each change of the model; empty for the untouched one."""
    return tuple(
        tr_changes("changed: {what}").format(what=change_words(part))
        for part in interventions.parts()
    )


def tr_changes(text: str) -> str:
    """Return a text about changes in the program's language."""
    return translator().translate("changes", text)


def _heads(off: HeadsOff) -> str:
    heads = ", ".join(map(str, off.heads))
    is_one = len(off.heads) == 1
    if off.off is Off.MEAN and is_one:
        text = tr_changes("layer {layer}, head off (its mean instead): {heads}")
    elif off.off is Off.MEAN:
        text = tr_changes("layer {layer}, heads off (their mean instead): {heads}")
    elif is_one:
        text = tr_changes("layer {layer}, head off: {heads}")
    else:
        text = tr_changes("layer {layer}, heads off: {heads}")
    return text.format(layer=off.layer, heads=heads)


def _cut(cut: Cut) -> str:
    queries, keys = len(cut.queries), len(cut.keys)
    counts = {
        "queries": counted(queries, tr_changes("1 query"), tr_changes("{n} queries")),
        "keys": counted(keys, tr_changes("1 key"), tr_changes("{n} keys")),
    }
    if cut.first_layer == 0 and cut.last_layer == -1:
        return tr_changes("cut in every layer: {queries} from {keys}").format(**counts)
    if cut.first_layer == cut.last_layer:
        text = tr_changes("cut in layer {n}: {queries} from {keys}")
        return text.format(n=cut.first_layer, **counts)
    text = tr_changes("cut in layers {first} to {last}: {queries} from {keys}")
    last = tr_changes("the last") if cut.last_layer < 0 else cut.last_layer
    return text.format(first=cut.first_layer, last=last, **counts)


def _hidden(hidden: Hidden) -> str:
    one, several = {
        Hide.BLUR: (tr_changes("1 patch blurred"), tr_changes("{n} patches blurred")),
        Hide.MEAN: (
            tr_changes("1 patch in the mean colour"),
            tr_changes("{n} patches in the mean colour"),
        ),
        Hide.NOISE: (
            tr_changes("1 patch of noise"),
            tr_changes("{n} patches of noise"),
        ),
        Hide.DROP: (tr_changes("1 patch dropped"), tr_changes("{n} patches dropped")),
    }[hidden.how]
    return counted(len(hidden.patches), one, several)


def counted(count: int, one: str, several: str) -> str:
    """Return `one` for a count of 1, else `several` with `{n}` filled in."""
    return one if count == 1 else several.format(n=count)
