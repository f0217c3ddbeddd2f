"""Who may import whom, checked in the source; and what a first import may load."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import vitviz

PACKAGE = Path(vitviz.__file__).parent
OPTIONAL = {"timm", "transformers", "pi_heif", "pillow_heif", "huggingface_hub"}
LIGHT = ("vitviz.models.catalogue", "vitviz.models.progress", "vitviz.models.store")
"""Of the models, what loads no library (tests/models/test_catalogue.py shows it)."""


@dataclass(frozen=True)
class Found:
    """One import: what, and whether it happens when the module is loaded."""

    name: str
    at_load: bool


def imports_of(source: str) -> list[Found]:
    """Every import of a module that happens at run time."""
    found: list[Found] = []

    def visit(node: ast.AST, at_load: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Found(alias.name, at_load) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(Found(node.module, at_load))
            if node.module in ("vitviz", "vitviz.models"):
                names = [f"{node.module}.{a.name}" for a in node.names]
                found[-1:] = [Found(name, at_load) for name in names]
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            return
        inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            visit(child, at_load and not inner)

    visit(ast.parse(source), at_load=True)
    return found


def part_of(path: Path) -> str:
    """`ui`, `models`, `tap` …: the first name below the package."""
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def faults(part: str, source: str) -> list[str]:
    """Rules that this source of this part breaks."""
    broken = []
    for one in imports_of(source):
        top = one.name.split(".")[0]
        inside = one.name.split(".")[1] if one.name.startswith("vitviz.") else ""
        if top == "PySide6" and part not in {"ui", "figures"}:
            broken.append(f"{part} imports Qt")
        if top == "pyqtgraph" and part != "ui":
            broken.append(f"{part} imports pyqtgraph")
        if top in {"torch", "torchvision"} and part in {"ui", "figures", "views"}:
            broken.append(f"{part} imports torch")
        if part in {"ui", "figures", "views", "engine", "jobs"} and one.at_load:
            is_heavy = inside in {"tap", "traces", "tracing", "attention", "models"}
            if is_heavy and not one.name.startswith(LIGHT):
                broken.append(f"{part} loads {one.name}, and with it torch")
        if top in OPTIONAL and one.at_load:
            broken.append(f"{part} needs {top} to be loaded")
        above = {"ui", "cli", "commands", "bench", "__init__"}
        if inside == "ui" and part not in above:
            broken.append(f"{part} imports the window")
        if inside == "ui" and part in above - {"ui"} and one.at_load:
            broken.append(f"{part} imports the window when it is loaded")
        if inside in {"cli", "commands"} and part not in {
            "cli",
            "commands",
            "__main__",
        }:
            broken.append(f"{part} imports the command line")
        if part in {"errors", "geometry", "selection"} and top in {"torch", "PIL"}:
            broken.append(f"{part} imports {top}")
        if part in {"images", "decoding"} and top == "torch":
            broken.append(f"{part} imports torch")
    return broken


@pytest.mark.parametrize(
    "path",
    sorted(PACKAGE.rglob("*.py")),
    ids=lambda p: str(p.relative_to(PACKAGE)),
)
def test_rules(path: Path) -> None:
    assert faults(part_of(path), path.read_text("utf-8")) == []


@pytest.mark.parametrize(
    ("part", "source"),
    [
        pytest.param("tap", "import PySide6.QtCore", id="Qt in the core"),
        pytest.param("figures", "import pyqtgraph", id="pyqtgraph in figures"),
        pytest.param("ui", "import torch", id="torch in the window"),
        pytest.param("ui", "def f():\n    import torch", id="torch in a function"),
        pytest.param("ui", "from vitviz.tracing import trace", id="torch by detour"),
        pytest.param("models", "import timm", id="optional at load"),
        pytest.param("engine", "from vitviz.ui.app import run", id="window below"),
        pytest.param("cli", "from vitviz.ui.app import run", id="window at load"),
        pytest.param("ui", "from vitviz import cli", id="command line above"),
        pytest.param("geometry", "import torch", id="torch in geometry"),
    ],
)
def test_every_rule_can_fail(part: str, source: str) -> None:
    assert faults(part, source)


def test_what_is_only_for_types_or_in_a_function_is_allowed() -> None:
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch"
    assert faults("ui", typed) == []
    assert faults("cli", "def f():\n    from vitviz.ui.app import run") == []
    assert faults("models", "def f():\n    import timm") == []


@pytest.mark.parametrize(
    "code",
    [
        "import vitviz",
        "from vitviz.__main__ import main; main(['--help'])",
        "from vitviz.__main__ import main; main(['--version'])",
    ],
)
def test_first_imports_load_neither_torch_nor_qt(code: str) -> None:
    check = (
        "import sys\n"
        "try:\n"
        f"    {code}\n"
        "except SystemExit: pass\n"
        "sys.exit(len({'torch', 'PySide6', 'numpy'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_public_names_are_sorted_and_there() -> None:
    assert vitviz.__all__ == sorted(vitviz.__all__, key=lambda n: (n.islower(), n))
    for name in vitviz.__all__:
        assert getattr(vitviz, name) is not None
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        getattr(vitviz, "nothing_of_the_kind")  # noqa: B009


def test_the_embedded_model_needs_no_model_library() -> None:
    """Importing torchvision takes as long as torch itself; first attention waits."""
    code = (
        "import sys, vitviz; vitviz.load_model();"
        "found = {'torchvision', 'timm', 'transformers'} & {*sys.modules};"
        "sys.exit(' '.join(found) or 0)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )
    assert (result.returncode, result.stderr) == (0, "")
