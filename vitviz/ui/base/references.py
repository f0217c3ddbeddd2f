"""The features of the reference pictures, asked for once and shared by all panes."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from vitviz.errors import Cancelled, VitvizError
from vitviz.jobs import likeness
from vitviz.jobs.queue import JobKind, bound

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.domain.likeness import ReferenceFeatures
    from vitviz.models.model import Model
    from vitviz.ui.base.threads import Workers


class References(QObject):
    """What a model answers to the reference pictures; lives in the main thread."""

    # The features have come, or will not: `of` and `error` tell.
    arrived = Signal()

    def __init__(self, workers: Workers) -> None:
        super().__init__(workers)
        self._workers = workers
        self._model: weakref.ref[object] | None = None
        self._patch_size: object = None
        self._found: ReferenceFeatures | None = None
        self.error: VitvizError | None = None
        workers.on_result(JobKind.LIKENESS, self._on_found)
        workers.on_failure(JobKind.LIKENESS, self._on_failed)

    def of(self, model: Model, trace: Trace) -> ReferenceFeatures | None:
        """Return a model's features; None if they are still to come, or cannot.

        They are asked for where nobody has: `arrived` tells when to call again.

        model : without a head.
        trace : a run of it.
        """
        module = model.adapter.module
        known = None if self._model is None else self._model()
        if known is not module or self._patch_size != model.adapter.patch_size:
            self._model = weakref.ref(module)
            self._patch_size = model.adapter.patch_size
            self._found = self.error = None
            self._workers.drop(JobKind.LIKENESS)
        is_asked = self._workers.is_awaited(JobKind.LIKENESS)
        if self._found is None and self.error is None and not is_asked:
            job = bound(likeness.references, model, trace)
            self._workers.submit(JobKind.LIKENESS, job)
        return self._found

    def _on_found(self, found: ReferenceFeatures) -> None:
        self._found = found
        self.arrived.emit()

    def _on_failed(self, error: VitvizError) -> None:
        # what was only put off is asked for again by the next `of`
        if not isinstance(error, Cancelled):
            self.error = error
            self.arrived.emit()
