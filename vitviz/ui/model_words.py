"""What the model dialog says of a model, in the program's language."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from vitviz.domain.number_text import bytes_text
from vitviz.models.catalogue.download import seconds_text
from vitviz.models.catalogue.entries import (
    EMBEDDED_PATCH_SIZES,
    TIMM_PREFIX,
    Entry,
    Trait,
)

EMBEDDED_PATCHES = ", ".join(map(str, EMBEDDED_PATCH_SIZES))


def _tr(text: str) -> str:
    return QCoreApplication.translate("ModelWords", text)


def translated(text: str) -> str:
    """A sentence of the catalogue."""
    return QCoreApplication.translate("catalogue", text)


def trait_words() -> dict[Trait, tuple[str, str]]:
    """(what a trait is called, the sentence that explains it)."""
    tr = _tr
    return {
        Trait.LABELS: (
            tr("has labels"),
            tr("It says what it takes a picture for, in 1,000 words."),
        ),
        Trait.SEGMENTS: (
            tr("segments objects"),
            tr("Some of its heads draw the outline of what is in the picture."),
        ),
        Trait.SMALL: (
            tr("small"),
            tr("At most 30 million parameters: runs in a moment on any laptop."),
        ),
        Trait.FINE: (
            tr("fine patches"),
            tr("Patches of 8 pixels: sharper maps, four times as many tokens."),
        ),
        Trait.REGISTERS: (
            tr("has registers"),
            tr("Extra tokens to store things in, which keeps the maps clean."),
        ),
        Trait.CAPTIONS: (
            tr("learned from captions"),
            tr("Trained to match pictures with sentences, as CLIP is."),
        ),
        Trait.SELF_TAUGHT: (
            tr("self-taught"),
            tr("Trained on pictures alone; nobody told it what is in them."),
        ),
        Trait.ANY_USE: (
            tr("any use allowed"),
            tr("Its licence allows every use, commercial ones as well."),
        ),
    }


def assumed_text(phrases: Sequence[str]) -> str:
    """What a file of weights does not say and was assumed; empty if nothing was."""
    if not phrases:
        return ""
    said = _tr("Assumed, since the file does not say: {list}").format(
        list=", ".join(map(_assumed, phrases))
    )
    return said + "\n" + _tr("Where that is wrong, choose “Another network…” here.")


def _assumed(phrase: str) -> str:
    tr = _tr
    words = {
        "GELU": tr("GELU"),
        "SiLU gates": tr("SiLU gates"),
        "norm before attention": tr("norm before attention"),
        "pooled by CLS": tr("pooled by CLS"),
        "pooled by the mean of the patches": tr("pooled by the mean of the patches"),
        "ImageNet mean and deviation": tr("ImageNet mean and deviation"),
        "CLIP mean and deviation": tr("CLIP mean and deviation"),
        "0.5 as mean and deviation": tr("0.5 as mean and deviation"),
        "bicubic, no margin": tr("bicubic, no margin"),
    }
    if found := re.fullmatch(r"(\d+) heads \(of (\d+) channels\)", phrase):
        return tr("{n} heads of {width} channels").format(n=found[1], width=found[2])
    if found := re.fullmatch(r"norm epsilon (\S+)", phrase):
        return tr("norm epsilon {n}").format(n=found[1])
    if phrase.startswith(TIMM_PREFIX):
        name, *others = phrase.removeprefix(TIMM_PREFIX).split(" | ")
        if not others:
            return name
        return tr("{name} (or {others})").format(name=name, others=", ".join(others))
    return words.get(phrase, phrase)


def title(entry: Entry) -> str:
    """As "DINOv2 · ViT-S/14"."""
    family = entry.family.title
    return family if entry.title == family else f"{family} · {entry.title}"


def line(entry: Entry) -> str:
    """What one chooses by: input, patch, tokens, size of the download, licence."""
    if entry.remote is None:
        return _tr("{size} px · patches of {patches} px · {licence}").format(
            size=entry.size_px,
            patches=EMBEDDED_PATCHES,
            licence=entry.family.licence,
        )
    return _tr(
        "{size} px · patch {patch} · {tokens} tokens · {bytes} · {licence}"
    ).format(
        size=entry.size_px,
        patch=entry.patch_px,
        tokens=f"{entry.num_tokens:,}",
        bytes=bytes_text(entry.size_bytes),
        licence=entry.family.licence,
    )


def facts(entry: Entry) -> list[tuple[str, str]]:
    """(heading, text) of all that is known."""
    tr, family = _tr, entry.family
    rows = [
        (tr("Name"), entry.name),
        (tr("Input"), tr("{n} × {n} px").format(n=entry.size_px)),
    ]
    if entry.remote is None:
        patches = tr("{n} px, as you choose").format(n=EMBEDDED_PATCHES)
        rows += [(tr("Patch"), patches), (tr("Tokens"), tr("50 to 785"))]
    else:
        side = entry.size_px // entry.patch_px
        tokens = tr("{n} = {side} × {side} patches + {special} special").format(
            n=f"{entry.num_tokens:,}", side=side, special=entry.num_prefix_tokens
        )
        rows += [(tr("Patch"), tr("{n} px").format(n=entry.patch_px))]
        rows += [(tr("Tokens"), tokens)]
    if entry.num_layers:
        text = tr("{layers} layers").format(layers=entry.num_layers)
        if entry.num_heads:
            text = tr("{layers} layers of {heads} heads").format(
                layers=entry.num_layers, heads=entry.num_heads
            )
        rows.append((tr("Depth"), text))
    if entry.num_parameters:
        rows.append((tr("Parameters"), f"{entry.num_parameters:,}"))
    if entry.num_classes:
        rows.append((tr("Labels"), f"{entry.num_classes:,}"))
    if family.source:
        rows.append((tr("Source"), translated(family.source)))
    return rows


def progress_text(done: int, total: int | None, seconds_left: float | None) -> str:
    """As "45.0 MB of 88.2 MB, 12 s left"."""
    text = bytes_text(done)
    if total is not None:
        text = _tr("{done} of {total}").format(done=text, total=bytes_text(total))
    if seconds_left:
        text = _tr("{progress}, {time} left").format(
            progress=text, time=seconds_text(seconds_left)
        )
    return text
