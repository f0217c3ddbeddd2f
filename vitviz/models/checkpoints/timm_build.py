"""Building of timm's networks by name around given weights, and timm's model folders.

    require_known, timm_trained      a network by its name
    hub_config, from_config          a folder as timm's hub has it, with a config.json

Preprocessing is what timm's own evaluation transform does.
"""

from __future__ import annotations

import contextlib
import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from torch.overrides import TorchFunctionMode

from vitviz.domain.placement import Fit
from vitviz.errors import CheckpointError, Phrase, UnknownModelError
from vitviz.models.catalogue.entries import TIMM_PREFIX
from vitviz.models.checkpoints.checks import (
    MODEL_ERRORS,
    owned,
    require_enough_numbers,
    size_of,
)
from vitviz.models.checkpoints.config import (
    BLOCKS,
    CLASSES,
    DEPTH,
    FLAG,
    HEADS,
    MAX_CLASSES,
    MAX_LABEL,
    MAX_PATCH,
    MAX_SIDE,
    TOKENS,
    WIDTH,
    WORD,
    chosen,
    not_followed,
    not_passed_on,
    number,
    read_config,
    short,
    sides,
    unusable,
    whole,
)
from vitviz.models.checkpoints.offline import offline
from vitviz.models.checkpoints.read import Price
from vitviz.pictures.preprocessing import Interpolation, Preprocessing
from vitviz.system.environment import OTHER_MODEL, missing_extra
from vitviz.system.memory import is_out_of_memory

# Fields of a `pretrained_cfg` by which timm would look for other weights.
_PLACES = (
    "source",
    "file",
    "url",
    "state_dict",
    "hf_hub_id",
    "hf_hub_filename",
    "custom_load",
)


def timm_library(name: str) -> Any:  # noqa: ANN401
    """Return the library, for the model of this name. Raises MissingExtraError."""
    try:
        import timm
    except ImportError:
        raise missing_extra(name, "timm", "timm", OTHER_MODEL) from None
    return timm


def require_known(name: str) -> None:
    """Raise UnknownModelError, with what may be meant, for a name that timm lacks."""
    timm = timm_library(name)
    tagged = name.partition(".")[0]
    if timm.is_model(name):
        known = timm.list_models(f"{tagged}.*", pretrained=True)
        if name == tagged or name in known:
            return
    else:
        known = timm.list_models(pretrained=True) + timm.list_models()
    near = difflib.get_close_matches(name, known, n=1)
    raise UnknownModelError(
        "timm has no model {name}.{hint}",
        name=name,
        hint=Phrase(" Did you mean {name}?", {"name": near[0]}) if near else "",
    )


def timm_trained(
    name: str,
    state: dict[str, Any],
    path: Path,
    dtype: torch.dtype,
    *,
    overlay: Mapping[str, object] | None = None,
    price: Price | None = None,
    **options: Any,  # noqa: ANN401
) -> Any:  # noqa: ANN401
    """Return timm's network with these weights; `options` go to `timm.create_model`.

    overlay : fields of timm's configuration that differ for these weights.
    price : called with the count of numbers in the network that is asked for.

    Where every name and shape is the network's own, it is built without memory and
    takes the tensors: drawing random weights first takes longer than all
    else. Otherwise timm renames what it knows under other names.

    Raises CheckpointError, MissingExtraError, and what `price` raises.
    """
    timm = timm_library(name)
    there = sum(one.numel() for one in state.values() if isinstance(one, torch.Tensor))
    try:
        module = built_without_memory(timm, name, **options)
        if module is not None:
            if price is not None:
                price(size_of(module))
                require_enough_numbers(path, size_of(module), there)
            wanted = {key: tensor.shape for key, tensor in module.state_dict().items()}
            found = {k: getattr(tensor, "shape", None) for k, tensor in state.items()}
            tables = {key for key, _ in module.named_buffers()} - wanted.keys()
            if wanted == found and not tables:
                weights = {key: owned(tensor, dtype) for key, tensor in state.items()}
                module.load_state_dict(weights, strict=True, assign=True)
                return module
        elif price is not None:
            price(_least_size(options))
            require_enough_numbers(path, _least_size(options), there)
        # handed over as a dictionary, and every other place taken away, so that timm
        # looks neither into a cache nor into the network
        given = {**(overlay or {}), **dict.fromkeys(_PLACES), "state_dict": state}
        if not state:
            raise ValueError("it holds no tensors")
        with offline():
            module = timm.create_model(
                name,
                pretrained=True,
                pretrained_cfg_overlay={**given, "custom_load": False},
                **options,
            )
    except MODEL_ERRORS as error:
        if is_out_of_memory(error):
            raise
        raise misfit(path, f"{TIMM_PREFIX}{name}", error) from error
    module.pretrained_cfg.pop("state_dict", None)
    return module


def built_without_memory(timm: Any, name: str, **options: Any) -> Any:  # noqa: ANN401
    """Return a network of timm's on the meta device; None if it cannot be built so.

    What computes with tensors while it is built cannot.

    Raises what the network's own code raises for options that it does not take.
    """
    with contextlib.suppress(NotImplementedError, RuntimeError):
        return skeleton_of(lambda: timm.create_model(name, pretrained=False, **options))
    return None


def skeleton_of(build: Callable[[], Any]) -> Any:  # noqa: ANN401
    """Return the network that `build` makes, on the meta device, without memory.

    Raises what `build` raises there.
    """
    try:
        with torch.device("meta"):
            return build()
    except (NotImplementedError, RuntimeError):
        with torch.device("meta"), _RampsInMemory():
            return build()


class _RampsInMemory(TorchFunctionMode):
    """Mode in which `torch.linspace` makes numbers: timm before 1.0.21 reads them.

    Its networks ask each number of the rates at which blocks are dropped in training.
    """

    def __torch_function__(
        self,
        function: Any,  # noqa: ANN401
        types: Any,  # noqa: ANN401
        args: Any = (),  # noqa: ANN401
        kwargs: Any = None,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401
        """Call the function, `linspace` with memory."""
        kwargs = dict(kwargs or {})
        if function is torch.linspace:
            kwargs["device"] = "cpu"
        return function(*args, **kwargs)


def _least_size(options: Mapping[str, Any]) -> int:
    """Return the numbers that the blocks and positions of a ViT hold at the least."""
    width, depth = options.get("embed_dim", 1), options.get("depth", 1)
    blocks: int = round(depth * width * width * (4 + 2 * options.get("mlp_ratio", 4)))
    size, patch = options.get("img_size", 1), options.get("patch_size", 16)
    rows, cols = (
        side // cut
        for side, cut in zip(
            size if isinstance(size, tuple) else (size, size),
            patch if isinstance(patch, tuple) else (patch, patch),
            strict=True,
        )
    )
    beside: int = (rows * cols + options.get("num_classes", 0)) * width
    return blocks + beside


def misfit(path: Path, name: str, error: Exception) -> CheckpointError:
    """Return the error for a file that does not hold a network's weights."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return CheckpointError(
        "{path} does not hold the weights of {name}: {reason}.",
        path=path.name,
        name=name,
        reason=" ".join(lines[1:2] or lines[:1])[:300].rstrip(".") or "damaged",
    )


# timm's names of ways to bring a picture to a size.
CROP_MODES = {
    "center": Fit.CROP,
    "squash": Fit.SQUEEZE,
    "border": Fit.LETTERBOX,
}


def timm_preprocessing(module: Any) -> Preprocessing:  # noqa: ANN401  (timm has no types)
    """Return what timm's evaluation transform does, from the weights' metadata."""
    from timm.data import resolve_model_data_config

    config = resolve_model_data_config(module)
    _, height, width = config["input_size"]
    mean, mode = tuple(config["mean"]), config.get("crop_mode", "center")
    pct = config["crop_pct"]
    sides = int(width / pct), int(height / pct)
    fit = CROP_MODES[mode]
    resize: int | tuple[int, int] = min(sides)
    if fit is not Fit.CROP:
        resize = sides if fit is Fit.SQUEEZE else max(sides)
    return Preprocessing(
        mean=mean,
        std=tuple(config["std"]),
        size=(width, height),
        resize=resize,
        interpolation=Interpolation[config["interpolation"].upper()],
        fit=fit,
        # timm pads with the nearest colour of 8 bits
        padding=tuple(round(255 * m) / 255 for m in mean)
        if fit is Fit.LETTERBOX
        else None,
    )


# The `model_type` of transformers' wrapper, and what it puts before each name.
WRAPPER, WRAPPED = "timm_wrapper", "timm_model."


def hub_config(folder: Path) -> dict[str, Any] | None:
    """Read the config.json that timm wrote into a folder; None if there is none.

    Also that of transformers' wrapper around a network of timm's.
    """
    path = folder / "config.json"
    try:
        if not os.path.isfile(path):
            return None
        config = read_config(path, folder)
    except (OSError, CheckpointError):
        return None
    if config.get("model_type", WRAPPER) != WRAPPER:
        return None
    own = config.get("pretrained_cfg", config)
    is_ours = isinstance(config.get("architecture"), str) and isinstance(own, dict)
    return config if is_ours else None


def name_of(folder: Path) -> str:
    """Return a folder's name; in the hub's cache that is two above it."""
    whole = folder.absolute()
    if whole.parent.name == "snapshots":
        return whole.parents[1].name.rpartition("--")[2]
    return whole.resolve().name


@dataclass(frozen=True, slots=True)
class TimmFolder:
    """A network that a folder's config.json asks for, in checked values.

    options : of `timm.create_model`.
    assumed : what of the configuration is not followed, a phrase each.
    """

    name: str
    options: dict[str, Any]
    assumed: tuple[str, ...]


_RATIO = number(1 / 64, 64)
_FINITE = number(-1e6, 1e6)
# Options of timm's Vision Transformers (1.0.20 to 1.0.31) that shape a network or
# change what it computes. None of them can name a file, a place or code: words are keys
# of timm's own tables of layers.
_OPTIONS = {
    **dict.fromkeys(("img_size", "ref_feat_shape"), sides(1, MAX_SIDE)),
    "patch_size": sides(1, MAX_PATCH),
    "in_chans": whole(1, 64),
    "num_classes": CLASSES,
    "depth": DEPTH,
    **dict.fromkeys(
        ("embed_dim", "neck_chans", "head_hidden_size", "rel_pos_dim"), WIDTH
    ),
    **dict.fromkeys(("num_heads", "num_kv_heads", "attn_pool_num_heads"), HEADS),
    **dict.fromkeys(("reg_tokens", "num_reg_tokens", "swiglu_align_to"), TOKENS),
    "window_size": whole(0, MAX_PATCH),
    "global_attn_indexes": BLOCKS,
    **dict.fromkeys(("mlp_ratio", "attn_pool_mlp_ratio"), _RATIO),
    **dict.fromkeys(("init_values", "rope_grid_offset"), _FINITE),
    "rope_temperature": number(1e-3, 1e12),
    **dict.fromkeys(
        (
            "attn_only_layer_scale class_token dynamic_img_pad dynamic_img_size "
            "fc_norm final_norm no_embed_class pool_include_prefix pre_norm "
            "proj_bias qk_norm qkv_bias qkv_fused rope_rotate_half "
            "scale_attn_inner scale_attn_norm scale_mlp scale_mlp_norm "
            "shared_rel_pos swiglu_mlp use_abs_pos "
            "use_abs_pos_emb use_fc_norm use_post_norm use_post_transformer_norm "
            "use_pre_transformer_norm use_rel_pos use_rel_pos_bias use_rope "
            "use_rot_pos_emb use_shared_rel_pos_bias"
        ).split(),
        FLAG,
    ),
    **dict.fromkeys(
        (
            "act_layer attn_layer attn_type embed_norm_layer global_pool norm_layer "
            "pos_embed rel_pos_type rope_grid_indexing rope_type"
        ).split(),
        WORD,
    ),
}
# Options that say how to train a network, or where to put it.
_OF_TRAINING = {
    *(
        "attn_drop_rate device drop_path_rate drop_rate dtype exportable fix_init "
        "head_init_scale no_jit patch_drop_rate pos_drop_rate pretrained "
        "proj_drop_rate rope_jitter_coords rope_rescale_coords rope_shift_coords "
        "scriptable weight_init"
    ).split()
}
# Fields of timm's `pretrained_cfg` that say how a picture becomes the input.
_INPUT = {
    "crop_mode": WORD,
    "crop_pct": number(0.01, 10),
    "fixed_input_size": FLAG,
    "interpolation": WORD,
    "num_classes": CLASSES,
}


def from_config(config: dict[str, Any], folder: Path) -> TimmFolder:
    """Return the network that a config of timm's asks for, every value checked.

    Raises CheckpointError.
    """
    name, own = config["architecture"], dict(config.get("pretrained_cfg", config))
    options = config.get("model_args") or {}
    for key in ("num_classes", "label_names"):
        if config.get(key) is not None:
            own[key] = config[key]
    if not re.fullmatch(r"\w{1,80}", name) or not isinstance(options, dict):
        raise CheckpointError(
            "The config.json of {folder} names no network of timm.", folder=folder.name
        )
    unknown = [key for key in options if key not in {*_OPTIONS, *_OF_TRAINING}]
    if unknown:
        raise not_passed_on(folder, unknown, "timm")
    described = {**chosen(own, _INPUT, folder), **_pictures(own, folder)}
    labels = _labels(own.get("label_names"), folder)
    if labels is not None:
        described["label_names"] = labels
    interpolation = described.get("interpolation", "bicubic")
    if interpolation.upper() not in Interpolation.__members__:
        names = ", ".join(one.lower() for one in Interpolation.__members__)
        raise unusable(folder, "interpolation", interpolation, names)
    mode = described.get("crop_mode", "center")
    if mode not in CROP_MODES:
        raise unusable(folder, "crop_mode", mode, ", ".join(CROP_MODES))
    places = [key for key in _PLACES if own.get(key) and key != "source"]
    return TimmFolder(
        name,
        {**chosen(options, _OPTIONS, folder), "pretrained_cfg": described},
        not_followed(places),
    )


def _pictures(own: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return size, mean and deviation of the input. Raises CheckpointError."""
    found: dict[str, Any] = {}
    size = own.get("input_size")
    if size is not None:
        sizes = size if isinstance(size, list) else []
        is_size = len(sizes) == 3 and all(type(n) is int and n > 0 for n in sizes)
        if not is_size or max(sizes) > MAX_SIDE:
            wanted = f"[3, 1 … {MAX_SIDE}, 1 … {MAX_SIDE}]"
            raise unusable(folder, "input_size", size, wanted)
        found["input_size"] = tuple(sizes)
    for key, least in (("mean", -100.0), ("std", 1e-6)):
        value = own.get(key)
        if value is None:
            continue
        if not is_triple(value, least):
            raise CheckpointError(
                "The config.json of {folder} has the {key} {value}, not three numbers.",
                folder=folder.name,
                key=key,
                value=short(value),
            )
        found[key] = tuple(value)
    return found


def is_triple(values: object, least: float) -> bool:
    """Return whether these are three numbers from `least` to 100."""
    return (
        isinstance(values, list)
        and len(values) == 3
        and all(type(n) in (int, float) and least <= n <= 100 for n in values)
    )


def _labels(names: object, folder: Path) -> tuple[str, ...] | None:
    """Return the classes' names. Raises CheckpointError."""
    if names is None:
        return None
    is_list = isinstance(names, list) and len(names) <= MAX_CLASSES
    if not is_list or not all(
        isinstance(one, str | int) and len(str(one)) <= MAX_LABEL
        for one in cast("list[object]", names)
    ):
        wanted = Phrase("a list of at most {most:,} names", {"most": MAX_CLASSES})
        raise unusable(folder, "label_names", names, wanted)
    return tuple(map(str, cast("list[object]", names)))
