"""Kinds of networks in folders of transformers, by `model_type`, and their keys.

VISION          Vision Transformers that build themselves from their configuration
TWO_TOWERS      a tower for text beside, whose configuration is inside as well
KEYS            rules of the keys that shape a network; the others reach no library
reason_against  why a kind is none of them
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import Any, cast

from vitviz.models.adapters.refusals import reason_of
from vitviz.models.checkpoints.config import (
    BLOCKS,
    DEPTH,
    FLAG,
    HEADS,
    MAX_PATCH,
    MAX_SIDE,
    TOKENS,
    WIDTH,
    WIDTHS,
    WORD,
    Rule,
    number,
    sides,
    whole,
)

# Each is held against the library's own attention, token by token:
# tests/models/test_kinds_of_the_library.py. Those with a `backbone` look it up.
VISION = {
    *(
        "aimv2_vision_model altclip_vision_model beit blip_2_vision_model "
        "blip_vision_model chinese_clip_vision_model clip_vision_model "
        "clipseg_vision_model data2vec-vision deepseek_ocr2_sam_vision_model deit "
        "dinov2 dinov2_with_registers dinov3_vit dpt flava_image_model "
        "git_vision_model got_ocr2_vision idefics2_vision idefics3_vision ijepa "
        "instructblip_vision_model instructblipvideo_vision_model internvl_vision "
        "janus_vision_model kosmos_2_vision_model metaclip_2_vision_model mlcd "
        "mlcd_vision_model ovis2_vision owlv2_vision_model owlvit_vision_model pixio "
        "pixtral qianfan_ocr_vision radio sam3_vit_model "
        "sam_hq_vision_model sam_vision_model sapiens2 siglip_vision_model "
        "slanext_vision smolvlm_vision step3p5_vision tipsv2_vision_model "
        "unlimited_ocr_sam_vision_model vit vit_mae vit_msn vitdet vitpose_backbone "
        "yolos"
    ).split()
}
TWO_TOWERS = {"aimv2", "clip", "metaclip_2", "siglip"}

# Keys that shape a network or change what it computes, of all kinds together
# (transformers 5.0 to 5.23). None of them can name a file, a place or code: words are
# keys of the library's own tables of layers. A kind takes those that it knows.
KEYS: Mapping[str, Rule] = {
    **dict.fromkeys(
        ("image_size", "max_img_size", "pretrain_image_size"), sides(1, MAX_SIDE)
    ),
    "patch_size": sides(1, MAX_PATCH),
    "num_channels": whole(1, 64),
    **dict.fromkeys(("num_hidden_layers", "decoder_num_hidden_layers", "depth"), DEPTH),
    **dict.fromkeys(
        (
            "auxiliary_channels decoder_hidden_size decoder_intermediate_size "
            "hidden_size intermediate_size mlp_dim output_channels part_features "
            "patch_dim pooler_output_size projection_dim projection_size"
        ).split(),
        WIDTH,
    ),
    **dict.fromkeys(
        (
            "decoder_num_attention_heads num_attention_heads num_key_value_groups "
            "num_key_value_attention_heads num_key_value_heads"
        ).split(),
        HEADS,
    ),
    **dict.fromkeys(
        (
            "auxiliary_num_convs max_position_embeddings n_cls_tokens num_cls_tokens "
            "num_detection_tokens num_image_tokens num_pos_feats num_register_tokens "
            "num_registers num_visual_indicator_tokens"
        ).split(),
        TOKENS,
    ),
    **dict.fromkeys(
        ("num_first_full_attention_layers", "num_last_full_attention_layers"),
        whole(0, int(DEPTH.most)),
    ),
    "encoder_stride": whole(1, MAX_PATCH),
    "hidden_stride": whole(1, MAX_PATCH),
    "num_experts": whole(1, 64),
    "window_size": whole(0, MAX_PATCH),
    # pieces of text, or of pictures in BEiT's
    "vocab_size": whole(1, 1_000_000),
    **dict.fromkeys(
        (
            "global_attn_indexes",
            "pool_scales",
            "residual_block_indices",
            "summary_idxs",
            "window_block_indices",
        ),
        BLOCKS,
    ),
    **dict.fromkeys(("downsample_channels", "num_key_value_heads_per_layer"), WIDTHS),
    "mlp_ratio": number(1 / 64, 64),
    **dict.fromkeys(("layer_norm_eps", "rms_norm_eps"), number(0, 1)),
    **dict.fromkeys(("layer_scale_init_value", "layerscale_value"), number(-1e6, 1e6)),
    "rope_theta": number(1e-3, 1e12),
    "mask_ratio": number(0, 1),
    **dict.fromkeys(
        (
            "add_fpn apply_layernorm attention_bias auxiliary_concat_input is_native "
            "key_bias mask_token mlp_bias norm_pix_loss normalize_backbone_outputs "
            "proj_bias qkv_bias query_bias "
            "reshape_hidden_states use_abs_pos use_absolute_position_embeddings "
            "use_auxiliary_head use_gated_mlp use_head use_mask_token use_mean_pooling "
            "use_mid_position_embeddings use_qk_norm use_rel_pos "
            "use_relative_position_bias use_relative_position_embeddings "
            "use_shared_relative_position_bias use_swiglu_ffn value_bias "
            "vision_use_head"
        ).split(),
        FLAG,
    ),
    **dict.fromkeys(
        ("hidden_act", "norm_type", "pooler_act", "tokenize_function"), WORD
    ),
}
# Keys of training, of what is returned, of how it was written, and of heads that are
# not built: nothing is computed otherwise for them.
OF_TRAINING = {
    *(
        "_out_features _out_indices add_projection architectures attention_dropout "
        "attention_probs_dropout_prob auxiliary_loss auxiliary_loss_weight "
        "backbone_featmap_shape backbone_out_indices bbox_cost "
        "bbox_loss_coefficient bos_token_id chunk_size_feed_forward class_cost "
        "drop_path_rate dropout_prob dtype eos_coefficient eos_token_id flip_pairs "
        "fusion_hidden_size giou_cost "
        "giou_loss_coefficient head_config head_in_index hidden_dropout "
        "hidden_dropout_prob hidden_dropout_rate id2label "
        "initializer_factor initializer_range is_encoder_decoder label2id "
        "logit_scale_init_value max_logit_scale model_type neck_hidden_sizes "
        "neck_ignore_stages num_labels out_features "
        "out_indices output_attentions output_hidden_states pad_token_id "
        "pos_embed_jitter pos_embed_rescale pos_embed_shift problem_type "
        "projection_dropout readout_type reassemble_factors return_dict "
        "semantic_classifier_dropout semantic_loss_ignore_index text_config "
        "torch_dtype transformers_version use_batch_norm_in_fusion_residual "
        "use_bias_in_fusion_residual vision_config"
    ).split()
}
# Keys by which transformers would look for other files, other weights or code.
PLACES = (
    "auto_map",
    "backbone",
    "backbone_config",
    "backbone_kwargs",
    "custom_pipelines",
    "extra_files",
    "fusion_config",
    "quantization_config",
    "transformers_weights",
    "use_pretrained_backbone",
    "use_timm_backbone",
)

_PACKED = (
    "it takes patches that were cut and packed before, and not a picture. Take a "
    "plain ViT, such as timm:vit_base_patch16_siglip_224"
)
_PIECES = (
    "it takes several pieces of a picture at a time. Take a plain ViT, such as "
    "timm:vit_base_patch16_siglip_224"
)
_SEVERAL = (
    "it takes several pictures at a time. Take a plain ViT, such as "
    "timm:vit_base_patch16_224"
)
_READING = (
    "it reads a text together with the picture. Take a plain ViT, such as "
    "timm:vit_base_patch16_clip_224"
)
# What a network asks for beside the pixels, and what it takes then.
_ARGUMENTS = (
    (
        "grid_thw image_grid_thw image_grid_hw spatial_shapes target_sizes "
        "pixel_position_ids flattened_patches",
        _PACKED,
    ),
    ("aspect_ratio_ids pixel_values_local", _PIECES),
    ("prompt_pixel_values pixel_values_videos", _SEVERAL),
    ("input_ids decoder_input_ids", _READING),
)
FEATURES = (
    "it looks at features of another network, and not at patches of the picture. Take "
    "a plain ViT, such as timm:vit_base_patch16_224"
)
_NO_PICTURES = (
    "it takes no pictures. Take a Vision Transformer, such as timm:vit_base_patch16_224"
)


def reason_against(transformers: Any, kind: str) -> str | None:  # noqa: ANN401
    """Return why a kind of the library's cannot be shown; None if that is not known.

    Asked of the library: the name of its network, and what that takes.
    """
    from transformers.models.auto.image_processing_auto import (
        IMAGE_PROCESSOR_MAPPING_NAMES as PROCESSORS,
    )

    try:
        family = transformers.CONFIG_MAPPING[kind]
        place = family.__module__.replace(".configuration_", ".modeling_")
        module = importlib.import_module(place)
    except (AttributeError, ImportError, KeyError):
        return None  # or it needs a library that is not installed
    classes = [
        one
        for one in vars(module).values()
        if isinstance(one, type)
        and issubclass(one, transformers.PreTrainedModel)
        and getattr(one, "config_class", None) is family
    ]
    reasons = (reason_of(one.__name__) for one in classes)
    reason = next((one for one in reasons if one is not None), None)
    if reason is not None:
        return reason
    passes = [cast("Any", one).forward for one in classes]
    taken = {name for one in passes for name in inspect.signature(one).parameters}
    for names, why in _ARGUMENTS:
        if taken & {*names.split()}:
            is_text = "input_ids" in names
            if not is_text or "pixel_values" in taken:
                return why
    if "backbone_config" in (getattr(family, "sub_configs", None) or {}):
        return FEATURES
    return None if "pixel_values" in taken or kind in PROCESSORS else _NO_PICTURES
