"""Fine-tunes as programs write them: backbones × heads × what is put around them.

Every case is generated: a small network of a library with sharpened random weights, a
head of one of six kinds in the place where that library's users put it, and the file of
one of twelve kinds of training programs. The reference is the network itself: rows by
softmax(Q Kᵀ / √D) written out from its own weights and the inputs of its blocks.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from tests.models.sharpen import require_sharp, sharpen

State = dict[str, Tensor]
WIDTH, HEADS, DEPTH, SIDE = 128, 2, 2, 32
CLASSES = 5


@dataclass(frozen=True)
class Network:
    """A library's backbone with a head in it, and its tensors by the file's names.

    backbone : tensors below one prefix.
    beside : tensors of a head outside of it, by names from the root.
    base : the prefix that the library's own networks with classes have.
    """

    module: nn.Module
    state: State
    beside: State
    base: str = ""

    @property
    def whole(self) -> State:
        return {f"{self.base}{n}": t for n, t in self.state.items()} | self.beside


def pixels() -> Tensor:
    return torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(5))


# -- heads --------------------------------------------------------------------------


class Named(nn.Module):
    """A head of one's own with a name for its layer."""

    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(WIDTH)
        self.cls = nn.Linear(WIDTH, CLASSES)

    def forward(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.cls(self.norm(x)))


HEADS_OF: dict[str, tuple[Callable[[], nn.Module], bool]] = {
    "none": (nn.Identity, False),
    "linear": (lambda: nn.Linear(WIDTH, CLASSES), True),
    "linear without bias": (lambda: nn.Linear(WIDTH, CLASSES, bias=False), True),
    "dropout, linear": (
        lambda: nn.Sequential(nn.Dropout(0.3), nn.Linear(WIDTH, CLASSES)),
        True,
    ),
    "MLP": (
        lambda: nn.Sequential(nn.Linear(WIDTH, 64), nn.ReLU(), nn.Linear(64, CLASSES)),
        False,
    ),
    "norm, linear": (Named, False),
}

# -- backbones ----------------------------------------------------------------------


def _torchvision(head: nn.Module) -> Network:
    from torchvision.models import VisionTransformer

    module: Any = VisionTransformer(
        image_size=SIDE,
        patch_size=8,
        num_layers=DEPTH,
        num_heads=HEADS,
        hidden_dim=WIDTH,
        mlp_dim=256,
    )
    module.heads = head
    return Network(_random(module), module.state_dict(), {})


def _timm_module(head: nn.Module, **options: Any) -> Any:  # noqa: ANN401
    from timm.models.vision_transformer import VisionTransformer

    module = VisionTransformer(
        img_size=SIDE,
        patch_size=8,
        embed_dim=WIDTH,
        depth=DEPTH,
        num_heads=HEADS,
        num_classes=0,
        **options,
    )
    module.head = head
    return _random(module)


def _timm(head: nn.Module) -> Network:
    module = _timm_module(head)
    return Network(module, module.state_dict(), {})


class Transformers(nn.Module):
    """transformers' plain network and a head, as its network for classes has them."""

    def __init__(self, vit: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.vit, self.classifier = vit, head

    def forward(self, x: Tensor) -> Tensor:
        return cast("Tensor", self.classifier(self.vit(x).last_hidden_state[:, 0]))


def _transformers(head: nn.Module) -> Network:
    import transformers

    config = transformers.ViTConfig(
        hidden_size=WIDTH,
        num_hidden_layers=DEPTH,
        num_attention_heads=HEADS,
        intermediate_size=256,
        image_size=SIDE,
        patch_size=8,
    )
    vit = transformers.ViTModel(config, add_pooling_layer=False)
    module = _random(Transformers(vit, head))
    beside = {n: t for n, t in module.state_dict().items() if n.startswith("classif")}
    return Network(module, vit.state_dict(), beside, "vit.")


# timm's names for OpenAI's, and for OpenMMLab's.
_CLIP = {
    r"^patch_embed\.proj\.": "conv1.",
    r"^norm_pre\.": "ln_pre.",
    r"^norm\.": "ln_post.",
    r"^blocks\.": "transformer.resblocks.",
    r"\.norm([12])\.": r".ln_\1.",
    r"\.attn\.qkv\.": ".attn.in_proj_",
    r"\.attn\.proj\.": ".attn.out_proj.",
    r"\.mlp\.fc1\.": ".mlp.c_fc.",
    r"\.mlp\.fc2\.": ".mlp.c_proj.",
}
_MMLAB = {
    r"^patch_embed\.proj\.": "patch_embed.projection.",
    r"^norm\.": "ln1.",
    r"^blocks\.": "layers.",
    r"\.norm([12])\.": r".ln\1.",
    r"\.mlp\.fc1\.": ".ffn.layers.0.0.",
    r"\.mlp\.fc2\.": ".ffn.layers.1.",
}


def _renamed(state: State, rules: dict[str, str]) -> State:
    found = {}
    for name, tensor in state.items():
        for pattern, replacement in rules.items():
            name = re.sub(pattern, replacement, name)
        found[name] = tensor
    return found


def _clip(head: nn.Module) -> Network:
    module = _timm_module(nn.Identity(), pre_norm=True, norm_layer=nn.LayerNorm)
    state = _renamed(module.state_dict(), _CLIP)
    state["class_embedding"] = state.pop("cls_token")[0, 0]
    state["positional_embedding"] = state.pop("pos_embed")[0]
    state["proj"] = torch.randn(WIDTH, 64)
    head = _random(head)
    beside = {f"classifier.{n}": t for n, t in head.state_dict().items()}
    return Network(module, state, beside, "visual.")


def _mmlab(head: nn.Module) -> Network:
    module = _timm_module(nn.Identity())
    module.head = _random(head)
    state = module.state_dict()
    beside = {f"head.layers.{n}": t for n, t in state.items() if n.startswith("head.")}
    state = {n: t for n, t in state.items() if not n.startswith("head.")}
    return Network(module, _renamed(state, _MMLAB), beside, "backbone.")


LIBRARIES: dict[str, Callable[[nn.Module], Network]] = {
    "torchvision": _torchvision,
    "timm": _timm,
    "transformers": _transformers,
    "CLIP": _clip,
    "OpenMMLab": _mmlab,
}


def _random(module: Any) -> Any:  # noqa: ANN401
    """Every parameter random, so that no swap is hidden, and queries and keys sharp."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            is_norm = name.endswith("weight") and parameter.dim() == 1
            parameter.normal_(float(is_norm), 0.15)
    sharpen(module, 1.2)
    return module.eval()


# -- what is around them ------------------------------------------------------------

Wrapper = Callable[[State, Network, Path], object]


def _lightning(state: State, network: Network, folder: Path) -> object:
    return {
        "epoch": 9,
        "global_step": 100,
        "pytorch-lightning_version": "2.5.0",
        "state_dict": {f"model.{n}": t for n, t in state.items()},
        "callbacks": {"ModelCheckpoint": {"best_model_score": torch.tensor(0.9)}},
        "optimizer_states": [{"state": {0: {"exp_avg": torch.ones(3)}}}],
        "lr_schedulers": [{"base_lrs": [1e-3]}],
        "hyper_parameters": {"lr": 1e-3, "heads": ["a"], "name": "mine"},
    }


def _beside(state: State, network: Network, folder: Path) -> object:
    """A loss, metrics and a convolutional network beside it."""
    other = {
        f"net.texture.layer{i}.0.conv1.weight": torch.ones(8, 8, 3, 3) for i in (1, 2)
    }
    more = {
        "criterion.weight": torch.ones(CLASSES),
        "val_acc.confmat": torch.zeros(CLASSES, CLASSES, dtype=torch.int64),
        "loss_fn.pos_weight": torch.ones(1),
        "net.texture.conv1.weight": torch.ones(8, 3, 7, 7),
    }
    return {"state_dict": {f"net.vit.{n}": t for n, t in state.items()} | other | more}


def _averaged(state: State, network: Network, folder: Path) -> object:
    return {
        "arch": "my_vit",
        "state_dict": state,
        "state_dict_ema": {n: t * 0.5 for n, t in state.items()},
        "args": argparse.Namespace(lr=1e-3, model="my_vit"),
    }


def _sharded(state: State, network: Network, folder: Path) -> object:
    def name(text: str) -> str:
        block = r"((?:blocks|layers|resblocks|layer)\.(?:encoder_layer_)?\d+\.)"
        inner = re.sub(block, r"\1_checkpoint_wrapped_module.", text)
        return f"_fsdp_wrapped_module.{inner}"

    return {"model": {name(n): t for n, t in state.items()}}


def _teacher(state: State, network: Network, folder: Path) -> object:
    projection = {
        "head.mlp.0.weight": torch.ones(4, WIDTH),
        "head.last_layer.weight_v": torch.ones(4, 4),
    }
    backbone = {f"backbone.{n}": t for n, t in state.items()}
    return {
        "student": {f"module.{n}": -t for n, t in (backbone | projection).items()},
        "teacher": backbone | projection,
        "dino_loss": {"center": torch.zeros(1, 4)},
    }


def _contrasted(state: State, network: Network, folder: Path) -> object:
    found = {f"module.momentum_encoder.{n}": t * 0.9 for n, t in state.items()}
    found |= {f"module.base_encoder.{n}": t for n, t in state.items()}
    found |= {"module.predictor.0.weight": torch.ones(8, 8)}
    return {"epoch": 300, "arch": "vit_own", "state_dict": found}


def _two_networks(state: State, network: Network, folder: Path) -> object:
    text = {
        f"text_encoder.layers.{i}.self_attn.in_proj_weight": torch.ones(96, 32)
        for i in range(2)
    }
    image = {f"image_encoder.{n}": t for n, t in state.items()}
    return text | image | {"logit_scale": torch.tensor(1.0)}


def _adapted(state: State, network: Network, folder: Path) -> object:
    """The fine-tune as peft holds it: weights that are not yet those it computes with.

    The adapter is taken off the weights, so that the sum is the network's own.
    """
    config = {"peft_type": "LORA", "r": 4, "lora_alpha": 6}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    found, generator = {}, torch.Generator().manual_seed(2)
    for name, tensor in state.items():
        place, _, last = name.rpartition(".")
        adapted = re.search(r"attn\.qkv$|attention\.query$|q_proj$|mlp\.c_fc$", place)
        if not adapted:
            found[f"base_model.model.{name}"] = tensor
            continue
        if last == "weight":
            up = torch.randn(tensor.shape[0], 4, generator=generator) * 0.3
            down = torch.randn(4, tensor.shape[1], generator=generator) * 0.3
            found[f"base_model.model.{place}.lora_A.default.weight"] = down
            found[f"base_model.model.{place}.lora_B.default.weight"] = up
            # in 64 bits, as the sum of which the file's numbers are a rounding
            tensor = (tensor.double() - 1.5 * up.double() @ down.double()).float()
        found[f"base_model.model.{place}.base_layer.{last}"] = tensor
    return found


WRAPPERS: dict[str, Wrapper] = {
    "bare": lambda s, n, f: s,
    "model, optimizer": lambda s, n, f: {
        "model": s,
        "optimizer": {"state": {0: {"exp_avg": torch.ones(3)}}, "param_groups": []},
        "epoch": 3,
        "args": argparse.Namespace(lr=1e-3),
    },
    "Lightning": _lightning,
    "a second network": _beside,
    "DataParallel": lambda s, n, f: {
        "net": {f"module.{k}": t for k, t in s.items()},
        "acc": 93.1,
    },
    "compiled": lambda s, n, f: {f"module._orig_mod.{k}": t for k, t in s.items()},
    "EMA": _averaged,
    "FSDP": _sharded,
    "teacher": _teacher,
    "momentum": _contrasted,
    "two towers": _two_networks,
    "peft": _adapted,
}

# -- references ---------------------------------------------------------------------


def reference(network: Network) -> list[Tensor]:
    """(H, N, N) of each layer: softmax of scaled dot products, written out."""
    found: list[Tensor] = []
    hooks = []
    for part in network.module.modules():
        make = _projected(part)
        if make is not None:
            hooks.append(
                part.register_forward_pre_hook(
                    lambda _p, args, kw, make=make: found.append(
                        make(args[0] if args else kw["hidden_states"])
                    ),
                    with_kwargs=True,
                )
            )
    with torch.no_grad():
        network.module(pixels())
    for hook in hooks:
        hook.remove()
    assert len(found) == DEPTH
    require_sharp(torch.stack(found))
    return found


def _projected(part: Any) -> Callable[[Tensor], Tensor] | None:  # noqa: ANN401
    """The matrix of an attention module as a function of its input."""
    kind = type(part).__name__
    if kind == "MultiheadAttention":  # torchvision's
        weight, bias = part.in_proj_weight, part.in_proj_bias
    elif kind == "Attention":  # timm's
        weight, bias = part.qkv.weight, part.qkv.bias
    elif kind == "ViTAttention":
        layers = [part.q_proj, part.k_proj] if hasattr(part, "q_proj") else None
        if layers is None:
            layers = [part.query, part.key]
        weight = torch.cat([layer.weight for layer in layers])
        bias = torch.cat([layer.bias for layer in layers])
    else:
        return None

    def rows(x: Tensor) -> Tensor:
        q, k = (x @ weight[: 2 * WIDTH].T + bias[: 2 * WIDTH])[0].chunk(2, -1)
        q, k = (t.reshape(-1, HEADS, WIDTH // HEADS).transpose(0, 1) for t in (q, k))
        return torch.softmax(q @ k.transpose(1, 2) * (WIDTH // HEADS) ** -0.5, dim=-1)

    return rows
