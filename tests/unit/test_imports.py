"""What a first import loads; who may import whom is declared in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

import pytest

import vitviz


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
