"""Command `vitviz export`: write attention as a figure or as numbers, without a window.

    options ── request_from ──► ExportRequest
    pictures ── price, agreed to if large ──► trace ── write ──► a file for each picture
                                                 └────────► one .html of all pictures

A folder gets one file a picture, and an interrupted export can be run again: files that
are what the request would write are left as they are.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import stat
import sys
import tempfile
import unicodedata
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.cli.export_options import (
    BARE,
    FIGURES,
    NUMBERS,
    PAGES,
    ExportRequest,
    add_export_arguments,
    request_from,
)
from vitviz.cli.parse import listed
from vitviz.domain.methods import MAPS
from vitviz.domain.number_text import bytes_text
from vitviz.errors import BudgetError, FileError, InputError, OutputError, VitvizError
from vitviz.export.figure_settings import FigureKind
from vitviz.models.catalogue.download import seconds_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from vitviz.attention.price import Price
    from vitviz.attention.trace import Trace
    from vitviz.explain.gradients import Gradients
    from vitviz.export.numbers import Selection
    from vitviz.export.save import Figure
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage
    from vitviz.views.view_state import ViewState


DESCRIPTION = "Write attention as a figure or as numbers, without a window."
EPILOG = """\
OUT ends in .png .svg .pdf (a figure), .gif (a frame for each layer or head), .npz .csv
(numbers), .tif (the values of one map, with --bare), .html (a page of all pictures, in
which every patch can be clicked), or is a folder, which gets a file for each picture
(--format): run it again and it goes on where it stopped. IMAGE may be a folder of
pictures, or of folders of them (as of classes), or - for standard input.

examples:
  vitviz export cat.jpg -o cat.png --query 7,3 --layer 5 --head 2 --caption
  vitviz export cat.jpg -o wall.png --layer all --head all --scale shared
  vitviz export cat.jpg -o cat.npz --layer all --head all --query all
  vitviz export cat.jpg -o cat.png --method rollout --query 7,3
  vitviz export cat.jpg -o cat.gif --layer all --scale shared
  vitviz export cat.jpg -o matrix.pdf --what matrix --width 85 --type 7 --caption
  vitviz export cat.jpg -o two.png --what comparison --against "cat.jpg --patch 8"
  vitviz export photos/ -o maps/ --style spotlight
  vitviz export cat.jpg -o cat.html
  vitviz export photos/ -o photos.html --keep-layers 8,11
  vitviz export cat.jpg -o off.npz --changes lab.vitviz
  vitviz export scene.tif -o map.tif --bare --bands 4,3,2 --stretch 2-98
  curl -s https://example.org/cat.jpg | vitviz export - -o cat.svg

Layers, heads, rows and columns count from 0. Exit codes: 0 done, 2 unusable input,
1 a fault in vitviz.
"""

MAX_STDIN_BYTES = 512 * 10**6
STDIN = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that was named, or that lies in a folder that was."""

    # A path, or "-" for standard input.
    text: str
    # Where it lies below that folder: that of its class.
    folder: Path = Path()


@dataclass(frozen=True, slots=True)
class ExportTask:
    """One picture and the file that is written of it."""

    # A path, or "-" for standard input.
    source: str
    target: Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the pictures, the output and the options of an export."""
    parser.add_argument("images", nargs="+", metavar="IMAGE", help="a picture, or -")
    parser.add_argument(
        "-o", "--output", required=True, metavar="OUT", help="file or folder to write"
    )
    add_export_arguments(parser)


def execute(args: argparse.Namespace) -> int:
    """Write one file, or one for each picture into a folder; return the exit code.

    Raises the error of the one picture; InputError for a folder if some of its pictures
    failed.
    """
    request = request_from(args)
    sources = _expanded(args.images)
    output = Path(args.output)
    if _is_folder(args.output, output):
        return _export_folder(sources, output, request)
    _check_suffix(output, request)
    if output.suffix.lower() in PAGES:
        return _export_page(sources, output, request)
    if len(sources) > 1:
        raise InputError(
            "{count} pictures do not fit into one file. Give a folder as -o, which "
            "gets one file a picture.",
            count=len(sources),
        )
    task = ExportTask(sources[0].text, output)
    _refuse_overwriting_source(task)
    image = _load(task.source, request)
    model = _load_model(request)
    _export_one(model, image, task, request, prefix="")
    return 0


def _export_folder(sources: list[Source], folder: Path, request: ExportRequest) -> int:
    """Write one file for each picture; leave those that are done as they are."""
    from vitviz.cli.output import say
    from vitviz.system.atomic_files import sweep
    from vitviz.system.printable import printable

    _require_folder(folder)
    sweep(folder)
    tasks = _tasks(sources, folder, request.format)
    _check_suffix(tasks[0].target, request)
    model: Model | None = None
    num_kept = num_failed = 0
    is_loading = False
    for number, task in enumerate(tasks, start=1):
        prefix = f"[{number}/{len(tasks)}] "
        try:
            _refuse_overwriting_source(task)
            image = _load(task.source, request)
            if model is None:
                is_loading = True
                model = _load_model(request)
                is_loading = False
            if _is_done(model, image, task, request):
                num_kept += 1
                continue
            _export_one(model, image, task, request, prefix=prefix)
        except VitvizError as error:
            if is_loading or _ends_batch(error, folder):
                raise
            num_failed += 1
            say(f"{prefix}vitviz: {error}")
        except Exception as error:
            # the others are exported whatever a library makes of this one
            if is_loading:
                raise
            num_failed += 1
            say(f"{prefix}vitviz: {_unforeseen(task, error)}")
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


@contextlib.contextmanager
def _folder_of(target: Path) -> Iterator[None]:
    """Make the folders that `target` lies in; remove them again if the block fails.

    Raises OutputError.
    """
    from vitviz.system.atomic_files import output_error

    folder = target.parent
    made = [one for one in (folder, *folder.parents) if not os.path.lexists(one)]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise output_error(target, error) from error
        yield
    except BaseException:
        for one in made:
            with contextlib.suppress(OSError):
                one.rmdir()  # only while it is empty
        raise


def _nearest(folder: Path) -> Path:
    """Return `folder`, or the first above it that is there."""
    there = (one for one in (folder, *folder.parents) if os.path.isdir(one))
    return next(there, folder)


def _export_one(
    model: Model,
    image: SourceImage,
    task: ExportTask,
    request: ExportRequest,
    *,
    prefix: str,
) -> None:
    from vitviz.cli.output import say
    from vitviz.system.atomic_files import sweep
    from vitviz.system.printable import printable

    if not prefix:
        sweep(task.target.parent)
    made = _traced(model, image, request, prefix=prefix)
    if made is None:
        return
    selection = request.selection(made)
    selection.check(made)
    inputs = _inputs(model, made, request)
    # a single file goes where its folder is already, so that a slip makes none
    place = _folder_of(task.target) if prefix else contextlib.nullcontext()
    with place:
        write(made, selection, task.target, request, inputs)
    say(f"{prefix}{printable(str(task.target))}")


def _traced(
    model: Model, image: SourceImage, request: ExportRequest, *, prefix: str
) -> Trace | None:
    """Return the trace of a picture; None if only the price of its run is asked for."""
    from vitviz.attention.price import calibrate, price
    from vitviz.attention.run import trace
    from vitviz.cli.output import say
    from vitviz.domain.placement import Fit
    from vitviz.pictures.preprocessing import placement_for
    from vitviz.system.printable import printable

    name = printable(image.name)
    for note in image.notes:
        say(f"{prefix}{name}: {note}")
    placement = placement_for(
        image.size,
        model.preprocessing,
        model.info.patch_size,
        size=request.size,
        fit=None if request.fit is None else Fit(request.fit),
    )
    if request.only_price:
        made_price = price(model, placement.model_size, calibration=calibrate(model))
        say(f"{prefix}{name}: {sentence(made_price)}")
        return None
    check_price(model, placement.model_size, is_agreed=request.is_agreed)
    made = trace(
        model, image, size=request.size, fit=request.fit, interventions=request.changes
    )
    if made.setup.fallback is not None:
        say(f"{prefix}{name}: {made.setup.fallback}")
    width, height = placement.model_size
    rows, cols = made.grid
    rounded = f" ({placement.note})" if placement.note else ""
    say(
        f"{prefix}{name}: input {width}×{height}{rounded}, {rows}×{cols} patches, "
        f"{made.num_tokens} tokens, error {made.max_error:.0e}"
    )
    if model.info.dtype != "float32":
        from vitviz.explain.precision import precision_error

        found = precision_error(model, made)
        say(
            f"{prefix}{name}: {model.info.dtype} against float32: weights differ by at "
            f"most {found.largest:.1e}, {found.moved:.1%} of a row moved (layer "
            f"{found.layer})"
        )
    return made


def _inputs(model: Model, made: Trace, request: ExportRequest) -> MethodInputs:
    """Return what the method of the request needs in addition to the trace."""
    if not MAPS[request.method].needs_gradients:
        return MethodInputs(model, None)
    from vitviz.explain.gradients import backward

    return MethodInputs(model, backward(model, made, target=request.target))


def _export_page(sources: list[Source], target: Path, request: ExportRequest) -> int:
    """Write one page of all pictures; return the exit code.

    A folder's pictures that fail are left out and named.

    Raises the error of the one picture; InputError if some of several failed.
    """
    from vitviz.cli.output import say
    from vitviz.cli.page_writer import PageWriter
    from vitviz.system.atomic_files import sweep
    from vitviz.system.printable import printable

    sweep(target.parent)
    model: Model | None = None
    writer = PageWriter(request)
    failed = 0
    for number, source in enumerate(sources, start=1):
        prefix = f"[{number}/{len(sources)}] " if len(sources) > 1 else ""
        try:
            _refuse_overwriting_source(ExportTask(source.text, target))
            image = _load(source.text, request)
        except VitvizError as error:
            if len(sources) == 1:
                raise
            failed += 1
            say(f"{prefix}vitviz: {error}")
            continue
        if model is None:
            model = _load_model(request)
        made = _traced(model, image, request, prefix=prefix)
        if made is None:
            continue
        if writer.is_empty:
            size = writer.price(made, len(sources))
            say(f"{prefix}the page will take about {bytes_text(size)}")
            _agree(size, target, request, ask_bytes=writer.ask_bytes)
        writer.add(made, model, _inputs(model, made, request).gradients)
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


def _load(source: str, request: ExportRequest) -> SourceImage:
    from vitviz.pictures.source import load_image

    if source != STDIN:
        return load_image(source, reading=request.reading)
    if sys.stdin is None:
        raise InputError("There is no standard input to read a picture from.")
    data = sys.stdin.buffer.read(MAX_STDIN_BYTES + 1)
    if len(data) > MAX_STDIN_BYTES:
        raise InputError(
            "Standard input holds more than {limit} MB. Save it to a file and reduce "
            "it first.",
            limit=MAX_STDIN_BYTES // 10**6,
        )
    return load_image(data, name="standard input", reading=request.reading)


def _load_model(request: ExportRequest) -> Model:
    from vitviz.models.catalogue.embedded import EMBEDDED_NAME
    from vitviz.models.load import load_model

    request.running.set_threads()
    model = load_model(
        request.model or EMBEDDED_NAME,
        device=request.device,
        dtype=request.dtype,
        patch_size=request.patch,
    )
    return request.running.applied(model, request.fit)


def _expanded(images: list[str]) -> list[Source]:
    """Return the pictures named, folders replaced by the pictures in them.

    A file that is named itself may have any ending. A folder that has no pictures
    brings those of the folders in it, as of classes.

    Raises InputError for a folder without pictures.
    """
    from vitviz.pictures.folder import pictures_below
    from vitviz.system.printable import printable

    found: list[Source] = []
    for text in images:
        path = Path(text)
        if text == STDIN or not os.path.isdir(path):
            found.append(Source(text))
            continue
        inside = [
            Source(str(one), one.parent.relative_to(path))
            for one in pictures_below(path)
        ]
        if not inside:
            shown = printable(path.name or str(path.absolute()))
            raise InputError("No pictures in folder “{name}”.", name=shown)
        found.extend(inside)
    if images.count(STDIN) > 1:
        raise InputError("Standard input can be read only once.")
    return found


def _tasks(sources: list[Source], folder: Path, kind: str) -> list[ExportTask]:
    """Return a task for each picture, its file named by the picture's stem.

    Files of a class lie in a folder of its name. Where stems repeat in one folder, the
    whole names are taken.

    kind : the ending of the files.

    Raises InputError where two pictures would become one file.
    """
    from vitviz.system.printable import printable

    stems = [
        str(s.folder / ("standard-input" if s.text == STDIN else Path(s.text).stem))
        for s in sources
    ]
    times = Counter(map(_one_case, stems))
    names = []
    for source, stem in zip(sources, stems, strict=True):
        is_alone = times[_one_case(stem)] == 1
        name = Path(stem).name if is_alone else Path(source.text).name
        names.append(str(source.folder / f"{name}.{kind}"))
    differ_by_case = len(set(map(_one_case, names))) < len(set(names))
    fold = _one_case if differ_by_case and _ignores_case(folder) else str
    for name, count in Counter(map(fold, names)).items():
        if count > 1:
            raise InputError(
                "Two pictures would both become {name}. Export them to two folders.",
                name=printable(name),
            )
    return [
        ExportTask(source.text, folder / name)
        for source, name in zip(sources, names, strict=True)
    ]


def _one_case(name: str) -> str:
    """Return what is equal for names that many disks take for one."""
    return unicodedata.normalize("NFC", name.casefold())


def _ignores_case(folder: Path) -> bool:
    """Return whether the folder's disk takes “a” and “A” for one name.

    A folder that is not there yet will lie on the disk of the one above it.
    """
    folder = _nearest(folder)
    with (
        contextlib.suppress(OSError),
        tempfile.NamedTemporaryFile(dir=folder, prefix=".vitviz-a-") as probe,
    ):
        return os.path.exists(folder / Path(probe.name).name.upper())
    return False


def _is_folder(text: str, path: Path) -> bool:
    return os.path.isdir(path) or text.endswith(("/", os.sep)) or not path.suffix


def _check_suffix(output: Path, request: ExportRequest) -> None:
    suffix = output.suffix.lower()
    kind = request.choice.kind
    if kind is not FigureKind.PICTURE and (
        suffix not in (".png", ".svg", ".pdf") or request.is_bare
    ):
        raise InputError(
            "--what {kind} is a figure: it is written as .png, .svg or .pdf.",
            kind=kind.value,
        )
    if request.is_bare or suffix in (".tif", ".tiff"):
        _check_bare(suffix, request)
        return
    if suffix in NUMBERS:
        request.check_numbers()
        return
    if suffix not in (*FIGURES, *PAGES):
        raise InputError(
            "vitviz does not write {suffix}. OUT ends in one of {known}, or is a "
            "folder.",
            suffix=suffix,
            known=" ".join((*FIGURES, *NUMBERS, *PAGES)),
        )
    if "all" in request.query and suffix in PAGES:
        raise InputError(
            "A page can show every query: name with --query the one it opens on, or "
            "leave --query out."
        )
    if "all" in request.query:
        raise InputError(
            "A figure shows one query. Choose it with --query, or write all of them "
            "to an .npz or .csv."
        )


def _check_bare(suffix: str, request: ExportRequest) -> None:
    """Raise InputError for what cannot be one map alone."""
    if not request.is_bare:
        raise InputError(
            "A {suffix} holds the values of one map alone. Add --bare, or write an "
            ".npz.",
            suffix=suffix,
        )
    if suffix not in BARE:
        raise InputError(
            "A map alone is written as {known}, not as {suffix}.",
            known=listed(BARE),
            suffix=suffix or "such a file",
        )
    is_one = request.layer != "all" and len(request.head) == 1
    if not is_one or "all" in (*request.head, *request.query):
        raise InputError(
            "--bare writes one map. Choose one layer, one head or a mean of heads, and "
            "one query."
        )


def _refuse_overwriting_source(task: ExportTask) -> None:
    if task.source == STDIN:
        return
    try:
        is_same = os.path.samefile(task.source, task.target)
    except OSError:
        return
    if is_same:
        raise InputError(
            "{path} is the picture itself. Choose another name for the output.",
            path=task.target,
        )


def _ends_batch(error: VitvizError, folder: Path) -> bool:
    """Return whether nothing can be written into the folder, so the next one fails too.

    A single name can be too long, or a folder's, where others can be written.
    """
    if not isinstance(error, OutputError):
        return False
    try:
        with tempfile.TemporaryFile(dir=_nearest(folder)) as file:
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


@dataclass(frozen=True, slots=True)
class MethodInputs:
    """Model and gradients, which some methods need in addition to the trace."""

    model: Model
    gradients: Gradients | None


def write(
    made: Trace,
    selection: Selection,
    target: Path,
    request: ExportRequest,
    inputs: MethodInputs,
) -> None:
    """Write a figure or numbers into `target`, as its ending says.

    Raises SelectionError, ExactnessError, InputError, OutputError, BudgetError.
    """
    from vitviz.export import numbers
    from vitviz.export.metadata import view_values

    match target.suffix.lower():
        case ".npz":
            _agree(numbers.npz_bytes(made, selection), target, request)
            options = request.options()
            numbers.write_npz(
                target,
                made,
                selection,
                options=options,
                view=view_values(request.state(made)),
                gradients=inputs.gradients,
                model=inputs.model,
            )
        case ".csv":
            _agree(numbers.csv_bytes(made, selection), target, request)
            numbers.write_csv(
                target,
                made,
                selection,
                gradients=inputs.gradients,
                model=inputs.model,
            )
        case ending:
            _write_figure(made, selection, target, request, inputs, ending)


def _write_figure(
    made: Trace,
    selection: Selection,
    target: Path,
    request: ExportRequest,
    inputs: MethodInputs,
    ending: str,
) -> None:
    """Write what a window in this state would show, or a GIF of all maps."""
    import json

    from vitviz.export.figure import figure_of, table_of
    from vitviz.export.metadata import metadata, view_values
    from vitviz.export.save import save
    from vitviz.jobs.exports import hidden_patches, values_for
    from vitviz.jobs.figures import described
    from vitviz.views.display import series

    state, settings = request.state(made), request.settings
    meta = metadata(
        made,
        method=selection.method,
        heads=selection.heads,
        options=request.options(),
        direction=selection.direction,
        is_renormalised=selection.renormalise,
        view=view_values(state),
    )
    if request.choice.kind is not FigureKind.PICTURE:
        figure = _other_figure(made, selection, request, inputs)
        figure = described(figure, meta, request.choice, settings)
        save(target, figure, scale=request.pixels)
        return
    text = json.dumps(meta, ensure_ascii=False)
    rows = series(
        made,
        state,
        layers=selection.layers,
        heads=selection.heads,
        values=values_for(made, inputs.model, inputs.gradients),
    )
    if request.is_bare:
        from vitviz.export.bare import bare_bytes
        from vitviz.system.atomic_files import write_bytes

        heat = rows[0][0].heat
        assert heat is not None
        data = bare_bytes(heat, made.setup, state.look, ending, text)
        write_bytes(target, data)
        return
    hidden = hidden_patches(made.setup)
    if ending == ".gif":
        from vitviz.export.animation import gif_bytes
        from vitviz.system.atomic_files import write_bytes

        said = replace(settings, has_caption=True)
        data = gif_bytes(
            [
                figure_of(one, settings=said, hidden=hidden)
                for row in rows
                for one in row
            ],
            scale=request.pixels,
            colormap=state.look.colormap,
            description=text,
        )
        write_bytes(target, data)
        return
    figure = table_of(rows, settings=settings, hidden=hidden)
    figure = described(figure, meta, request.choice, settings)
    save(target, figure, scale=request.pixels)


def _other_figure(
    made: Trace, selection: Selection, request: ExportRequest, inputs: MethodInputs
) -> Figure:
    """Return a figure of another kind than a map or a table of maps."""
    from vitviz.jobs.figures import FigureView, drawing, in_range_of

    def state_of(request: ExportRequest, trace: Trace, chosen: Selection) -> ViewState:
        wanted = replace(
            request.state(trace), layer=chosen.layers[0], heads=chosen.heads[0]
        )
        return in_range_of(trace, wanted)

    kept, against = None, request.against
    if against is not None:
        image = _load(against.picture, against.request)
        model = _load_model(against.request)
        other = _traced(model, image, against.request, prefix="")
        if other is None:
            raise InputError("--against takes one picture and its options.")
        state = state_of(against.request, other, against.request.selection(other))
        kept = FigureView(other, state, model)
    state = state_of(request, made, selection)
    view = FigureView(made, state, inputs.model, gradients=inputs.gradients, kept=kept)
    return drawing(view, request.choice)(request.settings)


def _agree(
    size_bytes: int,
    target: Path,
    request: ExportRequest,
    *,
    ask_bytes: int | None = None,
) -> None:
    """Raise OutputError if a large file is not agreed to, or the disk is too full.

    On a terminal the user is asked.

    ask_bytes : size above which it has to be agreed to; None for that of numbers.
    """
    import shutil

    from vitviz.domain.number_text import bytes_text
    from vitviz.export.numbers import ASK_BYTES
    from vitviz.system.printable import printable

    size = bytes_text(size_bytes)
    name = printable(str(target))
    try:
        free = shutil.disk_usage(target.absolute().parent).free
    except OSError:
        free = size_bytes
    if size_bytes > free:
        raise OutputError(
            "{path} would take {size}, and its disk has {free} left. Choose fewer "
            "layers, heads or queries.",
            path=name,
            size=size,
            free=bytes_text(free),
        )
    if size_bytes <= (ask_bytes or ASK_BYTES) or request.is_agreed:
        return
    if sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty():
        print(f"{name} will take {size}. Write it? [y/N] ", end="", file=sys.stderr)
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise OutputError(
        "{path} would take {size}. Add --yes to write it, or choose fewer layers, "
        "heads or queries.",
        path=name,
        size=size,
    )


def check_price(model: Model, size: tuple[int, int], *, is_agreed: bool) -> None:
    """Raise BudgetError for a run that takes more than half of the free memory.

    A run that has been agreed to may take more than half, but not more than all.
    """
    from vitviz.attention.price import price, require_memory

    made = price(model, size)
    # the run itself goes to the CPU, and says so
    if made.falls_back:
        return
    require_memory(model.info, made.num_tokens, made.size)
    if made.is_large and not is_agreed and made.free_bytes is not None:
        raise BudgetError(
            "This run would take about {needed} of memory, more than half of the "
            "{free} that are free. Choose a smaller --size, or a larger --patch, or "
            "add --yes.",
            needed=bytes_text(made.peak_bytes),
            free=bytes_text(made.free_bytes),
        )


def sentence(made: Price) -> str:
    """Return the price of a run in one line."""
    width, height = made.size
    rows, cols = made.grid
    parts = [
        f"{width}×{height} px",
        f"{rows}×{cols} patches, {made.num_tokens:,} tokens",
        f"{bytes_text(made.kept_bytes)} for q, k and v",
        f"{bytes_text(made.peak_bytes)} at most",
    ]
    if made.free_bytes is not None:
        parts[-1] += f" of {bytes_text(made.free_bytes)} free"
    if made.seconds is not None:
        parts.append(f"about {_time(made.seconds)}")
    return "; ".join(parts)


def _time(seconds: float) -> str:
    return f"{seconds:.2g} s" if seconds < 10 else seconds_text(seconds)
