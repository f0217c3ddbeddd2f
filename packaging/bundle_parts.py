"""Contents of the bundle: what goes into it, what is left out, and why.

Read by `vitviz.spec`, by other scripts of this folder and by the tests; needs nothing
but Python.
"""

from __future__ import annotations

import re
import runpy
import subprocess
from dataclasses import dataclass
from pathlib import Path

from identity import AUTHORS, IDENTIFIER

ROOT = Path(__file__).resolve().parents[1]

# Distributions whose version the program looks up while it runs.
METADATA = (
    "PySide6-Essentials",
    "torch",
    "torchvision",
    "pillow",
    "pi-heif",
    "timm",
    "huggingface_hub",
    "safetensors",
    "numpy",
)

# Optional libraries that a bundle carries, since nobody can add them to it.
# Codecs are loaded by name: those that TIFF files use, and the one that figures are
# compressed with.
OPTIONAL = (
    *("timm", "pi_heif"),
    *(
        f"imagecodecs._{name}"
        for name in (
            *("imcd", "deflate", "zlib", "jpeg8", "jpeg2k", "zstd", "lzma", "png"),
            *("webp", "lerc", "jpegxl", "jpegxr", "ccitt"),
        )
    ),
)

# Endings that "open with" offers vitviz for; the program itself goes by content.
PICTURE_ENDINGS = (
    *("jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff"),
    *("avif", "heic", "heif", "ppm", "pgm", "pbm"),
)


@dataclass(frozen=True, slots=True)
class Trim:
    """Group of files that are left out of the bundle."""

    name: str
    # Searched in the path inside the bundle, with forward slashes.
    pattern: re.Pattern[str]
    why: str


def _trim(name: str, pattern: str, why: str) -> Trim:
    return Trim(name, re.compile(pattern), why)


TRIMS = (
    _trim(
        "torch: headers, tools, tests",
        r"^torch/((include|test|share)/|bin/(?!torch_shm_manager))"
        r"|^torch/lib/\w+\.(a|lib)$|^torch/.*\.pyi$",
        "for compiling extensions and for torch's own tests; torch_shm_manager stays, "
        "torch looks for it while it is imported",
    ),
    _trim(
        "torch: templates and headers of compilers",
        r"^torch/(_inductor|utils|_export)/.*\.(jinja|h|cpp|cu|yaml|html|js|mjs)$",
        "torch.compile needs a C++ compiler and is never called",
    ),
    _trim(
        "NVIDIA: static libraries, headers, device code",
        r"^nvidia/.*(/include/|\.a$|\.bc$|\.h$|\.hpp$)",
        "for compiling and linking",
    ),
    _trim(
        "NVIDIA: libraries nothing loads",
        r"^nvidia/.*/lib(nvrtc\.alt|nvrtc-builtins\.alt|cusolverMg|cufftw|nvblas"
        r"|nvperf_\w+|checkpoint|pcsamplingutil|cufile_rdma)\.so",
        "no library of torch's names them, and none is opened by name: alternative "
        "compilers, several GPUs in one solver, profiling of hardware counters",
    ),
    _trim(
        "NVIDIA: transports between machines",
        r"^nvidia/nvshmem/lib/nvshmem_(transport|bootstrap)_",
        "for clusters",
    ),
    _trim(
        "torchvision: its own picture decoder",
        r"^torchvision/image\w*\.(so|pyd)|^torchvision\.libs/lib(nvjpeg|jpeg|png|webp"
        r"|sharpyuv|z)",
        "pictures are decoded by Pillow",
    ),
    _trim(
        "Qt: GTK theme",
        r"platformthemes/libqgtk3",
        "draws GTK and everything it needs in",
    ),
    _trim(
        "Qt: platforms without a window system",
        r"plugins/(platforms/libq(eglfs|linuxfb|minimal|minimalegl|vkkhrdisplay|vnc)"
        r"|egldeviceintegrations|generic)|libQt6EglF",
        "for devices without a desktop",
    ),
    _trim(
        "Qt: virtual keyboard, QML, Quick, PDF",
        r"libqtvirtualkeyboard|imageformats/libqpdf"
        r"|libQt6(Qml\w*|Quick\w*|VirtualKeyboard\w*|Pdf\w*)\.so"
        r"|PySide6/(Qt/)?qml/|PySide6/Qt(Qml|Quick)",
        "no part of the window uses them",
    ),
    _trim(
        "Qt: translations of other languages and modules",
        r"translations/(?!qtbase_(ja|en)\.qm$)",
        "the window speaks English and Japanese",
    ),
    _trim(
        "torch: sources nothing reads",
        r"^torch/(_inductor|_dynamo|_functorch|testing|distributed|onnx|ao)/"
        r"(.*/)?(?!\w*config)\w+\.py$",
        "they are there as byte code; while torch is imported it reads the sources of "
        "torch.nn, its neighbours and modules called config, no others",
    ),
    _trim(
        "the system's own libraries",
        r"^lib(stdc\+\+|gcc_s|EGL|GL|GLX|GLdispatch|OpenGL|drm|gbm|wayland-\w+|X11"
        r"|X11-xcb|Xau|Xdmcp|Xext|xcb|xkbcommon|xkbcommon-x11|glib-2.0|gio-2.0"
        r"|gobject-2.0|gmodule-2.0|gthread-2.0|mount|blkid|selinux|pcre2-8|dbus-1"
        r"|systemd|gcrypt|gpg-error|cap|fontconfig|freetype|gssapi_krb5|krb5|k5crypto"
        r"|krb5support|com_err|keyutils)\.so\.",
        "graphics drivers, fonts and the desktop of the machine the program runs on "
        "share them, and may need newer ones; the .deb depends on them",
    ),
)


# Modules that are left out, and what imports them or why they are not needed.
EXCLUDED = {
    "tkinter": "another toolkit, asked for by Pillow",
    "triton": "code generation for torch.compile, which is never called",
    "IPython": "asked for by notebooks",
    "matplotlib": "asked for by pyqtgraph's exporter",
    "scipy": "asked for by pyqtgraph and torch where it is there",
    "pandas": "asked for by torch's data loaders",
    "pytest": "asked for by torch.testing and pyqtgraph",
    "hypothesis": "asked for by torch.testing",
    "setuptools": "asked for by torch's extension builder",
    "pip": "no package can be installed into a bundle",
    "tensorboard": "asked for by torch.utils.tensorboard",
    "onnx": "asked for by torch.onnx",
    "onnxruntime": "asked for by torch.onnx",
    "PySide6.QtQml": "no part of the window uses it",
    "PySide6.QtQuick": "no part of the window uses it",
    "PySide6.QtTest": "asked for by pyqtgraph for its tests",
    "pyqtgraph.examples": "not part of a program",
    "pyqtgraph.opengl": "no part of the window is three-dimensional",
    "torch.utils.tensorboard": "needs tensorboard",
    "cuda": "asked for by torch's profiler and contexts for parts of a GPU (12 MB)",
    "hf_xet": "vitviz fetches weights itself (11 MB)",
    "transformers": "90 MB and half of its models read their own sources; folders of "
    "transformers' models are for those who have Python",
}

# PyInstaller's run-time hooks that are left out, and why.
HOOKS = {
    "pyi_rth_pyside6": "loads Qt before the program begins: `--help` needs none, on "
    "Windows torch must come first, and the place of our plugins would reach every "
    "program that we start. PySide6 knows where its own Qt lies",
    "pyi_rth_multiprocessing": "helper processes are ours: system.subprocesses",
    "pyi_rth_pyqtgraph_multiprocess": "no part of the window uses it",
}

# How PyInstaller collects packages: as byte code, and torch with its sources as well,
# since importing torch reads some of them.
SOURCES = {
    "torch": "pyz+py",
    "torchvision": "pyz",
    "torchvision.ops": "pyz",
    "timm": "pyz",
}


def version() -> str:
    """Return the program's version, from `vitviz/_version.py`."""
    found = runpy.run_path(str(ROOT / "vitviz" / "_version.py"))["__version__"]
    return str(found)


def info_plist() -> dict[str, object]:
    """Return the property list of `vitviz.app`, with the files that it opens."""
    return {
        "CFBundleName": "vitviz",
        "CFBundleDisplayName": "vitviz",
        "CFBundleShortVersionString": version(),
        "CFBundleVersion": version(),
        "LSMinimumSystemVersion": "12.0",
        "LSApplicationCategoryType": "public.app-category.education",
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
        "NSHumanReadableCopyright": f"{AUTHORS}, MIT licence",
        "CFBundleLocalizations": ["en", "ja"],
        "CFBundleDocumentTypes": [
            {
                "CFBundleTypeName": "vitviz session",
                "CFBundleTypeRole": "Editor",
                "LSHandlerRank": "Owner",
                "LSItemContentTypes": [f"{IDENTIFIER}.session"],
            },
            {
                "CFBundleTypeName": "Picture",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "Alternate",
                "LSItemContentTypes": ["public.image"],
            },
            {
                "CFBundleTypeName": "Folder of pictures",
                "CFBundleTypeRole": "Viewer",
                "LSHandlerRank": "None",
                "LSItemContentTypes": ["public.folder"],
            },
        ],
        "UTExportedTypeDeclarations": [
            {
                "UTTypeIdentifier": f"{IDENTIFIER}.session",
                "UTTypeDescription": "vitviz session",
                "UTTypeConformsTo": ["public.json"],
                "UTTypeTagSpecification": {
                    "public.filename-extension": ["vitviz"],
                    "public.mime-type": ["application/x-vitviz-session"],
                },
            }
        ],
    }


def windows_version() -> str:
    """Return the version resource of Windows programs, as PyInstaller reads it."""
    numbers = [int(part) for part in re.findall(r"\d+", version())[:3]]
    four = tuple([*numbers, 0, 0, 0, 0][:4])
    strings = {
        "FileDescription": "vitviz",
        "ProductName": "vitviz",
        "FileVersion": version(),
        "ProductVersion": version(),
        "LegalCopyright": f"{AUTHORS}, MIT licence",
    }
    entries = ", ".join(f"StringStruct({k!r}, {v!r})" for k, v in strings.items())
    return (
        f"VSVersionInfo(ffi=FixedFileInfo(filevers={four}, prodvers={four}), "
        f"kids=[StringFileInfo([StringTable('040904B0', [{entries}])]), "
        "VarFileInfo([VarStruct('Translation', [1033, 1200])])])\n"
    )


def resource_files(root: Path = ROOT) -> list[tuple[str, str]]:
    """Return (file, folder in the bundle) of all resources that the wheel ships."""
    resources = root / "resources"
    found = []
    for path in sorted(resources.rglob("*")):
        relative = path.relative_to(resources)
        if not path.is_file() or relative.parts[:2] == ("embedded", "train"):
            continue
        if "__pycache__" in relative.parts or path.suffix == ".ts":
            continue
        target = Path("vitviz", "resources", relative).parent
        found.append((str(path), target.as_posix()))
    return found


def orphans(files: dict[str, str]) -> set[str]:
    """Return the system libraries of a bundle that none of its other files needs.

    Something that has been left out had drawn them in. Only libraries at the top level
    that come from the system are looked at. Files are read with objdump, which
    PyInstaller needs as well.

    files : path in the bundle → file on this machine.
    """
    left = {name: path for name, path in files.items() if ".so" in name}
    needs = {name: _needed(path) for name, path in left.items()}
    gone: set[str] = set()
    while True:
        wanted = {
            lib for name, libs in needs.items() if name not in gone for lib in libs
        }
        idle = {
            name
            for name, path in left.items()
            if name not in gone
            and "/" not in name
            and path.startswith(("/lib/", "/usr/lib/"))
            # the bundle's loader opens it by name
            and not name.startswith("libpython")
            and name not in wanted
        }
        if not idle:
            return gone
        gone |= idle


def _needed(path: str) -> set[str]:
    """Return the names of the libraries that a library is linked with."""
    result = subprocess.run(["objdump", "-p", path], capture_output=True, text=True)
    lines = (line.split() for line in result.stdout.splitlines())
    return {words[1] for words in lines if words[:1] == ["NEEDED"]}


def trim_of(path: str) -> Trim | None:
    """Return the group by which a file is left out of the bundle; None if it stays."""
    slashed = path.replace("\\", "/")
    return next((trim for trim in TRIMS if trim.pattern.search(slashed)), None)
