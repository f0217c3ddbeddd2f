"""torchvision's and transformers' architectures for the table of families."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

import torch
from torch import Tensor, nn

from tests.models.families import DEPTH, Case, Watch, sharpen_to

# -- torchvision --------------------------------------------------------------------


def torchvision_network(options: dict[str, int]) -> nn.Module:
    """torchvision's ViT of random weights, three blocks deep, sharpened."""
    from torchvision.models import VisionTransformer

    torch.manual_seed(3)
    module: nn.Module = VisionTransformer(num_layers=DEPTH, **options).eval()
    side = options["image_size"]
    pixels = torch.randn(1, 3, side, side)

    def run(network: nn.Module) -> None:
        with torch.inference_mode():
            network(pixels)

    sharpen_to(module, run)
    nn.init.normal_(module.get_parameter("heads.head.weight"))
    return module


def torchvision_watch(module: nn.Module, pixels: Tensor, watch: Watch) -> None:
    """Weights as `need_weights=True` returns them; positions as the library resizes.

    A square of another size goes through torchvision's own `interpolate_embeddings`.
    It has nothing for a grid that is not square: the same bicubic formula is written
    out here, axis by axis.
    """
    network = cast("Any", module)
    height, width = pixels.shape[-2:]
    if (height, width) != (network.image_size, network.image_size):
        table = network.encoder.pos_embedding
        rows, cols = height // network.patch_size, width // network.patch_size
        patches = table.detach()[0, 1:].reshape(
            network.image_size // network.patch_size, -1, table.shape[-1]
        )
        patches = torch.einsum("rR,RCd->rCd", _bicubic(patches.shape[0], rows), patches)
        patches = torch.einsum("cC,rCd->rcd", _bicubic(patches.shape[1], cols), patches)
        network.encoder.pos_embedding = nn.Parameter(
            torch.cat([table.detach()[:, :1], patches.reshape(1, rows * cols, -1)], 1)
        )
    for number, layer in enumerate(network.encoder.layers):
        attend = layer.self_attention.forward

        def with_weights(
            q: Tensor,
            k: Tensor,
            v: Tensor,
            attend: Callable[..., tuple[Tensor, Tensor]] = attend,
            number: int = number,
            **_options: object,
        ) -> tuple[Tensor, Tensor]:
            out = attend(q, k, v, need_weights=True, average_attn_weights=False)
            watch(number, out[1][0])
            return out

        layer.self_attention.forward = with_weights
    with torch.inference_mode():
        tokens = network.conv_proj(pixels).flatten(2).transpose(1, 2)
        tokens = torch.cat([network.class_token, tokens], dim=1)
        network.encoder(tokens)


def _bicubic(old: int, new: int) -> Tensor:
    """(new, old) matrix of cubic convolution, a = −0.75, corners aligned."""
    matrix = torch.zeros(new, old, dtype=torch.float64)
    for i in range(new):
        place = i * (old - 1) / (new - 1) if new > 1 else 0.0
        first = int(place)
        for j in range(first - 1, first + 3):
            x, a = abs(place - j), -0.75
            if x <= 1:
                weight = (a + 2) * x**3 - (a + 3) * x**2 + 1
            elif x < 2:
                weight = a * x**3 - 5 * a * x**2 + 8 * a * x - 4 * a
            else:
                weight = 0.0
            matrix[i, min(max(j, 0), old - 1)] += weight
    return matrix.float()


def _torchvision(name: str, options: dict[str, int], *, quick: bool = False) -> Case:
    return Case(
        name=name,
        library="torchvision",
        family="torchvision",
        prefix=("cls",),
        build=functools.partial(torchvision_network, options),
        watch=torchvision_watch,
        is_quick=quick,
    )


_B = {"num_heads": 12, "hidden_dim": 768, "mlp_dim": 3072}
_L = {"num_heads": 16, "hidden_dim": 1024, "mlp_dim": 4096}
_H = {"num_heads": 16, "hidden_dim": 1280, "mlp_dim": 5120}
TORCHVISION = (
    _torchvision("vit_b_16", {"image_size": 224, "patch_size": 16, **_B}),
    _torchvision("vit_b_32", {"image_size": 224, "patch_size": 32, **_B}, quick=True),
    _torchvision("vit_l_16", {"image_size": 224, "patch_size": 16, **_L}),
    _torchvision("vit_l_32", {"image_size": 224, "patch_size": 32, **_L}),
    _torchvision("vit_h_14", {"image_size": 518, "patch_size": 14, **_H}),
)


# -- transformers -------------------------------------------------------------------


def transformers_network(kind: str, options: dict[str, Any]) -> nn.Module:
    """transformers' network of random weights, three blocks deep, sharpened."""
    import transformers

    torch.manual_seed(5)
    config = getattr(transformers, f"{kind}Config")(
        **{
            "num_hidden_layers": DEPTH,
            "hidden_size": 768,
            "num_attention_heads": 12,
            "intermediate_size": 3072,
            "image_size": 224,
            "patch_size": 16,
            **options,
        }
    )
    task = "ForImageClassification" if kind in ("ViT", "DeiT") else "Model"
    module: nn.Module = getattr(transformers, f"{kind}{task}")(config).eval()
    pixels = torch.randn(1, 3, 224, 224)

    def run(network: nn.Module) -> None:
        with torch.inference_mode():
            network(pixels)

    sharpen_to(module, run)
    return module


def transformers_watch(module: nn.Module, pixels: Tensor, watch: Watch) -> None:
    """The weights of eager attention, as `output_attentions=True` returns them."""
    network = cast("Any", module)
    network.set_attn_implementation("eager")
    _place_positions(module, pixels)
    options: dict[str, Any] = {"output_attentions": True}
    if pixels.shape[-2:] != (224, 224) and _has_option(module):
        options["interpolate_pos_encoding"] = True
    if hasattr(network.config, "mask_ratio"):  # every patch, in its place
        network.config.mask_ratio = 0.0
        count = pixels.shape[-1] * pixels.shape[-2] // network.config.patch_size**2
        options["noise"] = torch.arange(count)[None]
    if hasattr(network, "vision_encoder"):  # SAM chooses when it is built
        found = _sam_weights(network, pixels)
    else:
        with torch.inference_mode():
            found = network(pixels, **options).attentions
    for layer, weights in enumerate(found):
        watch(layer, weights[0])


def _sam_weights(network: Any, pixels: Tensor) -> list[Tensor]:  # noqa: ANN401
    """What SAM's eager attention returns beside its output, layer by layer."""
    from transformers.models.sam.modeling_sam import SamVisionAttention

    found: list[Tensor] = []
    for layer in network.vision_encoder.layers:
        layer.attn.__class__ = SamVisionAttention
        layer.attn.register_forward_hook(
            lambda _module, _args, output: found.append(output[1][None])
        )
    with torch.inference_mode():
        network(pixels)
    return found


def _place_positions(module: nn.Module, pixels: Tensor) -> None:
    """Tables that transformers ties to one grid, resampled by timm's own function."""
    from timm.layers import resample_abs_pos_embed, resample_abs_pos_embed_nhwc

    height, width = pixels.shape[-2:]
    grid = [height // 16, width // 16]
    encoder: Any = getattr(module, "vision_encoder", None)
    if encoder is not None:  # SAM
        encoder.patch_embed.image_size = (height, width)
        made = resample_abs_pos_embed_nhwc(encoder.pos_embed.detach(), grid)
        encoder.pos_embed = nn.Parameter(made)
    if type(module).__name__.startswith("Aimv2"):
        embeddings: Any = module.embeddings
        table = embeddings.position_embedding
        made = resample_abs_pos_embed(
            table.weight.detach()[None], grid, num_prefix_tokens=0
        )
        table.weight = nn.Parameter(made[0])
        embeddings.position_ids = torch.arange(grid[0] * grid[1])[None]


def _has_option(module: nn.Module) -> bool:
    import inspect

    return "interpolate_pos_encoding" in inspect.signature(module.forward).parameters


def _transformers(
    kind: str,
    prefix: tuple[str, ...] = ("cls",),
    *,
    quick: bool = False,
    extras: int = 0,
    windowed: frozenset[int] = frozenset(),
    **options: Any,  # noqa: ANN401  (transformers')
) -> Case:
    return Case(
        name=kind,
        library="transformers",
        family=kind,
        prefix=prefix,
        build=functools.partial(transformers_network, kind, options),
        watch=transformers_watch,
        num_extras=extras,
        is_quick=quick,
        windowed=windowed,
    )


_REGISTERS = tuple(f"reg{i}" for i in range(4))
TRANSFORMERS = (
    _transformers("ViT", quick=True),
    _transformers("DeiT", ("cls", "dist")),
    _transformers("Dinov2"),
    _transformers(
        "Dinov2WithRegisters",
        ("cls", *_REGISTERS),
        num_register_tokens=4,
    ),
    _transformers("DINOv3ViT", ("cls", *_REGISTERS), num_register_tokens=4),
    _transformers("CLIPVision"),
    _transformers("SiglipVision", (), extras=1),
    _transformers("Beit", use_relative_position_bias=True),
    _transformers("ViTMSN"),
    _transformers("ViTMAE"),
    _transformers("IJepa", ()),
    _transformers("InternVLVision", image_size=[224, 224], patch_size=[16, 16]),
    _transformers("MetaClip2Vision"),
    _transformers("Aimv2Vision", (), extras=1, use_head=True),
    _transformers(
        "SamVision",
        (),
        quick=True,
        windowed=frozenset({0, 2}),
        global_attn_indexes=(1,),
        window_size=5,
    ),
)
