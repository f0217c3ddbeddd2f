"""`vitviz.wrap` on modules of no known library, some of them awkward."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

import vitviz
from vitviz.errors import SelectionError, UnsupportedModelError

PATCH, WIDTH, HEADS, SIDE = 8, 32, 4, 48
COUNT = (SIDE // PATCH) ** 2


class Attention(nn.Module):
    """q, k, v of their own, fewer keys than queries if asked; its weights are kept."""

    def __init__(self, key_heads: int = HEADS) -> None:
        super().__init__()
        self.key_heads = key_heads
        head = WIDTH // HEADS
        self.q = nn.Linear(WIDTH, WIDTH)
        self.kv = nn.Linear(WIDTH, 2 * key_heads * head)
        with torch.no_grad():
            self.q.weight.mul_(4)
        self.weights: list[Tensor] = []

    def forward(self, x: Tensor) -> Tensor:
        head = WIDTH // HEADS
        q = self.q(x).unflatten(-1, (HEADS, head)).transpose(1, 2)
        kv = self.kv(x).unflatten(-1, (2, self.key_heads, head))
        k, v = kv.permute(2, 0, 3, 1, 4)
        many = k.repeat_interleave(HEADS // self.key_heads, 1)
        self.weights.append(torch.softmax(q @ many.mT * head**-0.5, -1).detach())
        out = F.scaled_dot_product_attention(
            q, k, v, enable_gqa=self.key_heads != HEADS
        )
        return out.transpose(1, 2).flatten(2)


class Block(nn.Module):
    def __init__(self, key_heads: int = HEADS) -> None:
        super().__init__()
        self.attention = Attention(key_heads)
        self.drop = nn.Dropout(0.5)
        self.mix = nn.Linear(WIDTH, WIDTH)

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = x + self.drop(self.mix(x + self.attention(x)))
        return mixed


class Network(nn.Module):
    """A plain one, to be made awkward."""

    def __init__(
        self, depth: int = 3, num_prefix: int = 1, key_heads: int = HEADS
    ) -> None:
        super().__init__()
        torch.manual_seed(9)
        self.cut = nn.Conv2d(3, WIDTH, PATCH, PATCH)
        self.first = nn.Parameter(torch.randn(1, num_prefix, WIDTH))
        self.blocks = nn.ModuleList(Block(key_heads) for _ in range(depth))

    def tokens(self, pixels: Tensor) -> Tensor:
        return torch.cat([self.first, self.cut(pixels).flatten(2).mT], 1)

    def body(self, pixels: Tensor) -> Tensor:
        x = self.tokens(pixels)
        for block in self.blocks:
            x = block(x)
        return x

    def forward(self, pixels: Tensor) -> object:
        return self.body(pixels)


class Unfolded(Network):
    """Patches cut by hand: nothing says how large they are."""

    def __init__(self) -> None:
        super().__init__()
        del self.cut
        self.embed = nn.Linear(3 * PATCH**2, WIDTH)

    def tokens(self, pixels: Tensor) -> Tensor:
        patches = F.unfold(pixels, PATCH, stride=PATCH).mT
        return torch.cat([self.first, self.embed(patches)], 1)


class Shared(Network):
    """One block, run three times."""

    def body(self, pixels: Tensor) -> Tensor:
        x = self.tokens(pixels)
        for _ in range(3):
            x = self.blocks[0](x)
        return x


class Returning(Network):
    def __init__(self, give: Callable[[Tensor], object]) -> None:
        super().__init__()
        self.give = give

    def forward(self, pixels: Tensor) -> object:
        return self.give(self.body(pixels))


class Inside(nn.Module):
    """As training programs hold a backbone: beside other things, under other names."""

    def __init__(self) -> None:
        super().__init__()
        self.loss = nn.CrossEntropyLoss()
        self.backbone = Network(depth=4)
        self.decoder = nn.ModuleList(nn.Linear(WIDTH, WIDTH) for _ in range(9))

    def forward(self, pixels: Tensor) -> object:
        return self.backbone(pixels)


class Stem(Network):
    """Two convolutions: the first is no patch embedding."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 3, 3, padding=1)

    def tokens(self, pixels: Tensor) -> Tensor:
        return super().tokens(self.stem(pixels))


class Two(Network):
    """Two towers of the same depth; only one of them sees the picture."""

    def __init__(self) -> None:
        super().__init__()
        self.teacher = nn.ModuleList(Block() for _ in range(2))


PIXELS = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(2))


def attentions(module: nn.Module) -> list[Attention]:
    return [part for part in module.modules() if isinstance(part, Attention)]


@pytest.mark.parametrize(
    ("module", "prefix", "options"),
    [
        (Network(), ("cls",), {}),
        (Network(num_prefix=0), (), {}),
        (Network(num_prefix=5), ("cls", "reg0", "reg1", "reg2", "reg3"), {}),
        (Network(num_prefix=3), ("cls", "reg0", "reg1"), {"num_prefix_tokens": 3}),
        (Network(key_heads=2), ("cls",), {}),
        (Unfolded(), ("cls",), {"patch_size": PATCH}),
        (Inside(), ("cls",), {}),
        (Stem(), ("cls",), {}),
        (Two(), ("cls",), {}),
        (nn.DataParallel(Network()), ("cls",), {}),
        (torch.compile(Network(), backend="eager"), ("cls",), {}),
        (Network().train(), ("cls",), {}),
    ],
    ids=[
        "plain", "no special token", "five", "five given", "grouped heads", "unfold",
        "inside another", "stem", "two towers", "DataParallel", "torch.compile",
        "training",
    ],
)  # fmt: skip
def test_layout_and_attention(
    module: nn.Module, prefix: tuple[str, ...], options: dict[str, int]
) -> None:
    was_training = module.training
    model = vitviz.wrap(module, **options)  # type: ignore[arg-type]
    trace = vitviz.trace(model, PIXELS)
    assert trace.setup.prefix_names == prefix
    assert trace.grid == (SIDE // PATCH, SIDE // PATCH)
    assert trace.num_tokens == COUNT + len(prefix)
    assert trace.max_error < 1e-5
    ran = [part for part in attentions(module) if part.weights]
    assert len(ran) == trace.num_layers
    for layer, part in enumerate(ran):
        expected = part.weights[-1][0]
        for head in range(HEADS):
            found = torch.from_numpy(trace.matrix(layer, head))
            torch.testing.assert_close(found, expected[head], rtol=0, atol=1e-5)
    assert module.training == was_training
    assert all(part.training == was_training for part in module.modules())


@pytest.mark.parametrize(
    "give",
    [
        lambda x: (x[:, 0], x),
        lambda x: [x],
        lambda x: {"features": x},
        lambda x: {"aux": x * 0, "logits": x[:, 0]},
        lambda x: x[:, 0],
        lambda x: x.mT.unflatten(2, (1, -1)),
    ],
    ids=["tuple", "list", "dict", "named", "vector", "map"],
)
def test_whatever_is_returned(give: Callable[[Tensor], object]) -> None:
    trace = vitviz.trace(vitviz.wrap(Returning(give)), PIXELS)
    assert trace.output is not None
    assert trace.output.ndim == 1
    assert trace.logits is None, "nobody said they are logits"


@pytest.mark.parametrize("give", [lambda x: None, lambda x: "x", lambda x: {}])
def test_nothing_is_returned(give: Callable[[Tensor], object]) -> None:
    with pytest.raises(UnsupportedModelError, match="returns no tensor"):
        vitviz.trace(vitviz.wrap(Returning(give)), PIXELS)


def test_labels_say_that_there_are_classes() -> None:
    names = [f"class {i}" for i in range(WIDTH)]
    module = Returning(lambda x: x[:, 0])
    model = vitviz.wrap(module, labels=names, mean=(0, 0, 0), std=(1, 1, 1), size=64)
    trace = vitviz.trace(model, PIXELS)
    assert trace.logits is not None
    assert model.info.labels == tuple(names)
    assert model.preprocessing.mean == (0, 0, 0)
    assert model.preprocessing.size == (64, 64)


def test_what_cannot_be_told_has_to_be_given() -> None:
    with pytest.raises(UnsupportedModelError, match="patch_size="):
        vitviz.wrap(Unfolded())


@pytest.mark.parametrize("thing", ["a name", None, nn.Linear])
def test_what_is_no_module(thing: object) -> None:
    with pytest.raises(UnsupportedModelError, match=r"not (str|NoneType|Linear)"):
        vitviz.wrap(thing)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "given", [{"patch_size": 0}, {"patch_size": -4}, {"num_prefix_tokens": -1}]
)
def test_numbers_that_are_none(given: dict[str, int]) -> None:
    with pytest.raises(SelectionError, match=next(iter(given))):
        vitviz.wrap(Network(), **given)  # type: ignore[arg-type]


def test_what_a_known_network_declares_cannot_be_given_otherwise() -> None:
    import timm

    module = timm.create_model("vit_tiny_patch16_224", depth=1)
    assert vitviz.wrap(module, patch_size=16).info.patch_size == (16, 16)
    with pytest.raises(SelectionError, match="patches of 16 px, not 8"):
        vitviz.wrap(module, patch_size=8)


def test_labels_that_are_not_as_many_as_what_is_returned() -> None:
    model = vitviz.wrap(Returning(lambda x: x[:, 0]), labels=["cat", "dog"])
    with pytest.raises(UnsupportedModelError, match=r"returns 32 values.* 2 labels"):
        vitviz.trace(model, PIXELS)


def test_a_wrong_layout_is_found_out() -> None:
    model = vitviz.wrap(Network(), num_prefix_tokens=2)
    with pytest.raises(UnsupportedModelError, match="37 tokens"):
        vitviz.trace(model, PIXELS)
    model = vitviz.wrap(Unfolded(), patch_size=16)
    with pytest.raises(UnsupportedModelError, match="37 tokens"):
        vitviz.trace(model, PIXELS)
    with pytest.raises(SelectionError, match="does not divide"):
        vitviz.trace(vitviz.wrap(Network()), PIXELS[..., :-3])


def test_a_block_that_runs_again_is_ambiguous() -> None:
    with pytest.raises(UnsupportedModelError, match="more than once"):
        vitviz.trace(vitviz.wrap(Shared()), PIXELS)


def test_a_network_without_blocks() -> None:
    with pytest.raises(UnsupportedModelError, match="no list of Transformer blocks"):
        vitviz.wrap(nn.Sequential(nn.Conv2d(3, 4, 8, 8), nn.Flatten()))


def test_a_program_cannot_be_looked_into() -> None:
    with pytest.warns(FutureWarning):
        script = torch.jit.script(nn.Linear(2, 2))
    with pytest.raises(UnsupportedModelError, match="TorchScript"):
        vitviz.wrap(script)
