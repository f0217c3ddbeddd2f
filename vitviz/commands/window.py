"""`vitviz [PATH...]`: the window."""

from __future__ import annotations

import argparse


def execute(args: argparse.Namespace) -> int:
    """Open the window and return its exit code. Raises EnvironmentFault."""
    from vitviz.guard import check_display

    check_display()
    from vitviz.ui.app import run

    return run(args.paths, model=args.model, device=args.device, lang=args.lang)
