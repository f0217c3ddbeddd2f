"""Networks and traces whose pages are tested, and what asks the page's modules."""

from __future__ import annotations

import base64
import functools
import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from torch import nn

import vitviz
from tests.models import test_pool as pooling
from tests.models.timm_cases import timm_network
from vitviz.attention.trace import Trace
from vitviz.domain.interventions import (
    UNTOUCHED,
    Axis,
    Cut,
    Hidden,
    Hide,
    Interventions,
)
from vitviz.export.page.page_picture import PagePicture, page_picture
from vitviz.export.page.texts import all_texts
from vitviz.system.paths import resource
from vitviz.views.colour import COLORMAPS, lookup_table

HERE = Path(__file__).parent
SAMPLE = resource("samples", "coffee.jpg")
NODE = shutil.which("node")


@functools.cache
def _network(name: str) -> nn.Module:
    """Return a network as timm has it; made and sharpened once."""
    return timm_network(name, {})


def _plain(
    name: str,
    size: int | tuple[int, int] | None = None,
    fit: str = "crop",
    changes: Interventions = UNTOUCHED,
    options: dict[str, Any] | None = None,
) -> Trace:
    network = timm_network(name, options) if options else _network(name)
    model = vitviz.wrap(network)
    return vitviz.trace(model, SAMPLE, size=size, fit=fit, interventions=changes)


def _pooled(name: str) -> Trace:
    build, place = pooling.NETWORKS[name]
    module = build()
    pooling.sharpened(module, module.get_submodule(place))
    return vitviz.trace(vitviz.wrap(module), SAMPLE, size=pooling.SIZE)


def _biased(name: str, options: dict[str, Any]) -> Trace:
    """A network whose biases, zero before training, are made to count."""
    module = timm_network(name, options)
    with torch.no_grad():
        for key, parameter in module.named_parameters():
            if "rel_pos" in key or "relative_position" in key:
                parameter.normal_(0, 0.7)
    return vitviz.trace(vitviz.wrap(module), SAMPLE)


SMALL = {"embed_dim": 192, "num_heads": 3}
TINY = "vit_tiny_patch16_224"
CUTS = Cut(("cls",), ((0, 0), (1, 1), (5, 5)), 0, -1, (14, 14))
CHANGES = {
    "temperature": Interventions(temperature=0.25),
    "cuts and hidden": Interventions(
        cuts=(CUTS,), hidden=(Hidden(((3, 4), (3, 5)), Hide.MEAN, 0, (14, 14)),)
    ),
    "dropped": Interventions(hidden=(Hidden(((2, 2),), Hide.DROP, 0, (14, 14)),)),
    "over queries": Interventions(axis=Axis.QUERIES),
    "over heads": Interventions(axis=Axis.HEADS),
}
NETWORKS: dict[str, Callable[[], Trace]] = {
    "plain": functools.partial(_plain, TINY),
    "registers": functools.partial(
        _plain, "vit_small_patch14_reg4_dinov2", options={"img_size": 140}
    ),
    "pooling head": functools.partial(_pooled, "transformers SigLIP"),
    "pooling head of patches": functools.partial(_pooled, "timm, registers"),
    "BEiT": functools.partial(_biased, "beit_base_patch16_224", SMALL),
    "BEiT, trained size": functools.partial(_biased, "beit_base_patch16_224", {}),
    "SAM": functools.partial(_biased, "samvit_base_patch16_224", {}),
    "not square": functools.partial(_plain, TINY, size=(224, 112)),
    "1,370 tokens": functools.partial(_plain, "vit_small_patch14_dinov2", size=518),
    "letterbox": functools.partial(_plain, TINY, fit="letterbox"),
    **{
        f"changed: {name}": functools.partial(_plain, TINY, changes=changes)
        for name, changes in CHANGES.items()
    },
}

# Wide networks take seconds to be made; of changed models two kinds are always tried.
LONG = ("SAM", "BEiT, trained size", "1,370 tokens", "pooling head of patches",
        "changed: temperature", "changed: dropped", "changed: over heads")  # fmt: skip
CASES = [
    pytest.param(name, marks=pytest.mark.long if name in LONG else ())
    for name in NETWORKS
]


@functools.cache
def traced(name: str) -> Trace:
    """Return the trace of a case; made once in a process."""
    return NETWORKS[name]()


@functools.cache
def picture_of(name: str) -> PagePicture:
    """Return the page's picture of a case; made once in a process."""
    return page_picture(traced(name))


@functools.cache
def html_of(name: str) -> str:
    """Return the page of a case; made once in a process."""
    return traced(name).to_html()


def tokens_of(trace: Trace, count: int) -> list[int]:
    """Return `count` tokens, the special ones among them, drawn with a fixed seed."""
    generator = torch.Generator().manual_seed(5)
    drawn = torch.randperm(trace.num_tokens, generator=generator).tolist()
    return [*range(trace.num_prefix_tokens), *drawn][:count]


def ask(picture: PagePicture, questions: Sequence[dict[str, object]]) -> list[Any]:
    """Return what the page's modules answer, run by node."""
    tables = {
        name: base64.b64encode(lookup_table(name).tobytes()).decode()
        for name in COLORMAPS
    }
    given = {
        "picture": {"description": picture.description, "blocks": picture.blocks},
        "texts": all_texts(),
        "tables": tables,
        "questions": list(questions),
    }
    return cast("list[Any]", answered_by("answer.mjs", given, timeout_s=120))


def answered_by(script: str, given: dict[str, Any], *, timeout_s: float) -> Any:  # noqa: ANN401
    """Return what a script of this folder answers, run by node."""
    if NODE is None:
        pytest.fail("node is missing: apt-get install nodejs")
    done = subprocess.run(
        [NODE, str(HERE / script)],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
