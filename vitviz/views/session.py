"""Session files, `.vitviz`: picture, model, view and saved views as readable JSON.

    Session ── written ──► text of the file ── read ──► Session, unusable keys

A path is written relative to the file, so that a folder can be moved, and absolute in
case the file alone is. Keys of a later version are written back as they were; values
that cannot be used are named and replaced by defaults.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PureWindowsPath
from typing import Any

from vitviz.domain.placement import MAX_SIDE_PX, Fit
from vitviz.errors import InputError
from vitviz.models.catalogue.entries import network_at, split_network
from vitviz.pictures.preprocessing import Preprocessing
from vitviz.pictures.reading import AS_IT_IS, Reading
from vitviz.system.dataclass_json import decoded, encoded, json_text, parsed
from vitviz.system.printable import printable
from vitviz.system.untrusted_files import read_untrusted
from vitviz.views.view_state import ViewState

VERSION = 1
MAX_BYTES = 8 * 2**20
MAX_VIEWS = 1000
SUFFIX = ".vitviz"
# A path of Windows can name another computer: merely looking whether the file is there
# sends the user's name and a proof of the password to it.
_NAMES_COMPUTERS = os.name == "nt"


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How a file becomes a picture and the model's input: values, size and fit.

    Raises ValueError for a side that no run can have.
    """

    size: int | tuple[int, int] | None = None
    # None for the way of the weights' own preprocessing.
    fit: Fit | None = None
    # In place of the weights' own preprocessing.
    preprocessing: Preprocessing | None = None
    # What is shown of a file that holds more than a picture of 8 bits.
    reading: Reading = AS_IT_IS

    def __post_init__(self) -> None:
        sides = self.size if isinstance(self.size, tuple) else (self.size or 1,)
        if self.size == 0 or not all(1 <= side <= MAX_SIDE_PX for side in sides):
            raise ValueError(f"not a size: {self.size}")

    def of_fit(self, fit: Fit | None, own: Fit = Fit.CROP) -> RunOptions:
        """Return the options with another fit; None for the weights' own, `own`.

        A size of two unequal sides becomes its shorter side for `Fit.WHOLE`, which
        keeps the picture's own aspect.
        """
        size = self.size
        if (fit or own) is Fit.WHOLE and isinstance(size, tuple) and size[0] != size[1]:
            size = min(size)
        return replace(self, size=size, fit=fit)


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """The model as `load_model` takes it.

    Raises ValueError for a patch that no model can have.
    """

    # A catalogue name, a file or a folder; empty for one that was in memory.
    #
    # A file may stand behind the network it holds: `timm:NAME=PATH`.
    name: str = ""
    patch_size: int | None = None

    def __post_init__(self) -> None:
        if self.patch_size is not None and not 1 <= self.patch_size <= MAX_SIDE_PX:
            raise ValueError(f"not a patch: {self.patch_size}")


@dataclass(frozen=True, slots=True)
class SavedView:
    """A view state with a name, to step through."""

    name: str = ""
    state: ViewState = ViewState()


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that a session file holds."""

    picture: Path | None = None
    model: ModelChoice = ModelChoice()
    options: RunOptions = RunOptions()
    state: ViewState = ViewState()
    views: tuple[SavedView, ...] = ()
    # Keys of another version, written back as they were.
    unknown: Mapping[str, Any] = field(default_factory=dict)


def written(session: Session, path: Path) -> str:
    """Return the text of a session file that will lie at `path`."""
    content = {
        **session.unknown,
        "vitviz_session": VERSION,
        "picture": _place(session.picture, path),
        "model": _model(session.model, path),
        "options": encoded(session.options),
        "state": encoded(session.state),
        "views": [encoded(view) for view in session.views],
    }
    return json_text(content, indent=1) + "\n"


def read(path: Path, *, is_familiar: bool = False) -> tuple[Session, tuple[str, ...]]:
    """Return the session of a file, and the keys in it that could not be used.

    is_familiar : whether it may name files of another computer (Windows).

    Raises InputError for a file that cannot be read or is no session.
    """
    shown = printable(path.name)
    data = read_untrusted(path, MAX_BYTES)
    try:
        content = parsed(data)
    except ValueError as error:
        raise InputError("{name} is not a session file.", name=shown) from error
    if not isinstance(content, dict) or "vitviz_session" not in content:
        raise InputError("{name} is not a session file.", name=shown)
    bad: list[str] = []

    def part(name: str, kind: type[Any], default: object) -> Any:  # noqa: ANN401
        value, wrong = decoded(kind, _renamed(content.get(name, {})), default)
        bad.extend(f"{name}.{one}".rstrip(".") for one in wrong)
        return value

    options = part("options", RunOptions, RunOptions())
    if options != (possible := options.of_fit(options.fit)):
        bad.append("options.size")
        options = possible
    model = part("model", ModelChoice, ModelChoice())

    def is_refused(place: str) -> bool:
        return not is_familiar and _is_elsewhere(place, path)

    name = _model_found(content.get("model"), model, path, is_refused)
    if is_refused(split_network(name)[1]):
        bad.append("model.name")
        name = ""
    picture = _found(content.get("picture"), path, is_refused)
    if picture is None and content.get("picture") is not None:
        bad.append("picture")
    views = []
    listed = content.get("views", [])
    if not isinstance(listed, list) or len(listed) > MAX_VIEWS:
        bad.append("views")
        listed = []
    for index, item in enumerate(listed):
        view, wrong = decoded(SavedView, _renamed(item), SavedView())
        bad.extend(f"views[{index}].{one}".rstrip(".") for one in wrong)
        if "" not in wrong:
            views.append(replace(view, name=printable(view.name)))
    known = {"vitviz_session", "picture", "model", "options", "state", "views"}
    session = Session(
        picture=picture,
        model=replace(model, name=name),
        options=options,
        state=part("state", ViewState, ViewState()),
        views=tuple(views),
        unknown={key: content[key] for key in content if key not in known},
    )
    return session, tuple(bad)


def _renamed(item: object) -> object:
    """Return a state, or a saved view, with today's names of tabs."""
    if not isinstance(item, dict):
        return item
    item = dict(item)
    # the name of the tab in sessions of an earlier version
    if item.get("tab") == "trial":
        item["tab"] = "map_test"
    if "state" in item:
        item["state"] = _renamed(item["state"])
    return item


def _place(target: Path | None, path: Path) -> dict[str, str] | None:
    """Return a file's path relative to the session's folder, and absolute."""
    if target is None:
        return None
    absolute = target.absolute()
    try:
        relative = os.path.relpath(absolute, path.absolute().parent)
    except ValueError:
        # Windows: no relative path leads to another drive
        return {"absolute": str(absolute)}
    return {"relative": Path(relative).as_posix(), "absolute": str(absolute)}


def _found(value: object, path: Path, is_refused: Callable[[str], bool]) -> Path | None:
    """Return the first of the two paths that exists; else the relative one.

    is_refused : whether a path is not even looked at.
    """
    if not isinstance(value, dict):
        return None
    named = [value.get("relative"), value.get("absolute")]
    places = [
        path.absolute().parent / one  # an absolute one replaces the folder
        for one in named
        if isinstance(one, str) and not is_refused(one)
    ]
    # os.path: a name that no file can have is no error there
    present = (place for place in places if os.path.exists(place))
    return next(present, places[0] if places else None)


def _is_elsewhere(place: str, path: Path) -> bool:
    """Return whether a path in the session at `path` names another computer.

    A session that lies on a share may name files of that share.
    """
    drive = PureWindowsPath(place).drive.casefold()
    own = PureWindowsPath(path.absolute()).drive.casefold()
    return _NAMES_COMPUTERS and drive.startswith("\\\\") and drive != own


def _model(model: ModelChoice, path: Path) -> dict[str, Any]:
    content: dict[str, Any] = encoded(model)
    _, place = split_network(model.name)
    if place and os.path.exists(place):
        content["place"] = _place(Path(place), path)
    return content


def _model_found(
    value: object, model: ModelChoice, path: Path, is_refused: Callable[[str], bool]
) -> str:
    place = value.get("place") if isinstance(value, dict) else None
    found = _found(place, path, is_refused)
    if found is None or not os.path.exists(found):
        return model.name
    network, _ = split_network(model.name)
    return str(found) if network is None else network_at(network, found)
