"""timm's architectures for the table of families, and their unfused path."""

from __future__ import annotations

import functools
from typing import Any, cast

import torch
from torch import Tensor, nn

import vitviz
from tests.models.families import DEPTH, Case, Watch, sharpen_to, sizes

CLS = ("cls",)


def _registers(count: int) -> tuple[str, ...]:
    return tuple(f"reg{i}" for i in range(count))


def timm_network(name: str, options: dict[str, Any]) -> nn.Module:
    """timm's architecture of random weights, three blocks deep, sharpened."""
    import timm

    torch.manual_seed(4)
    try:
        module = timm.create_model(
            name, pretrained=False, **{"depth": DEPTH, **options}
        )
    except (TypeError, AssertionError):  # its depth is part of its name
        module = timm.create_model(name, pretrained=False, **options)
        module.blocks = module.blocks[:DEPTH]
    module = cast("nn.Module", module.eval())

    def run(network: nn.Module) -> None:
        model = vitviz.wrap(network)
        size = sizes(model)["not square"]
        with torch.inference_mode(), model.adapter.ready(size):
            model.adapter.forward(torch.randn(1, 3, size[1], size[0]))

    sharpen_to(module, run)
    return module


def timm_watch(module: nn.Module, pixels: Tensor, watch: Watch) -> None:
    """What goes into each block's dropout after softmax on the unfused path."""
    network = cast("Any", module)
    for layer, block in enumerate(network.blocks):
        attention = getattr(block, "attn", block)  # parallel blocks are their own
        attention.fused_attn = False
        attention.attn_drop.register_forward_pre_hook(
            lambda _m, args, layer=layer: watch(
                layer, args[0][0] if args[0].dim() == 4 else args[0]
            )
        )
    height, width = pixels.shape[-2:]
    if tuple(network.patch_embed.img_size) != (height, width):
        if hasattr(network, "set_input_size"):
            network.set_input_size(img_size=(height, width))
        else:
            network.patch_embed.strict_img_size = False
    with torch.inference_mode():
        network(pixels)


def _timm(
    family: str,
    name: str,
    prefix: tuple[str, ...] = CLS,
    *,
    quick: bool = False,
    extras: int = 0,
    windowed: frozenset[int] = frozenset(),
    **options: Any,  # noqa: ANN401  (timm's)
) -> Case:
    return Case(
        name=name,
        library="timm",
        family=family,
        prefix=prefix,
        build=functools.partial(timm_network, name, options),
        watch=timm_watch,
        num_extras=extras,
        is_quick=quick,
        windowed=windowed,
    )


_DINOV3 = (*CLS, *_registers(4))
TIMM = (
    _timm("AugReg", "vit_tiny_patch16_224", quick=True),
    _timm("AugReg", "vit_small_patch16_224"),
    _timm("AugReg", "vit_small_patch32_224"),
    _timm("AugReg", "vit_base_patch8_224"),
    _timm("AugReg", "vit_large_patch16_384"),
    _timm("AugReg", "vit_giant_patch14_224"),
    _timm("DINO", "vit_small_patch8_224"),
    _timm("DINO", "vit_base_patch16_224"),
    _timm("DINOv2", "vit_small_patch14_dinov2"),
    _timm("DINOv2", "vit_base_patch14_dinov2"),
    _timm("DINOv2", "vit_giant_patch14_dinov2", img_size=224),
    _timm(
        "DINOv2, registers",
        "vit_small_patch14_reg4_dinov2",
        (*CLS, *_registers(4)),
        img_size=140,
    ),
    _timm("DINOv2, registers", "vit_large_patch14_reg4_dinov2", (*CLS, *_registers(4))),
    _timm("TIPSv2", "vit_base_patch14_reg1_tipsv2", (*CLS, "reg0")),
    _timm("DINOv3", "vit_small_patch16_dinov3", _DINOV3, quick=True),
    _timm("DINOv3", "vit_small_plus_patch16_dinov3", _DINOV3),
    _timm("DINOv3", "vit_large_patch16_dinov3", _DINOV3),
    _timm("DINOv3", "vit_base_patch16_dinov3_qkvb", _DINOV3),
    _timm("LingBot", "vit_small_patch16_lingbot", (*CLS, *_registers(4))),
    _timm("Sapiens 2", "vit_base_patch16_sapiens2", (*CLS, *_registers(8))),
    _timm("DeiT", "deit_tiny_patch16_224"),
    _timm(
        "DeiT, distilled",
        "deit_tiny_distilled_patch16_224",
        ("cls", "dist"),
        quick=True,
    ),
    _timm("DeiT, distilled", "deit_base_distilled_patch16_384", ("cls", "dist")),
    _timm("DeiT-3", "deit3_small_patch16_224"),
    _timm("DeiT-3", "deit3_huge_patch14_224"),
    _timm("CLIP", "vit_base_patch32_clip_224"),
    _timm("CLIP", "vit_base_patch16_clip_quickgelu_224"),
    _timm("CLIP", "vit_large_patch14_clip_336"),
    _timm("CLIP", "vit_gigantic_patch14_clip_224"),
    _timm("SigLIP", "vit_base_patch16_siglip_224", (), quick=True, extras=1),
    _timm("SigLIP", "vit_base_patch16_siglip_gap_224", ()),
    _timm("SigLIP", "vit_so400m_patch14_siglip_378", (), extras=1),
    _timm("MAE", "vit_huge_patch14_224"),
    _timm("MAE", "vit_large_patch16_224"),
    _timm("BEiT", "beit_base_patch16_224", quick=True),
    _timm("BEiT", "beit_large_patch16_384"),
    _timm("BEiT v2", "beitv2_base_patch16_224"),
    _timm("BEiT-3", "beit3_base_patch16_224"),
    _timm("EVA", "eva_giant_patch14_224"),
    _timm("EVA", "eva_large_patch14_196"),
    _timm("EVA-02", "eva02_tiny_patch14_224"),
    _timm("EVA-02", "eva02_base_patch14_448"),
    _timm("EVA-02, CLIP", "eva02_base_patch16_clip_224"),
    _timm("EVA-02, CLIP", "eva02_enormous_patch14_clip_224"),
    _timm("RoPE", "vit_small_patch16_rope_224"),
    _timm("RoPE", "vit_small_patch16_rope_ape_224"),
    _timm("RoPE, mixed", "vit_small_patch16_rope_mixed_224"),
    _timm("RoPE, mixed", "vit_small_patch16_rope_mixed_ape_224"),
    _timm("RoPE, register", "vit_base_patch16_rope_reg1_gap_256", ("reg0",)),
    _timm("PE core", "vit_pe_core_tiny_patch16_384", extras=1),
    _timm("PE core", "vit_pe_core_large_patch14_336", extras=1),
    _timm("PE lang", "vit_pe_lang_large_patch14_448"),
    _timm("PE spatial", "vit_pe_spatial_tiny_patch16_512"),
    _timm(
        "SAM",
        "samvit_base_patch16_224",
        (),
        quick=True,
        global_attn_indexes=(1,),
        windowed=frozenset({0, 2}),
        window_size=5,
    ),
    _timm(
        "SAM",
        "samvit_base_patch16",
        (),
        global_attn_indexes=(2,),
        windowed=frozenset({0, 1}),
        img_size=512,
    ),
    _timm("relative position", "vit_relpos_small_patch16_224", ()),
    _timm("relative position", "vit_relpos_base_patch16_clsgap_224"),
    _timm("relative position", "vit_relpos_small_patch16_rpn_224", ()),
    _timm("relative position", "vit_srelpos_small_patch16_224", ()),
    _timm("AIMv2", "aimv2_large_patch14_224", ()),
    _timm("InternViT", "vit_intern300m_patch14_448"),
    _timm("RADIO", "vit_base_patch16_radio_v3", (*CLS, *_registers(7))),
    _timm("FlexiViT", "flexivit_small"),
    _timm("registers, average", "vit_mediumd_patch16_reg4_gap_256", _registers(4)),
    _timm("registers, average", "vit_betwixt_patch16_reg1_gap_256", ("reg0",)),
    _timm(
        "shape-optimised", "vit_so150m_patch16_reg4_map_256", _registers(4), extras=1
    ),
    _timm("hybrid", "vit_tiny_r_s16_p8_224"),
    _timm("hybrid", "vit_base_mci_224"),
    _timm("res-post-norm", "vit_base_patch16_rpn_224", ()),
    _timm("parallel, qk-norm", "vit_base_patch16_xp_224"),
)
