"""Start times of an installation: command line, window, first map.

    packaging/with-screen.sh python3 packaging/start_times.py COMMAND...

For example `dist/vitviz/vitviz` or `.venv/bin/python -m vitviz`. Medians, warm: the
first start of each kind is not counted. Times of the window are those its own process
notes (see `vitviz.ui.diagnostics.rehearsal`), counted from the moment it is started.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import time

NUM_HELPS = 9
NUM_WINDOWS = 5


def help_seconds(command: list[str]) -> float:
    """Return the seconds of one `--help`."""
    began = time.perf_counter()
    subprocess.run([*command, "--help"], check=True, capture_output=True)
    return time.perf_counter() - began


def window_seconds(command: list[str]) -> tuple[float, float]:
    """Return the seconds to a window's picture and to its first map.

    Raises RuntimeError if the self-test fails or there is no display.
    """
    done = subprocess.run([*command, "self-test"], capture_output=True, text=True)
    found = re.search(
        r"picture after ([\d.]+) s, first map after ([\d.]+) s", done.stdout
    )
    if done.returncode or found is None:
        raise RuntimeError(done.stdout + done.stderr)
    return float(found[1]), float(found[2])


def main(command: list[str]) -> None:
    """Print one line of a Markdown table, with the load of the machine at its end."""
    load = os.getloadavg()[0]
    helps = [help_seconds(command) for _ in range(NUM_HELPS + 1)][1:]
    windows = [window_seconds(command) for _ in range(NUM_WINDOWS + 1)][1:]
    picture = statistics.median(w[0] for w in windows)
    after = statistics.median(w[1] - w[0] for w in windows)
    print(
        f"| `{' '.join(command)}` | {statistics.median(helps):.2f} | {picture:.2f} "
        f"| {after:.2f} | {load:.1f} |"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
