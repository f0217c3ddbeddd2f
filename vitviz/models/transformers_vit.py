"""Vision Transformers of Hugging Face transformers: modules and local folders."""

from __future__ import annotations

import contextlib
import inspect
import json
import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn

from vitviz.errors import CheckpointError, UnsupportedModelError
from vitviz.models.adapter import (
    block_list,
    evaluating,
    require_divisible,
    with_attributes,
)
from vitviz.models.checkpoint_files import read_state
from vitviz.models.layout import MAX_BLOCKS
from vitviz.models.position_tables import resampled_tables
from vitviz.models.refusals import require_plain
from vitviz.models.room import require_room
from vitviz.models.transformers_naming import one_naming
from vitviz.pictures.placement import Interpolation, Preprocessing
from vitviz.system.environment import OTHER_MODEL, missing_extra

_log = logging.getLogger(__name__)
_DEPTH = re.compile(r"(^|_)(layers|depth)$")
_RESAMPLING = {
    0: Interpolation.NEAREST,
    1: Interpolation.LANCZOS,
    2: Interpolation.BILINEAR,
    3: Interpolation.BICUBIC,
}  # PIL.Image.Resampling, as preprocessor_config.json stores it


def is_transformers(module: nn.Module) -> bool:
    """Whether it is a transformers model; the library is not imported for that."""
    names = {kind.__module__ for kind in type(module).__mro__}
    return "transformers.modeling_utils" in names


class TransformersAdapter:
    """A vision model, or the vision tower of a two-tower model such as CLIP."""

    def __init__(self, module: nn.Module) -> None:
        tower = getattr(module, "vision_model", None)
        if tower is not None and hasattr(module, "text_model"):
            module = cast("nn.Module", tower)
        require_plain(module)
        if re.search("For(?!ImageClassification)[A-Z]", type(module).__name__):
            # of one that paints hidden patches in (MAE as it is published), the encoder
            module = cast("nn.Module", getattr(module, "base_model", module))
        self.module = module
        self.hf = cast("Any", module)
        self.config = getattr(self.hf.config, "vision_config", self.hf.config)
        patch = getattr(self.config, "patch_size", None)
        if patch is None:
            raise UnsupportedModelError(
                "{kind} does not cut a picture into patches of one size, so it is no "
                "plain Vision Transformer.",
                kind=type(module).__name__,
            )
        height, width = patch if isinstance(patch, list | tuple) else (patch, patch)
        self.patch_size = (width, height)
        self.blocks: Sequence[nn.Module] = block_list(module)
        self.windowed = frozenset(
            number
            for number, block in enumerate(self.blocks)
            if getattr(block, "window_size", 0)  # SAM; others have none
        )
        self.prefix_names: tuple[str, ...] | None = self._prefix_names()
        self.has_pool = any(
            name.endswith(("head.probe", "head.cls_token"))  # SigLIP's, AIMv2's
            for name, _ in module.named_parameters()
        )
        labels = getattr(self.hf.config, "num_labels", 0)
        kind = type(module).__name__
        self.has_head = bool(labels) and "ForImageClassification" in kind
        parameters = inspect.signature(type(module).forward).parameters
        self._can_interpolate = "interpolate_pos_encoding" in parameters
        self._is_masking = hasattr(self.config, "mask_ratio") and "noise" in parameters

    def _prefix_names(self) -> tuple[str, ...]:
        """Special tokens in order, from the parameters that hold them."""
        shapes = {
            name.rpartition(".")[2]: tuple(parameter.shape)
            for name, parameter in self.module.named_parameters()
            if "pool" not in name and "head" not in name  # theirs are no tokens
        }

        def count(*names: str) -> int:
            found = [shapes[name] for name in names if name in shapes]
            return sum(shape[-2] if len(shape) == 3 else 1 for shape in found)

        registers = count("register_tokens", "registers")
        if not registers:
            registers = getattr(self.config, "num_register_tokens", 0) or 0
        classes = count("cls_token", "class_embedding")
        return (
            *("cls" if i == 0 else f"cls{i}" for i in range(classes)),
            *(("dist",) if count("distillation_token") else ()),
            *(f"reg{i}" for i in range(registers)),
        )

    @property
    def own_size(self) -> tuple[int, int]:
        """(width, height) the position table was made for."""
        size = self.config.image_size
        height, width = size if isinstance(size, list | tuple) else (size, size)
        return width, height

    def check_size(self, size: tuple[int, int]) -> None:
        """Any size the patch divides."""
        require_divisible(size, self.patch_size)

    @contextlib.contextmanager
    def ready(self, size: tuple[int, int]) -> Iterator[None]:
        """Evaluation mode, the "sdpa" attention, positions for the grid of `size`."""
        configs = {
            id(part.config): part.config
            for part in self.module.modules()
            if hasattr(part, "config")
        }
        changes: list[tuple[object, str, object]] = [
            (config, "_attn_implementation_internal", "sdpa")
            for config in configs.values()
            if getattr(config, "_attn_implementation", "sdpa") != "sdpa"
        ]
        if self._is_masking:  # no patch is to be left out
            changes.append((self.config, "mask_ratio", 0.0))
        width, height = size
        grid = (height // self.patch_size[1], width // self.patch_size[0])
        with (
            evaluating(self.module),
            with_attributes(*changes),
            resampled_tables(self.module, grid),
            _fused_pooling(self.module),
        ):
            yield

    def forward(self, pixels: Tensor) -> Tensor:
        """Logits; without a head the pooled feature, or the first final token."""
        height, width = pixels.shape[-2:]
        options: dict[str, object] = {}
        if self._can_interpolate and (width, height) != self.own_size:
            options["interpolate_pos_encoding"] = True
        if self._is_masking:  # and none to be moved: they are sorted by their noise
            patches = height // self.patch_size[1] * (width // self.patch_size[0])
            options["noise"] = torch.arange(patches, device=pixels.device)[None]
        output = self.hf(pixel_values=pixels, **options)
        for name in ("logits", "pooler_output"):
            value = getattr(output, name, None)
            if isinstance(value, Tensor) and value.dim() == 2:
                return value
        state = getattr(output, "last_hidden_state", None)
        if state is None:  # a backbone's
            state = output.feature_maps[-1]
        state = cast("Tensor", state)
        return state.flatten(2).mean(-1) if state.dim() == 4 else state[:, 0]


@contextlib.contextmanager
def _fused_pooling(module: nn.Module) -> Iterator[None]:
    """Have the `nn.MultiheadAttention` of a pooling head (SigLIP's) call the kernel.

    transformers 5.23 asks it for its weights and throws them away, which keeps it from
    calling `scaled_dot_product_attention`.
    """
    with contextlib.ExitStack() as stack:
        for part in module.modules():
            if isinstance(part, nn.MultiheadAttention):
                handle = part.register_forward_pre_hook(
                    lambda _part, args, options: (
                        args,
                        {**options, "need_weights": False},
                    ),
                    with_kwargs=True,
                )
                stack.callback(handle.remove)
        yield


def read_folder(
    folder: Path, *, device: torch.device, dtype: torch.dtype
) -> tuple[TransformersAdapter, Preprocessing, tuple[str, ...] | None, Path]:
    """(adapter, preprocessing, labels, weights file) of a transformers folder.

    Only safetensors are read, every name and shape must match, no code is run from
    the folder and nothing is looked up elsewhere.

    Raises CheckpointError, MissingExtraError, UnsupportedModelError, BudgetError.
    """
    weights = folder / "model.safetensors"
    config_path = folder / "config.json"
    if not config_path.is_file():
        raise CheckpointError(
            "{folder} is no model folder: it has no config.json. Give a folder as "
            "save_pretrained writes it.",
            folder=folder.resolve().name,
        )
    if not weights.is_file():
        raise CheckpointError(
            "{folder} holds no weights: model.safetensors is missing. Save the model "
            "again with save_pretrained (safetensors is its default).",
            folder=folder.name,
        )
    try:
        import transformers
    except ImportError:
        raise missing_extra(folder.name, "transformers", "hf", OTHER_MODEL) from None
    state = read_state(weights)  # its header is measured before the library believes it
    count = sum(tensor.numel() for tensor in state.content.values())
    require_room(folder.name, count, device=device, dtype=dtype)
    module = _read_module(transformers, folder, dtype)
    adapter = TransformersAdapter(module.to(device))
    labels = None
    if adapter.has_head:
        names = adapter.hf.config.id2label
        labels = tuple(str(names.get(i, i)) for i in range(len(names)))
    return adapter, read_preprocessing(folder, adapter), labels, weights


def _read_module(transformers: Any, folder: Path, dtype: torch.dtype) -> nn.Module:  # noqa: ANN401
    """The module the folder's config names, every weight matched."""
    try:
        config = transformers.AutoConfig.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False
        )
        names = getattr(config, "architectures", None) or []
        kind = getattr(transformers, names[0], None) if names else None
        if kind is None:
            kind = transformers.AutoModel
        if _depth(config.to_dict()) > MAX_BLOCKS:  # it would be built for ever
            raise CheckpointError(
                "The config.json of {folder} asks for a network beyond all measure.",
                folder=folder.name,
            )
        with _quiet(transformers):
            module, report = kind.from_pretrained(
                folder,
                config=config,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                attn_implementation="sdpa",
                dtype=dtype,
                output_loading_info=True,
            )
    except CheckpointError:
        raise
    except Exception as error:
        # the library raises many kinds for a damaged folder; all mean the same here
        _log.warning("cannot read %s", folder, exc_info=True)
        if "mismatched_sizes" in str(error):
            raise _misfit(folder, _other_shapes(kind, config, folder)) from error
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise CheckpointError(
            "The model in {folder} cannot be read: {reason}",
            folder=folder.name,
            reason=reason[0][:200],
        ) from error
    missing = sorted(map(str, report["missing_keys"]))
    if missing and all(name.startswith("pooler.") for name in missing):
        module.pooler = None  # saved without one; attention does not depend on it
        missing = []
    wrong = [
        *missing,
        *sorted(map(str, report["mismatched_keys"])),
        *sorted(map(str, report["unexpected_keys"])),
    ]
    if wrong:
        raise _misfit(folder, wrong)
    return cast("nn.Module", module)


def _misfit(folder: Path, wrong: Sequence[str]) -> CheckpointError:
    return CheckpointError(
        "The weights in {folder} do not fit its config.json: {count} names or "
        "shapes differ, such as {names}.",
        folder=folder.name,
        count=len(wrong),
        names=", ".join(wrong[:3]),
    )


def _depth(values: object) -> int:
    """The largest number of blocks that a configuration asks for, at any place."""
    if not isinstance(values, dict):
        return 0
    found = [_depth(one) for one in values.values()]
    found += [
        n for key, n in values.items() if _DEPTH.search(str(key)) and type(n) is int
    ]  # type: ignore[misc]
    return max(found, default=0)


def _other_shapes(kind: Any, config: Any, folder: Path) -> list[str]:  # noqa: ANN401
    """What the library keeps to itself: which shapes the config asks for otherwise."""
    with torch.device("meta"):
        module = kind(config)
    wanted = {one_naming(n): tuple(t.shape) for n, t in module.state_dict().items()}
    content = read_state(folder / "model.safetensors").content
    return [
        f"{name} {tuple(tensor.shape)} instead of {wanted[one_naming(name)]}"
        for name, tensor in content.items()
        if wanted.get(one_naming(name), tuple(tensor.shape)) != tuple(tensor.shape)
    ]


@contextlib.contextmanager
def _quiet(transformers: Any) -> Iterator[None]:  # noqa: ANN401
    """No progress bar and no report on standard error: what is wrong is raised."""
    logging_ = transformers.utils.logging
    level = logging_.get_verbosity()
    had_bar = logging_.is_progress_bar_enabled()
    logging_.set_verbosity_error()
    logging_.disable_progress_bar()
    try:
        yield
    finally:
        logging_.set_verbosity(level)
        if had_bar:
            logging_.enable_progress_bar()


def read_preprocessing(folder: Path, adapter: TransformersAdapter) -> Preprocessing:
    """What preprocessor_config.json asks for; the ViT default where it is absent."""
    path = folder / "preprocessor_config.json"
    try:
        config = json.loads(path.read_text("utf-8")) if path.is_file() else {}
        crop = config.get("crop_size") if config.get("do_center_crop") else None
        size = config.get("size", {})
        resize = None
        if crop is not None:
            box = _width_height(crop)
            resize = int(size["shortest_edge"]) if "shortest_edge" in size else None
        elif "height" in size:
            box = _width_height(size)
        else:
            edge = size.get("shortest_edge")
            box = (int(edge), int(edge)) if edge else adapter.own_size
        return Preprocessing(
            mean=_triple(config.get("image_mean", [0.5, 0.5, 0.5])),
            std=_triple(config.get("image_std", [0.5, 0.5, 0.5])),
            size=box,
            resize=resize,
            interpolation=_RESAMPLING[config.get("resample", 2)],
        )
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise CheckpointError(
            "preprocessor_config.json in {folder} cannot be used: {reason}.",
            folder=folder.name,
            reason=str(error)[:200],
        ) from error


def _width_height(size: Any) -> tuple[int, int]:  # noqa: ANN401  (JSON)
    if isinstance(size, int):
        return size, size
    return int(size["width"]), int(size["height"])


def _triple(values: Any) -> tuple[float, float, float]:  # noqa: ANN401  (JSON)
    red, green, blue = (float(value) for value in values)
    return red, green, blue
