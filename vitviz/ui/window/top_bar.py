"""Top bar of the window: open, model, size, modes, compare, present and export."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QToolButton,
    QWidget,
)

from vitviz.models.catalogue.embedded import (
    EMBEDDED_NAME,
    EMBEDDED_NAMES,
    EMBEDDED_PATCH_SIZES,
)
from vitviz.models.file_choices import several_towers
from vitviz.ui.base import icons
from vitviz.ui.input.size import SizeMenu, side_text
from vitviz.ui.models import details
from vitviz.ui.widgets.elided import ElidedLabel
from vitviz.ui.widgets.segmented import Segmented
from vitviz.ui.window.start_page import RecentActions, sample_name, sample_paths
from vitviz.views.session import RunOptions
from vitviz.views.view_state import Mode

if TYPE_CHECKING:
    from vitviz.models.model import Model

# Length to which the model's name is shortened in a narrow window.
NAME_CHARS = 16


class TopBar(QWidget):
    """Buttons with menus; signals report what the user did."""

    openRequested = Signal()
    folderRequested = Signal()
    recentCleared = Signal()
    pasteRequested = Signal()
    pathChosen = Signal(str)
    # Name, and patch size or None.
    modelChosen = Signal(str, object)
    modelsRequested = Signal()
    modelFolderRequested = Signal()
    modelFileRequested = Signal()
    networkRequested = Signal()
    labelsRequested = Signal()
    modeChosen = Signal(object)
    exportRequested = Signal()
    copyRequested = Signal()
    compareRequested = Signal()
    presentRequested = Signal()
    undoRequested = Signal()
    redoRequested = Signal()
    themeRequested = Signal()
    keysRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        # Its children's widths must not hold the window: buttons lose their words.
        layout.setSizeConstraint(QHBoxLayout.SizeConstraint.SetNoConstraint)
        self._model_text = self._size_text = ""
        self._widths: dict[tuple[QToolButton, str, Qt.ToolButtonStyle, str], int] = {}
        self._open = self._menu_button(self.tr("Open"), self.tr("Open a picture"))
        self._model = self._menu_button(
            self.tr("Model"), self.tr("Choose the Vision Transformer")
        )
        self._patches = QActionGroup(self)
        self._patches.triggered.connect(self._on_embedded)
        self._embedded = QActionGroup(self)
        self._embedded.triggered.connect(self._on_embedded)
        self._size = self._menu_button(
            self.tr("Size"), self.tr("Input size: patches, memory, time")
        )
        self.sizes = SizeMenu(self._size)
        self._size.setMenu(self.sizes)
        self._title = ElidedLabel()
        self._export = self._menu_button(
            self.tr("Export"), self.tr("Save this view as a figure or as numbers")
        )
        self._compare = self._button(
            self.tr("Compare"), self.tr("Keep this view beside others (K)")
        )
        self._compare.setCheckable(True)
        self._compare.clicked.connect(self.compareRequested)
        self._present = self._button(
            self.tr("Present"), self.tr("Show this to a room, in large type (F5)")
        )
        self._present.clicked.connect(self.presentRequested)
        self._undo = self._button("", self.tr("Undo (Ctrl+Z)"))
        self._undo.clicked.connect(self.undoRequested)
        self._redo = self._button("", self.tr("Redo (Ctrl+Shift+Z)"))
        self._redo.clicked.connect(self.redoRequested)
        self._theme = self._button("", self.tr("Light or dark (Ctrl+T)"))
        self._keys = self._button("", self.tr("Show all keys (?)"))
        self._program = self._menu_button("", self.tr("Settings, keys, log, about"))
        self._program.setText("")
        self._program.setAccessibleName(self.tr("Program"))
        for button, name in (
            (self._open, "open"),
            (self._model, "model"),
            (self._size, "size"),
            (self._export, "export"),
            (self._compare, "compare"),
            (self._present, "present"),
            (self._undo, "undo"),
            (self._redo, "redo"),
            (self._theme, "theme"),
            (self._keys, "keys"),
            (self._program, "menu"),
        ):
            icons.dress(button, name)
            button.setIconSize(QSize(icons.SIZE, icons.SIZE))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        for button in (self._undo, self._redo, self._theme, self._keys, self._program):
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        for widget in (self._open, self._model, self._size):
            layout.addWidget(widget)
        layout.addWidget(self._title, 1)
        self._modes = Segmented()
        self._modes.setAccessibleName(self.tr("What the window is used for"))
        self._modes.valueChosen.connect(self.modeChosen)
        layout.addWidget(self._modes)
        for widget in (
            self._compare,
            self._present,
            self._export,
            self._undo,
            self._redo,
            self._theme,
            self._keys,
            self._program,
        ):
            layout.addWidget(widget)
        self._theme.clicked.connect(self.themeRequested)
        self._keys.clicked.connect(self.keysRequested)
        self._fill_open()
        self._fill_export()
        self.setModel(None, RunOptions())
        self.setHasTrace(False)
        self.setHistory(can_undo=False, can_redo=False)

    def setHistory(self, *, can_undo: bool, can_redo: bool) -> None:
        """Enable undo and redo where there is a view to go to."""
        self._undo.setEnabled(can_undo)
        self._redo.setEnabled(can_redo)

    def setProgramActions(self, actions: Sequence[QAction]) -> None:
        """Set the actions of the menu at the right end."""
        self._program.menu().addActions(actions)

    def setExportActions(self, actions: Sequence[QAction]) -> None:
        """Add actions to the Export menu."""
        self._export.menu().addSeparator()
        self._export.menu().addActions(actions)

    def event(self, event: QEvent) -> bool:
        """Draw icons again for a screen with smaller or larger pixels."""
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            icons.refresh(self.window())
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """Draw icons in the colour of the text again when the palette has changed."""
        if event.type() == QEvent.Type.PaletteChange:
            icons.refresh(self.window())
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out words of buttons where there is no room for them."""
        super().resizeEvent(event)
        self._fit()

    def minimumSizeHint(self) -> QSize:
        """Return the size with as few words as are needed."""
        return QSize(
            self._width_of(len(self._wordless()), 0), super().minimumSizeHint().height()
        )

    def _wordless(self) -> tuple[tuple[QToolButton, ...], ...]:
        """Return the buttons that lose their words, the first group first."""
        return (self._compare, self._present, self._export), (self._open, self._size)

    def _fit(self) -> None:
        title = 60
        most = len(self._wordless())
        level = next(
            (n for n in range(most) if self._width_of(n, title) <= self.width()), most
        )
        self._leave_out(level)

    def _leave_out(self, level: int) -> None:
        """Show the buttons of the first groups without their words."""
        for button, (text, style) in self._forms(level).items():
            button.setText(text)
            button.setToolButtonStyle(style)

    def _forms(self, level: int) -> dict[QToolButton, tuple[str, Qt.ToolButtonStyle]]:
        """Return text and style of each button that gives way, at a level."""
        beside = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
        alone = Qt.ToolButtonStyle.ToolButtonIconOnly
        forms = {
            button: (button.text(), alone if number < level else beside)
            for number, group in enumerate(self._wordless())
            for button in group
        }
        text = self._model_text
        if level == len(self._wordless()) and len(text) > NAME_CHARS:
            text = f"{text[: NAME_CHARS // 2]}…{text[-NAME_CHARS // 2 :]}"
        return {**forms, self._model: (text, beside)}

    def _width_of(self, level: int, title: int) -> int:
        """Return the width of the bar where some groups have no words."""
        forms = self._forms(level)
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        width = margins.left() + margins.right() + title
        for index in range(layout.count()):
            item = layout.itemAt(index)
            widget = None if item is None else item.widget()
            if widget is None or widget.isHidden():
                continue
            width += layout.spacing()
            if isinstance(widget, QToolButton) and widget in forms:
                width += self._button_width(widget, *forms[widget])
            elif widget is not self._title:
                width += widget.sizeHint().width()
        return width

    def _button_width(
        self, button: QToolButton, text: str, style: Qt.ToolButtonStyle
    ) -> int:
        """Return the width of a button with a text and a style.

        To find it both are set for a moment, which makes Qt lay out the window again:
        so every width is found once, after the style sheet has added to it.
        """
        key = (button, text, style, button.font().key())
        width = self._widths.get(key)
        if width is None:
            before = button.text(), button.toolButtonStyle()
            button.setText(text)
            button.setToolButtonStyle(style)
            width = button.sizeHint().width()
            button.setText(before[0])
            button.setToolButtonStyle(before[1])
            if self.isVisible():
                self._widths[key] = width
        return width

    def setModes(self, names: Sequence[tuple[Mode, str, str]]) -> None:
        """Set the modes, (mode, text, tooltip) of each."""
        self._modes.setOptions(names)

    def setMode(self, mode: Mode) -> None:
        """Show which mode the window is in."""
        self._modes.setValue(mode)

    def modeButton(self, mode: Mode) -> QToolButton:
        """Return the button that switches to a mode."""
        return self._modes.button(mode)

    def presentButton(self) -> QToolButton:
        """Return the button that begins Present."""
        return self._present

    def modelButton(self) -> QToolButton:
        """Return the button of the Model menu; its tooltip lists what was assumed."""
        return self._model

    def setTitle(self, text: str) -> None:
        """Show which picture is open, and what was changed in it."""
        self._title.setText(text)

    def setHasTrace(self, has_trace: bool) -> None:
        """Enable export and comparison where there is a trace."""
        self._export.setEnabled(has_trace)
        self._compare.setEnabled(has_trace)

    def setComparing(self, is_comparing: bool) -> None:
        """Show whether a view is kept for comparison."""
        self._compare.setChecked(is_comparing)

    def setModel(self, model: Model | None, options: RunOptions) -> None:
        """Show the model, and the sizes it takes with their price."""
        patch = None if model is None else model.info.patch_size[0]
        name = None if model is None else model.info.name
        self._fill_models(name, patch)
        self.sizes.setModel(model, options)
        self._labels.setEnabled(model is not None and model.info.has_head)
        self._network.setEnabled(_can_choose(model))
        self._size.setEnabled(model is not None)
        tip = self.tr("Choose the Vision Transformer")
        assumed = ""
        if model is not None:
            assumed = details.assumed_text(
                model.info.assumed, is_of_file=model.info.is_of_file
            )
        self._model.setToolTip(f"{tip}\n{assumed}" if assumed else tip)
        if model is None:
            self._model_text = self.tr("Choose a model ▾")
            self._size.setText(self.tr("Size ▾"))
        else:
            self._model_text = f"{name} · {patch} ▾"
            side = side_text(options, min(model.preprocessing.size))
            self._size.setText(f"{side} ▾")
        self._fit()
        self.updateGeometry()

    def _menu_button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(f"{text} ▾")
        button.setToolTip(tip)
        button.setAccessibleName(text)
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        menu.setToolTipsVisible(True)
        button.setMenu(menu)
        return button

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        return button

    def _fill_open(self) -> None:
        menu = self._open.menu()
        for text, signal, icon in (
            (self.tr("Picture…\tCtrl+O"), self.openRequested, "picture"),
            (self.tr("Folder…\tCtrl+Shift+O"), self.folderRequested, "folder"),
            (self.tr("Paste\tCtrl+V"), self.pasteRequested, "paste"),
        ):
            icons.dress(menu.addAction(text, signal.emit), icon)
        menu.addSeparator()
        for path in sample_paths():
            text = self.tr("Sample: {name}").format(name=sample_name(path))
            action = menu.addAction(text)
            action.setData(str(path))
        RecentActions(menu).cleared.connect(self.recentCleared)
        menu.triggered.connect(self._on_open)

    def _on_open(self, action: QAction) -> None:
        if action.data():
            self.pathChosen.emit(action.data())

    def _fill_export(self) -> None:
        menu = self._export.menu()
        for text, signal, icon in (
            (self.tr("Figure or numbers…\tCtrl+E"), self.exportRequested, "export"),
            (self.tr("Copy as a picture\tCtrl+C"), self.copyRequested, "copy"),
        ):
            icons.dress(menu.addAction(text, signal.emit), icon)

    def _fill_models(self, name: str | None, patch: int | None) -> None:
        menu = self._model.menu()
        menu.clear()
        is_embedded = name in EMBEDDED_NAMES
        menu.addSection(self.tr("Embedded"))
        for one, tip in zip(
            EMBEDDED_NAMES,
            (
                self.tr("Twelve trained layers, to look at"),
                self.tr("Six small layers: quick, and trained at every patch size"),
            ),
            strict=True,
        ):
            action = menu.addAction(one)
            action.setToolTip(tip)
            action.setCheckable(True)
            action.setChecked(name == one)
            # the other one with the same patches, to be compared
            action.setData((one, patch if is_embedded else None))
            self._embedded.addAction(action)
        for size in EMBEDDED_PATCH_SIZES:
            text = self.tr("patches of {n} px").format(n=size)
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(is_embedded and patch == size)
            action.setData((name if is_embedded else EMBEDDED_NAME, size))
            self._patches.addAction(action)
        menu.addSeparator()
        menu.addAction(self.tr("All models…\tCtrl+M"), self.modelsRequested.emit)
        menu.addAction(self.tr("Model file…"), self.modelFileRequested.emit)
        menu.addAction(self.tr("Model folder…"), self.modelFolderRequested.emit)
        self._network = menu.addAction(
            self.tr("Choose architecture…"), self.networkRequested.emit
        )
        self._network.setToolTip(
            self.tr("Say what the file or folder does not tell of its network")
        )
        self._labels = menu.addAction(
            self.tr("Load class names…"), self.labelsRequested.emit
        )
        self._labels.setToolTip(self.tr("From a file: one a line, or JSON"))

    def _on_embedded(self, action: QAction) -> None:
        name, patch = action.data()
        self.modelChosen.emit(name, patch)


def _can_choose(model: Model | None) -> bool:
    """Return whether the user can say more of the file or folder of a model."""
    if model is None or model.info.place is None:
        return False
    info = model.info
    return info.is_of_file or info.has_head or bool(several_towers(info.assumed))
