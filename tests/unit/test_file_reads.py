"""No module opens a path that a user gave, but through `system.untrusted_files`."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "vitviz"

# Calls that open a file: names of functions, and methods of paths and of libraries.
# Whether a path is meant or an archive's member cannot be seen, so all count.
FUNCTIONS = {"open"}
METHODS = {
    "open", "read_bytes", "read_text", "fdopen", "memmap", "fromfile", "loadtxt",
    "genfromtxt", "safe_open", "load_file", "from_pretrained", "hf_hub_download",
    "load_state_dict_from_url", "load_checkpoint_in_model",
}  # fmt: skip
# By module: `load` is also the name of what reads no file.
LOADS = {
    "np.load", "numpy.load", "json.load", "tomllib.load", "pickle.load", "torch.load",
    "marshal.load", "ET.parse", "zipfile.ZipFile", "tarfile.open", "io.open",
    "torch.jit.load", "PIL.ImageFont.truetype",
}  # fmt: skip
# Which run what they read.
OF_PICKLES = {
    *("pickle.load", "pickle.loads", "pickle.Unpickler", "marshal.loads", "eval"),
    *("exec", "torch.jit.load", "torch.hub.load", "torch.export.load", "joblib.load"),
}
# Classes of Qt that read the file they are made with.
OF_QT = {"QFile", "QImageReader", "QMovie", "QSettings"}

SHIPPED = "reads only what is shipped with the program"
OWN_PROCESS = "reads what this process, or the system about it, has written"

# Modules that may open files otherwise, how many calls there are, and why.
ALLOWED: dict[str, tuple[int, str]] = {
    "system/untrusted_files.py": (2, "is the one place"),
    "system/atomic_files.py": (
        5,
        "writes a new file, and reads what the kernel says of machine and process",
    ),
    "system/file_lock.py": (1, "opens a lock of its own, for writing"),
    "system/logs.py": (1, "appends to the program's log, which it has just opened"),
    "system/memory.py": (3, OWN_PROCESS),
    "__main__.py": (2, "opens os.devnull"),
    "cli/main.py": (1, "opens os.devnull"),
    "ui/learn/summary_card.py": (1, "writes a picture into memory"),
    "ui/widgets/map_image.py": (1, "writes a picture into memory"),
    "cli/self_test.py": (2, "reads files that it has written just before"),
    "models/threads.py": (1, OWN_PROCESS),
    "bench/memory.py": (2, OWN_PROCESS),
    "bench/results.py": (1, OWN_PROCESS),
    "ui/base/icons.py": (1, SHIPPED),
    "ui/window/about.py": (1, SHIPPED),
    "ui/diagnostics/measure.py": (1, SHIPPED),
    "ui/window/start_page.py": (2, SHIPPED),
    "ui/widgets/most_like.py": (1, SHIPPED),
    "views/colour.py": (1, SHIPPED),
    "models/catalogue/entries.py": (3, SHIPPED),
    "ui/files/open.py": (4, "opens a buffer in memory, and files by way of ui.files"),
    "ui/files/folder.py": (1, "asks ui.files.sessions, which reads through views"),
    "ui/files/export.py": (1, "shows a dialog"),
    "ui/window/main_window.py": (1, "asks ui.files"),
    "ui/window/app.py": (3, "asks ui.files"),
    "export/save.py": (1, "opens a buffer in memory"),
    "export/numbers.py": (2, "writes an archive into a file that is open"),
    "export/page/document.py": (3, SHIPPED),
    "export/metadata.py": (6, "reads members and bytes of a file that is open"),
    "pictures/pixels.py": (2, "decodes bytes in memory"),
    "models/catalogue/transfer.py": (1, "opens a connection"),
    "models/catalogue/download.py": (1, "appends to a part in the program's cache"),
    "models/adapters/embedded.py": (1, SHIPPED),
    "models/adapters/flexivit.py": (1, SHIPPED),
    "export/page/own_model.py": (1, SHIPPED),
    "models/checkpoints/jax_files.py": (1, "reads an archive's bytes in memory"),
    "models/checkpoints/torch_pickle.py": (3, "reads an archive's bytes in memory"),
    "models/folders/transformers_folder.py": (1, "hands over tensors, no folder"),
}


def opens(tree: ast.AST) -> list[int]:
    """Lines of the calls in a module that may open a file."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function = node.func
        if isinstance(function, ast.Name):
            is_open = function.id in FUNCTIONS | OF_QT | {"safe_open"}
        elif isinstance(function, ast.Attribute):
            whole = ast.unparse(function)
            is_open = function.attr in METHODS or whole in LOADS
        else:
            is_open = False
        # a QPixmap or QImage made of one text is read from the file of that name
        if isinstance(function, ast.Name) and function.id in {"QPixmap", "QImage"}:
            is_open = len(node.args) == 1 and "str(" in ast.unparse(node.args[0])
        if is_open:
            found.append(node.lineno)
    return found


def modules() -> list[str]:
    return sorted(str(path.relative_to(ROOT).as_posix()) for path in ROOT.rglob("*.py"))


@pytest.mark.parametrize("module", modules())
def test_files_are_opened_in_one_place(module: str) -> None:
    lines = opens(ast.parse((ROOT / module).read_text("utf-8")))
    most, reason = ALLOWED.get(module, (0, ""))
    assert len(lines) <= most, (
        f"{module} opens files in the lines {lines}: use system.untrusted_files, or "
        f"say here why it need not (allowed: {most}, {reason or 'no reason'})"
    )


def test_the_list_has_no_more_than_is_needed() -> None:
    for module, (most, reason) in ALLOWED.items():
        lines = opens(ast.parse((ROOT / module).read_text("utf-8")))
        assert len(lines) == most, f"{module}: {lines}"
        assert reason


@pytest.mark.parametrize("module", modules())
def test_nothing_unpickles_what_it_reads(module: str) -> None:
    """`weights_only=True` stands at every call; no other reader of pickles is used."""
    for node in ast.walk(ast.parse((ROOT / module).read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        said = {word.arg: ast.unparse(word.value) for word in node.keywords}
        if name == "torch.load" or name.endswith(".from_pretrained"):
            assert said.get("weights_only") == "True", f"{module}:{node.lineno}"
        if name in {"np.load", "numpy.load"}:
            assert said.get("allow_pickle") == "False", f"{module}:{node.lineno}"
        assert name not in OF_PICKLES, f"{module}:{node.lineno}"


@pytest.mark.parametrize(
    "code",
    [
        "open(path)",
        "AutoModel.from_pretrained(path)",
        "path.open('rb')",
        "Path(path).read_text()",
        "path.read_bytes()",
        "PIL.Image.open(path)",
        "np.load(path)",
        "json.load(file)",
        "os.open(path, 0)",
        "QFile(path)",
        "QPixmap(str(path))",
        "safe_open(path)",
    ],
)
def test_every_way_of_opening_is_seen(code: str) -> None:
    assert opens(ast.parse(code)) == [1]
