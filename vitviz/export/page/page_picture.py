"""One picture of a web page with its trace: what the page's scripts read.

Trace, ViewState, PageOptions ── page_picture ──► PagePicture (JSON, blocks of base64)
                              └── page_bytes ──► price, before anything is computed
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import PIL.Image

from vitviz.attention.prepare import hidden_rgba
from vitviz.domain.methods import MAPS
from vitviz.export.captions import changed_words, map_words
from vitviz.export.language import in_language
from vitviz.export.metadata import versions
from vitviz.export.page import stored_layer
from vitviz.export.page.page_options import PROGRAM_BYTES, PageOptions
from vitviz.export.page.texts import LANGUAGES, tr
from vitviz.export.page.token_colours import TokenColours, token_colours
from vitviz.views.classes import likeliest_classes
from vitviz.views.colour import Array, Bytes
from vitviz.views.display import Display, Heat, shown_layer, shown_query
from vitviz.views.view_state import ViewState

if TYPE_CHECKING:
    from vitviz.attention.capture import Capture
    from vitviz.attention.trace import Setup, Trace

Check = Callable[[], None]
Plain = dict[str, Any]
T = TypeVar("T")

# Longest side of the photograph in a page, and height of a thumbnail.
MAX_PICTURE_PX = 1280
THUMBNAIL_PX = 96
JPEG_QUALITY = 90
# Bytes of a pixel of the photograph in base64, about, for the price.
BYTES_PER_PIXEL = 0.45
MAX_CLASSES = 10


@dataclass(frozen=True, slots=True, eq=False)
class PageMap:
    """A method's map that was computed before, for a page.

    values : (N,) float32.
    caption : statements by language.
    token, layer : what it is of; None where it is the same for all.
    """

    name: str
    values: Array
    caption: dict[str, list[str]]
    token: int | None = None
    layer: int | None = None
    sums_to_one: bool = False

    @classmethod
    def of_heat(cls, heat: Heat, setup: Setup) -> PageMap:
        """Return the map of a method that is on screen."""
        method = MAPS[heat.method]
        caption = {}
        for code in LANGUAGES:
            with in_language(code):
                caption[code] = list(map_words(heat, setup))
        return cls(
            name=method.name,
            values=np.concatenate([heat.special, heat.patches.ravel()]),
            caption=caption,
            token=heat.token if method.is_per_query else None,
            layer=heat.layer if "layer" in method.options else None,
            sums_to_one=method.sums_to_one,
        )


@dataclass(frozen=True, slots=True, eq=False)
class PagePicture:
    """A picture of a page: a description for JSON, and blocks of base64 by name."""

    description: Plain
    blocks: dict[str, str]


def page_bytes(traces: Sequence[Trace], options: PageOptions) -> int:
    """Return the size of a page of some traces in bytes, about; nothing is computed."""
    pictures = sum(
        numbers_bytes(one, options)
        + BYTES_PER_PIXEL * math.prod(_picture_size(one.setup.picture.size))
        for one in traces
    )
    return round(PROGRAM_BYTES + pictures)


def numbers_bytes(trace: Trace, options: PageOptions) -> int:
    """Return the size of the blocks of a picture in bytes, about."""
    captures = [
        (trace.captures[layer], options.heads)
        for layer in range(trace.num_layers)
        if options.has(trace, layer)
    ]
    if trace.pool is not None:
        captures.append((trace.pool, None))
    return sum(
        stored_layer.num_bytes(capture, heads, is_single=options.is_single)
        for capture, heads in captures
        if capture is not None
    )


def page_picture(
    trace: Trace,
    *,
    state: ViewState | None = None,
    options: PageOptions | None = None,
    maps: Sequence[PageMap] = (),
    colours: TokenColours | None = None,
    prefix: str = "0",
    check: Check = lambda: None,
    on_progress: Callable[[float], None] = lambda _: None,
) -> PagePicture:
    """Return a picture with its trace as a page stores it.

    state : what the page shows first; None for what a window shows first.
    maps : maps of methods, as far as they have been computed.
    colours : of the tokens; None for those of their keys.
    prefix : of the names of the blocks, one of its own for each picture.
    check : called between steps; what it raises ends the computation.
    on_progress : called with the share that is done.

    Raises SelectionError for a layer or head that the trace lacks.
    """
    chosen = options or PageOptions()
    chosen.check(trace)
    view = state or ViewState()
    blocks: dict[str, str] = {}
    layers: list[Plain] = []
    errors = [0.0]

    def store(capture: Capture, heads: Sequence[int] | None, name: str) -> Plain:
        made = stored_layer.stored(capture, heads, is_single=chosen.is_single)
        made = stored_layer.measured(made, capture, check)
        blocks[f"{prefix}-{name}"] = made.block()
        errors.append(made.error)
        return {"block": f"{prefix}-{name}", **made.description()}

    for layer, capture in enumerate(trace.captures):
        on_progress(layer / trace.num_layers)
        if capture is None or not chosen.has(trace, layer):
            layers.append({"block": None, "reason": _reason(trace, layer, chosen)})
        else:
            layers.append(store(capture, chosen.heads, f"layer-{layer}"))
    pool = trace.pool
    stored_pool = None
    if pool is not None and pool.is_exact and trace.captures[-1] is not None:
        stored_pool = store(pool, None, "pool") | {"numHeads": pool.num_heads}
    setup = trace.setup
    classes = (
        () if trace.logits is None
        else likeliest_classes(
            trace.logits,
            setup.model.labels,
            problem=setup.model.problem,
            most=MAX_CLASSES,
        )
    )  # fmt: skip
    found_maps = [_map(one, number) for number, one in enumerate(maps)]
    description: Plain = {
        "name": setup.picture.name,
        "image": picture_url(setup.picture.pixels),
        "thumbnail": thumbnail_url(setup.picture.pixels),
        "hiddenImage": _hidden_url(setup),
        "hidden": sorted(
            row * setup.grid.cols + col
            for one in setup.interventions.hidden
            for row, col in one.patches
        ),
        "placement": {
            "source": list(setup.placement.source_size),
            "resized": list(setup.placement.resized_size),
            "offset": list(setup.placement.offset),
            "model": list(setup.placement.model_size),
        },
        "grid": list(trace.grid),
        "special": list(setup.prefix_names),
        "numHeads": trace.num_heads,
        "sizes": model_sizes(trace),
        "numKeys": trace.num_keys,
        "axis": trace.interventions.axis.value,
        "layers": layers,
        "pool": stored_pool,
        "pooledTokens": list(trace.pooled_tokens),
        "model": {"name": setup.model.name, "sha256": setup.model.weights_sha256},
        "changes": by_language(lambda: list(changed_words(setup.interventions))),
        "classes": [[one.name, one.score] for one in classes],
        "problem": setup.model.problem.value,
        "methods": found_maps,
        "tokenColours": _colours(colours or token_colours(trace)),
        "error": max(errors),
        "errorText": rounded_up(max(errors)),
        "traceErrorText": rounded_up(trace.max_error),
        "settings": by_language(lambda: _settings(trace, chosen)),
        "view": view_of(trace, view, [one["id"] for one in found_maps]),
    }
    return PagePicture(description, blocks)


def model_sizes(trace: Trace) -> Plain:
    """Return what the page's ribbon needs of the model, as far as a trace tells."""
    setup = trace.setup
    return {
        "width": setup.model.width,
        "patch": list(setup.model.patch_size),
        "channels": setup.model.channels,
        "outputs": 0 if trace.output is None else len(trace.output),
    }


def method_map(shown: Display) -> Heat | None:
    """Return a method's map that is on screen.

    None for raw attention and for colours of tokens, which every page has.
    """
    heat = shown.heat
    if heat is None or heat.colours is not None or shown.state.method == "raw":
        return None
    return heat


def rounded_up(error: float) -> str:
    """Return an error with two digits, never less than it is: "7.3e-4"."""
    if not math.isfinite(error) or error <= 0:
        return f"{error:g}"
    exponent = math.floor(math.log10(error))
    digits = math.ceil(round(error / 10.0**exponent * 10, 6)) / 10
    if digits >= 10:
        digits, exponent = digits / 10, exponent + 1
    return f"{digits:.1f}e{exponent}"


def picture_url(pixels: Bytes) -> str:
    """Return a photograph as a data URL, at most `MAX_PICTURE_PX` long."""
    picture = PIL.Image.fromarray(np.ascontiguousarray(pixels))
    size = _picture_size(picture.size)
    if size != picture.size:
        picture = picture.resize(size, PIL.Image.Resampling.LANCZOS)
    return min((_jpeg(picture), _png(picture)), key=len)


def _picture_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return the size of the photograph in a page."""
    factor = min(1.0, MAX_PICTURE_PX / max(size))
    return max(1, round(size[0] * factor)), max(1, round(size[1] * factor))


def thumbnail_url(pixels: Bytes) -> str:
    """Return a small picture as a data URL, `THUMBNAIL_PX` high."""
    picture = PIL.Image.fromarray(np.ascontiguousarray(pixels))
    picture.thumbnail((4 * THUMBNAIL_PX, THUMBNAIL_PX))
    return _jpeg(picture)


def _jpeg(picture: PIL.Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return f"data:image/jpeg;base64,{_base64(file.getvalue())}"


def _png(picture: PIL.Image.Image) -> str:
    file = io.BytesIO()
    picture.save(file, "PNG", optimize=max(picture.size) < 512)
    return f"data:image/png;base64,{_base64(file.getvalue())}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _hidden_url(setup: Setup) -> str | None:
    pixels = hidden_rgba(setup)
    return None if pixels is None else _png(PIL.Image.fromarray(pixels))


def _reason(trace: Trace, layer: int, options: PageOptions) -> dict[str, str]:
    """Return why a layer is not in the page, by language."""
    capture = trace.captures[layer]

    def reason() -> str:
        if layer in trace.setup.windowed:
            return tr("its attention stays in small windows")
        if capture is None:
            return tr("it has not run")
        if not capture.is_exact:
            return tr("its check failed")
        return tr("left out of this page")

    return by_language(reason)


def by_language(make: Callable[[], T]) -> dict[str, T]:
    """Return what a function returns in each language of a page."""
    found = {}
    for code in LANGUAGES:
        with in_language(code):
            found[code] = make()
    return found


def _map(one: PageMap, number: int) -> Plain:
    return {
        "id": f"{one.name}-{number}" if number else one.name,
        "caption": one.caption,
        "text": _base64(np.ascontiguousarray(one.values, np.float32).tobytes()),
        "token": one.token,
        "layer": one.layer,
        "sumsToOne": one.sums_to_one,
    }


def _colours(of: TokenColours) -> Plain:
    maps = [None if one is None else _colour_text(one) for one in of.maps]
    return {"source": of.source.value, "maps": maps}


def _colour_text(colours: Array) -> str:
    scaled = np.rint(np.clip(colours, 0, 1) * 255).astype(np.uint8)
    return _base64(np.ascontiguousarray(scaled).tobytes())


def view_of(trace: Trace, state: ViewState, maps: Sequence[str] = ()) -> Plain:
    """Return a view state in the scripts' own names.

    maps : names of the maps of methods that the page has.
    """
    layer = shown_layer(trace, state)
    method = state.method if state.method in maps else "raw"
    return {
        "layer": trace.num_layers - 1 if layer is None else layer,
        "heads": {
            "heads": list(state.heads.heads),
            "fusion": state.heads.fusion.value,
        },
        "token": shown_query(trace, state.token),
        "others": list(state.others),
        "direction": state.direction.value,
        "method": method,
        "style": state.style.value,
        "colormap": state.colormap,
        "opacity": state.opacity,
        "smooth": state.smooth,
        "grid": state.show_grid,
        "scale": state.scale.value,
        "fixed": list(state.fixed_range),
        "clip": state.clip_percent,
        "log": state.log,
        "renormalise": state.renormalise,
    }


def _settings(trace: Trace, options: PageOptions) -> list[tuple[str, str]]:
    """Return (name, value) of how the trace was made, in the language asked for."""
    setup = trace.setup
    info = setup.model
    rows = [
        *model_settings(trace),
        (tr("Precision"), f"{info.dtype}, {info.device}"),
        (
            tr("Numbers"),
            tr("single floats") if options.is_single else tr("half floats"),
        ),
    ]
    if setup.image is not None:
        rows.insert(0, (tr("Picture, SHA-256"), setup.image.sha256))
    if info.assumed:
        rows.append((tr("Assumed"), "; ".join(map(str, info.assumed))))
    rows.append((tr("Versions"), ", ".join(f"{k} {v}" for k, v in versions().items())))
    return rows


def model_settings(trace: Trace) -> list[tuple[str, str]]:
    """Return (name, value) of a model and its input, in the language asked for."""
    setup = trace.setup
    info, own, placement = setup.model, setup.preprocessing, setup.placement
    triple = "{:g}, {:g}, {:g}".format
    return [
        (tr("Model"), info.name),
        (tr("Weights, SHA-256"), info.weights_sha256 or tr("not of a file")),
        (tr("Input"), "{}×{} px".format(*placement.model_size)),
        (tr("Fit"), placement.fit.value),
        (tr("Patches"), "{}×{} px".format(*info.patch_size)),
        (tr("Tokens"), f"{trace.num_tokens:,}"),
        (tr("Mean"), triple(*own.mean)),
        (tr("Deviation"), triple(*own.std)),
        (tr("Interpolation"), own.interpolation.name.lower()),
    ]
