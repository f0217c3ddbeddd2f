"""`vitviz [PATH...]`: the window."""

from __future__ import annotations

import argparse
from typing import NoReturn


def execute(args: argparse.Namespace) -> NoReturn:
    """Open the window; the process ends with it. Raises EnvironmentFault."""
    from vitviz.guard import check_display

    check_display()
    from vitviz.ui.app import run

    run(args.paths, model=args.model, device=args.device, lang=args.lang)
