"""The window: places the panes and connects them. Logic lives in the controller."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, Qt
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHBoxLayout,
    QMainWindow,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from vitviz.jobs import RunOptions
from vitviz.ui import actions, theme
from vitviz.ui.controller import Controller
from vitviz.ui.error_bar import ErrorBar
from vitviz.ui.export_dialog import choose_and_export
from vitviz.ui.keys_overlay import KeysOverlay
from vitviz.ui.panes import Panes
from vitviz.ui.picture_pane import PicturePane
from vitviz.ui.query_bar import QueryBar
from vitviz.ui.range_dialog import ask_range
from vitviz.ui.start_page import StartPage
from vitviz.ui.status_line import StatusLine
from vitviz.ui.top_bar import TopBar
from vitviz.ui.widgets.colour_bar import ColourBar
from vitviz.ui.widgets.head_strip import HeadStrip
from vitviz.ui.widgets.layer_rail import LayerRail
from vitviz.ui.widgets.matrix_pane import MatrixPane
from vitviz.views.state import Direction, Scale, Style

START_SIZE = (1280, 720)
PANEL_SHARE = 0.38
"""Of the width, for the side panel; the picture keeps more than half."""


class MainWindow(QMainWindow):
    """Panes, their connections, and what a window does: drop, paste, close."""

    def __init__(self, device: str = "auto") -> None:
        super().__init__()
        self.device = device
        self.patience_ms: int | None = None
        """How long closing waits for the worker threads; None: until they end."""
        self.setWindowTitle("vitviz")
        self.setAcceptDrops(True)
        self.panes = Panes(
            picture=PicturePane(),
            bar=ColourBar(),
            strip=HeadStrip(),
            matrix=MatrixPane(),
            rail=LayerRail(),
            controls=QueryBar(),
            status=StatusLine(),
            errors=ErrorBar(),
        )
        self.top = TopBar()
        self.start = StartPage()
        self._place()
        self.controller = Controller(self.panes, self)
        self.keys = KeysOverlay(self._central)
        self._connect()
        self.actions_by_name = actions.build(self, self._handlers())
        self.resize(*START_SIZE)
        self._update_controls()

    # -- layout --------------------------------------------------------------------

    def _place(self) -> None:
        panes = self.panes
        self._picture = picture = QWidget()
        row = QHBoxLayout(picture)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(panes.picture, 1)
        row.addWidget(panes.bar, 0)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.start)
        self._stack.addWidget(picture)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(panes.errors)
        column.addWidget(self._stack, 1)
        self._panel = QSplitter(Qt.Orientation.Vertical)
        self._panel.addWidget(panes.strip)
        self._panel.addWidget(panes.matrix)
        self._panel.setChildrenCollapsible(False)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.addWidget(left)
        self._split.addWidget(self._panel)
        self._split.setChildrenCollapsible(False)
        self._split.setStretchFactor(0, 1)
        self._split.setStretchFactor(1, 0)
        width, height = START_SIZE
        panel = round(width * PANEL_SHARE)
        self._split.setSizes([width - panel, panel])
        self._panel.setSizes([height // 2, height // 2])
        central = QWidget()
        layout = QVBoxLayout(central)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for widget, stretch in (
            (self.top, 0),
            (self._split, 1),
            (panes.rail, 0),
            (panes.controls, 0),
            (panes.status, 0),
        ):
            layout.addWidget(widget, stretch)
        self._central = central
        self.setCentralWidget(central)

    # -- connections ---------------------------------------------------------------

    def _connect(self) -> None:
        panes, control, top = self.panes, self.controller, self.top
        panes.picture.tokenHovered.connect(control.hover)
        panes.picture.tokenClicked.connect(self._on_token_clicked)
        panes.picture.outsideClicked.connect(self._on_outside)
        panes.picture.arrowPressed.connect(control.move_query)
        panes.rail.layerChosen.connect(self._on_layer)
        panes.rail.cancelRequested.connect(control.cancel)
        panes.strip.chosen.connect(self._on_heads)
        panes.matrix.tokenPinned.connect(control.pin)
        panes.matrix.hovered.connect(self._on_matrix_hovered)
        panes.matrix.left.connect(control.leave_matrix)
        panes.matrix.visibleRangeChanged.connect(control.refine_matrix)
        bar = panes.controls
        bar.specialChosen.connect(control.pin)
        bar.directionChosen.connect(self._on_direction)
        bar.methodChosen.connect(self._on_method)
        bar.styleChosen.connect(self._on_style)
        bar.scaleChosen.connect(self._on_scale)
        bar.fixedRangeRequested.connect(self._on_fixed_range)
        bar.logToggled.connect(self._on_log)
        bar.clipToggled.connect(self._on_clip)
        bar.renormaliseToggled.connect(self._on_renormalise)
        bar.smoothToggled.connect(self._on_smooth)
        bar.gridToggled.connect(self._on_grid)
        bar.colormapChosen.connect(self._on_colormap)
        bar.opacityChanged.connect(self._on_opacity)
        panes.bar.scaleRequested.connect(self._on_fixed_range)
        top.openRequested.connect(self.open_dialog)
        top.pasteRequested.connect(self.paste)
        top.pathChosen.connect(self.open_path)
        top.modelChosen.connect(self._on_model)
        top.modelFileRequested.connect(self._on_model_file)
        top.modelFolderRequested.connect(self._on_model_folder)
        top.optionsChosen.connect(self._on_options)
        top.exportRequested.connect(self.export)
        top.copyRequested.connect(self.copy)
        top.themeRequested.connect(self.toggle_theme)
        top.keysRequested.connect(self.keys.toggle)
        self.start.pathChosen.connect(self.open_path)
        self.start.openRequested.connect(self.open_dialog)
        control.sceneChanged.connect(self._update_controls)
        control.modelNeeded.connect(self._on_model_needed)

    def _handlers(self) -> dict[str, Callable[[], object]]:
        control, picture = self.controller, self.panes.picture
        return {
            "open": self.open_dialog,
            "paste": self.paste,
            "copy": self.copy,
            "export": self.export,
            "quit": self.close,
            "cls": lambda: control.pin(0),
            "special": control.cycle_special,
            "direction": self._flip_direction,
            "layer_back": lambda: control.step_layer(-1),
            "layer_on": lambda: control.step_layer(1),
            "head_back": lambda: control.step_head(-1),
            "head_on": lambda: control.step_head(1),
            "second": lambda: control.change(second_token=None),
            "cancel": control.cancel,
            "style": self._next_style,
            "log": lambda: self._on_log(not control.state.log),
            "grid": lambda: self._on_grid(not control.state.show_grid),
            "smooth": lambda: self._on_smooth(not control.state.smooth),
            "hover": self._toggle_hover,
            "fit": picture.fitView,
            "zoom_in": lambda: picture.zoomBy(1.25),
            "zoom_out": lambda: picture.zoomBy(0.8),
            "panel": self._toggle_panel,
            "undo": control.undo,
            "redo": control.redo,
            "theme": self.toggle_theme,
            "full_screen": self._toggle_full_screen,
            "keys": self.keys.toggle,
        }

    # -- opening -------------------------------------------------------------------

    def open_path(self, path: str) -> None:
        """Open a picture by its path."""
        self._stack.setCurrentIndex(1)
        self.panes.picture.setFocus()
        self.controller.open_picture(path)

    def open_dialog(self) -> None:
        """Ask for a picture."""
        path, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Open picture"),
            "",
            self.tr("Pictures")
            + " (*.jpg *.jpeg *.png *.webp *.bmp *.gif *.tif *.tiff *.avif *.ppm"
            + " *.heic *.heif);;"
            + self.tr("All files")
            + " (*)",
        )
        if path:
            self.open_path(path)

    def paste(self) -> None:
        """Open the picture or the file on the clipboard."""
        self._open_mime(QGuiApplication.clipboard().mimeData(), self.tr("pasted"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept files and pictures."""
        if event.mimeData().hasUrls() or event.mimeData().hasImage():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        event.acceptProposedAction()
        self._open_mime(event.mimeData(), self.tr("dropped"))

    def _open_mime(self, mime: QMimeData, name: str) -> None:
        files = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
        if files:
            self.open_path(files[0])
        elif mime.hasImage():
            self._stack.setCurrentIndex(1)
            image = cast("QImage", mime.imageData())
            data = QByteArray()
            buffer = QBuffer(data)
            buffer.open(QIODevice.OpenModeFlag.WriteOnly)
            QImage(image).save(buffer, "PNG")  # type: ignore[call-overload]
            self.controller.open_picture(bytes(data.data()), name)
        else:
            self.panes.errors.showMessage(
                self.tr("There is no picture on the clipboard. Copy one, or its file.")
            )

    # -- what signals ask for ------------------------------------------------------

    def _on_token_clicked(self, token: int, second: bool) -> None:
        self.controller.pin(token, second=second)

    def _on_outside(self) -> None:
        self.panes.status.setText(
            self.tr("The model did not see this part of the picture.")
        )

    def _on_layer(self, layer: int) -> None:
        self.controller.change(layer=layer)

    def _on_heads(self, choice: object) -> None:
        self.controller.change(heads=choice)

    def _on_matrix_hovered(self, query: int, key: int, _value: float) -> None:
        self.controller.hover_cell(query, key)

    def _on_direction(self, direction: object) -> None:
        self.controller.change(direction=direction, method="raw")

    def _on_method(self, method: str) -> None:
        self.controller.change(method=method, direction=Direction.LOOKS_AT)

    def _flip_direction(self) -> None:
        is_row = self.controller.state.direction is Direction.LOOKS_AT
        self._on_direction(Direction.LOOKED_AT_BY if is_row else Direction.LOOKS_AT)

    def _on_style(self, style: object) -> None:
        self.controller.change(style=style)

    def _next_style(self) -> None:
        styles = list(Style)
        index = styles.index(self.controller.state.style)
        self._on_style(styles[(index + 1) % len(styles)])

    def _on_scale(self, scale: object) -> None:
        self.controller.change(scale=scale)

    def _on_fixed_range(self) -> None:
        state = self.controller.state
        heat = self.controller.heat
        now = state.fixed_range
        if state.scale is not Scale.FIXED and heat is not None:
            now = (heat.levels.low, heat.levels.high)
        chosen = ask_range(self, now)
        if chosen is not None:
            self.controller.change(scale=Scale.FIXED, fixed_range=chosen)
        else:
            self.controller.stateChanged.emit()

    def _on_log(self, on: bool) -> None:
        self.controller.change(log=on)

    def _on_clip(self, on: bool) -> None:
        self.controller.change(clip_percent=1.0 if on else 0.0)

    def _on_renormalise(self, on: bool) -> None:
        self.controller.change(renormalise=on)

    def _on_smooth(self, on: bool) -> None:
        self.controller.change(smooth=on)

    def _on_grid(self, on: bool) -> None:
        self.controller.change(show_grid=on)

    def _on_colormap(self, name: str) -> None:
        self.controller.change(colormap=name)

    def _on_opacity(self, value: float) -> None:
        self.controller.change(opacity=value, merge=True)

    def _on_model(self, name: str, patch: object) -> None:
        size = patch if isinstance(patch, int) else None
        self.controller.choose_model(name, device=self.device, patch_size=size)

    def _on_model_file(self) -> None:
        kinds = self.tr("Weights") + " (*.safetensors *.pth *.pt *.bin *.ckpt);;"
        path, _ = QFileDialog.getOpenFileName(
            self,
            self.tr("Choose a file of weights"),
            "",
            kinds + self.tr("All files") + " (*)",
        )
        if path:
            self._on_model(path, None)

    def _on_model_folder(self) -> None:
        title = self.tr("Choose a model folder")
        path = QFileDialog.getExistingDirectory(self, title)
        if path:
            self._on_model(path, None)

    def _on_model_needed(self) -> None:
        self.panes.status.setRunText(self.tr("Choose a model"))

    def _on_options(self, options: object) -> None:
        self.controller.choose_options(cast("RunOptions", options))
        self._update_controls()

    def _toggle_hover(self) -> None:
        self.controller.previews_on_hover = not self.controller.previews_on_hover
        on = self.controller.previews_on_hover
        self.panes.status.setText(
            self.tr("Preview on hover: on") if on else self.tr("Preview on hover: off")
        )

    def _toggle_panel(self) -> None:
        self._panel.setVisible(not self._panel.isVisible())

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def toggle_theme(self) -> None:
        """From light to dark and back."""
        app = cast("QApplication", QApplication.instance())
        is_dark = theme.colours().surround == theme.DARK.surround
        choice = theme.ThemeChoice.LIGHT if is_dark else theme.ThemeChoice.DARK
        theme.apply(app, choice)
        self.panes.picture.refreshTheme()

    def copy(self) -> None:
        """Put the picture with its heat map on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._picture.grab())

    def export(self) -> None:
        """Ask for a file and write figure or numbers into it."""
        choose_and_export(self, self.controller)

    def _update_controls(self) -> None:
        control = self.controller
        self.top.setModel(control.model, control.options)
        self.top.setHasTrace(control.scene.trace is not None)
        image = control.scene.image
        self.setWindowTitle("vitviz" if image is None else f"{image.name} – vitviz")
        text = (
            "" if image is None else f"{image.name}   {image.size[0]}×{image.size[1]}"
        )
        self.top.setTitle(text)
        if image is not None:
            self._stack.setCurrentIndex(1)

    # -- closing -------------------------------------------------------------------

    def closeEvent(self, event: QCloseEvent) -> None:
        """Hide at once; what runs ends after its block."""
        self.hide()
        self.controller.shutdown(self.patience_ms)
        event.accept()
