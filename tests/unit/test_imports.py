"""What a first import loads, and that files form no circles and folders stay small.

Which room may import which is declared in pyproject.toml.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Set
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

import vitviz

ROOT = Path(vitviz.__file__).parent
# vitviz.view() opens the window
WANTED = ("vitviz", "vitviz.ui.window.app")
MAX_AT_THE_ROOT, MAX_IN_A_FOLDER = 4, 20


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


def circle(imports: Mapping[str, Set[str]]) -> list[str]:
    """Return modules of which each imports the next and the last the first."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        # the sorter lists whom each is imported by
        return list(reversed(error.args[1]))
    return []


def test_files_form_no_circle() -> None:
    """Imports for types alone and those inside functions count too."""
    graph = grimp.build_graph("vitviz", cache_dir=None)
    imports = {
        name: set(graph.find_modules_directly_imported_by(name))
        for name in graph.modules
    }
    assert len(imports) > 200
    imports[WANTED[0]].remove(WANTED[1])
    found = circle(imports)
    assert not found, " → ".join(found)


def test_a_circle_is_found() -> None:
    line = {"a": {"b"}, "b": {"c"}}
    assert circle(line) == []
    assert circle(line | {"c": {"d", "a"}}) in (
        ["a", "b", "c", "a"],
        ["b", "c", "a", "b"],
        ["c", "a", "b", "c"],
    )


def test_folders_hold_no_more_than_one_can_survey() -> None:
    assert len([*ROOT.glob("*.py")]) <= MAX_AT_THE_ROOT
    folders = {path.parent for path in ROOT.rglob("*.py")} - {ROOT}
    assert len(folders) > 20
    full = {folder: len([*folder.glob("*.py")]) for folder in folders}
    assert not {k for k, count in full.items() if count > MAX_IN_A_FOLDER}
