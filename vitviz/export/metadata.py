"""What is needed to make exported numbers or a figure again, and reading it back."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from vitviz._version import META_KEY, __version__
from vitviz.domain.interventions import Interventions, changed_fields
from vitviz.system.dataclass_json import parsed
from vitviz.views.state import Direction, ViewState

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.domain.heads import HeadChoice
    from vitviz.models.model import ModelInfo


def metadata(
    trace: Trace,
    *,
    method: str,
    heads: tuple[HeadChoice, ...],
    options: dict[str, object],
    direction: Direction = Direction.LOOKS_AT,
    is_renormalised: bool = False,
    view: dict[str, object] | None = None,
) -> dict[str, object]:
    """Return what is needed to make a file again; plain values for JSON.

    options : what shaped it, as the command line has it.
    view : how it was shown.
    """
    setup = trace.setup
    info, placement, own = setup.model, setup.placement, setup.preprocessing
    image = setup.image
    fusions = [c.fusion.value if c.single is None else None for c in heads]
    return {
        "program": "vitviz",
        "model": {
            "name": info.name,
            "source": info.source,
            "weights_sha256": weights_sha256(info),
            "num_layers": info.num_layers,
            "num_heads": trace.num_heads,
            "num_pool_heads": 0 if trace.pool is None else trace.pool.num_heads,
            "patch_size": list(info.patch_size),
            "special_tokens": list(setup.prefix_names),
            "dtype": info.dtype,
            "device": info.device,
            "assumed": list(info.assumed),
            "fallback": None if setup.fallback is None else str(setup.fallback),
        },
        "image": None
        if image is None
        else {
            "name": image.name,
            "sha256": image.sha256,
            "size": list(image.size),
            "notes": [str(note) for note in image.notes],
        },
        "preprocessing": {
            "resize": list(placement.resized_size),
            "crop_offset": list(placement.offset),
            "input_size": list(placement.model_size),
            "fit": placement.fit.value,
            "interpolation": own.interpolation.name.lower(),
            "mean": list(own.mean),
            "std": list(own.std),
        },
        "method": method,
        "direction": direction.value,
        "renormalised": is_renormalised,
        "view": view or {},
        "options": options,
        "fusion": fusions,
        "interventions": listed_changes(setup.interventions),
        "max_error": trace.max_error,
        "versions": versions(),
    }


def view_values(state: ViewState) -> dict[str, object]:
    """Return how a view was drawn, in plain values: scale, colours, smoothing."""
    return {
        "style": state.style.value,
        "colormap": state.colormap,
        "opacity": state.look.opacity,
        "smooth": state.smooth,
        "grid": state.show_grid,
        "scale": state.scale.value,
        "fixed_range": list(state.fixed_range),
        "log": state.log,
        "clip_percent": state.clip_percent,
        "beside": list(state.others),
    }


def listed_changes(interventions: Interventions) -> list[dict[str, Any]]:
    """What was changed of the model, one after another; plain values for JSON."""
    return [changed_fields(part) for part in interventions.parts()]


def weights_sha256(info: ModelInfo) -> str | None:
    """SHA-256 of the weights, computed once for a file that does not change."""
    path = info.weights_path
    if path is None or not path.is_file():
        return None
    state = path.stat()
    key = (path, state.st_size, state.st_mtime_ns)
    if key not in _hashes:
        _hashes[key] = info.weights_sha256()
    return _hashes[key]


_hashes: dict[tuple[Path, int, int], str | None] = {}


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    found = {
        "python": platform.python_version(),
        "numpy": np.__version__,
        "vitviz": __version__,
    }
    for name in ("torch", "torchvision", "timm", "transformers", "pillow"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def is_whole(path: Path) -> bool:
    """Return whether a file that `read_metadata` has read is complete to its end."""
    import PIL.Image

    try:
        match path.suffix.lower():
            case ".npz":
                with np.load(path, allow_pickle=False) as data:
                    return data.zip is not None and data.zip.testzip() is None
            case ".svg":
                with path.open("rb") as file:
                    file.seek(max(0, path.stat().st_size - 64))
                    return file.read().rstrip().endswith(b"</svg>")
            case kind:
                with PIL.Image.open(path, formats=[kind[1:].upper()]) as made:
                    for frame in range(getattr(made, "n_frames", 1)):
                        made.seek(frame)
                        made.load()
                return True
    except Exception:
        # whatever a library makes of a half, it is no whole
        return False


def read_metadata(path: Path) -> dict[str, Any]:
    """What a .png, .gif, .svg or .npz of ours says of itself.

    Raises OSError, KeyError, TypeError or ValueError for any other file.
    """
    import html
    import re

    import PIL.Image

    match path.suffix.lower():
        case ".npz":
            with np.load(path, allow_pickle=False) as data:
                text = str(data["meta"])
        case ".svg":
            found = re.search(r"<desc>(.*?)</desc>", path.read_text("utf-8"), re.DOTALL)
            text = html.unescape(found[1]) if found else ""
        case ".gif":
            with PIL.Image.open(path, formats=["GIF"]) as made:
                text = made.info["comment"].decode()
        case _:
            with PIL.Image.open(path, formats=["PNG"]) as made:
                text = made.info[META_KEY]
    meta: dict[str, Any] = parsed(text)
    return meta
