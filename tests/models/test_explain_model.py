"""Methods that need the model itself, against the papers' formulas written out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from tests.models.dense import Unfused, timm_model, torchvision_model, unfused_run
from vitviz.attention.intervene import filled
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import Fill
from vitviz.domain.methods import METHODS
from vitviz.errors import Cancelled, InputError, SelectionError, UnsupportedModelError
from vitviz.explain import perturbation
from vitviz.explain.perturbation import curves
from vitviz.explain.run_method import run, token_values
from vitviz.models.model import Model

TARGET = 4
MAKERS: dict[str, Callable[[], tuple[nn.Module, tuple[int, int]]]] = {
    "torchvision": lambda: (torchvision_model(), (80, 80)),
    "registers, non-square": lambda: (timm_model(prefix="registers"), (96, 64)),
    "no CLS, non-square": lambda: (timm_model(prefix="none"), (96, 64)),
}


@dataclass(frozen=True)
class Case:
    """A model, its picture, and a pass of it with attention written out."""

    module: Any
    model: Model
    pixels: Tensor
    run: Unfused
    trace: vitviz.Trace


@pytest.fixture(scope="module", params=MAKERS)
def case(request: pytest.FixtureRequest) -> Case:
    module, (width, height) = MAKERS[request.param]()
    generator = torch.Generator().manual_seed(5)
    pixels = torch.randn(1, 3, height, width, generator=generator)
    with torch.no_grad():  # probabilities that a hidden patch can move
        head: Any = module.heads if hasattr(module, "heads") else module.head
        for parameter in head.parameters():
            parameter.mul_(0.1)
    model = vitviz.wrap(module)
    run = unfused_run(module, pixels)
    return Case(module, model, pixels, run, vitviz.trace(model, pixels))


def close(actual: object, expected: Tensor) -> None:
    """Equal to 1e-4 of the largest value."""
    found = torch.as_tensor(actual)
    assert float(expected.abs().max()) > 0
    error = float((found - expected).abs().max() / expected.abs().max())
    assert error <= 1e-4, error


def sent(case: Case, layer: int) -> Tensor:
    """(H, N, C): v^h_j W_O^h of every head and token, one by one."""
    heads = case.trace.num_heads
    if hasattr(case.module, "blocks"):
        weight = case.module.blocks[layer].attn.proj.weight
        values = case.run.values[layer]
    else:
        block = case.module.encoder.layers[layer]
        weight = block.self_attention.out_proj.weight
        before = case.run.states[layer - 1][0]
        projected = F.linear(
            block.ln_1(before),
            block.self_attention.in_proj_weight,
            block.self_attention.in_proj_bias,
        )
        width = weight.shape[0]
        values = projected[:, 2 * width :].reshape(len(before), heads, -1)
        values = values.transpose(0, 1)
    width = values.shape[-1]
    parts = [values[h] @ weight[:, h * width : (h + 1) * width].T for h in range(heads)]
    return torch.stack(parts).detach()


def test_norm_based_is_the_length_of_the_summed_vectors(case: Case) -> None:
    layer = 1
    vectors = sent(case, layer)
    weights = case.run.weights[layer].detach().reshape(-1, *vectors.shape[1:2] * 2)
    for query in (0, case.trace.num_tokens - 1):
        row = weights[:, query]  # (H, N)
        each = row[..., None] * vectors  # (H, N, C)
        expected = {
            Fusion.MEAN: each.sum(0).norm(dim=-1),
            Fusion.MAX: each.norm(dim=-1).amax(0),
            1: each[1].norm(dim=-1),
            HeadChoice((0, 2)): each[[0, 2]].sum(0).norm(dim=-1),
        }
        for head, wanted in expected.items():
            found = token_values(
                "norm-based",
                case.trace,
                query=query,
                layer=layer,
                head=head,
                model=case.model,
                pixels=case.pixels,
            )
            close(found, wanted)
    plain = (row * vectors.norm(dim=-1)).sum(0)
    assert (plain - expected[Fusion.MEAN]).abs().max() > 0.01 * plain.max()


def test_a_norm_between_attention_and_projection_is_refused() -> None:
    import timm

    torch.manual_seed(0)
    module = timm.create_model(
        "eva02_tiny_patch14_224", pretrained=False, depth=2, scale_attn_inner=True
    )
    model = vitviz.wrap(module.eval())
    pixels = torch.randn(1, 3, 224, 224)
    trace = vitviz.trace(model, pixels)
    with pytest.raises(UnsupportedModelError, match="norm"):
        run("norm-based", trace, model=model, pixels=pixels)


def test_legrad_sums_what_each_layers_own_score_asks_of_it(case: Case) -> None:
    run = case.run
    module: Any = run.module
    for start in (0, 2):
        total = torch.zeros(case.trace.num_tokens)
        for layer in range(start, case.trace.num_layers):
            state = run.states[layer]
            if not hasattr(module, "blocks"):
                score = module.heads(module.encoder.ln(state)[:, 0])[0, TARGET]
            elif case.trace.num_prefix_tokens:
                score = module.head(module.norm(state)[:, 0])[0, TARGET]
            else:
                pooled = module.norm(state).mean(1)
                score = module.head(module.fc_norm(pooled))[0, TARGET]
            (slope,) = torch.autograd.grad(score, run.weights[layer], retain_graph=True)
            slope = slope.reshape(-1, *slope.shape[-2:])
            total += slope.clamp_min(0).mean(dim=(0, 1))
        found = token_values(
            "legrad",
            case.trace,
            query=0,
            model=case.model,
            pixels=case.pixels,
            target=TARGET,
            start_layer=start,
        )
        close(found, total)


def by_hand(case: Case, hidden: np.ndarray[Any, Any], other: Tensor) -> float:
    """Probability with patches hidden one by one on the pixels, plainly run."""
    changed = case.pixels.clone()
    for row, col in np.argwhere(hidden):
        y, x = slice(16 * row, 16 * row + 16), slice(16 * col, 16 * col + 16)
        changed[..., y, x] = other[..., y, x]
    with torch.no_grad():
        return float(case.module(changed).softmax(-1)[0, TARGET])


@pytest.mark.parametrize("fill", Fill)
def test_occlusion_is_the_loss_of_probability(case: Case, fill: Fill) -> None:
    other = filled(case.pixels, (16, 16), fill)
    rows, cols = case.trace.grid
    whole = by_hand(case, np.zeros((rows, cols), bool), other)
    for cells in (1, 2):
        found = run(
            "occlusion",
            case.trace,
            model=case.model,
            pixels=case.pixels,
            target=TARGET,
            fill=fill,
            cells=cells,
        )
        for row, col in ((0, 0), (rows - 1, cols - 1), (2, 1)):
            hidden = np.zeros((rows, cols), bool)
            top, left = row // cells * cells, col // cells * cells
            hidden[top : top + cells, left : left + cells] = True
            expected = whole - by_hand(case, hidden, other)
            assert found[row, col] == pytest.approx(expected, abs=1e-5)
        assert np.abs(found).max() > 1e-4


def test_fills_are_what_they_say(case: Case) -> None:
    mean = filled(case.pixels, (16, 16), Fill.MEAN)
    assert torch.allclose(mean[0, :, 3, 5], case.pixels.mean(dim=(0, 2, 3)))
    noise = filled(case.pixels, (16, 16), Fill.NOISE)
    assert torch.equal(noise, filled(case.pixels, (16, 16), Fill.NOISE))
    assert float(noise.std() / case.pixels.std()) == pytest.approx(1, abs=0.05)
    from skimage.filters import gaussian

    blurred = filled(case.pixels, (16, 16), Fill.BLUR)[0].numpy()
    expected = gaussian(
        case.pixels[0].numpy(), 8, mode="nearest", truncate=3, channel_axis=0
    )
    np.testing.assert_allclose(blurred, expected, atol=1e-4)


@pytest.mark.parametrize("mode", ["deletion", "insertion"])
def test_a_curve_hides_or_shows_patches_in_the_order_of_the_map(
    case: Case, mode: str
) -> None:
    rows, cols = case.trace.grid
    heat = np.arange(rows * cols, dtype=np.float32).reshape(rows, cols) % 7
    found = curves(
        case.model,
        case.trace,
        heat,
        mode=mode,
        target=TARGET,
        fill="mean",
        steps=5,
        pixels=case.pixels,
    )
    other = filled(case.pixels, (16, 16), Fill.MEAN)
    order = sorted(range(rows * cols), key=lambda i: (-heat.flat[i], i))
    for share, value in zip(found.shares, found.values, strict=True):
        first = np.zeros(rows * cols, bool)
        first[order[: round(float(share) * rows * cols)]] = True
        hidden = first if mode == "deletion" else ~first
        expected = by_hand(case, hidden.reshape(rows, cols), other)
        assert value == pytest.approx(expected, abs=1e-5)
    assert found.shares[0] == 0
    assert found.shares[-1] == 1
    steps = np.diff(found.shares) * (found.values[1:] + found.values[:-1]) / 2
    assert found.area == pytest.approx(float(steps.sum()), abs=1e-6)
    assert found.random.shape == (perturbation.NUM_RANDOM, len(found.shares))
    ends = found.random[:, [0, -1]] - found.values[[0, -1]]
    assert np.abs(ends).max() <= 1e-5, "every order begins and ends alike"
    assert found.random[:, 2].std() > 0


def test_a_good_map_beats_random_orders(case: Case) -> None:
    options: dict[str, Any] = {"target": TARGET, "pixels": case.pixels}
    heat = run("occlusion", case.trace, model=case.model, fill=Fill.MEAN, **options)
    found = curves(case.model, case.trace, heat, fill="mean", **options)
    assert found.area < found.random_areas.mean()


def test_a_model_without_a_head_is_judged_by_its_feature() -> None:
    torch.manual_seed(0)
    module: Any = timm_model(prefix="cls")
    module.reset_classifier(0)
    model = vitviz.wrap(module)
    pixels = torch.randn(1, 3, 64, 96)
    trace = vitviz.trace(model, pixels)
    found = run("occlusion", trace, model=model, pixels=pixels, fill=Fill.MEAN)
    changed = pixels.clone()
    changed[..., :16, 16:32] = pixels.mean(dim=(2, 3), keepdim=True)
    with torch.no_grad():
        cosine = F.cosine_similarity(module(pixels), module(changed))
    assert found[0, 1] == pytest.approx(float(1 - cosine), abs=1e-5)
    heat = run("legrad", trace, model=model, pixels=pixels)
    assert heat.min() >= 0
    assert heat.max() > 0


@pytest.mark.parametrize("name", [n for n, m in METHODS.items() if m.needs_model])
def test_the_model_is_asked_for(case: Case, name: str) -> None:
    with pytest.raises(InputError, match="needs the model"):
        run(name, case.trace, query=0)


def test_wrong_wishes_and_cancelling(case: Case) -> None:
    given: dict[str, Any] = {"model": case.model, "pixels": case.pixels, "query": 0}
    with pytest.raises(SelectionError, match="1 to"):
        run("occlusion", case.trace, cells=99, **given)
    for name in ("occlusion", "legrad"):
        with pytest.raises(SelectionError, match="class 70"):
            run(name, case.trace, target=70, **given)
    with pytest.raises(SelectionError, match="grid"):
        curves(case.model, case.trace, np.zeros((1, 2), np.float32))

    def stop() -> None:
        raise Cancelled

    for name in ("occlusion", "legrad"):
        with pytest.raises(Cancelled):
            run(name, case.trace, check=stop, **given)
    assert not [m for m in case.module.modules() if m._forward_hooks]
