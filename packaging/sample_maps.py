"""Makes the small maps that the start page shows over its sample pictures.

usage: python packaging/sample_maps.py [--check]

    vitviz-small, last layer, mean of the heads, query CLS, 0 to the 99th percentile
    ──► resources/samples/maps.json: for each sample where its map lies, and its values

With --check nothing is written: the maps are made anew and compared with the file's.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys

import numpy as np

import vitviz
from vitviz.system.paths import resource
from vitviz.ui.window.start_page import shown_sample_paths
from vitviz.views.display import resolve
from vitviz.views.view_state import ViewState

MODEL = "vitviz-small"
# Of 255, by which processors may differ.
TOLERANCE = 1


def made() -> dict[str, object]:
    """Return the content of the file: plain values for JSON."""
    model = vitviz.load_model(MODEL)
    maps = {}
    for path in shown_sample_paths():
        trace = vitviz.trace(model, path)
        shown = resolve(ViewState(), trace)
        assert shown is not None
        assert shown.heat is not None
        fraction = shown.heat.levels.fraction(shown.heat.patches)
        values = np.rint(255 * fraction).astype(np.uint8)
        rect = trace.setup.placement.input_rect()
        maps[path.stem] = {
            "rect": [round(v, 3) for v in (rect.x, rect.y, rect.width, rect.height)],
            "grid": list(values.shape),
            "values": base64.b64encode(values.tobytes()).decode("ascii"),
        }
    digest = model.info.weights_sha256
    return {"model": MODEL, "weights_sha256": digest, "maps": maps}


def differs(one: dict[str, object], other: dict[str, object]) -> bool:
    """Return whether two contents differ by more than rounding."""
    first, second = (json.loads(json.dumps(each)) for each in (one, other))
    if first["weights_sha256"] != second["weights_sha256"]:
        return True
    if first["maps"].keys() != second["maps"].keys():
        return True
    for name, ours in first["maps"].items():
        theirs = second["maps"][name]
        if (ours["rect"], ours["grid"]) != (theirs["rect"], theirs["grid"]):
            return True
        values = [
            np.frombuffer(base64.b64decode(each["values"]), np.uint8).astype(int)
            for each in (ours, theirs)
        ]
        if np.abs(values[0] - values[1]).max() > TOLERANCE:
            return True
    return False


def main() -> int:
    """Write the file, or compare it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    chosen = parser.parse_args()
    path, content = resource("samples", "maps.json"), made()
    if chosen.check:
        is_other = differs(json.loads(path.read_text("utf-8")), content)
        sys.stdout.write("maps.json is out of date\n" if is_other else "as it is\n")
        return int(is_other)
    path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
