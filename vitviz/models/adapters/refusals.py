"""Networks without attention between all patches: reasons, and what to take instead.

Known by the names of their classes in torchvision, timm and transformers, and by the
names of their tensors in files. A network that is not in these tables is tried, and
refused where it shows that it does not fit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from torch import nn

from vitviz.errors import UnsupportedModelError

_WINDOWS = (
    "its attention stays in windows, so no matrix joins all patches. Take a plain "
    "ViT, such as timm:deit3_small_patch16_224"
)
_STAGES = (
    "its patches are merged from stage to stage, so they have no one grid. Take a "
    "plain ViT, such as timm:vit_small_patch16_224"
)
_CHANNELS = (
    "its attention is between channels and not between patches. Take a plain ViT of "
    "the same training, such as timm:vit_small_patch16_224.dino"
)
_TALKING = (
    "it mixes its heads before and after the softmax, so no head has weights of its "
    "own. Take the same authors' timm:deit3_small_patch16_224"
)
_GATED = (
    "it mixes attention with a gate for positions, in code of its own. Take the plain "
    "timm:deit_small_patch16_224, which it was made from"
)
_PACKED = (
    "it takes patches of any aspect, packed into one sequence (NaFlex). Take its twin "
    "of one size, such as timm:vit_base_patch16_siglip_224"
)
_TWO = (
    "it runs two sequences of patches side by side. Take a plain ViT, such as "
    "timm:vit_small_patch16_224"
)
_OUTLOOK = (
    "its first blocks have no queries and keys (outlook attention). Take a plain ViT, "
    "such as timm:deit3_small_patch16_224"
)
_NO_ATTENTION = (
    "it has no attention at all. Take a Vision Transformer, such as "
    "timm:vit_small_patch16_224"
)
_DETECTION = (
    "it appends tokens for detected objects after the patches. Take the ViT it was "
    "made from, such as timm:deit_small_patch16_224"
)
_ORDER = (
    "it keeps its patches window by window, and not row by row. Take the plain ViT, "
    "such as timm:vit_small_patch14_dinov2.lvd142m"
)
_LAST = (
    "its class token comes after the patches. Take a plain ViT, such as "
    "timm:vit_base_patch16_clip_224"
)
_GROUPS = (
    "it merges its patches into groups, so they have no one grid. Take a plain ViT, "
    "such as timm:vit_base_patch16_clip_224"
)
_MASKED = (
    "its fused attention is masked as that of a text, unlike its own (transformers "
    "5.23). Take a plain ViT, such as timm:vit_base_patch16_siglip_224"
)
_SOUND = "it takes sound and not a picture. Take a ViT for pictures"
_VIDEO = "it takes a video and not a picture. Take a ViT for pictures"

# By class name, without what `_ENDINGS` lists.
_REASONS = {
    "SwinTransformer": _WINDOWS,
    "SwinTransformerV2": _WINDOWS,
    "SwinTransformerV2Cr": _WINDOWS,
    "Swin": _WINDOWS,
    "Swinv2": _WINDOWS,
    "DonutSwin": _WINDOWS,
    "MaxxVit": _WINDOWS,
    "MaxVit": _WINDOWS,
    "Nest": _WINDOWS,
    "DaVit": _WINDOWS,
    "Twins": _WINDOWS,
    "GlobalContextVit": _WINDOWS,
    "Xcit": _CHANNELS,
    "Cait": _TALKING,
    "ConVit": _GATED,
    "MultiScaleVit": _STAGES,
    "MViT": _STAGES,
    "Hiera": _STAGES,
    "HieraDet": _STAGES,
    "Sam2": _STAGES,
    "PoolingVisionTransformer": _STAGES,
    "PyramidVisionTransformerV2": _STAGES,
    "Pvt": _STAGES,
    "PvtV2": _STAGES,
    "Segformer": _STAGES,
    "Glpn": _STAGES,
    "CoaT": _STAGES,
    "Levit": _STAGES,
    "LevitDistilled": _STAGES,
    "Visformer": _STAGES,
    "EfficientFormer": _STAGES,
    "NextViT": _STAGES,
    "TinyVit": _STAGES,
    "Cvt": _STAGES,
    "MobileViT": _STAGES,
    "NaFlexVit": _PACKED,
    "Siglip2Vision": _PACKED,
    "TNT": _TWO,
    "CrossVit": _TWO,
    "VOLO": _OUTLOOK,
    "MlpMixer": _NO_ATTENTION,
    "ResNet": _NO_ATTENTION,
    "ConvNeXt": _NO_ATTENTION,
    "ConvNext": _NO_ATTENTION,
    "PoolFormer": _NO_ATTENTION,
    "FocalNet": _NO_ATTENTION,
    "Align": _NO_ATTENTION,
    "AlignVision": _NO_ATTENTION,
    "Bit": _NO_ATTENTION,
    "ConvNextV2": _NO_ATTENTION,
    "EfficientNet": _NO_ATTENTION,
    "MobileNetV1": _NO_ATTENTION,
    "MobileNetV2": _NO_ATTENTION,
    "RegNet": _NO_ATTENTION,
    "VAN": _NO_ATTENTION,
    "Swin2SR": _WINDOWS,
    "MaskFormerSwin": _WINDOWS,
    "Dinat": _WINDOWS,
    "MobileViTV2": _STAGES,
    "SwiftFormer": _STAGES,
    "EdgeTam": _STAGES,
    "EdgeTamVision": _STAGES,
    "LwDetrViT": _ORDER,
    "RfDetrDinov2": _ORDER,
    "Llama4Vision": _LAST,
    "GroupViTVision": _GROUPS,
    "Phi4MultimodalVision": _MASKED,
    "AST": _SOUND,
    "ClapAudio": _SOUND,
    "VJEPA2": _VIDEO,
    "XCLIPVision": _VIDEO,
    "Yolos": _DETECTION,
    "Vivit": _VIDEO,
    "VideoMAE": _VIDEO,
    "Timesformer": _VIDEO,
}
# Endings that transformers appends to a family's name.
_ENDINGS = ("Model", "ForImageClassification", "VisionModel", "Backbone", "Transformer")


# Patterns of tensor names that only such networks have, with the reason.
_NAMES = (
    (r"\battn_in\.|\bcls_token_1$|\.fusion\.\d", _TWO),
    (r"\.attn\.proj_l\.", _TALKING),
    (r"\.attn\.temperature$", _CHANNELS),
    (r"\.gating_param$", _GATED),
    (r"^embeds\.proj\.", _PACKED),
    (r"\bnetwork\.\d+\.\d+\.attn\.attn\.", _OUTLOOK),
    (r"\b(layers\.\d+\.blocks|features\.\d+)\.\d+\.att\w+\.", _WINDOWS),
    (r"\b(attn_grid|grid_attention|transformer_encoder|patch_embeds)\.", _WINDOWS),
    (r"\bstages\.\d+\.blocks\.\d+\.\d+\.attn\.", _WINDOWS),
    (r"\bstages\.\d+\..*att|\.attn\.pool_|sequence_reduction\.", _STAGES),
    (r"\btransformers\.\d+\.pool\.|\bpos_embed_window$|\bserial_blocks", _STAGES),
)
_ATTENTION = re.compile(r"att|qkv|query|in_proj|transformer", re.IGNORECASE)


def reason_against(names: Iterable[str]) -> str | None:
    """Return why a network with tensors of these names cannot be shown, else None.

    A network has the same names in a file as in memory.
    """
    found = list(names)
    for pattern, reason in _NAMES:
        if any(re.search(pattern, name) for name in found):
            return reason
    has_blocks = any(re.search(r"\d\.\w", name) for name in found)
    if has_blocks and not any(map(_ATTENTION.search, found)):
        return _NO_ATTENTION
    return None


def reason_of(kind: str) -> str | None:
    """Return why a network of that class cannot be shown; None if that is not known."""
    family = re.sub(r"For[A-Z]\w*$", "", kind)  # a network for some task
    names = (
        name.removesuffix(ending)
        for ending in ("", *_ENDINGS)
        for name in (kind, family)
    )
    return next((_REASONS[name] for name in names if name in _REASONS), None)


def require_plain(module: nn.Module) -> None:
    """Raise UnsupportedModelError for a network that is known not to fit."""
    kind = type(module).__name__
    reason = reason_of(kind)
    if reason is not None:
        raise UnsupportedModelError(
            "{kind} cannot be shown: {reason}.", kind=kind, reason=reason
        )


def require_parts(module: nn.Module, names: tuple[str, ...]) -> None:
    """Raise UnsupportedModelError if a part of a plain ViT is missing."""
    missing = [name for name in names if not hasattr(module, name)]
    if missing:
        raise UnsupportedModelError(
            "{kind} is not a plain Vision Transformer: it has no {missing}. Take a "
            "model that keeps one sequence of patches from end to end.",
            kind=type(module).__name__,
            missing=", ".join(missing),
        )
