"""Folders of adapters as peft writes them, and the network that each changes.

    adapter_config.json + adapter_model.safetensors     the adapter
    the same folder, one beside or inside it            its base, by its name alone

The configuration names the base as a hub or a machine knew it. Only the last part of
that name is compared with what lies beside the adapter; it is no path and is not looked
up. A user names another place before the path, as in base=FOLDER:ADAPTER.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import Tensor

from vitviz.errors import CheckpointError, SelectionError
from vitviz.models.checkpoints.config import read_config, short
from vitviz.models.checkpoints.peft import CONFIG, Adapter, adapter_of, onto
from vitviz.models.checkpoints.read import State, read_state
from vitviz.models.folders.folder_weights import CONFIGS, has_weights

_FILES = ("adapter_model.safetensors", "adapter_model.bin")
_ENDINGS = ("", ".safetensors", ".pth", ".pt", ".bin", ".ckpt")


@dataclass(frozen=True, slots=True)
class AdapterFolder:
    """An adapter that was read, and what it is added to.

    base : the folder or file of the network. said : a phrase for `ModelInfo.assumed`.
    """

    adapter: Adapter
    base: Path
    sha256: str
    said: str

    def added(self, state: State) -> State:
        """Return the base's weights with the adapter added.

        Its digest is that of both digests, one to a line.

        Raises CheckpointError for an adapter of another network.
        """
        content = onto(self.adapter, dict(state.content), state.left)
        lines = f"{state.sha256}\n{self.sha256}\n"
        digest = hashlib.sha256(lines.encode()).hexdigest()
        return replace(state, content=content, sha256=digest)

    def values(self, values: dict[str, Any], task: str | None) -> dict[str, Any]:
        """Return a configuration with the classes that were trained with the adapter.

        task : name of the library's network for classes of that kind.
        """
        count = self.adapter.num_classes
        if count is None or task is None:
            return values
        names = values.get("id2label")
        found = {**values, "architectures": [task], "num_labels": count}
        if not isinstance(names, dict) or len(names) != count:
            found = {
                k: v for k, v in found.items() if k not in ("id2label", "label2id")
            }
        return found


def _opened(folder: Path, base: Path) -> AdapterFolder:
    """Return the adapter in a folder. Raises CheckpointError."""
    path = next(folder / name for name in _FILES if os.path.isfile(folder / name))
    state = read_state(path)
    tensors = {name: one for name, one in state.content.items() if _is_tensor(one)}
    where = "the network beside it" if base == folder else short(base.name)
    return AdapterFolder(
        adapter_of(tensors, path),
        base,
        state.sha256,
        f"adapter {path.name} added to {where}",
    )


def _is_tensor(value: object) -> bool:
    return isinstance(value, Tensor)


def is_adapter(folder: Path) -> bool:
    """Return whether a folder holds an adapter of peft's with its configuration."""
    return os.path.isfile(folder / CONFIG) and any(
        os.path.isfile(folder / name) for name in _FILES
    )


def folder_of_adapter(path: Path) -> Path | None:
    """Return the folder of an adapter's file that lies beside its configuration."""
    is_named = path.name in _FILES and os.path.isfile(path)
    return path.parent if is_named and is_adapter(path.parent) else None


def read_adapter(folder: Path, base: str | None = None) -> AdapterFolder:
    """Return the adapter of a folder with the place of its base.

    base : the base's folder or file, as the user names it.

    Raises CheckpointError without a base at hand, and SelectionError for a named one
    that is not there.
    """
    name = _name_of_base(folder)
    if base is not None:
        named = [Path(base).expanduser(), folder / base, folder.parent / base]
        there = next((one for one in named if os.path.exists(one)), None)
        if there is None:
            raise SelectionError("There is no folder {name}.", name=base)
        return _opened(folder, there)
    found = next(_bases(folder, name), None)
    if found is None and not name:
        raise CheckpointError(
            "{folder} holds an adapter (PEFT) and does not say to what it is to be "
            "added. Copy it into the folder of its base, or name that: "
            "base=FOLDER:{folder}",
            folder=folder.resolve().name,
        )
    if found is None:
        raise CheckpointError(
            "{folder} holds an adapter (PEFT) without its base, {name}. Put the base's "
            "folder beside it under that name, or name it: base=FOLDER:{folder}",
            folder=folder.resolve().name,
            name=name,
        )
    return _opened(folder, found)


def _name_of_base(folder: Path) -> str:
    """Return the last part of the name of the base; empty where there is none."""
    value = read_config(folder / CONFIG, folder).get("base_model_name_or_path")
    last = re.split(r"[\\/]", value.rstrip("\\/"))[-1] if isinstance(value, str) else ""
    return last if re.fullmatch(r"[\w.\-]{1,200}", last) and last.strip(".") else ""


def _bases(folder: Path, name: str) -> Iterator[Path]:
    """Find what may be the base: the folder itself, then what has its name beside."""
    if any(os.path.isfile(folder / one) for one in CONFIGS):
        yield folder
    around = (folder, folder.parent, folder.parent.parent)
    for place in around if name else ():
        for ending in _ENDINGS:
            one = place / f"{name}{ending}"
            is_folder = os.path.isdir(one) and (one / CONFIG) != folder / CONFIG
            if is_folder and has_weights(one) and not is_adapter(one):
                yield one
            elif ending and os.path.isfile(one):
                yield one
