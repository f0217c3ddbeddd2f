"""List of all actions with their keys, for menus, shortcuts and the keys overlay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QWidget

from vitviz.ui.base import icons

# Actions in the Export menu.
OF_THE_EXPORT_MENU = ("export_page", "copy_command", "save_session", "save_session_as")
# Actions in the menu at the right end of the top bar.
OF_THE_PROGRAM = (
    "present",
    "full_screen",
    "settings",
    "language",
    "hints",
    "keys",
    "log_window",
    "about",
    "quit",
)
ICONS = {
    "present": "present",
    "settings": "settings",
    "keys": "keys",
    "log_window": "log",
    "about": "about",
    "quit": "close",
}


@dataclass(frozen=True, slots=True)
class Spec:
    """One action: its name in code, its text, its keys and its group."""

    name: str
    text: str
    keys: tuple[str, ...]
    group: str


def specs() -> tuple[Spec, ...]:
    """Return all actions in the program's language, in the keys overlay's order."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("actions", text)

    file, view, model = tr("File"), tr("View"), tr("Attention")
    return (
        Spec("open", tr("Open pictures or a session…"), ("Ctrl+O",), file),
        Spec("open_folder", tr("Open folder…"), ("Ctrl+Shift+O",), file),
        Spec("picture_back", tr("Previous picture"), ("Ctrl+Left",), file),
        Spec("picture_on", tr("Next picture"), ("Ctrl+Right",), file),
        Spec("film_strip", tr("Film strip"), ("T",), file),
        Spec("models", tr("All models…"), ("Ctrl+M",), file),
        Spec("paste", tr("Paste picture"), ("Ctrl+V",), file),
        Spec("copy", tr("Copy view as a picture"), ("Ctrl+C",), file),
        Spec("export", tr("Export figure or numbers…"), ("Ctrl+E",), file),
        Spec("export_page", tr("Web page…"), ("Ctrl+Shift+E",), file),
        Spec("copy_command", tr("Copy command line"), ("Ctrl+Shift+C",), file),
        Spec("save_session", tr("Save session…"), ("Ctrl+S",), file),
        Spec("save_session_as", tr("Save session as…"), ("Ctrl+Shift+S",), file),
        Spec("settings", tr("Settings…"), ("Ctrl+,",), file),
        Spec("log_window", tr("Log"), ("Ctrl+L",), file),
        Spec("about", tr("About vitviz"), ("Shift+F1",), file),
        Spec("language", tr("日本語 (Japanese)"), ("Ctrl+Shift+L",), file),
        Spec("hints", tr("Show hints"), ("Shift+F2",), file),
        Spec("quit", tr("Quit"), ("Ctrl+Q",), file),
        Spec("query_up", tr("Move the query with the arrow keys"), (), model),
        Spec("cls", tr("CLS token as query"), ("C",), model),
        Spec("special", tr("Next special token as query"), ("S",), model),
        Spec("direction", tr("Looks at ⇄ looked at by"), ("X",), model),
        Spec("layer_back", tr("Previous layer"), ("[",), model),
        Spec("layer_on", tr("Next layer"), ("]",), model),
        Spec("head_back", tr("Previous head"), (",",), model),
        Spec("head_on", tr("Next head"), (".",), model),
        Spec("second", tr("Unpin extra queries"), ("Backspace",), model),
        Spec("restore", tr("Lab: restore the untouched model"), ("R",), model),
        Spec("cancel", tr("Cancel"), ("Esc",), model),
        Spec("style", tr("Tint, map, spotlight"), ("V",), view),
        Spec("log", tr("Logarithmic scale"), ("L",), view),
        Spec("grid", tr("Patch grid"), ("G",), view),
        Spec("smooth", tr("Smooth between patches"), ("M",), view),
        Spec("hover", tr("Preview on hover"), ("H",), view),
        Spec("fit", tr("Whole picture"), ("F", "0"), view),
        Spec("zoom_in", tr("Zoom in"), ("+", "="), view),
        Spec("zoom_out", tr("Zoom out"), ("-",), view),
        Spec("mode_inspect", tr("Inspect: see where each patch looks"), ("F2",), view),
        Spec("mode_learn", tr("Learn: how it works, on this picture"), ("F3",), view),
        Spec("mode_lab", tr("Lab: change the running model"), ("F4",), view),
        Spec("compare", tr("Start or end comparison"), ("K",), view),
        Spec("panel", tr("Side panel"), ("P",), view),
        Spec("tab_strip", tr("Heads of the layer"), ("1",), view),
        Spec("tab_heads", tr("All heads"), ("2",), view),
        Spec("tab_matrix", tr("Matrix"), ("3",), view),
        Spec("tab_tokens", tr("Tokens"), ("4",), view),
        Spec("tab_classes", tr("Classes"), ("5",), view),
        Spec("tab_map_test", tr("Test the map"), ("6",), view),
        Spec("tab_views", tr("Saved views"), ("7",), view),
        Spec("save_view", tr("Save this view"), ("Ctrl+D",), view),
        Spec("view_on", tr("Next saved view or chapter"), ("PgDown",), view),
        Spec("view_back", tr("Previous saved view or chapter"), ("PgUp",), view),
        Spec("undo", tr("Undo"), ("Ctrl+Z",), view),
        Spec("redo", tr("Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), view),
        Spec("theme", tr("Light or dark"), ("Ctrl+T",), view),
        Spec("present", tr("Present (Esc to leave)"), ("F5",), view),
        Spec("full_screen", tr("Full screen"), ("F11",), view),
        Spec("keys", tr("Show all keys"), ("?", "F1"), view),
    )


def build(
    window: QWidget, handlers: dict[str, Callable[[], object]]
) -> dict[str, QAction]:
    """Create an action of `window` for every spec that has a handler.

    Raises KeyError for a handler without a spec.
    """
    known = {spec.name: spec for spec in specs()}
    made: dict[str, QAction] = {}
    for name, handler in handlers.items():
        spec = known[name]
        action = QAction(spec.text, window)
        action.setObjectName(name)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(handler)
        if name in ICONS:
            icons.dress(action, ICONS[name])
        window.addAction(action)
        made[name] = action
    return made
