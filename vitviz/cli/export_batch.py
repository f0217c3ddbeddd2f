"""Files of an export: one, or one for each picture of a folder.

A folder can be written in several goes: files that are what the request would write are
left as they are.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.cli.export_file import Writing, check_suffix, prepared
from vitviz.cli.export_request import ExportRequest
from vitviz.cli.export_run import (
    chosen_model,
    method_inputs,
    set_up_early,
    traced,
    traced_together,
)
from vitviz.cli.export_sources import (
    STDIN,
    ExportTask,
    Source,
    load,
    nearest,
    refuse_overwriting_source,
    tasks_of,
)
from vitviz.errors import FileError, InputError, OutputError, VitvizError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from vitviz.attention.trace import Trace
    from vitviz.cli.export_run import Prepared
    from vitviz.cli.overlap import Turn
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage

# Pictures that wait to go through the model together, at most.
MOST_WAITING = 4


def export_one(
    model: Model, image: SourceImage, task: ExportTask, request: ExportRequest
) -> None:
    """Write the file of one picture, into a folder that is there."""
    from vitviz.cli.output import say
    from vitviz.system.atomic_files import sweep
    from vitviz.system.printable import printable

    sweep(task.target.parent)
    write = _computed(model, image, task, request, say)
    if write is not None:
        # its folder is not made, so that a slip makes none
        write()
        say(printable(str(task.target)))


def export_folder(sources: list[Source], folder: Path, request: ExportRequest) -> int:
    """Write one file for each picture; leave those that are done as they are."""
    from vitviz.cli.output import say
    from vitviz.cli.overlap import MOST_BYTES, Overlap, Turn
    from vitviz.system.atomic_files import sweep
    from vitviz.system.printable import printable

    _require_folder(folder)
    sweep(folder)
    tasks = tasks_of(sources, folder, request.format)
    check_suffix(tasks[0].target, request)
    folders = _Folders()
    model: Model | None = None
    num_kept = num_failed = 0

    def read(task: ExportTask) -> tuple[SourceImage, Prepared | None]:
        refuse_overwriting_source(task)
        image = load(task.source, request, is_cancelled=overlap.is_over)
        # the first is read before the model
        early = None if model is None else set_up_early(model, image, request)
        return image, early

    def conclude(turn: Turn[ExportTask], error: Exception | None) -> None:
        nonlocal num_failed
        if isinstance(error, VitvizError) and _ends_batch(error, folder):
            raise error
        for line in turn.lines:
            say(f"{turn.prefix}{line}")
        if error is not None:
            num_failed += 1
            # the others are exported whatever a library makes of this one
            is_ours = isinstance(error, VitvizError)
            reason = str(error) if is_ours else _unforeseen(turn.item, error)
            say(f"{turn.prefix}vitviz: {reason}")
        elif turn.done:
            say(f"{turn.prefix}{turn.done}")

    def flush() -> None:
        """Run the pictures that wait, and hand their files to the writers."""
        made: list[Trace | None] = [None] * len(waiting)
        if model is not None and len(waiting) > 1:
            made = traced_together(model, [early for _, _, early in waiting])
        for (turn, image, _), trace in zip(waiting, made, strict=True):
            write: Writing | None = None
            try:
                if model is not None and image is not None:
                    note = turn.lines.append
                    write = _computed(model, image, turn.item, request, note, trace)
                if write is not None:
                    turn.done = printable(str(turn.item.target))
                    run = folders.around(turn.item.target, write.run)
                    write = replace(write, run=run)
                    if not write.is_light:
                        write()
                        write = None
            except Exception as error:
                turn.error = error
            overlap.end(turn, write)
        waiting.clear()

    waiting: list[tuple[Turn[ExportTask], SourceImage | None, Prepared | None]] = []
    with Overlap(conclude) as overlap:
        ahead = overlap.read(
            tasks,
            read,
            is_early=lambda task: task.source != STDIN,
            num_bytes=lambda made: made[0].pixels.nbytes,
        )
        for number, (task, loaded) in enumerate(ahead, start=1):
            turn = Turn(task, f"[{number}/{len(tasks)}] ")
            image: SourceImage | None = None
            early: Prepared | None = None
            is_loading = False
            try:
                image, early = loaded()
                if model is None:
                    is_loading = True
                    model = chosen_model(request)
                    is_loading = False
                if _is_done(model, image, task, request):
                    num_kept += 1
                    continue
                if early is None:
                    early = set_up_early(model, image, request)
            except Exception as error:
                if is_loading:
                    raise
                turn.error, image = error, None
            turn.num_bytes = 0 if image is None else image.pixels.nbytes
            waiting.append((turn, image, early))
            num_bytes = sum(turn.num_bytes for turn, _, _ in waiting)
            if len(waiting) == MOST_WAITING or num_bytes > MOST_BYTES:
                flush()
        flush()
        overlap.finish()
    if num_kept:
        say(f"{num_kept} of {len(tasks)} were there already.")
    if num_failed:
        raise InputError(
            "{failed} of {count} pictures could not be exported to {folder}; the "
            "reasons are above.",
            failed=num_failed,
            count=len(tasks),
            folder=printable(str(folder)),
        )
    return 0


def _computed(
    model: Model,
    image: SourceImage,
    task: ExportTask,
    request: ExportRequest,
    note: Callable[[str], None],
    trace: Trace | None = None,
) -> Writing | None:
    """Run a picture; return what writes its file, None if only its price is asked for.

    note : takes what is said of it meanwhile, a line each.
    trace : of the picture, where it was made together with others.
    """
    from vitviz.models.threads import beside_others

    # rows and methods too, not only the pass
    with beside_others(counts_own=True):
        made = traced(model, image, request, note, trace)
        if made is None:
            return None
        selection = request.selection(made)
        selection.check(made)
        inputs = method_inputs(model, made, request)
        return prepared(made, selection, task.target, request, inputs)


def _require_folder(folder: Path) -> None:
    """Raise OutputError if `folder` is none and cannot become one; make nothing.

    It is made when its first file is written, so that a name which leads nowhere
    leaves nothing behind.
    """
    import errno

    from vitviz.system.atomic_files import output_error

    # "." is its own parent, and "" is it as well
    for place in (folder, *folder.parents):
        try:
            mode = os.stat(place).st_mode
        except FileNotFoundError as error:
            if place.is_symlink():  # a link to a folder that is not there
                raise output_error(folder, error) from error
            continue
        except OSError as error:
            raise output_error(folder, error) from error
        if not stat.S_ISDIR(mode):
            code = errno.ENOTDIR
        elif not os.access(place, os.W_OK | os.X_OK):
            code = errno.EACCES
        else:
            return
        raise output_error(folder, OSError(code, os.strerror(code)))


class _Folders:
    """The folders of files that are written, made as they are needed; any thread.

    Those that are empty after all are removed again.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._num_writing = 0
        self._made: set[Path] = set()

    def around(self, target: Path, write: Callable[[], None]) -> Callable[[], None]:
        """Return what makes the folders of `target` and then writes."""

        def run() -> None:
            with self._of(target):
                write()

        return run

    @contextlib.contextmanager
    def _of(self, target: Path) -> Iterator[None]:
        """Make the folders that `target` lies in. Raises OutputError."""
        from vitviz.system.atomic_files import output_error

        folder = target.parent
        with self._lock:
            self._num_writing += 1
        try:
            with self._lock:
                places = (folder, *folder.parents)
                self._made |= {one for one in places if not os.path.lexists(one)}
            try:
                folder.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise output_error(target, error) from error
            yield
        finally:
            with self._lock:
                self._num_writing -= 1
                # another may be about to write into one that is empty now
                if self._num_writing == 0:
                    deepest_first = sorted(self._made, key=lambda p: -len(p.parts))
                    for one in deepest_first:
                        with contextlib.suppress(OSError):
                            one.rmdir()  # only while it is empty
                    self._made.clear()


def _is_done(
    model: Model, image: SourceImage, task: ExportTask, request: ExportRequest
) -> bool:
    """Return whether the target is already what this run would write.

    It says the same picture, weights and options, and it is whole: one that was cut
    off, as by a full disk under a copy, is written again.

    Raises InputError for a file that vitviz did not write.
    """
    import json

    from vitviz.export.metadata import is_cut_archive, is_whole, read_metadata
    from vitviz.system.atomic_files import output_error
    from vitviz.system.printable import printable

    try:
        there = task.target.stat()
        if stat.S_ISREG(there.st_mode) and there.st_size == 0:
            return False
        meta = read_metadata(task.target)
        found = (
            meta["image"]["sha256"],
            meta["model"]["name"],
            meta["model"]["weights_sha256"],
            meta["options"],
        )
    except FileNotFoundError:
        return False
    except Exception as error:
        # whatever a library makes of a file that is not ours, or of a part of one
        if isinstance(error, OSError) and error.errno is not None:
            raise output_error(task.target, error) from error
        if not isinstance(error, FileError) and is_cut_archive(task.target):
            return False
        raise InputError(
            "{path} is there already and was not made by vitviz. Move it away, or "
            "choose another folder.",
            path=printable(str(task.target)),
        ) from error
    info = model.info
    wanted = (image.sha256, info.name, info.weights_sha256, request.options())
    return json.dumps(found) == json.dumps(wanted) and is_whole(task.target)


def _ends_batch(error: VitvizError, folder: Path) -> bool:
    """Return whether nothing can be written into the folder, so the next one fails too.

    A single name can be too long, or a folder's, where others can be written.
    """
    if not isinstance(error, OutputError):
        return False
    try:
        with tempfile.TemporaryFile(dir=nearest(folder)) as file:
            file.write(bytes(4096))
            file.flush()
    except OSError:
        return True
    return False


def _unforeseen(task: ExportTask, error: Exception) -> str:
    """Return what is said of a picture that a library failed on; log the rest."""
    from vitviz.system.logs import keep_traceback
    from vitviz.system.memory import is_out_of_memory
    from vitviz.system.printable import printable

    name = printable(task.source)
    if is_out_of_memory(error):
        return f"{name} needs more memory than there is. Choose a smaller --size."
    if isinstance(error, OSError):
        return f"{name} cannot be exported: {error.strerror or type(error).__name__}."
    kept = keep_traceback(error)
    hint = f" Details are in {kept}." if kept else ""
    return f"{name} cannot be exported: {type(error).__name__}: {error}.{hint}"
