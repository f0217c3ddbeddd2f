"""What the packages are made from: complete, well-formed, one version, one list."""

from __future__ import annotations

import configparser
import importlib.util
import plistlib
import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from importlib.metadata import PackagePath
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import vitviz

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
SESSION_TYPE = "application/x-vitviz-session"


def script(name: str) -> ModuleType:
    """One of packaging's scripts as a module."""
    path = PACKAGING / f"{name}.py"
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


identity: Any = script("identity")
parts: Any = script("bundle_parts")


def shipped_resources() -> set[str]:
    """Tracked resources without the training and the translators' sources."""
    done = subprocess.run(
        ["git", "ls-files", "-z", "resources"], cwd=ROOT, capture_output=True, text=True
    )
    names = done.stdout.split("\0")[:-1]
    if not names:  # a source package has no git
        names = [
            p.relative_to(ROOT).as_posix()
            for p in (ROOT / "resources").rglob("*")
            if p.is_file()
        ]
    return {
        name
        for name in names
        if not name.startswith("resources/embedded/train/") and name[-3:] != ".ts"
    }


def test_the_bundles_list_has_every_resource() -> None:
    listed = {
        f"{folder.removeprefix('vitviz/')}/{Path(path).name}"
        for path, folder in parts.resource_files()
    }
    assert listed == shipped_resources()


def test_the_wheel_has_every_module_and_resource(tmp_path: Path) -> None:
    builder = pytest.importorskip("hatchling.builders.wheel").WheelBuilder(str(ROOT))
    (wheel,) = builder.build(directory=str(tmp_path))
    contents: Any = script("wheel_contents")
    assert contents.differences(Path(wheel)) == []
    assert Path(wheel).stat().st_size <= 45e6


def test_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    assert "version" not in project["project"]
    assert project["tool"]["hatch"]["version"]["path"] == "vitviz/_version.py"
    assert parts.version() == vitviz.__version__
    assert parts.info_plist()["CFBundleVersion"] == vitviz.__version__
    number = re.escape(vitviz.__version__)
    written = [
        path.relative_to(ROOT).as_posix()
        for path in PACKAGING.rglob("*")
        if path.is_file()
        and path.suffix in {".sh", ".py", ".spec", ".nsi", ".xml", ".desktop"}
        and re.search(rf"(?<![\d.]){number}(?![\d.])", path.read_text("utf-8"))
    ]
    assert written == []


def test_one_identity() -> None:
    """Placeholders that a publisher replaces must not stand in a second place."""
    for name in ("IDENTIFIER", "AUTHORS", "CONTACT"):
        value = getattr(identity, name)
        written = [
            path.name
            for path in PACKAGING.rglob("*")
            if path.is_file()
            and path.suffix in {".sh", ".py", ".spec", ".nsi", ".xml", ".desktop"}
            and value in path.read_text("utf-8")
        ]
        assert written == ["identity.py"]
    said = subprocess.run(
        [sys.executable, PACKAGING / "identity.py"], capture_output=True, text=True
    ).stdout
    shell = f'{said}\nprintf "%s|%s|%s" "$IDENTIFIER" "$AUTHORS" "$CONTACT"'
    read = subprocess.run(["sh", "-c", shell], capture_output=True, text=True).stdout
    assert read.split("|") == [identity.IDENTIFIER, identity.AUTHORS, identity.CONTACT]


def test_the_desktop_entry() -> None:
    path = PACKAGING / "linux" / "vitviz.desktop"
    file = configparser.ConfigParser(interpolation=None, delimiters=("=",))
    file.optionxform = str  # type: ignore[assignment,method-assign]
    file.read(path, "utf-8")
    entry = file["Desktop Entry"]
    assert entry["Exec"] == "vitviz %F"
    assert entry["Icon"] == "vitviz"
    # the window's own name for itself; else it would show another icon
    assert entry["StartupWMClass"] == "vitviz"
    assert SESSION_TYPE in entry["MimeType"].split(";")
    assert "image/jpeg" in entry["MimeType"].split(";")
    if shutil.which("desktop-file-validate"):
        done = subprocess.run(["desktop-file-validate", path], capture_output=True)
        assert (done.returncode, done.stdout) == (0, b"")


def test_the_session_type() -> None:
    (kind,) = ET.parse(PACKAGING / "linux" / "vitviz.mime.xml").getroot()
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    assert kind.get("type") == SESSION_TYPE
    (glob,) = kind.iter(f"{space}glob")
    assert glob.get("pattern") == "*.vitviz"


def test_the_appstream_component(tmp_path: Path) -> None:
    filled = (PACKAGING / "linux" / "vitviz.metainfo.xml").read_text("utf-8")
    for name, value in {
        "VERSION": parts.version(),
        "DATE": "2026-01-31",
        "IDENTIFIER": identity.IDENTIFIER,
        "AUTHORS": identity.AUTHORS,
    }.items():
        assert f"@{name}@" in filled
        filled = filled.replace(f"@{name}@", value)
    assert not re.findall(r"@\w+@", filled)
    root = ET.fromstring(filled)
    assert root.findtext("id") == identity.IDENTIFIER
    assert root.findtext("launchable") == "vitviz.desktop"
    assert SESSION_TYPE in [node.text for node in root.iter("mediatype")]
    if shutil.which("appstreamcli"):
        copy = tmp_path / f"{identity.IDENTIFIER}.metainfo.xml"
        copy.write_text(filled, "utf-8")
        done = subprocess.run(
            ["appstreamcli", "validate", "--no-net", "--pedantic", copy],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout


def test_the_property_list_of_macos() -> None:
    read = plistlib.loads(plistlib.dumps(parts.info_plist()))
    assert read == parts.info_plist()
    (declared,) = read["UTExportedTypeDeclarations"]
    assert declared["UTTypeTagSpecification"]["public.filename-extension"] == ["vitviz"]
    types = [t for d in read["CFBundleDocumentTypes"] for t in d["LSItemContentTypes"]]
    assert types == [declared["UTTypeIdentifier"], "public.image", "public.folder"]


def test_the_installer_of_windows(tmp_path: Path) -> None:
    text = (PACKAGING / "windows" / "vitviz.nsi").read_text("utf-8")
    code = re.sub(r"^\s*;.*$", "", text, flags=re.M)
    defined = dict(re.findall(r'^!define (\w+) "([^"]*)"', code, re.M))
    for _ in range(2):  # a definition may use another
        for name, value in defined.items():
            code = code.replace(f"${{{name}}}", value)
    texts = set(re.findall(r"^LangString (\w+) \$\{LANG_(\w+)\}", code, re.M))
    used = set(re.findall(r"\$\((\w+)\)", code))
    assert texts == {
        (name, tongue) for name in used for tongue in ("ENGLISH", "JAPANESE")
    }
    for kind in ("Section", "Function"):
        begun = re.findall(rf"^{kind}\b", code, re.M)
        assert len(begun) == len(re.findall(rf"^{kind}End", code, re.M)) > 0
    # what is written at installation is removed again
    keys = set(re.findall(r'WriteReg\w+ HKCU "([^"]+)"', code))
    removed = re.findall(r'DeleteReg\w+ HKCU "([^"]+)"', code)
    assert keys
    for key in keys:
        assert any(key == r or key.startswith(rf"{r}\\"[:-1]) for r in removed), key
    if shutil.which("makensis"):
        bundle = tmp_path / "dist" / "vitviz"
        for name in ("vitviz-gui.exe", "licenses/vitviz.txt", "_internal/a"):
            (bundle / name).parent.mkdir(parents=True, exist_ok=True)
            (bundle / name).write_text("x")
        icon = tmp_path / "build" / "icons" / "vitviz.ico"
        icon.parent.mkdir(parents=True)
        _write_icon(icon)
        made = tmp_path / "vitviz-setup.exe"
        build: Any = script("windows/build")
        done = subprocess.run(
            build.command(bundle, made, tmp_path), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert made.stat().st_size > 50_000


def _write_icon(path: Path) -> None:
    import PIL.Image

    PIL.Image.new("RGBA", (256, 256), "white").save(path, sizes=[(16, 16), (256, 256)])


@pytest.mark.parametrize("path", sorted(PACKAGING.rglob("*.sh")), ids=lambda p: p.name)
def test_shell_scripts_parse(path: Path) -> None:
    shell = "bash" if "bash" in path.read_text("utf-8")[:30] else "sh"
    done = subprocess.run([shell, "-n", path], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_licence_texts_are_found_in_the_package_too() -> None:
    notices: Any = script("notices")
    paths = [PackagePath(name) for name in ("a/LICENSE.txt", "a/license.py", "a/b.so")]
    info = [PackagePath(f"a-1.dist-info/{n}") for n in ("METADATA", "licenses/COPYING")]
    assert notices._texts([*paths, *info]) == [info[1]]
    assert notices._texts([*paths, info[0]]) == [paths[0]], "as cuSPARSELt has it"


def test_the_recipe_parses() -> None:
    compile((PACKAGING / "vitviz.spec").read_text("utf-8"), "vitviz.spec", "exec")


@pytest.mark.parametrize(
    ("path", "stays"),
    [
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", True),
        ("PySide6/Qt/plugins/platforms/libqwayland.so", True),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", True),
        ("PySide6/Qt/translations/qtbase_ja.qm", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("torch/include/ATen/ATen.h", False),
        ("torch/bin/torch_shm_manager", True),
        ("torch/bin/protoc", False),
        ("torch/nn/functional.py", True),
        ("torch/_inductor/config.py", True),
        ("torch/_inductor/ir.py", False),
        ("torch/lib/libtorch_cpu.so", True),
        ("torchvision/_C_stable.so", True),
        ("torchvision/image_stable.so", False),
        ("nvidia/cu13/lib/libcusolver.so.12", True),
        ("nvidia/cu13/lib/libcusolverMg.so.12", False),
        ("nvidia/cu13/lib/libnvrtc.so.13", True),
        ("libstdc++.so.6", False),
        ("libxcb-cursor.so.0", True),
        ("vitviz/resources/embedded/vitviz-flexi.safetensors", True),
        ("vitviz/resources/embedded/vitviz-small.safetensors", True),
    ],
)
def test_what_is_left_out(path: str, stays: bool) -> None:
    assert (parts.trim_of(path) is None) == stays
    assert (parts.trim_of(path.replace("/", "\\")) is None) == stays
