"""Class labels from a file: one a line, or JSON in its common forms."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from vitviz.errors import CheckpointError, FileError
from vitviz.models.checkpoints.config import MAX_LABEL
from vitviz.models.checkpoints.errors import refusal
from vitviz.models.model import Model, num_outputs
from vitviz.system.untrusted_files import read_untrusted

MAX_BYTES = 4 * 2**20
MAX_LABELS = 100_000


def labelled(model: Model, labels: str | Path | Sequence[str]) -> Model:
    """Return the model with other labels for its classes.

    labels : a file that `read_labels` reads, or the labels themselves.

    Raises CheckpointError if the model has no classes, or another number of them.
    """
    is_file = isinstance(labels, str | Path)
    names = read_labels(Path(labels)) if is_file else tuple(map(str, labels))  # type: ignore[arg-type]
    count = num_classes(model)
    if count is None:
        raise CheckpointError(
            "{model} has no classes to name: it returns a feature.",
            model=model.info.name,
        )
    if len(names) != count:
        raise CheckpointError(
            "{model} has {classes:,} classes, and {file} names {labels:,}.",
            model=model.info.name,
            classes=count,
            file=Path(labels).name if is_file else "the list",  # type: ignore[arg-type]
            labels=len(names),
        )
    return replace(model, info=replace(model.info, labels=names))


# Files of labels as training programs name them, the preferred one first.
_BESIDE = (
    "labels.txt class_names.txt classes.txt labels.json class_names.json classes.json "
    "id2label.json index_to_name.json label_map.json"
).split()


def with_labels_beside(model: Model, folder: Path) -> Model:
    """Return the model with the labels of a file in its folder, if it has only numbers.

    A file that does not fit is said in `ModelInfo.assumed`.
    """
    count = num_classes(model)
    labels = model.info.labels
    if count is None or (labels is not None and not _are_numbers(labels)):
        return model
    for name in _BESIDE:
        path = folder / name
        if not path.is_file():
            continue
        try:
            return labelled(model, path)
        except CheckpointError:
            said = (*model.info.assumed, f"{name} does not fit the classes")
            return replace(model, info=replace(model.info, assumed=said))
    return model


def _are_numbers(labels: Sequence[str]) -> bool:
    """Return whether labels only count, as 3 or transformers' LABEL_3."""
    return all(
        label in (str(index), f"LABEL_{index}") for index, label in enumerate(labels)
    )


def num_classes(model: Model) -> int | None:
    """Return the number of logits; None for a model without a head."""
    return num_outputs(model.info, model.adapter.module)


def read_labels(path: Path) -> tuple[str, ...]:
    """Read the labels in the order of the classes.

    A text file has one a line, in UTF-8. A JSON file is a list, or an object from
    numbers to labels (also to lists that end in one, as ImageNet's index has them), or
    a transformers configuration with `id2label`.

    Raises CheckpointError.
    """
    try:
        text = read_untrusted(path, MAX_BYTES).decode("utf-8-sig")
    except FileError as error:
        raise CheckpointError(error.template, **error.values) from error
    except ValueError as error:
        raise refusal(path, "is no text (UTF-8) of labels.") from error
    if text.lstrip().startswith(("[", "{")):
        names = _from_json(path, text)
    else:
        names = tuple(line.strip() for line in text.splitlines() if line.strip())
    if not 0 < len(names) <= MAX_LABELS:
        raise refusal(path, "holds {count:,} labels.", count=len(names))
    longest = max(map(len, names))
    if longest > MAX_LABEL:  # a window would lay it out for minutes
        raise refusal(
            path,
            "holds a label of {count:,} characters; at most {limit:,} are shown.",
            count=longest,
            limit=MAX_LABEL,
        )
    return names


def _from_json(path: Path, text: str) -> tuple[str, ...]:
    try:
        content = json.loads(text)
        if isinstance(content, dict):
            content = content.get("id2label", content)
        if isinstance(content, dict):
            by_number = {int(key): value for key, value in content.items()}
            if sorted(by_number) != list(range(len(by_number))):
                raise refusal(path, "does not number its labels from 0 on.")
            content = [by_number[index] for index in range(len(by_number))]
        return tuple(_name(value) for value in content)
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise refusal(path, "is no list of labels: give one a line.") from error


def _name(value: object) -> str:
    """Return a label; the last of a list such as ["n01440764", "tench"]."""
    if isinstance(value, list) and value:
        value = value[-1]
    if not isinstance(value, str | int):
        raise TypeError
    return str(value).strip()
