"""The tap leaves nothing behind, keeps to its thread, checks itself, and refuses."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention as imported_by_name

import vitviz
from tests.models.sharpen import sharpen
from vitviz.attention.tap import tap
from vitviz.errors import (
    BudgetError,
    Cancelled,
    CheckpointError,
    ExactnessError,
    SelectionError,
    UnknownModelError,
    UnsupportedModelError,
)


class Block(nn.Module):
    """One attention block written by hand."""

    def __init__(
        self, width: int, num_heads: int, attend: Callable[..., Tensor]
    ) -> None:
        super().__init__()
        self.num_heads = num_heads
        self.attend = attend
        self.norm = nn.LayerNorm(width)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        n, width = x.shape[1:]
        qkv = self.qkv(self.norm(x)).reshape(1, n, 3, self.num_heads, -1)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        out = self.attend(q, k, v).transpose(1, 2).reshape(1, n, width)
        result: Tensor = x + self.proj(out)
        return result


def through_module(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(q, k, v)


class Network(nn.Module):
    """A ViT that no library made: three blocks, one special token, patches of 8 px."""

    def __init__(
        self,
        attend: Callable[..., Tensor] = through_module,
        width: int = 32,
        num_heads: int = 2,
        depth: int = 3,
    ) -> None:
        super().__init__()
        torch.manual_seed(11)
        self.embed = nn.Conv2d(3, width, 8, 8)
        self.cls = nn.Parameter(torch.randn(1, 1, width))
        self.blocks = nn.ModuleList(
            Block(width, num_heads, attend) for _ in range(depth)
        )
        self.head = nn.Linear(width, 5)
        sharpen(self, 3.0)

    def block(self, index: int) -> Block:
        found = self.blocks[index]
        assert isinstance(found, Block)
        return found

    def forward(self, pixels: Tensor) -> Tensor:
        patches = self.embed(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls, patches], dim=1)
        for block in self.blocks:
            x = block(x)
        logits: Tensor = self.head(x[:, 0])
        return logits


ORIGINAL = F.scaled_dot_product_attention
PIXELS = torch.randn(1, 3, 32, 48, generator=torch.Generator().manual_seed(2))


def hooks_of(module: nn.Module) -> int:
    return sum(
        len(part._forward_hooks) + len(part._forward_pre_hooks)
        for part in module.modules()
    )


def assert_untouched(module: nn.Module) -> None:
    assert F.scaled_dot_product_attention is ORIGINAL
    assert torch.backends.mha.get_fastpath_enabled()
    assert hooks_of(module) == 0


def test_a_network_of_ones_own_is_wrapped_and_left_as_it_was() -> None:
    module = Network()
    module.train()
    module.blocks[1].eval()
    expected = module.eval()(PIXELS)
    module.train()
    module.blocks[1].eval()
    trace = vitviz.trace(vitviz.wrap(module), PIXELS)
    assert trace.grid == (4, 6)
    assert trace.setup.prefix_names == ("cls",)
    assert torch.equal(torch.from_numpy(trace.output), expected[0].detach())
    assert_untouched(module)
    assert [b.training for b in module.blocks] == [True, False, True]


@pytest.mark.parametrize("layer", [0, 1, 2])
def test_cancel_at_any_block_restores_and_the_next_run_is_right(layer: int) -> None:
    module = Network()
    model = vitviz.wrap(module)
    calls = iter(range(10))
    with pytest.raises(Cancelled):
        vitviz.trace(model, PIXELS, is_cancelled=lambda: next(calls) == layer)
    assert_untouched(module)
    whole = vitviz.trace(model, PIXELS)
    assert whole.is_complete
    assert whole.max_error < 1e-5


@pytest.mark.parametrize("where", ["block", "listener"])
def test_an_exception_anywhere_restores(where: str) -> None:
    module = Network()
    model = vitviz.wrap(module)

    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError(where)

    if where == "block":
        handle = module.block(1).proj.register_forward_hook(fail)
        with pytest.raises(UnsupportedModelError, match="cannot run"):
            vitviz.trace(model, PIXELS)
        handle.remove()
    else:
        with pytest.raises(ZeroDivisionError):
            vitviz.trace(model, PIXELS, on_layer=fail)
    assert_untouched(module)
    assert vitviz.trace(model, PIXELS).is_complete


def test_layers_are_handed_over_as_they_come() -> None:
    seen: list[tuple[int, int, float]] = []

    def note(layer: int, partial: vitviz.Trace) -> None:
        done = sum(c is not None for c in partial.captures)
        seen.append((layer, done, float(partial.row(layer, "cls").sum())))

    vitviz.trace(vitviz.wrap(Network()), PIXELS, on_layer=note)
    assert [(layer, done) for layer, done, _ in seen] == [(0, 1), (1, 2), (2, 3)]
    assert all(total == pytest.approx(2) for *_, total in seen)


@pytest.mark.parametrize("error", [ValueError, LookupError, RuntimeError])
def test_a_listener_s_error_is_not_told_as_the_network_s(
    error: type[Exception],
) -> None:
    def fail(*_arguments: object) -> None:
        raise error("of the listener")

    module = Network()
    with pytest.raises(error, match=r"^of the listener$") as caught:
        vitviz.trace(vitviz.wrap(module), PIXELS, on_layer=fail)
    assert caught.type is error
    assert_untouched(module)


def test_the_same_input_run_again_is_another_trace() -> None:
    """Views remember which run they show: comparing two must not look at tensors."""
    model = vitviz.wrap(Network())
    first, second = (vitviz.trace(model, PIXELS) for _ in range(2))
    same_picture = replace(second.setup, picture=first.setup.picture)
    assert first.setup == same_picture
    assert first != second
    assert first.capture(0) != second.capture(0)
    assert (first, 1) == (first, 1)


def test_other_threads_pass_through_unrecorded_and_a_second_tap_waits() -> None:
    module = Network()
    q, k, v = torch.randn(3, 1, 2, 5, 8).unbind(0)
    expected = ORIGINAL(q, k, v)
    order: list[str] = []

    def other() -> None:
        assert torch.equal(F.scaled_dot_product_attention(q, k, v), expected)
        order.append("passed through")
        with tap(list(module.blocks)):
            order.append("second tap")

    with tap(list(module.blocks)) as (recording,):
        thread = threading.Thread(target=other)
        thread.start()
        while "passed through" not in order:
            pass
        module(PIXELS)
        order.append("first done")
    thread.join(10)
    assert order == ["passed through", "first done", "second tap"]
    assert recording.extras == []
    assert all(c is not None for c in recording.captures)
    assert_untouched(module)


@pytest.mark.parametrize("is_watched", [False, True])
def test_a_layer_that_fails_its_check_is_not_shown(
    is_watched: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kernel that does not compute softmax(QKᵀ·scale)V, in one layer of three.

    Found at the pass's end, and where layers are reported before the next one runs.
    """
    calls = iter(range(100))

    def wrong(*arguments: object, **options: object) -> Tensor:
        out: Tensor = ORIGINAL(*arguments, **options)  # type: ignore[arg-type]
        return out + (1e-3 if next(calls) == 1 else 0)

    monkeypatch.setattr("vitviz.attention.tap._original", wrong)
    seen: list[float] = []

    def watch(layer: int, partial: vitviz.Trace) -> None:
        capture = partial.captures[layer]
        assert capture is not None
        seen.append(capture.error)

    on_layer = watch if is_watched else None
    trace = vitviz.trace(vitviz.wrap(Network()), PIXELS, on_layer=on_layer)
    found = [error > 1e-4 for error in seen]
    assert found == ([False, True, False] if is_watched else [])
    assert trace.max_error > 1e-4
    assert trace.row(0, "cls").shape == (2, 25)
    with pytest.raises(ExactnessError, match="Layer 1 is not shown"):
        trace.row(1, "cls")


def test_weights_that_are_not_numbers_show_nothing() -> None:
    module = Network()
    with torch.no_grad():
        module.block(0).qkv.weight[0, 0] = float("nan")
    with pytest.raises(ExactnessError):
        vitviz.trace(vitviz.wrap(module), PIXELS)


@pytest.mark.parametrize(
    ("dtype", "limit"), [(torch.bfloat16, 3e-2), (torch.float16, 5e-3)]
)
def test_half_precision_stays_within_its_limit(
    dtype: torch.dtype, limit: float
) -> None:
    trace = vitviz.trace(vitviz.wrap(Network().to(dtype)), PIXELS)
    assert 0 < trace.max_error <= limit
    assert trace.row(2, 7).sum(-1) == pytest.approx([1, 1], abs=1e-5)


def twice(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(q, k, through_module(q, k, v))


def windowed(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    a, b, c = (t[:, :, :24].reshape(2, 2, 12, -1) for t in (q, k, v))
    out = F.scaled_dot_product_attention(a, b, c).reshape(1, 2, 24, -1)
    return torch.cat([out, v[:, :, 24:]], dim=2)


def causal(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    return F.scaled_dot_product_attention(q, k, v, is_causal=True)


@pytest.mark.parametrize(
    ("attend", "reason"),
    [
        pytest.param(imported_by_name, "without calling", id="imported by name"),
        pytest.param(twice, "more than once", id="two calls a block"),
        pytest.param(windowed, "windows", id="windowed"),
        pytest.param(causal, "causal", id="causal"),
    ],
)
def test_attention_that_is_not_the_tapped_call_is_refused(
    attend: Callable[..., Tensor], reason: str
) -> None:
    module = Network(attend)
    with pytest.raises(UnsupportedModelError, match=reason) as caught:
        vitviz.trace(vitviz.wrap(module), PIXELS)
    assert "\n" not in str(caught.value)
    assert_untouched(module)


@pytest.mark.parametrize(
    "name",
    [
        "swin_tiny_patch4_window7_224",
        "cait_xxs24_224",
        "xcit_nano_12_p16_224",
        "mvitv2_tiny",
    ],
)
def test_families_that_are_not_plain_are_refused_with_the_reason(name: str) -> None:
    import timm

    module = timm.create_model(name, pretrained=False)

    def show() -> None:
        model = vitviz.wrap(module)
        width, height = model.preprocessing.size
        vitviz.trace(model, torch.zeros(1, 3, height, width))

    with pytest.raises(UnsupportedModelError) as caught:
        show()
    assert "\n" not in str(caught.value)
    assert F.scaled_dot_product_attention is ORIGINAL


def test_a_wrong_number_of_special_tokens_is_refused() -> None:
    model = vitviz.wrap(Network(), num_prefix_tokens=2)
    with pytest.raises(UnsupportedModelError, match="25 tokens"):
        vitviz.trace(model, PIXELS)


def test_dense_bias_beyond_its_budget_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("vitviz.attention.tap.MAX_BIAS_BYTES", 4 * 25 * 25)
    bias = torch.zeros(1, 2, 25, 25)

    def biased(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=bias)

    with pytest.raises(BudgetError, match="smaller size"):
        vitviz.trace(vitviz.wrap(Network(biased)), PIXELS)


def test_masks_and_scales_enter_the_rows() -> None:
    allowed = torch.ones(25, 25, dtype=torch.bool)
    allowed[:, 3] = False

    def masked(q: Tensor, k: Tensor, v: Tensor) -> Tensor:
        return F.scaled_dot_product_attention(q, k, v, attn_mask=allowed, scale=0.5)

    trace = vitviz.trace(vitviz.wrap(Network(masked)), PIXELS)
    assert trace.max_error < 1e-5
    assert (trace.row(1, 7)[:, 3] == 0).all()
    assert (trace.column(1, 3) == 0).all()


@pytest.mark.parametrize(
    ("read", "words"),
    [
        pytest.param(lambda t: t.row(3, 0), "layers go from 0 to 2", id="layer"),
        pytest.param(lambda t: t.row(-1, 0), "layers go from 0 to 2", id="negative"),
        pytest.param(lambda t: t.matrix(0, 2), "heads go from 0 to 1", id="head"),
        pytest.param(lambda t: t.row(0, 25), "tokens go from 0 to 24", id="token"),
        pytest.param(lambda t: t.row(0, (4, 0)), "rows go from 0 to 3", id="patch"),
        pytest.param(lambda t: t.row(0, "reg0"), "it has: cls", id="name"),
    ],
)
def test_out_of_range_names_the_range(
    read: Callable[[vitviz.Trace], object], words: str
) -> None:
    trace = vitviz.trace(vitviz.wrap(Network()), PIXELS)
    with pytest.raises(SelectionError, match=words):
        read(trace)


def test_loading_refuses_in_one_sentence(tmp_path: Path, model_folder: Path) -> None:
    with pytest.raises(UnknownModelError, match="Did you mean vit_b_16"):
        vitviz.load_model("vit_b16")
    with pytest.raises(CheckpointError, match=r"config\.json"):
        vitviz.load_model(tmp_path)
    (tmp_path / "config.json").write_text((model_folder / "config.json").read_text())
    with pytest.raises(CheckpointError, match=r"model\.safetensors is missing"):
        vitviz.load_model(tmp_path)
    whole = (model_folder / "model.safetensors").read_bytes()
    for damaged in (b"", b"garbage", whole[: len(whole) // 2]):
        (tmp_path / "model.safetensors").write_bytes(damaged)
        with pytest.raises(CheckpointError) as caught:
            vitviz.load_model(tmp_path)
        assert "\n" not in str(caught.value)
    (tmp_path / "model.safetensors").write_bytes(whole)
    config = (model_folder / "config.json").read_text()
    (tmp_path / "config.json").write_text(
        config.replace('"num_hidden_layers": 4', '"num_hidden_layers": 5')
    )
    with pytest.raises(CheckpointError, match="differ, such as"):
        vitviz.load_model(tmp_path)
    (tmp_path / "config.json").write_text("{not json")
    with pytest.raises(CheckpointError):
        vitviz.load_model(tmp_path)
    (tmp_path / "weights.pth").write_bytes(b"x")
    with pytest.raises(CheckpointError, match="no file of weights that is known"):
        vitviz.load_model(tmp_path / "weights.pth")
    with pytest.raises(SelectionError, match="no device"):
        vitviz.load_model(model_folder, device="cuda:9")
