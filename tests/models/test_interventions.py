"""Each intervention against the same change made by hand in unfused code.

The hand works on whole matrices: the model's own softmax is replaced by one that
scales, masks and sums as the intervention says; heads are switched off by their
weights; dropped tokens are taken out before the first block.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.by_hand import MAKERS, Hand, Network
from tests.models.sharpen import require_sharp
from vitviz.attention import compute
from vitviz.attention.intervene import filled
from vitviz.domain.geometry import Bins
from vitviz.domain.heads import Fusion, HeadChoice
from vitviz.domain.interventions import (
    Axis,
    Cut,
    Fill,
    HeadsOff,
    Hidden,
    Hide,
    Interventions,
    Off,
)
from vitviz.errors import ExactnessError, SelectionError
from vitviz.explain.gradients import backward
from vitviz.explain.perturbation import occlusion
from vitviz.explain.run_method import run, token_values
from vitviz.explain.token_states import states
from vitviz.models.model import Model

TOLERANCE = 1e-5


@pytest.fixture(scope="module", params=MAKERS)
def network(request: pytest.FixtureRequest) -> Network:
    return MAKERS[request.param]()


@pytest.fixture(scope="module")
def model(network: Network) -> Model:
    return network.model


def usual(scores: Tensor) -> Tensor:
    return scores.exp() / scores.exp().sum(-1, keepdim=True)


def check(
    network: Network, model: Model, changed: Interventions, hand: Hand
) -> vitviz.Trace:
    """A changed trace: its logits and every way of reading it, against the hand's."""
    pixels = network.pixels
    logits = network.by_hand(hand, pixels)
    before = vitviz.trace(model, pixels)
    trace = vitviz.trace(model, pixels, interventions=changed)
    assert trace.output is not None
    assert before.output is not None
    close(torch.from_numpy(trace.output), logits)
    size = float(logits.abs().max())
    assert abs(before.output - trace.output).max() > 20 * TOLERANCE * size
    again = vitviz.trace(model, pixels)
    assert again.output is not None
    assert (again.output == before.output).all()
    assert again.interventions == Interventions()
    check_readings(trace, hand.weights)
    return trace


def close(actual: Tensor, expected: Tensor) -> None:
    """Equal to 1e-5: of the largest logit, or of attention, which is at most 1."""
    largest = max(float(expected.abs().max()), 1.0)
    torch.testing.assert_close(actual, expected, rtol=0, atol=TOLERANCE * largest)


def check_readings(trace: vitviz.Trace, dense: list[Tensor]) -> None:
    assert len(dense) == trace.num_layers
    require_sharp(torch.stack(dense))
    bins = Bins(trace.num_tokens, trace.num_prefix_tokens, 4)
    for layer, expected in enumerate(dense):
        for token in (0, 3, trace.num_tokens - 1):
            close(torch.from_numpy(trace.row(layer, token)), expected[:, token])
            column = torch.from_numpy(trace.column(layer, token))
            close(column, expected[:, :, token])
        parts = [torch.from_numpy(part) for _, part in trace.tiles(layer, rows=7)]
        close(torch.cat(parts, dim=1), expected)
        close(torch.from_numpy(trace.matrix(layer, 1)), expected[1])
        for heads in (HeadChoice((1,)), HeadChoice((0, 2), Fusion.MAX)):
            bands = [torch.from_numpy(b) for _, b in trace.pooled(layer, heads, bins)]
            fused = expected[list(heads.heads)].amax(0)
            close(torch.cat(bands), block_means(fused, bins))
            middles = [r[len(r) // 2] for r in map(bins.tokens, range(bins.num_bins))]
            preview = torch.from_numpy(trace.pooled_preview(layer, heads, bins))
            last = bins.tokens(bins.num_bins - 1)
            close(preview[:, -1], fused[middles][:, list(last)].mean(1))
    assert trace.max_error <= TOLERANCE


def block_means(fused: Tensor, bins: Bins) -> Tensor:
    """(num_bins, num_bins) means of a whole matrix, bin by bin."""
    parts = [list(bins.tokens(index)) for index in range(bins.num_bins)]
    return torch.stack(
        [torch.stack([fused[r][:, c].mean() for c in parts]) for r in parts]
    )


# -- what holds in every layer -------------------------------------------------------


@pytest.mark.parametrize("temperature", [0.6, 2.5])
def test_temperature(network: Network, model: Model, temperature: float) -> None:
    hand = Hand(lambda _layer, scores: usual(scores / temperature))
    check(network, model, Interventions(temperature=temperature), hand)


def test_no_scaling(network: Network, model: Model) -> None:
    """And a temperature beside it: of sharpened weights it alone makes chaos."""
    capture = vitviz.trace(model, network.pixels).capture(0)
    root = capture.q.shape[-1] ** 0.5
    hand = Hand(lambda _layer, scores: stable(scores * root / 4))
    check(network, model, Interventions(is_scaled=False, temperature=4.0), hand)


def stable(scores: Tensor) -> Tensor:
    return usual(scores - scores.amax(-1, keepdim=True))


def test_softmax_over_the_queries(network: Network, model: Model) -> None:
    hand = Hand(lambda _layer, scores: usual(scores.transpose(-1, -2)).mT)
    trace = check(network, model, Interventions(axis=Axis.QUERIES), hand)
    sums = sum(part.sum(axis=1) for _, part in trace.tiles(0))
    close(torch.as_tensor(sums), torch.ones(trace.num_heads, trace.num_tokens))


def test_softmax_over_the_heads(network: Network, model: Model) -> None:
    hand = Hand(lambda _layer, scores: scores.exp() / scores.exp().sum(0))
    trace = check(network, model, Interventions(axis=Axis.HEADS), hand)
    close(torch.from_numpy(trace.row(1, 2).sum(0)), torch.ones(trace.num_tokens))


@pytest.mark.parametrize("axis", [Axis.QUERIES, Axis.HEADS])
@pytest.mark.parametrize("is_cut", [False, True])
def test_another_axis_is_checked_by_another_way(
    network: Network,
    model: Model,
    axis: Axis,
    is_cut: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What computes both the run and its record is not its own witness."""
    cuts = (Cut((1, 3), (0, 4)),) if is_cut else ()
    changed = Interventions(axis=axis, temperature=1.5, cuts=cuts)
    row_bytes = 2 * 4 * 12 * 50
    monkeypatch.setattr(compute, "MAX_TILE_BYTES", 7 * row_bytes)  # several tiles
    assert vitviz.trace(model, network.pixels, interventions=changed).max_error < 1e-5
    usual_scores = compute._scores

    def steeper(*args: Any) -> Tensor:  # noqa: ANN401
        return 1.01 * usual_scores(*args)

    monkeypatch.setattr(compute, "_scores", steeper)
    with pytest.raises(ExactnessError, match="No layer of"):
        vitviz.trace(model, network.pixels, interventions=changed)


@pytest.mark.parametrize("axis", [Axis.QUERIES, Axis.HEADS])
def test_a_wrong_axis_says_which_methods_have_no_meaning(
    network: Network, model: Model, axis: Axis
) -> None:
    changed = Interventions(axis=axis)
    trace = vitviz.trace(model, network.pixels, interventions=changed)
    for name in ("rollout", "relevance", "gradient-rollout", "grad-cam", "legrad"):
        with pytest.raises(SelectionError, match="rows that sum to 1"):
            run(name, trace, query=0, model=model, pixels=network.pixels)
    for name in ("raw", "received", "value-weighted", "norm-based", "mass-mask"):
        run(name, trace, query=0, model=model, pixels=network.pixels)


# -- heads and edges -----------------------------------------------------------------


@pytest.mark.parametrize("off", Off)
def test_heads_off(network: Network, model: Model, off: Off) -> None:
    """By their weights: zeros, or every row the mean of all rows."""
    shown: list[Tensor] = []

    def change(layer: int, scores: Tensor) -> Tensor:
        weights = usual(scores)
        shown.append(weights)
        if layer == 1:
            weights = weights.clone()
            for head in (0, 2):
                mean = weights[head].mean(0, keepdim=True).expand_as(weights[head])
                weights[head] = mean if off is Off.MEAN else 0
        return weights

    hand = Hand(change)
    changed = Interventions(heads_off=(HeadsOff(1, (0, 2), off),))
    logits = network.by_hand(hand, network.pixels)
    trace = vitviz.trace(model, network.pixels, interventions=changed)
    assert trace.output is not None
    close(torch.from_numpy(trace.output), logits)
    check_readings(trace, shown)
    sent = token_values("value-weighted", trace, query=0, layer=1, head=0, model=model)
    if off is Off.ZERO:
        assert not sent.any()


def test_edges_cut_in_some_layers(network: Network, model: Model) -> None:
    prefix = network.prefix
    cols = network.size[1] // 16
    queries, keys = [prefix + cols + 2, prefix + 1], [prefix, prefix + 5, prefix + 9]

    def change(layer: int, scores: Tensor) -> Tensor:
        if layer >= 1:
            scores = scores.clone()
            for query in queries:
                scores[:, query, keys] = -torch.inf
        return usual(scores)

    listed = ((1, 2), (0, 1))
    cut = Cut(listed, tuple(keys), 1, -1, (network.size[0] // 16, cols))
    check(network, model, Interventions(cuts=(cut,)), Hand(change))


def test_a_cut_leaves_the_other_rows_bit_for_bit(
    network: Network, model: Model
) -> None:
    """Of the same layer: what is computed again is the rows of the cut alone."""
    found: list[Tensor] = []
    for changed in (Interventions(), Interventions(cuts=(Cut((1,), (2,), 0, 0),))):
        hook = network.blocks[1].register_forward_pre_hook(
            lambda _module, args: found.append(args[0][0])
        )
        vitviz.trace(model, network.pixels, interventions=changed)
        hook.remove()
    is_equal = (found[0] == found[1]).all(-1)
    assert not is_equal[1]
    assert is_equal[2:].all()
    assert is_equal[0]


def test_cuts_of_a_model_with_a_dense_bias() -> None:
    """BEiT adds its positions to the scores: they and the cut must both hold."""
    pytest.importorskip("timm")
    import timm

    torch.manual_seed(4)
    module: Any = timm.create_model(
        "beit_base_patch16_224", depth=2, img_size=64, num_classes=7, embed_dim=96
    )
    for name, parameter in module.named_parameters():
        if "relative_position" in name or name == "head.weight":
            nn.init.normal_(parameter)
    model = vitviz.wrap(module.eval())
    network = Network(model, list(module.blocks), 1)
    changed = Interventions(temperature=2.0, cuts=(Cut((1, 3), (0, 4)),))

    def change(_layer: int, scores: Tensor) -> Tensor:
        scores = scores / 2
        scores[:, 1, [0, 4]] = -torch.inf
        scores[:, 3, [0, 4]] = -torch.inf
        return usual(scores)

    hand = Hand(change)
    pixels = torch.randn(1, 3, 64, 64)
    logits = network.by_hand(hand, pixels)
    trace = vitviz.trace(model, pixels, interventions=changed)
    assert trace.output is not None
    close(torch.from_numpy(trace.output), logits)
    close(torch.from_numpy(trace.row(1, 3)), hand.weights[1][:, 3])


# -- patches hidden ------------------------------------------------------------------

PATCHES = ((0, 0), (1, 2), (3, 4))


@pytest.mark.parametrize("how", [Hide.BLUR, Hide.MEAN, Hide.NOISE])
def test_patches_hidden_in_the_picture(
    network: Network, model: Model, how: Hide
) -> None:
    pixels = network.pixels
    other = filled(pixels, (16, 16), Fill(how.value), seed=3)
    by_hand = pixels.clone()
    for row, col in PATCHES:
        for y in range(16 * row, 16 * row + 16):
            by_hand[..., y, 16 * col : 16 * col + 16] = other[
                ..., y, 16 * col : 16 * col + 16
            ]
    hand = Hand(lambda _layer, scores: usual(scores))
    logits = network.by_hand(hand, by_hand)
    changed = Interventions(hidden=(Hidden(PATCHES, how, 3),))
    trace = vitviz.trace(model, pixels, interventions=changed)
    assert trace.output is not None
    close(torch.from_numpy(trace.output), logits)
    check_readings(trace, hand.weights)
    assert not torch.equal(by_hand, pixels)


def test_dropped_tokens_never_entered(network: Network, model: Model) -> None:
    """The same as if they had been taken out before the first block."""
    rows, cols = network.size[0] // 16, network.size[1] // 16
    gone = {network.prefix + row * cols + col for row, col in PATCHES}
    kept = [i for i in range(network.prefix + rows * cols) if i not in gone]
    hand = Hand(lambda _layer, scores: usual(scores))
    logits = network.by_hand(hand, network.pixels, kept=kept)
    changed = Interventions(hidden=(Hidden(PATCHES, Hide.DROP),))
    trace = vitviz.trace(model, network.pixels, interventions=changed)
    assert trace.output is not None
    close(torch.from_numpy(trace.output), logits)
    for layer, expected in enumerate(hand.weights):
        row = torch.from_numpy(trace.row(layer, kept[3]))
        close(row[:, kept], expected[:, 3])
        assert not row[:, sorted(gone)].any()
        column = torch.from_numpy(trace.column(layer, kept[5]))
        close(column[:, kept], expected[:, :, 5])
    assert trace.max_error <= TOLERANCE


# -- what runs the model again -------------------------------------------------------

EVERYTHING = Interventions(
    temperature=1.5,
    heads_off=(HeadsOff(0, (1,), Off.MEAN), HeadsOff(1, (2,))),
    cuts=(Cut((1, 2), (3, 4), 0, 1),),
    hidden=(Hidden(((0, 1),), Hide.MEAN), Hidden(((2, 2), (2, 3)), Hide.DROP)),
)


def test_passes_of_methods_are_changed_too(network: Network, model: Model) -> None:
    pixels = network.pixels
    trace = vitviz.trace(model, pixels, interventions=EVERYTHING)
    assert trace.output is not None
    output = torch.from_numpy(trace.output)
    again = states(model, trace, pixels=pixels)
    close(again.output.cpu(), output)
    assert again.values.shape[:2] == (trace.num_layers + 1, trace.num_tokens)
    target = 2 if model.info.has_head else None
    gradients = backward(model, trace, target=target, pixels=pixels)
    score = output @ output if target is None else output[target]
    assert gradients.score == pytest.approx(float(score), rel=1e-4)
    assert not gradients.outputs[1][2].any()  # a head that is off has no say
    for name in ("relevance", "legrad", "rollout", "norm-based"):
        found = run(name, trace, query=0, model=model, pixels=pixels)
        assert found.any()
    lost = occlusion(model, trace, target=target, fill=Fill.MEAN, pixels=pixels)
    assert abs(lost[2, 2]) <= 1e-6  # what was dropped cannot be missed
    assert abs(lost).max() > 1e-4


def test_gradients_of_cut_rows_equal_autograd(network: Network, model: Model) -> None:
    """∂s/∂A of dense attention, changed by hand, against dO Vᵀ."""
    changed = Interventions(temperature=1.5, cuts=(Cut((0, 2), (1, 3)),))
    kept: list[Tensor] = []

    def change(_layer: int, scores: Tensor) -> Tensor:
        scores = scores / 1.5
        for query in (0, 2):
            cut = torch.zeros_like(scores)
            cut[:, query, [1, 3]] = -torch.inf
            scores = scores + cut
        weights = usual(scores).requires_grad_()
        weights.retain_grad()
        kept.append(weights)
        return weights

    pixels = network.pixels.requires_grad_()
    target = 1 if model.info.has_head else None
    with network.unfused(Hand(change)):
        output = network.module(pixels)[0]
        score = output @ output.detach() if target is None else output[target]
        score.backward()
    trace = vitviz.trace(model, pixels.detach(), interventions=changed)
    gradients = backward(model, trace, target=target, pixels=pixels.detach())
    for layer, weights in enumerate(kept):
        values = trace.capture(layer).v
        assert weights.grad is not None
        found = gradients.outputs[layer] @ values.mT
        largest = float(weights.grad.abs().max())
        torch.testing.assert_close(found, weights.grad, rtol=0, atol=1e-4 * largest)
