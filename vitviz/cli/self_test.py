"""Command `vitviz self-test`: check that this installation works."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from vitviz.errors import EnvironmentFault

if TYPE_CHECKING:
    from vitviz.attention.trace import Trace
    from vitviz.models.model import Model
    from vitviz.pictures.source import SourceImage

DESCRIPTION = "Check this installation: model, attention, files, window."
EPILOG = """\
Prints one line a check. Exit code 0 when all have passed, else 1.
"""

# Largest deviation of a row's sum from 1, in float32.
SUM_LIMIT = 1e-5


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Add no arguments: the command has none of its own."""


def execute(_args: argparse.Namespace) -> int:
    """Run the checks in order, print a line for each, return 1 if one failed."""
    from vitviz.cli.output import show

    state: dict[str, object] = {}
    checks: list[tuple[str, Callable[[dict[str, object]], str]]] = [
        ("libraries", _libraries),
        ("picture", _picture),
        ("model", _model),
        ("attention", _attention),
        ("numbers", _numbers),
        # before the figure, which would start Qt without widgets in this process
        ("window", _window),
        ("figure", _figure),
    ]
    num_failed = 0
    for name, check in checks:
        try:
            found, verdict = check(state), "ok"
        except Exception as error:
            # broad: whatever fails here, this command is there to report it
            found, verdict = f"{type(error).__name__}: {error}", "FAILED"
            num_failed += 1
        show(f"{verdict:<8}{name:<11}{' '.join(found.splitlines())}")
    show("All checks passed." if not num_failed else f"{num_failed} checks failed.")
    return 1 if num_failed else 0


def _libraries(_state: dict[str, object]) -> str:
    from vitviz.export.metadata import versions

    return ", ".join(f"{name} {number}" for name, number in versions().items())


def _picture(state: dict[str, object]) -> str:
    import numpy as np

    from vitviz.pictures.source import load_image
    from vitviz.system.paths import resource

    samples = resource("samples")
    found = sorted(samples.glob("*.jpg")) if samples.is_dir() else []
    if found:
        image = load_image(found[0])
    else:
        noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3), np.uint8)
        image = load_image(noise, name="seeded noise")
    state["image"] = image
    return f"{image.name}, {image.size[0]}×{image.size[1]} px"


def _model(state: dict[str, object]) -> str:
    from vitviz.models.adapters.embedded import has_embedded
    from vitviz.models.catalogue.embedded import EMBEDDED_NAMES
    from vitviz.models.load import load_model

    names = [name for name in EMBEDDED_NAMES if has_embedded(name)]
    missing = [name for name in EMBEDDED_NAMES if name not in names]
    state["models"] = [load_model(name, device="cpu") for name in names]
    if not names:
        state["models"] = [_random_model()]
        return (
            "the embedded weights are missing; a small model with random ones instead"
        )
    said = f"{' and '.join(names)}, trained weights"
    return said + (f"; {' and '.join(missing)} is missing" if missing else "")


def _random_model() -> Model:
    import torch
    from torchvision.models import VisionTransformer

    from vitviz.models.load import wrap

    torch.manual_seed(0)
    return wrap(
        VisionTransformer(
            image_size=224,
            patch_size=16,
            num_layers=4,
            num_heads=3,
            hidden_dim=96,
            mlp_dim=192,
            num_classes=10,
        )
    )


def _attention(state: dict[str, object]) -> str:
    from vitviz.attention.run import trace

    models: list[Model] = state["models"]  # type: ignore[assignment]
    image: SourceImage = state["image"]  # type: ignore[assignment]
    made = [trace(model, image) for model in models]
    state["trace"] = made[0]
    return "; ".join(map(_checked, made))


def _checked(made: Trace) -> str:
    """Return what a trace consists of. Raises ValueError if its rows are wrong."""
    off = 0.0
    for layer in range(made.num_layers):
        for token in (0, made.num_tokens // 2, made.num_tokens - 1):
            sums = made.row(layer, token).sum(axis=-1, dtype="float64")
            off = max(off, float(abs(sums - 1).max()))
    if not off <= SUM_LIMIT:
        raise ValueError(f"rows sum to 1 only within {off:.1e}")
    return (
        f"{made.num_layers} layers, {made.num_heads} heads, {made.num_tokens} tokens, "
        f"rows sum to 1 within {off:.0e}, recomputed output within {made.max_error:.0e}"
    )


def _numbers(state: dict[str, object]) -> str:
    import numpy as np

    from vitviz.domain.heads import HeadChoice
    from vitviz.export.numbers import Selection, write_npz

    made: Trace = state["trace"]  # type: ignore[assignment]
    heads = tuple(HeadChoice((h,)) for h in range(made.num_heads))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "check.npz"
        write_npz(path, made, Selection((0,), heads, (0,)))
        with np.load(path, allow_pickle=False) as data:
            written = data["attention"]
        size = path.stat().st_size
    if not np.array_equal(written[0, :, 0], made.row(0, 0)):
        raise ValueError("what was written differs from what was computed")
    return f".npz written and read back, {size / 1000:.0f} kB"


def _figure(state: dict[str, object]) -> str:
    import PIL.Image

    from vitviz.export.figure import figure_of
    from vitviz.export.save import save
    from vitviz.views.display import resolve
    from vitviz.views.view_state import ViewState

    made: Trace = state["trace"]  # type: ignore[assignment]
    shown = resolve(ViewState(), made)
    assert shown is not None
    figure = figure_of(shown)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "check.png"
        save(path, figure)
        with PIL.Image.open(path) as image:
            image.load()
            size = image.size
    return f".png written and read back, {size[0]}×{size[1]} px"


def _window(_state: dict[str, object]) -> str:
    from vitviz.system.environment import check_display

    try:
        check_display()
    except EnvironmentFault:
        return "left out: there is no display"
    from vitviz.ui.diagnostics.rehearsal import rehearse

    done = rehearse()
    return (
        f"picture after {done.picture_s:.2f} s, first map after "
        f"{done.attention_s:.2f} s; clicked, exported {' and '.join(done.files)}, "
        "closed"
    )
