"""Web pages of `vitviz export`: one of all pictures that are named."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.cli.agreement import agree
from vitviz.cli.export_request import ExportRequest
from vitviz.cli.export_run import chosen_model, method_inputs, traced
from vitviz.cli.export_sources import (
    ExportTask,
    Source,
    load,
    refuse_overwriting_source,
)
from vitviz.domain.number_text import bytes_text
from vitviz.errors import InputError, VitvizError
from vitviz.export.page.document import page_text
from vitviz.export.page.page_options import ASK_BYTES, PageOptions
from vitviz.export.page.page_picture import (
    PageMap,
    PagePicture,
    method_map,
    page_bytes,
    page_picture,
    rounded_up,
)
from vitviz.export.page.token_colours import token_colours
from vitviz.jobs.exports import values_for
from vitviz.system.atomic_files import write_bytes
from vitviz.views.display import series

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.explain.gradients import Gradients
    from vitviz.models.model import Model


class PageWriter:
    """A page that gets one picture after the other."""

    # A larger page has to be agreed to.
    ask_bytes = ASK_BYTES

    def __init__(self, request: ExportRequest) -> None:
        self._request = request
        self._options = PageOptions(
            request.keep_layers, request.keep_heads, request.single
        )
        self._pictures: list[PagePicture] = []

    @property
    def is_empty(self) -> bool:
        """Whether there is no picture yet."""
        return not self._pictures

    def price(self, made: Trace, count: int) -> int:
        """Return the bytes of a page of `count` pictures like this one, about.

        Raises SelectionError for a layer or head that the trace lacks.
        """
        self._options.check(made)
        return page_bytes([made] * count, self._options)

    def add(self, made: Trace, model: Model, gradients: Gradients | None) -> None:
        """Add a picture; the page shows first what a figure would show.

        Raises SelectionError, ExactnessError.
        """
        request = self._request
        selection = request.selection(made)
        rows = series(
            made,
            request.state(made),
            layers=selection.layers[-1:],
            heads=selection.heads[:1],
            values=values_for(made, model, gradients),
        )
        shown = rows[0][0]
        on_screen = method_map(shown)
        maps = [] if on_screen is None else [PageMap.of_heat(on_screen, made.setup)]
        self._pictures.append(
            page_picture(
                made,
                state=shown.state,
                options=self._options,
                maps=maps,
                colours=token_colours(made, model),
                prefix=str(len(self._pictures)),
            )
        )

    def write(self, target: Path) -> str:
        """Write the page; return a sentence about its numbers.

        Raises OutputError.
        """
        write_bytes(target, page_text(self._pictures).encode("utf-8"))
        worst = max(one.description["error"] for one in self._pictures)
        return f"weights differ from the trace by at most {rounded_up(worst)}"


def export_page(sources: list[Source], target: Path, request: ExportRequest) -> int:
    """Write one page of all pictures; return the exit code.

    A folder's pictures that fail are left out and named.

    Raises the error of the one picture; InputError if some of several failed.
    """
    from vitviz.cli.output import say
    from vitviz.system.atomic_files import sweep
    from vitviz.system.printable import printable

    sweep(target.parent)
    model: Model | None = None
    writer = PageWriter(request)
    failed = 0
    for number, source in enumerate(sources, start=1):
        prefix = f"[{number}/{len(sources)}] " if len(sources) > 1 else ""
        try:
            refuse_overwriting_source(ExportTask(source.text, target))
            image = load(source.text, request)
        except VitvizError as error:
            if len(sources) == 1:
                raise
            failed += 1
            say(f"{prefix}vitviz: {error}")
            continue
        if model is None:
            model = chosen_model(request)
        lines: list[str] = []
        try:
            made = traced(model, image, request, lines.append)
        finally:
            for line in lines:
                say(f"{prefix}{line}")
        if made is None:
            continue
        if writer.is_empty:
            size = writer.price(made, len(sources))
            say(f"{prefix}the page will take about {bytes_text(size)}")
            agree(
                size,
                target,
                ask_bytes=writer.ask_bytes,
                is_agreed=request.is_agreed,
                fewer="pictures, layers or heads",
            )
        writer.add(made, model, method_inputs(model, made, request).gradients)
    if writer.is_empty:
        if not request.only_price:
            raise InputError("None of the pictures could be opened.")
        return 0
    error_text = writer.write(target)
    say(f"{printable(str(target))}: {error_text}")
    if failed:
        raise InputError(
            "{failed} of {count} pictures are not in {path}; the reasons are above.",
            failed=failed,
            count=len(sources),
            path=printable(str(target)),
        )
    return 0
