"""The untouched run of what is on screen, kept while the Lab changes the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from vitviz.views.session import RunOptions

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage


@dataclass(frozen=True, slots=True, eq=False)
class Untouched:
    """A run without any change, and what it was a run of."""

    image: SourceImage | None
    model: Model | None
    options: RunOptions
    trace: Trace
    seconds: float | None

    def is_of(
        self, image: SourceImage | None, model: Model | None, options: RunOptions
    ) -> bool:
        """Whether another run of these would be the same."""
        same = self.image is image and self.model == model
        return same and image is not None and self.options == options
