"""Side panel of the Lab: tools, the list of changes, and before and after."""

from __future__ import annotations

import enum
from typing import TypeVar

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from vitviz.domain.interventions import InterventionList
from vitviz.export.captions import change_words
from vitviz.ui.base import theme
from vitviz.ui.lab.before_after import BeforeAfterView
from vitviz.ui.lab.tools import CutTool, HeadsTool, HideTool, SoftmaxTool
from vitviz.ui.widgets.elided import ElidedCheckBox, ElidedLabel
from vitviz.ui.widgets.flow_layout import Flow
from vitviz.ui.widgets.inputs import action_button
from vitviz.ui.widgets.segmented import Segmented
from vitviz.ui.widgets.stacks import CurrentStack

# Number of changes in sight at once; more are scrolled to.
ROWS_IN_SIGHT = 3
REMOVE = "✕"
Part = TypeVar("Part", bound=QWidget)


class Tool(enum.Enum):
    """A page of the Lab's controls."""

    SOFTMAX = "softmax"
    HEADS = "heads"
    CUT = "cut"
    HIDE = "hide"
    # In Present, where the list of changes does not fit beside the tools.
    CHANGES = "changes"


class _Rows(QScrollArea):
    """A list of whole rows, so that none is cut; fewer in a low window."""

    def __init__(self, row_px: int) -> None:
        super().__init__()
        self._row_px = row_px
        self.setMaximumHeight(ROWS_IN_SIGHT * row_px)

    def sizeHint(self) -> QSize:
        """Return the height of the usual number of rows."""
        return QSize(super().sizeHint().width(), ROWS_IN_SIGHT * self._row_px)

    def minimumSizeHint(self) -> QSize:
        """Return the height of one row."""
        return QSize(super().minimumSizeHint().width(), self._row_px)


class LabPanel(QWidget):
    """The Lab's controls; setters emit nothing, signals report what the user did."""

    toolChosen = Signal(object)
    changeToggled = Signal(int)
    changeRemoved = Signal(int)
    restoreRequested = Signal()
    compareRequested = Signal()
    mapTestRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.softmax, self.heads = SoftmaxTool(), HeadsTool()
        self.cut, self.hide_tool = CutTool(), HideTool()
        self.view = BeforeAfterView()
        self._pages: dict[Tool, QWidget] = {
            Tool.SOFTMAX: self.softmax,
            Tool.HEADS: self.heads,
            Tool.CUT: self.cut,
            Tool.HIDE: self.hide_tool,
        }
        self._tools = Segmented(wraps=theme.presents())
        self._tools.setAccessibleName(self.tr("What to change"))
        self._tools.setOptions(self._tool_names())
        self._tools.valueChosen.connect(self.setTool)
        self._tools.valueChosen.connect(self.toolChosen)
        self._list = QWidget()
        self._rows = QVBoxLayout(self._list)
        self._rows.setContentsMargins(12, 0, 4, 0)
        self._rows.setSpacing(0)
        self._listed: tuple[InterventionList, tuple[bool, ...]] | None = None
        self._scroll = scroll = _Rows(self._row_height())
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(self._list)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setAccessibleName(self.tr("Changes"))
        self._title = ElidedLabel()
        self.restore = action_button(
            self.tr("Restore all"), self.tr("Back to the untouched model (R)")
        )
        self.restore.clicked.connect(self.restoreRequested)
        self.compare = action_button(
            self.tr("Compare large"), self.tr("Keep the untouched view beside (K ends)")
        )
        self.compare.clicked.connect(self.compareRequested)
        self.map_test = action_button(
            self.tr("Test the map"),
            self.tr("Deletion and insertion curves of the map on screen (5)"),
        )
        self.map_test.clicked.connect(self.mapTestRequested)
        self._place()
        self.setTool(Tool.SOFTMAX)
        self.setChanges((), ())

    def _place(self) -> None:
        self._title.setMinimumWidth(1)  # the title is cut off before a button is
        in_room = theme.presents()
        title = Flow(8) if in_room else QHBoxLayout()
        title.setContentsMargins(0, 0, 0, 0)
        inset = QHBoxLayout()
        inset.setContentsMargins(12, 0, 8, 0)
        inset.addLayout(title)
        if not in_room:  # in Present the tool's name says it
            title.addWidget(self._title)
        parts = (self.compare, self.restore, self.map_test)
        for part in parts if in_room else parts[:2]:
            title.addWidget(part)
        if isinstance(title, QHBoxLayout):
            title.setStretch(0, 1)
        listed = QVBoxLayout()
        listed.setSpacing(4)
        listed.addLayout(inset)
        listed.addWidget(self._scroll)
        tools = QHBoxLayout()
        tools.setContentsMargins(8, 4, 8, 0)
        self._stack = CurrentStack()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(tools)
        column.addWidget(self._stack)
        if in_room:
            tools.addWidget(self._tools, 1)
            self._title.setParent(self)
            self._title.hide()
            listed.setContentsMargins(0, 4, 0, 4)
            self._pages[Tool.CHANGES] = page = QWidget()
            page.setLayout(listed)
        else:
            tools.addWidget(self._tools)
            tools.addStretch(1)
            tools.addWidget(self.map_test)
            listed.setContentsMargins(0, 0, 0, 0)
            column.addWidget(self._line())
            column.addLayout(listed)
        column.addWidget(self._line())
        column.addWidget(self.view, 1)
        for page in self._pages.values():
            self._stack.addWidget(page)
        self._stack.setSizePolicy(
            QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum
        )

    def _tool_names(self) -> list[tuple[Tool, str, str]]:
        """Return (tool, text, tooltip) of the tools that are offered."""
        names = [
            (
                Tool.SOFTMAX,
                self.tr("Softmax"),
                self.tr("Temperature, scaling, and what sums to 1"),
            ),
            (Tool.HEADS, self.tr("Heads"), self.tr("Switch heads off")),
            (
                Tool.CUT,
                self.tr("Cut"),
                self.tr("Keep patches from looking at others"),
            ),
            (
                Tool.HIDE,
                self.tr("Hide"),
                self.tr("Keep the model from seeing patches"),
            ),
        ]
        if theme.presents():
            tip = self.tr("What is changed: switch it on and off, or restore all")
            names.append((Tool.CHANGES, self.tr("Changes"), tip))
        return names

    def _row_height(self) -> int:
        button = QToolButton()
        button.setText(REMOVE)
        return button.sizeHint().height()

    def _on_scrolled(self, value: int) -> None:
        row = self._row_height()
        # rest on whole rows, so that none is cut
        self._scroll.verticalScrollBar().setValue(round(value / row) * row)

    def setTool(self, tool: object) -> None:
        """Show a tool's controls."""
        assert isinstance(tool, Tool)
        self._tools.setValue(tool)
        self._stack.setCurrentWidget(self._pages[tool])

    def tool(self) -> Tool:
        """Return the tool whose controls are on screen."""
        now = self._stack.currentWidget()
        return next(tool for tool, page in self._pages.items() if page is now)

    def offers(self, tool: Tool) -> bool:
        """Return whether a tool is offered; `Tool.CHANGES` is in Present only."""
        return tool in self._pages

    def toolButton(self, tool: Tool) -> QToolButton:
        """Return the button that chooses a tool."""
        return self._tools.button(tool)

    def setChanges(self, changes: InterventionList, in_force: tuple[bool, ...]) -> None:
        """List the changes; those that this run could not make are greyed."""
        self.restore.setEnabled(bool(changes))
        if self._listed == (changes, in_force):
            return
        self._listed = (changes, in_force)
        held = self._held()
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._title.setText(self.tr("Changes") if changes else self.tr("No changes"))
        for index, change in enumerate(changes):
            works = in_force[index] if index < len(in_force) else True
            self._rows.addWidget(
                self._row(index, change_words(change.what), change.is_on, works)
            )
        self._rows.addStretch(1)
        self._hold(held, len(changes))

    def _held(self) -> tuple[int, type[QWidget]] | None:
        """Return (row, type of its widget) that has the focus."""
        focused = self.focusWidget()
        if focused is None or not focused.hasFocus():
            return None
        index = focused.property("index")
        return (index, type(focused)) if isinstance(index, int) else None

    def _hold(self, held: tuple[int, type[QWidget]] | None, count: int) -> None:
        """Set the focus on what is now at the same place: rows are made anew."""
        if held is None:
            return
        if count == 0:
            self._tools.button(self.tool()).setFocus()
        else:
            self._part(min(held[0], count - 1), held[1]).setFocus()

    def changes(self) -> InterventionList:
        """Return the changes that are listed."""
        return () if self._listed is None else self._listed[0]

    def setCanCompare(self, can_compare: bool) -> None:
        """Set whether the untouched view can be seen large."""
        self.compare.setEnabled(can_compare)

    def setUsable(self, is_usable: bool) -> None:
        """Set whether there is a model to change."""
        self._stack.setEnabled(is_usable)

    def checkBox(self, index: int) -> QCheckBox:
        """Return the check box that switches a change on or off."""
        return self._part(index, QCheckBox)

    def removeButton(self, index: int) -> QToolButton:
        """Return the button that removes a change."""
        return self._part(index, QToolButton)

    def _part(self, index: int, kind: type[Part]) -> Part:
        item = self._rows.itemAt(index)
        widget = None if item is None else item.widget()
        assert widget is not None
        found = widget.findChild(kind)
        assert isinstance(found, kind)
        return found

    def _row(self, index: int, words: str, is_on: bool, works: bool) -> QWidget:
        row = QWidget()
        row.setFixedHeight(self._row_height())
        absent = self.tr("{what} (not in this model or on this grid)")
        is_absent = is_on and not works
        box = ElidedCheckBox(
            absent.format(what=words) if is_absent else words,
            self.tr("Switch this change on or off"),
        )
        box.setChecked(is_on)
        box.setProperty("index", index)
        box.clicked.connect(self._on_toggled)
        if not works:
            box.setStyleSheet(f"color: {theme.colours().faint};")
        remove = QToolButton()
        remove.setText(REMOVE)
        remove.setProperty("index", index)
        remove.setAccessibleName(self.tr("Remove: {what}").format(what=words))
        remove.setToolTip(self.tr("Remove this change"))
        remove.clicked.connect(self._on_removed)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(box, 1)
        layout.addWidget(remove)
        return row

    def _line(self) -> QFrame:
        line = QFrame()
        line.setFixedHeight(1)
        line.setStyleSheet("background: palette(mid);")
        return line

    def _on_toggled(self) -> None:
        self.changeToggled.emit(self.sender().property("index"))

    def _on_removed(self) -> None:
        self.changeRemoved.emit(self.sender().property("index"))
