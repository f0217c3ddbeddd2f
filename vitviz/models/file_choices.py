"""What a user says of weights that neither names nor shapes tell.

    heads=12,weights=model_ema:PATH        vitviz.load_model, --model, a session's model
    timm:NAME=PATH                         the network alone
    problem=multi_label:PATH               also of folders, and of the catalogue's names
    tower=vision_model:FOLDER              a network for pictures in a larger model
    base=FOLDER:ADAPTER                    what an adapter of peft's is added to

The text stands before the path wherever a model is named, so that it is kept with the
model in sessions, exports and command lines.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from vitviz.domain.problem_type import PROBLEM_TYPES
from vitviz.errors import SelectionError
from vitviz.models.catalogue.entries import network_at

# Of a layer; here, as the window reads it without loading torch.
MAX_HEADS = 1_024
# Rows and columns.
GRID = re.compile(r"[1-9]\d{0,3}x[1-9]\d{0,3}")
# Values of the options that have a closed set, the names of timm's layers among them.
ACTIVATIONS = ("gelu", "gelu_tanh", "quick_gelu", "relu", "silu")
POOLS = ("cls", "mean")
# A phrase of `ModelInfo.assumed`: the tower that was taken, and the others.
_OTHER_TOWERS = r"tower (\S+), others: (.+)"
_VALUES = {"activation": ACTIVATIONS, "pool": POOLS, "problem": PROBLEM_TYPES}


@dataclass(frozen=True, slots=True)
class FileChoices:
    """What the user chose for a file; None where it was left open.

    network : one of timm's.
    heads : of each layer.
    weights : a word of the place of the weights in the file, such as "model_ema".
    activation : of the MLP, one of `ACTIVATIONS`.
    pool : where the feature comes from, one of `POOLS`.
    problem : what the head was trained for, a value of `ProblemType`.
    tower : of a folder: the name of the network for pictures in a larger model.
    grid : rows and columns of the position table, as in "16x12".
    base : of an adapter: the folder or file of the network that it changes.
    """

    network: str | None = None
    heads: int | None = None
    weights: str | None = None
    activation: str | None = None
    pool: str | None = None
    problem: str | None = None
    tower: str | None = None
    grid: str | None = None
    base: str | None = None

    @property
    def grid_sides(self) -> tuple[int, int] | None:
        """(rows, columns) of the position table."""
        if self.grid is None:
            return None
        rows, cols = map(int, self.grid.split("x"))
        return rows, cols

    @property
    def text(self) -> str | None:
        """As it stands before a path; None if nothing was chosen."""
        chosen = {
            one.name: value
            for one in fields(self)
            if (value := getattr(self, one.name)) is not None
        }
        if chosen.keys() <= {"network"}:
            return self.network
        return ",".join(f"{name}={value}" for name, value in chosen.items())


def without_problem(said: str | None, place: str) -> str:
    """Return the name of a model without what the user says of its head.

    said, place : as `split_network` returns them.
    """
    rest = replace(choices_of(said), problem=None).text
    return place if rest is None else network_at(rest, place)


def several_towers(assumed: Sequence[str]) -> tuple[str, ...]:
    """Return the towers of a folder's model, the one that is shown first.

    assumed : of a `ModelInfo`. Empty unless there are several.
    """
    matches = (re.fullmatch(_OTHER_TOWERS, phrase) for phrase in assumed)
    found = next((one for one in matches if one is not None), None)
    return () if found is None else (found[1], *found[2].split(", "))


def choices_of(text: str | None) -> FileChoices:
    """Return the choices that `text`, as `split_network` found it, stands for.

    Raises SelectionError for an option or a value that there is not.
    """
    if text is None:
        return FileChoices()
    if "=" not in text:
        return FileChoices(network=text)
    found = dict(part.split("=", 1) for part in text.split(","))
    heads = found.pop("heads", None)
    number = None
    if heads is not None:
        if not re.fullmatch(r"[1-9]\d{0,3}", heads) or int(heads) > MAX_HEADS:
            raise SelectionError(
                "heads is a number from 1 to {most}, not {given}.",
                most=MAX_HEADS,
                given=heads,
            )
        number = int(heads)
    for name, values in _VALUES.items():
        if found.get(name, values[0]) not in values:
            raise SelectionError(
                "There is no {name} {given}; choose one of {values}.",
                name=name,
                given=found[name],
                values=", ".join(values),
            )
    grid = found.get("grid", "1x1")
    if not GRID.fullmatch(grid):
        raise SelectionError(
            "grid is rows and columns, as in grid=16x12, not {given}.", given=grid
        )
    return FileChoices(heads=number, **found)
