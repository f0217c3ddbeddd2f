"""Each method against its paper's dense formula, on attention kept by autograd."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor, nn

import vitviz
from tests.models.dense import Dense, dense_run, timm_model, torchvision_model
from vitviz.domain.heads import Fusion
from vitviz.errors import InputError, SelectionError
from vitviz.explain import across_layers
from vitviz.explain.gradients import backward
from vitviz.explain.run_method import run, token_values
from vitviz.models.model import Model

TARGET = 4


@dataclass(frozen=True)
class Case:
    """One model with its dense matrices and its trace."""

    module: nn.Module
    model: Model
    pixels: Tensor
    dense: Dense
    trace: vitviz.Trace

    @property
    def queries(self) -> list[int]:
        """CLS or the first patch, a patch in the middle, the last."""
        return [0, self.trace.num_tokens // 2, self.trace.num_tokens - 1]


MAKERS: dict[str, Callable[[], tuple[nn.Module, tuple[int, int]]]] = {
    "torchvision": lambda: (torchvision_model(), (80, 80)),
    "registers, non-square": lambda: (timm_model(prefix="registers"), (96, 64)),
    "no CLS, non-square": lambda: (timm_model(prefix="none"), (96, 64)),
}


@pytest.fixture(scope="module", params=MAKERS)
def case(request: pytest.FixtureRequest) -> Case:
    module, (width, height) = MAKERS[request.param]()
    generator = torch.Generator().manual_seed(5)
    pixels = torch.randn(1, 3, height, width, generator=generator)
    model = vitviz.wrap(module)
    dense = dense_run(module, pixels, TARGET)
    return Case(module, model, pixels, dense, vitviz.trace(model, pixels))


def close(actual: object, expected: Tensor) -> None:
    """Equal to 1e-4 of the largest value."""
    found = torch.as_tensor(actual)
    assert float(expected.abs().max()) > 0
    error = float((found - expected).abs().max() / expected.abs().max())
    assert error <= 1e-4, error


def identity(matrix: Tensor) -> Tensor:
    return torch.eye(matrix.shape[-1])


# -- references, whole matrices --------------------------------------------------------


def dense_rollout(
    dense: Dense, fusion: Fusion, start: int, discard: float, kept: int | None
) -> Tensor:
    result = identity(dense.attention[0])
    for whole in dense.attention[start:]:
        fused = {
            Fusion.MEAN: whole.mean(0),
            Fusion.MAX: whole.max(0).values,
            Fusion.MIN: whole.min(0).values,
        }[fusion].clone()
        for row in fused:  # one by one: a row keeps its own largest entries
            order = [int(j) for j in row.argsort() if int(j) != kept]
            row[order[: int(len(row) * discard)]] = 0
        fused = fused / fused.sum(-1, keepdim=True)
        result = (fused / 2 + identity(fused) / 2) @ result
    return result


def dense_relevance(dense: Dense, start: int) -> Tensor:
    result = identity(dense.attention[0])
    pairs = list(zip(dense.attention, dense.gradient, strict=True))[start:]
    for whole, slope in pairs:
        result = result + (whole * slope).clamp(min=0).mean(0) @ result
    return result


def dense_gradient_rollout(dense: Dense) -> Tensor:
    result = identity(dense.attention[0])
    for whole, slope in zip(dense.attention, dense.gradient, strict=True):
        mixed = (whole * slope).clamp(min=0).mean(0) + identity(whole[0])
        result = (mixed / mixed.sum(-1, keepdim=True)) @ result
    return result


# -- tests ---------------------------------------------------------------------------


@pytest.mark.parametrize("tile_bytes", [across_layers.TILE_BYTES, 2_000])
@pytest.mark.parametrize("fusion", list(Fusion))
@pytest.mark.parametrize(("start", "discard"), [(0, 0.0), (1, 0.0), (0, 0.6)])
def test_rollout(
    case: Case,
    fusion: Fusion,
    start: int,
    discard: float,
    tile_bytes: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(across_layers, "TILE_BYTES", tile_bytes)
    kept = 0 if case.trace.num_prefix_tokens else None
    expected = dense_rollout(case.dense, fusion, start, discard, kept)
    for query in case.queries:
        values = token_values(
            "rollout",
            case.trace,
            query=query,
            fusion=fusion,
            start_layer=start,
            discard=discard,
        )
        close(values, expected[query])
        assert values.sum() == pytest.approx(1, abs=1e-4)


def test_the_gradient_at_the_output_gives_that_of_the_attention(case: Case) -> None:
    gradients = backward(case.model, case.trace, target=TARGET, pixels=case.pixels)
    for layer, slope in enumerate(case.dense.gradient):
        values = case.trace.capture(layer).v
        close(gradients.outputs[layer] @ values.transpose(-1, -2), slope)


@pytest.mark.parametrize("start", [0, 1])
def test_relevance(case: Case, start: int) -> None:
    expected = dense_relevance(case.dense, start)
    for query in case.queries:
        values = token_values(
            "relevance",
            case.trace,
            query=query,
            model=case.model,
            pixels=case.pixels,
            target=TARGET,
            start_layer=start,
        )
        start_of_one = torch.zeros(case.trace.num_tokens)
        start_of_one[query] = 1  # would hide an error elsewhere
        close(torch.from_numpy(values) - start_of_one, expected[query] - start_of_one)


def test_gradient_rollout_pairs_each_layer_with_its_own_gradient(case: Case) -> None:
    expected = dense_gradient_rollout(case.dense)
    backwards = Dense(case.dense.attention, case.dense.gradient[::-1], [])
    wrong = dense_gradient_rollout(backwards)
    for query in case.queries:
        values = torch.from_numpy(
            token_values(
                "gradient-rollout",
                case.trace,
                query=query,
                model=case.model,
                pixels=case.pixels,
                target=TARGET,
            )
        )
        start_of_one = torch.zeros(case.trace.num_tokens)
        start_of_one[query] = values[query]
        rest = expected[query] - start_of_one
        rest[query] = 0
        close(values - start_of_one, rest)
        wrong_rest = wrong[query].clone()
        wrong_rest[query] = 0
        assert float((wrong_rest - rest).abs().max() / rest.abs().max()) > 0.01


def test_grad_cam(case: Case) -> None:
    prefix = case.trace.num_prefix_tokens
    for query in case.queries:
        whole, slope = case.dense.attention[1], case.dense.gradient[1]
        weight = slope[:, query, prefix:].mean(-1)
        expected = sum(w * a for w, a in zip(weight, whole[:, query], strict=True))
        expected = torch.as_tensor(expected / len(whole)).clamp(min=0)
        values = token_values(
            "grad-cam",
            case.trace,
            query=query,
            layer=1,
            model=case.model,
            pixels=case.pixels,
            target=TARGET,
        )
        if float(expected.max()) == 0:
            assert values.max() == 0
        else:
            close(values, expected)


@pytest.mark.parametrize("head", [1, Fusion.MEAN, Fusion.MAX])
def test_methods_of_one_layer(case: Case, head: int | Fusion) -> None:
    whole = case.dense.attention[2]

    def fused(heads: Tensor) -> Tensor:
        if isinstance(head, int):
            return heads[head]
        return heads.mean(0) if head is Fusion.MEAN else heads.max(0).values

    for query in case.queries:
        raw = token_values("raw", case.trace, query=query, layer=2, head=head)
        close(raw, fused(whole[:, query]))
        received = token_values("received", case.trace, query=query, layer=2, head=head)
        close(received, fused(whole[:, :, query]))
        assert abs(raw - received).max() > 1e-3, "a row is not a column"
        if case.dense.values:
            sizes = case.dense.values[2].norm(dim=-1)
            close(
                token_values(
                    "value-weighted", case.trace, query=query, layer=2, head=head
                ),
                fused(whole[:, query] * sizes),
            )


@pytest.mark.parametrize("mass", [0.1, 0.6, 1.0])
def test_mass_mask_is_the_smallest_set_with_that_mass(case: Case, mass: float) -> None:
    prefix = case.trace.num_prefix_tokens
    whole = case.dense.attention[0]
    rows = {i: heads[0] for i, heads in enumerate(whole)} | {
        Fusion.MEAN: whole[:, 0].mean(0)
    }
    for head, row in rows.items():
        mask = token_values(
            "mass-mask", case.trace, query=0, layer=0, head=head, mass=mass
        )
        assert not mask[:prefix].any()
        patches = row[prefix:].double()
        chosen = torch.from_numpy(mask[prefix:]).bool()
        share = float(patches[chosen].sum() / patches.sum())
        assert share >= mass - 1e-5
        without_least = share - float(patches[chosen].min() / patches.sum())
        assert without_least < mass + 1e-5
        if not bool(chosen.all()):
            assert patches[chosen].min() >= patches[~chosen].max() - 1e-7


def test_run_gives_the_patches_in_their_grid(case: Case) -> None:
    values = token_values("rollout", case.trace, query=0)
    prefix = case.trace.num_prefix_tokens
    grid = run("rollout", case.trace, query=0)
    assert grid.shape == case.trace.grid
    rows, cols = grid.shape
    for row in range(rows):
        for col in range(cols):
            assert grid[row, col] == values[prefix + row * cols + col]


def test_a_backward_pass_leaves_the_model_as_it_was(case: Case) -> None:
    before = {name: p.clone() for name, p in case.module.named_parameters()}
    assert all(p.requires_grad for p in case.module.parameters())
    first = backward(case.model, case.trace, pixels=case.pixels)
    again = backward(case.model, case.trace, pixels=case.pixels)
    assert first.score == again.score, "nothing piles up"
    for one, other in zip(first.outputs, again.outputs, strict=True):
        assert torch.equal(one, other)
    assert case.trace.logits is not None
    assert first.target == int(case.trace.logits.argmax())
    for name, parameter in case.module.named_parameters():
        assert torch.equal(parameter, before[name])
        assert parameter.grad is None
        assert parameter.requires_grad


def test_a_model_without_a_head_explains_its_own_feature(
    dinov2_like: nn.Module,
) -> None:
    model = vitviz.wrap(dinov2_like)
    pixels = torch.randn(1, 3, 64, 64, generator=torch.Generator().manual_seed(2))
    trace = vitviz.trace(model, pixels)
    gradients = backward(model, trace, pixels=pixels)
    assert gradients.target is None
    assert trace.output is not None
    assert gradients.score == pytest.approx(float((trace.output**2).sum()), rel=1e-4)
    with pytest.raises(SelectionError, match="has no head"):
        backward(model, trace, pixels=pixels, target=3)


@pytest.fixture
def dinov2_like() -> nn.Module:
    module = timm_model(prefix="cls", size=(64, 64))
    module.reset_classifier(0)  # type: ignore[operator]
    return module


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("gradcam", {}, "There is no method"),
        ("rollout", {"layer": 1}, "no option layer"),
        ("rollout", {"start_layer": 9}, "no layer 9"),
        ("rollout", {"discard": 1.0}, "below 1"),
        ("raw", {"layer": 9}, "no layer 9"),
        ("raw", {"head": 5}, "no head 5"),
        ("mass-mask", {"mass": 0.0}, "above 0"),
    ],
)
def test_what_cannot_be_is_refused(
    case: Case, name: str, options: dict[str, object], says: str
) -> None:
    with pytest.raises(SelectionError, match=says):
        run(name, case.trace, query=0, **options)  # type: ignore[arg-type]


def test_gradient_methods_ask_for_the_model_and_a_class_that_is(case: Case) -> None:
    with pytest.raises(InputError, match="backward pass"):
        run("relevance", case.trace, query=0)
    with pytest.raises(SelectionError, match="There is no class 99"):
        run(
            "relevance",
            case.trace,
            query=0,
            model=case.model,
            pixels=case.pixels,
            target=99,
        )
