"""Files of weights in a folder: found by the names that libraries give them, and read.

    folder_of       the folder of a file of weights that lies beside its configuration
    find_folder     the folder itself, or the newest checkpoint of a training run in it
    has_weights     whether there are any
    weight_files    its files: one, or the parts that an index lists
    read_files      all of them as one `State`

An index is data: only plain names of files beside it are followed.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from vitviz.errors import CheckpointError, Phrase
from vitviz.models.checkpoints.config import read_config, short
from vitviz.models.checkpoints.errors import MAX_TENSORS
from vitviz.models.checkpoints.read import Keep, Price, State, read_state
from vitviz.models.checkpoints.unwrap import unwrap

# Parts that an index may list.
MAX_PARTS = 1_000
# Entries of a folder that are looked at.
_MOST_ENTRIES = 10_000
_STEMS = ("model", "pytorch_model", "open_clip_model", "open_clip_pytorch_model")
# By ending, the better ones first.
_NAMES = {"safetensors": _STEMS, "bin": _STEMS, "msgpack": ("flax_model",)}
# Configurations that a folder is read by.
CONFIGS = ("config.json", "open_clip_config.json")
_PART = re.compile(r"[\w.\-]{1,200}\.(safetensors|bin|msgpack)")
_CHECKPOINT = re.compile(r"checkpoint-(\d{1,12})")
# Files that other programs read, and what to do instead.
_REASONS = {
    r"adapter_model\.(safetensors|bin)$": "it holds an adapter (PEFT) without its "
    "adapter_config.json. Copy that beside it, or merge both with merge_and_unload() "
    "and save_pretrained().",
    r"\.distcp$": "its weights are parts of one checkpoint. Join them: python -m "
    "torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER model.pth",
    r"(^tf_model.*|\.weights)\.h5$|\.keras$": "its weights are TensorFlow's. Save it "
    "again with transformers 4: from_pretrained(FOLDER, from_tf=True), then "
    "save_pretrained().",
    r"\.(gguf|onnx)$": "its weights are made for another program. Take the safetensors "
    "file of the same model.",
}
_WEIGHTS = re.compile(r"\.(safetensors|bin|pth|pt|ckpt|npz|msgpack)$")
# Written beside weights by training programs; they hold none.
_NO_WEIGHTS = re.compile(
    r"^(training_args|optimizer|scheduler|scaler|rng_state\w*|random_states\w*)\."
)


@dataclass(frozen=True, slots=True)
class FolderWeights:
    """The files of a folder's weights, in the order of their names.

    index : the file that lists them, if there are several.
    said : what was chosen among several, a phrase each.
    """

    files: tuple[Path, ...]
    index: Path | None = None
    said: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file that stands for all."""
        return self.index or self.files[0]

    @property
    def size_bytes(self) -> int:
        """Bytes of all files."""
        return sum(file.stat().st_size for file in self.files)


def folder_of(path: Path) -> Path | None:
    """Return the folder of a file of its weights with a configuration; else None."""
    folder, is_named = path.parent, path.name.startswith((*_STEMS, "flax_model"))
    if not is_named or not any(os.path.isfile(folder / name) for name in CONFIGS):
        return None
    try:
        found = weight_files(folder)
    except CheckpointError:
        return None
    return folder if path in found.files else None


def find_folder(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Return the folder to open, and what is said of the choice.

    Itself, if it holds a configuration or weights; else the newest checkpoint-N of a
    training run in it.
    """
    names = _names(folder)
    if _holds_model(names):
        return folder, ()
    found: list[tuple[int, Path]] = []
    for name in names:
        match = _CHECKPOINT.fullmatch(name)
        if match is not None and _holds_model(_names(folder / name)):
            found.append((int(match[1]), folder / name))
    if not found:
        return folder, ()
    _, newest = max(found)
    return newest, (f"{newest.name}, the newest of {len(found)} checkpoints",)


def _holds_model(names: Sequence[str]) -> bool:
    is_configured = any(name in names for name in CONFIGS)
    return is_configured or any(map(_is_weights, names))


def _is_weights(name: str) -> bool:
    return bool(_WEIGHTS.search(name)) and not _NO_WEIGHTS.match(name)


def _names(folder: Path) -> list[str]:
    """Return the names in a folder, sorted; none for what cannot be listed."""
    try:
        with os.scandir(folder) as entries:
            found = [entry.name for entry, _ in zip(entries, range(_MOST_ENTRIES))]
    except OSError:
        return []
    return sorted(found)


def has_weights(folder: Path) -> bool:
    """Return whether a folder holds weights, of whatever program."""
    return any(_is_weights(name) or _reason(name) for name in _names(folder))


def weight_files(folder: Path) -> FolderWeights:
    """Return the files of a folder's weights.

    Safetensors before pickles and Flax's, whole before parts, plain before variants
    (fp16), as the libraries look; else the only file of weights there is.

    Raises CheckpointError if there is none, with what lies there instead.
    """
    names = _names(folder)
    for ending, stems in _NAMES.items():
        for stem in stems:
            found = _named(folder, names, stem, ending)
            if found is not None:
                return found
    others = [name for name in names if _is_weights(name)]
    others = [name for name in others if not _reason(name)]
    if len(others) == 1 and os.path.isfile(folder / others[0]):
        return FolderWeights((folder / others[0],))
    if others:
        raise CheckpointError(
            "{folder} holds several files of weights: {names}. Open the one that you "
            "mean.",
            folder=folder.name,
            names=", ".join(short(name) for name in others[:5]),
        )
    for name in names:
        reason = _reason(name)
        if reason:
            raise CheckpointError(
                "{folder} cannot be opened: {reason}",
                folder=folder.name,
                reason=Phrase(reason),
            )
    raise CheckpointError(
        "{folder} holds no weights: model.safetensors is missing. Save the model "
        "again with save_pretrained (safetensors is its default).",
        folder=folder.name,
    )


def _reason(name: str) -> str:
    return next(
        (why for pattern, why in _REASONS.items() if re.search(pattern, name)), ""
    )


def _named(
    folder: Path, names: Sequence[str], stem: str, ending: str
) -> FolderWeights | None:
    """Return the files of that name: whole, in parts, or a variant of either."""
    whole = re.compile(rf"{stem}(?:\.(\w{{1,20}}))?\.{ending}")
    index = re.compile(rf"{stem}\.{ending}\.index(?:\.(\w{{1,20}}))?\.json")
    for pattern in (whole, index):
        found = {m[1] or "": name for name in names if (m := pattern.fullmatch(name))}
        if not found:
            continue
        variant = min(found)
        path = folder / found[variant]
        if not os.path.isfile(path):
            continue
        said: tuple[str, ...] = ()
        if variant:
            said = (f"the weights in {path.name}",)
        if pattern is whole:
            return FolderWeights((path,), None, said)
        return FolderWeights(_parts(path, folder), path, said)
    return None


def _parts(index: Path, folder: Path) -> tuple[Path, ...]:
    """Return the files that an index lists, in the order of their names.

    Raises CheckpointError for a name that is not plain, and for a file that is missing.
    """
    names = _listed(index)
    parts = sorted({*names.values()})
    if not parts or len(names) > MAX_TENSORS or len(parts) > MAX_PARTS:
        raise _damaged(index, folder, "it lists no weights, or too many")
    for part in parts:
        if not _PART.fullmatch(part) or ".." in part:
            raise _damaged(index, folder, f"{short(part)} is no name of a file in it")
        if not os.path.isfile(folder / part):
            raise CheckpointError(
                "{folder} is not complete: {part}, which {index} lists, is missing. "
                "Download the folder again.",
                folder=folder.name,
                part=part,
                index=index.name,
            )
    return tuple(folder / part for part in parts)


def _listed(index: Path) -> dict[str, str]:
    """Return the file of each tensor, as an index lists them."""
    listed = read_config(index, index.parent).get("weight_map")
    return {k: str(v) for k, v in listed.items()} if isinstance(listed, dict) else {}


def _damaged(index: Path, folder: Path, reason: str) -> CheckpointError:
    return CheckpointError(
        "The weights in {folder} cannot be read: {index} is damaged ({reason}).",
        folder=folder.name,
        index=index.name,
        reason=reason,
    )


def read_files(
    found: FolderWeights, *, price: Price | None = None, keep: Keep | None = None
) -> State:
    """Return the tensors of all files by their names.

    keep : which tensors are wanted. Parts that hold none of them, as the index says,
        are not read.

    The digest of several files is that of their digests, one to a line, in order.

    Raises CheckpointError, BudgetError, and what `keep` raises.
    """
    states = []
    count = 0

    def add(more: int) -> None:
        nonlocal count
        count += more
        if price is not None:
            price(count)

    files, of_file = found.files, keep
    left: list[str] = []
    if keep is not None and found.index is not None:
        places = _listed(found.index)
        kept = frozenset(keep([*places]))
        wanted = {places[name] for name in kept}
        files = tuple(file for file in found.files if file.name in wanted)
        left = [name for name in places if name not in kept]
        of_file = kept.intersection
    for file in files:
        states.append(read_state(file, price=add, keep=of_file))
    if not states:
        raise _damaged(found.path, found.path.parent, "it lists no weights")
    content: dict[str, Tensor] = {}
    for state in states:
        tensors = unwrap(state).as_written
        if of_file is not None:  # of a pickle, which is read as a whole
            kept_here = of_file([*tensors, *state.left])
            left += [name for name in tensors if name not in kept_here]
            tensors = {name: tensors[name] for name in tensors if name in kept_here}
        left += state.left
        twice = content.keys() & tensors.keys()
        if twice:
            raise CheckpointError(
                "The weights in {folder} cannot be read: {name} stands in two files.",
                folder=found.path.parent.name,
                name=short(min(twice), 120),
            )
        content.update(tensors)
        if len(content) > MAX_TENSORS:
            raise _damaged(found.path, found.path.parent, "too many tensors")
    if len(states) == 1:
        digest = states[0].sha256
    else:
        lines = "".join(f"{state.sha256}\n" for state in states)
        digest = hashlib.sha256(lines.encode()).hexdigest()
    return State(
        found.path,
        states[0].kind,
        sum(state.size_bytes for state in states),
        digest,
        content,
        states[0].metadata,
        tuple(dict.fromkeys(left)),
    )
