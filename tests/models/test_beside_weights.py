"""What trainings keep beside the weights is passed over, and nothing of it is run."""

from __future__ import annotations

import argparse
import collections
import datetime
import decimal
import enum
import json
import pathlib
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import vitviz
from tests.models.fine_tunes import HEADS_OF, LIBRARIES, pixels, reference
from vitviz.errors import CheckpointError

CALLS: list[str] = []


class History:
    """As mmengine's: arrays of numbers."""

    def __init__(self) -> None:
        CALLS.append("made")
        self.values = np.arange(5.0)

    def __setstate__(self, state: object) -> None:
        CALLS.append("filled")


class Settings(dict[str, Any]):
    """As Lightning's AttributeDict, yacs and easydict have them."""

    def __init__(self, **values: Any) -> None:  # noqa: ANN401
        super().__init__(**values)
        self.__dict__.update(values)

    def __setitem__(self, key: str, value: object) -> None:
        CALLS.append("set")
        super().__setitem__(key, value)


class Names(list[str]):
    """A list with a method of its own."""


class Colour(enum.Enum):
    RED = 1


@dataclass
class Options:
    num_heads: int = 2
    path: pathlib.Path = pathlib.Path("a") / "b"


class Slotted:
    __slots__ = ("a",)

    def __init__(self) -> None:
        self.a = 1


def function() -> None:
    CALLS.append("called")


BESIDE: dict[str, Callable[[], object]] = {
    "a number of NumPy's": lambda: np.float64(93.2),
    "an array": lambda: np.arange(6).reshape(2, 3),
    "an array of objects": lambda: np.array([{"a": 1}, None], dtype=object),
    "a generator's state": lambda: np.random.RandomState(3).get_state(),
    "paths": lambda: [pathlib.PurePosixPath("/a/b"), pathlib.PureWindowsPath("C:/a")],
    "arguments with a path": lambda: argparse.Namespace(out=Path("runs"), lr=0.1),
    "a history": History,
    "settings": lambda: Settings(lr=0.1, heads=[1, 2]),
    "a list": lambda: Names(["a", "b"]),
    "an enumeration": lambda: Colour.RED,
    "a data class": Options,
    "slots": Slotted,
    "times": lambda: {
        "at": datetime.datetime(2026, 1, 2),
        "for": datetime.timedelta(2),
    },
    "a decimal": lambda: decimal.Decimal("0.1"),
    "a simple namespace": lambda: types.SimpleNamespace(a=1),
    "a function": lambda: function,
    "a class": lambda: Options,
    "lists by name": lambda: collections.defaultdict(list, a=[1]),
    "a deque": lambda: collections.deque([1, 2]),
    "counts": lambda: {
        "of": collections.Counter("aab"),
        "to": collections.OrderedDict(a=1),
    },
    "an optimiser": lambda: torch.optim.SGD(
        [torch.zeros(1, requires_grad=True)], lr=1.0
    ),
    "what a training of mmengine keeps": lambda: {
        "log_scalars": {"train/loss": History(), "lr": History()},
        "runtime_info": {
            "best": np.float64(1.0),
            "time": datetime.datetime(2026, 1, 2),
        },
    },
}


@pytest.fixture(autouse=True)
def nothing_is_called() -> Iterator[None]:
    yield
    CALLS.clear()


@pytest.mark.parametrize("is_legacy", [False, True])
@pytest.mark.parametrize("name", BESIDE)
def test_what_is_beside_the_weights(name: str, is_legacy: bool, tmp_path: Path) -> None:
    torch.manual_seed(7)
    network = LIBRARIES["timm"](HEADS_OF["linear"][0]())
    content = {"state_dict": network.whole, "beside": BESIDE[name](), "epoch": 3}
    path = tmp_path / "last.ckpt"
    torch.save(content, path, _use_new_zipfile_serialization=not is_legacy)
    CALLS.clear()
    model = vitviz.load_model(path, device="cpu")
    assert not CALLS
    assert "beside" in model.info.set_aside
    trace = vitviz.trace(model, pixels())
    for layer, matrix in enumerate(reference(network)):
        ours = torch.as_tensor(trace.matrix(layer, 0))
        assert float((ours - matrix[0]).abs().max()) < 1e-5


def test_a_class_that_is_not_there_is_not_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = types.ModuleType("a_training_elsewhere")
    kind = type("Config", (), {"__module__": module.__name__})
    vars(module)["Config"] = kind
    monkeypatch.setitem(sys.modules, module.__name__, module)
    network = LIBRARIES["timm"](HEADS_OF["none"][0]())
    torch.save({"model": network.whole, "config": kind()}, tmp_path / "a.pth")
    monkeypatch.delitem(sys.modules, module.__name__)
    assert vitviz.load_model(tmp_path / "a.pth").info.num_layers == 2
    assert module.__name__ not in sys.modules


def test_a_number_in_a_data_class_is_a_hint(tmp_path: Path) -> None:
    network = LIBRARIES["timm"](HEADS_OF["none"][0]())
    content = {"state_dict": network.whole, "hyper_parameters": Options(num_heads=4)}
    torch.save(content, tmp_path / "a.ckpt")
    model = vitviz.load_model(tmp_path / "a.ckpt")
    assert model.info.num_heads == 4
    assert "4 heads (as hyper_parameters.num_heads says)" in model.info.assumed


class Calling:
    """An object that a reader which runs what it reads would make by a call."""

    def __init__(self, called: object, *args: object) -> None:
        self.called, self.args = called, args

    def __reduce__(self) -> Any:  # noqa: ANN401
        return self.called, self.args


def _programs() -> dict[str, object]:
    import importlib
    import os
    import runpy
    import shutil
    import subprocess
    import webbrowser

    return {
        "os.system": Calling(os.system, "exit 3"),
        "subprocess.Popen": Calling(subprocess.Popen, ["false"]),
        "importlib.import_module": Calling(importlib.import_module, "antigravity"),
        "runpy.run_path": Calling(runpy.run_path, "a.py"),
        "shutil.rmtree": Calling(shutil.rmtree, "nowhere"),
        "webbrowser.open": Calling(webbrowser.open, "nowhere"),
        "getattr": Calling(getattr, "a", "upper"),
        "exec": Calling(exec, "1"),
        "torch.load": Calling(torch.load, "a.pth"),
        "torch.hub.load": Calling(torch.hub.load, "a", "b"),
        "a network": torch.nn.Linear(2, 2),
    }


@pytest.mark.parametrize("name", _programs())
def test_what_could_run_a_program_is_refused(name: str, tmp_path: Path) -> None:
    network = LIBRARIES["timm"](HEADS_OF["none"][0]())
    torch.save({"model": network.whole, "it": _programs()[name]}, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match="could run a program"):
        vitviz.load_model(tmp_path / "a.pth")


def test_an_own_network_saved_as_a_whole_is_refused(tmp_path: Path) -> None:
    torch.save({"model": Options(), "epoch": 1}, tmp_path / "a.pth")
    with pytest.raises(CheckpointError, match=r"Options.*Save only the state_dict"):
        vitviz.load_model(tmp_path / "a.pth")


@pytest.mark.parametrize("place", ["hyper_parameters", "config.json"])
@pytest.mark.parametrize(
    ("said", "problem"),
    [("multi_label_classification", "multi_label"), ("regression", "regression")],
)
def test_problem_type_of_a_lone_file(
    said: str, problem: str, place: str, tmp_path: Path
) -> None:
    network = LIBRARIES["timm"](HEADS_OF["linear"][0]())
    content: dict[str, object] = {"state_dict": network.whole}
    if place == "config.json":
        (tmp_path / place).write_text(json.dumps({"problem_type": said}))
    else:
        content[place] = {"problem_type": said, "lr": 1e-3}
    torch.save(content, tmp_path / "a.ckpt")
    model = vitviz.load_model(tmp_path / "a.ckpt", device="cpu")
    assert model.info.problem.value == problem
