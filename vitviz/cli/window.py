"""Command `vitviz [PATH...]`: open the window."""

from __future__ import annotations

import argparse

from vitviz.system.settings import Language


def execute(args: argparse.Namespace) -> int:
    """Open the window and return its exit code. Raises EnvironmentFault."""
    from vitviz.system.environment import check_display

    check_display()
    from vitviz.system import settings
    from vitviz.system.quick_imports import collecting_later

    if args.reset_settings:
        _reset()
    with collecting_later():
        from vitviz.ui.window.app import run

    remembered = settings.get()
    return run(
        args.paths,
        model=args.model or remembered.model or None,
        device=args.device or remembered.device,
        lang=args.lang or _language(remembered.language),
        theme_choice=remembered.theme,
        presents=args.present,
    )


def _language(chosen: Language) -> str | None:
    """Return a language as `QLocale` takes it; None for the system's."""
    return None if chosen is Language.SYSTEM else chosen.value


def _reset() -> None:
    from vitviz.cli.output import say
    from vitviz.system import settings
    from vitviz.system.printable import printable

    kept = settings.reset()
    if kept is not None:
        say(f"vitviz: The settings before are kept in {printable(str(kept))}.")
