"""Files where an export would write: what they say of themselves, and if whole.

The first byte says by which ending they are called.
"""

from __future__ import annotations

import io
import json
import os

import numpy as np
import PIL.Image
import PIL.PngImagePlugin

from tests.faults.fuzz.places import written
from vitviz._version import META_KEY
from vitviz.export.metadata import is_whole, read_metadata

MODULES = ("vitviz.export.metadata", "vitviz.system")
IS_JSON = False
_SUFFIXES = (".npz", ".png", ".svg", ".gif")
_META = json.dumps({"image": {"sha256": "0"}, "options": {"layer": 3}})


def _seeds() -> list[bytes]:
    png, gif, npz = io.BytesIO(), io.BytesIO(), io.BytesIO()
    info = PIL.PngImagePlugin.PngInfo()
    info.add_itxt(META_KEY, _META)
    picture = PIL.Image.new("RGB", (8, 8), "red")
    picture.save(png, "PNG", pnginfo=info)
    other = PIL.Image.new("RGB", (8, 8), "blue")
    picture.save(
        gif, "GIF", comment=_META.encode(), save_all=True, append_images=[other]
    )
    np.savez_compressed(npz, meta=np.array(_META), attention=np.zeros((2, 3), "f4"))
    svg = f"<svg xmlns='x'><desc>{_META}</desc><g/></svg>\n".encode()
    return [
        bytes([kind]) + data
        for kind, data in enumerate(
            (npz.getvalue(), png.getvalue(), svg, gif.getvalue())
        )
    ]


SEEDS = _seeds()


def one(data: bytes) -> None:
    if not data:
        return
    suffix = _SUFFIXES[data[0] % len(_SUFFIXES)]
    path = written(data[1:], f"a{suffix}")
    # what `cli.export_batch` expects of a file that is not ours
    try:
        found = read_metadata(path)
        assert not isinstance(found, bytes)
        is_whole(path)
    except (KeyError, TypeError, ValueError, OSError):
        pass
    except AssertionError:
        raise
    except Exception:
        # whatever a library makes of a file that is not ours: caught there, too, but
        # lack of memory and of patience are not
        pass
    os.unlink(path)
