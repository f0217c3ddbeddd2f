"""What was changed of a model, in words: for captions, marks and the Lab's list."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from vitviz.domain.interventions import (
    Axis,
    Cut,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    Off,
)
from vitviz.domain.number_text import format_value


def change_words(part: Interventions) -> str:
    """One change, as of `Interventions.parts`."""
    if part.temperature != 1:
        return tr("temperature {n}").format(n=format_value(part.temperature))
    if not part.is_scaled:
        return tr("no scaling by √d")
    if part.axis is Axis.QUERIES:
        return tr("softmax over the queries")
    if part.axis is Axis.HEADS:
        return tr("softmax over the heads")
    if part.heads_off:
        return _heads(part.heads_off[0])
    return _cut(part.cuts[0]) if part.cuts else _hidden(part.hidden[0])


def changed_words(interventions: Interventions) -> tuple[str, ...]:
    """Every change, for a caption; empty for the untouched model."""
    return tuple(
        tr("changed: {what}").format(what=change_words(part))
        for part in interventions.parts()
    )


def tr(text: str) -> str:
    """In the program's language."""
    return QCoreApplication.translate("changes", text)


def _heads(off: HeadsOff) -> str:
    heads = ", ".join(map(str, off.heads))
    is_one = len(off.heads) == 1
    if off.off is Off.MEAN and is_one:
        text = tr("layer {layer}, head off (its mean instead): {heads}")
    elif off.off is Off.MEAN:
        text = tr("layer {layer}, heads off (their mean instead): {heads}")
    elif is_one:
        text = tr("layer {layer}, head off: {heads}")
    else:
        text = tr("layer {layer}, heads off: {heads}")
    return text.format(layer=off.layer, heads=heads)


def _cut(cut: Cut) -> str:
    queries, keys = len(cut.queries), len(cut.keys)
    counts = {
        "queries": counted(queries, tr("1 query"), tr("{n} queries")),
        "keys": counted(keys, tr("1 key"), tr("{n} keys")),
    }
    if cut.first_layer == 0 and cut.last_layer == -1:
        return tr("cut in every layer: {queries} from {keys}").format(**counts)
    if cut.first_layer == cut.last_layer:
        text = tr("cut in layer {n}: {queries} from {keys}")
        return text.format(n=cut.first_layer, **counts)
    text = tr("cut in layers {first} to {last}: {queries} from {keys}")
    last = tr("the last") if cut.last_layer < 0 else cut.last_layer
    return text.format(first=cut.first_layer, last=last, **counts)


def _hidden(hidden: Hidden) -> str:
    one, several = {
        Hide.BLUR: (tr("1 patch blurred"), tr("{n} patches blurred")),
        Hide.MEAN: (
            tr("1 patch in the mean colour"),
            tr("{n} patches in the mean colour"),
        ),
        Hide.NOISE: (tr("1 patch of noise"), tr("{n} patches of noise")),
        Hide.DROP: (tr("1 patch dropped"), tr("{n} patches dropped")),
    }[hidden.how]
    return counted(len(hidden.patches), one, several)


def counted(count: int, one: str, several: str) -> str:
    """The words for a number, `{n}` in those for several."""
    return one if count == 1 else several.format(n=count)
