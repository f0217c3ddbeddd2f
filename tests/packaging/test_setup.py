"""Which PyTorch setup.sh installs, and when, with stand-ins for what it calls.

The stand-ins answer as the real commands do and write down how they were called. Only
the question whether PyTorch's index answers is asked for real, of a server on the
loopback.
"""

from __future__ import annotations

import http.server
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
# everything else on the PATH is a stand-in
TOOLS = (
    "sh",
    "sed",
    "touch",
    "dirname",
    "env",
    "grep",
    "cut",
    "cp",
    "rm",
    "mkdir",
    "cat",
)

PYTHON = f"""#!/bin/sh
# a Python whose pip installs folders' names
here=$(dirname "$0")
case "$1 $2" in
    "-m venv")
        mkdir -p .venv/bin .venv/lib/python3.11/site-packages
        cp "$0" .venv/bin/python
        exit ;;
    "-m pip") ;;
    *) case "$2" in
        *ensurepip*) exit 0 ;;
        *) exec {sys.executable} "$@" ;;
       esac ;;
esac
packages=$here/../lib/python3.11/site-packages
if [ "$3" = freeze ]; then
    printf 'numpy==2.4\\ntorch==2.14.1\\ntorchvision==0.29.1\\nnvidia-nccl-cu13==2\\n'
    exit
fi
echo "$@" >>called
case "$*" in
    *uninstall*) rm -r "$packages"/torch-*.dist-info ;;
    *--index-url*)
        [ -z "${{INDEX_IS_EMPTY:-}}" ] || exit 1
        mkdir -p "$packages/torch-2.14.1+cpu.dist-info" ;;
    *) for info in "$packages"/torch-*; do [ -e "$info" ] && exit; done
        mkdir "$packages/torch-2.14.1.dist-info" ;;
esac
"""


class Machine:
    """A folder with setup.sh, and the commands that stand on its PATH."""

    def __init__(self, folder: Path, index: str) -> None:
        self.folder = folder / "checkout"
        self.commands = folder / "commands"
        self.index = index
        (self.folder / "packaging").mkdir(parents=True)
        for name in (
            "packaging/setup.sh",
            "packaging/constraints.txt",
            "pyproject.toml",
        ):
            shutil.copy2(ROOT / name, self.folder / name)
            self.was_changed(name, minutes_ago=60)
        self.commands.mkdir()
        for name in TOOLS:
            found = shutil.which(name)
            assert found
            (self.commands / name).symlink_to(found)
        self.stands_in("python3.11", PYTHON)
        self.stands_in(
            "dpkg-query",
            '#!/bin/sh\necho "$4" >>asked\nprintf "install ok installed"\n',
        )
        self.is_a("Linux", "x86_64")

    def stands_in(self, name: str, text: str) -> None:
        (self.commands / name).write_text(text)
        (self.commands / name).chmod(0o755)

    def is_a(self, system: str, machine: str) -> None:
        answer = f"case $1 in -s) echo {system} ;; -m) echo {machine} ;; esac"
        self.stands_in("uname", f"#!/bin/sh\n{answer}\n")

    def set_up(
        self, *level: str, code: int = 0, **environment: str
    ) -> tuple[list[str], str]:
        """Return how pip was called, and everything that was said."""
        called = self.folder / "called"
        called.write_text("")
        (self.folder / "asked").write_text("")
        done = subprocess.run(
            ["sh", "packaging/setup.sh", *level],
            cwd=self.folder,
            env={"PATH": str(self.commands), "TORCH_INDEX": self.index, **environment},
            capture_output=True,
            text=True,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return called.read_text().splitlines(), done.stdout + done.stderr

    def system_packages(self) -> set[str]:
        return set((self.folder / "asked").read_text().split())

    def was_changed(self, name: str, *, minutes_ago: int = 10) -> None:
        """Set the time of a file; of those of earlier set-ups, to before that."""
        then = time.time() - 60 * minutes_ago
        os.utime(self.folder / name, (then, then))
        for stamp in (self.folder / ".venv").glob(".set-up*"):
            os.utime(stamp, (then - 60, then - 60))

    def torch(self) -> str:
        (info,) = (self.folder / ".venv/lib/python3.11/site-packages").glob("torch-*")
        return info.name.removesuffix(".dist-info")


@pytest.fixture
def index() -> Iterator[str]:
    """A server that has a page for PyTorch, as its own index has."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/cpu/torch/" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/cpu"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def machine(tmp_path: Path, index: str) -> Machine:
    if Path("/proc/driver/nvidia/version").exists():
        pytest.skip("this machine has an NVIDIA driver, which the set-up finds")
    return Machine(tmp_path, index)


NO_INDEX = "http://127.0.0.1:9/cpu"  # nothing listens there
DRIVER = '#!/bin/sh\n[ "$1" = -L ] && echo "GPU 0: NVIDIA T4"\n'
NO_DRIVER = "#!/bin/sh\necho 'NVIDIA-SMI has failed' >&2\nexit 9\n"


def test_without_a_driver_the_small_build_comes_from_pytorchs_index(
    machine: Machine, index: str
) -> None:
    called, said = machine.set_up()
    assert machine.torch() == "torch-2.14.1+cpu"
    small, rest = called
    assert f"--index-url {index} --no-deps torch torchvision" in small
    assert "--constraint packaging/constraints.txt" in small
    assert rest.endswith("--editable .[all]")
    assert "index" not in rest, "all else from where pip gets it"
    assert "no NVIDIA driver" in said
    assert "download 0.4 GB, installed 1.5 GB" in said
    machine.stands_in("nvidia-smi", NO_DRIVER)
    shutil.rmtree(machine.folder / ".venv")
    machine.set_up()
    assert machine.torch() == "torch-2.14.1+cpu", "a command alone is no driver"


def test_with_a_driver_pips_build(machine: Machine) -> None:
    machine.stands_in("nvidia-smi", DRIVER)
    called, said = machine.set_up()
    assert machine.torch() == "torch-2.14.1"
    (rest,) = called
    assert rest.endswith("--editable .[all]")
    assert "NVIDIA driver" in said
    assert "download 3.2 GB, installed 6.3 GB" in said


@pytest.mark.parametrize(
    ("system", "kind"), [("Darwin", "arm64"), ("Linux", "aarch64")]
)
def test_other_machines_take_pips_build(
    machine: Machine, system: str, kind: str
) -> None:
    machine.is_a(system, kind)
    called, said = machine.set_up()
    assert len(called) == 1
    assert machine.torch() == "torch-2.14.1"
    assert "GB" not in said, "nobody measured it there"


@pytest.mark.parametrize("address", [NO_INDEX, "/wrong"])
def test_an_index_that_does_not_answer(machine: Machine, address: str) -> None:
    machine.index = address if address == NO_INDEX else machine.index + address
    called, said = machine.set_up()
    assert machine.torch() == "torch-2.14.1"
    assert len(called) == 1
    assert f"{machine.index}, did not answer within 5 s" in said
    assert "3.2 GB" in said


def test_a_silent_index_is_waited_for_five_seconds(machine: Machine) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # accepts, and says nothing
        machine.index = f"http://127.0.0.1:{silent.getsockname()[1]}/cpu"
        _, said = machine.set_up()
    assert machine.torch() == "torch-2.14.1"
    assert "did not answer within 5 s" in said


def test_an_index_without_a_fitting_build(machine: Machine) -> None:
    called, said = machine.set_up(INDEX_IS_EMPTY="yes")
    assert machine.torch() == "torch-2.14.1"
    assert called[-1].endswith(".[all]")
    assert "no PyTorch that fits; pip's is taken: to download 3 GB" in said
    shutil.rmtree(machine.folder / ".venv")
    _, said = machine.set_up(INDEX_IS_EMPTY="yes", TORCH="cpu", code=1)
    assert "TORCH=cpu cannot be had" in said


def test_what_is_asked_for_wins(machine: Machine) -> None:
    machine.stands_in("nvidia-smi", DRIVER)
    machine.set_up(TORCH="cpu")
    assert machine.torch() == "torch-2.14.1+cpu", "though there is a driver"
    (machine.commands / "nvidia-smi").unlink()
    shutil.rmtree(machine.folder / ".venv")
    _, said = machine.set_up(TORCH="cuda")
    assert machine.torch() == "torch-2.14.1", "though there is none"
    assert "6.3 GB" in said
    _, said = machine.set_up(TORCH="gpu", code=1)
    assert said == "TORCH is cpu, cuda or empty, not gpu.\n"


def test_insisting_on_a_silent_index_changes_nothing(machine: Machine) -> None:
    machine.set_up(TORCH="cuda")
    machine.index = NO_INDEX
    called, said = machine.set_up(TORCH="cpu", code=1)
    assert called == []
    assert machine.torch() == "torch-2.14.1"
    assert "TORCH=cpu cannot be had now" in said
    assert said.count("\n") == 1


def test_an_environment_changes_only_when_asked(machine: Machine) -> None:
    machine.set_up(TORCH="cuda")
    assert machine.set_up(TORCH="cuda") == ([], ""), "it is there"
    machine.was_changed("pyproject.toml")
    called, said = machine.set_up()
    assert machine.torch() == "torch-2.14.1", "another build, but nobody asked"
    assert len(called) == 1
    assert "PyTorch is there and stays" in said
    called, _ = machine.set_up(TORCH="cpu")
    assert machine.torch() == "torch-2.14.1+cpu", "although nothing else had changed"
    gone = called[0].split(" uninstall ")[1].split()
    assert gone == ["--quiet", "--yes", "torch", "torchvision", "nvidia-nccl-cu13"]
    assert machine.set_up(TORCH="cpu") == ([], "")
    assert machine.set_up() == ([], "")
    called, _ = machine.set_up(TORCH="cuda")
    assert machine.torch() == "torch-2.14.1"


def test_a_later_torch_of_the_small_build_comes_from_the_same_index(
    machine: Machine,
) -> None:
    machine.set_up()
    machine.was_changed("packaging/constraints.txt")
    called, _ = machine.set_up()
    assert "--no-deps torch torchvision" in called[0]


def test_running_needs_no_tools(machine: Machine) -> None:
    tools = {"xvfb", "xauth", "openbox"}
    browser = {"chromium", "chromium-driver", "firefox-esr", "nodejs"}
    japanese = "fonts-noto-cjk"
    called, _ = machine.set_up()
    assert called[-1].endswith(".[all]")
    needed = machine.system_packages()
    assert "libegl1" in needed
    assert not needed & (tools | browser | {japanese})
    called, said = machine.set_up("tools")
    assert called[-1].endswith(".[dev]")
    assert "developers' tools" in said
    assert machine.system_packages() == needed | tools | {japanese}
    called, _ = machine.set_up("tests")
    assert machine.system_packages() == needed | tools | browser | {japanese}
    assert "not rust" in machine.set_up("rust", code=1)[1]


@pytest.mark.parametrize(
    ("environment", "fonts"),
    [
        ({"LANG": "ja_JP.UTF-8"}, True),
        ({"LANG": "C.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, True),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, False),
        ({"LANG": "de_DE.UTF-8"}, False),
    ],
)
def test_japanese_fonts_for_those_who_read_them(
    machine: Machine, environment: dict[str, Any], fonts: bool
) -> None:
    machine.set_up(**environment)
    assert ("fonts-noto-cjk" in machine.system_packages()) == fonts


def test_each_set_up_is_made_once_and_again_when_its_list_changes(
    machine: Machine,
) -> None:
    levels = ("", "tools", "tests")
    machine.set_up("tests")
    for level in levels:
        assert machine.set_up(*level.split()) == ([], ""), "the larger has the smaller"
    for name in ("pyproject.toml", "packaging/constraints.txt", "packaging/setup.sh"):
        machine.was_changed(name)
        for level in levels:
            assert machine.set_up(*level.split())[0], (name, level)
            assert machine.set_up(*level.split()) == ([], ""), (name, level)
        machine.was_changed(name, minutes_ago=60)
        machine.set_up("tests")


def test_one_address_and_one_lightweight_default_for_uv() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    (index,) = project["tool"]["uv"]["index"]
    assert index["explicit"], "nothing but what names it comes from there"
    assert project["tool"]["uv"]["default-groups"] == ["cpu"]
    for name in ("torch", "torchvision"):
        source = project["tool"]["uv"]["sources"][name]
        assert (source["index"], source["group"]) == (index["name"], "cpu")
        assert all(name in project["dependency-groups"][g] for g in ("cpu", "cuda"))
    host = index["url"].split("/")[2]
    for path in (ROOT / "packaging").rglob("*"):
        if path.suffix in (".sh", ".py", ".md", ".txt"):
            assert host not in path.read_text("utf-8"), path
