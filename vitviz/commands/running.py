"""How a model is run, beside its size: preprocessing, labels, threads."""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vitviz.errors import InputError, SelectionError

if TYPE_CHECKING:
    from vitviz.models.adapter import Model

Triple = tuple[float, float, float]
INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos")
MAX_THREADS = 1024


@dataclass(frozen=True, slots=True)
class Running:
    """What is to be other than the weights' own; None leaves it."""

    resize: int | None = None
    """Shorter side before the crop; 0 leaves no margin."""
    interpolation: str | None = None
    mean: Triple | None = None
    std: Triple | None = None
    labels: str | None = None
    threads: int | None = None

    def options(self) -> dict[str, object]:
        """What shapes the result, for its metadata; only what was given."""
        given = {
            "resize": self.resize,
            "interpolation": self.interpolation,
            "mean": self.mean,
            "std": self.std,
        }
        return {name: value for name, value in given.items() if value is not None}

    def applied(self, model: Model) -> Model:
        """The model with its preprocessing and labels. Raises CheckpointError."""
        from vitviz.models.labels import labelled
        from vitviz.pictures.placement import Interpolation

        own = model.preprocessing
        if self.resize is not None:
            own = replace(own, resize=self.resize or None)
        if self.interpolation is not None:
            own = replace(own, interpolation=Interpolation[self.interpolation.upper()])
        own = replace(own, mean=self.mean or own.mean, std=self.std or own.std)
        model = replace(model, preprocessing=own)
        return model if self.labels is None else labelled(model, self.labels)

    def set_threads(self) -> None:
        """Give torch so many threads of the processor."""
        if self.threads is not None:
            from vitviz.models.devices import use_threads

            use_threads(self.threads)


def add_running_arguments(parser: argparse.ArgumentParser) -> None:
    """Everything `running_from` reads."""
    group = parser.add_argument_group("preprocessing, instead of the weights' own")
    group.add_argument(
        "--resize", metavar="S", help="shorter side before the crop; 0 for no margin"
    )
    group.add_argument("--interpolation", metavar="N", help=", ".join(INTERPOLATIONS))
    group.add_argument("--mean", metavar="R,G,B", help="of red, green, blue in 0 to 1")
    group.add_argument("--std", metavar="R,G,B", help="what the rest is divided by")
    parser.add_argument(
        "--labels", metavar="FILE", help="names of the classes: one a line, or JSON"
    )
    parser.add_argument(
        "--threads", metavar="N", help="of the processor; default: torch's choice"
    )


def running_from(args: argparse.Namespace) -> Running:
    """The parsed options. Raises InputError, one sentence for the first bad one."""
    if args.interpolation not in (None, *INTERPOLATIONS):
        raise InputError(
            "There is no --interpolation {text}; there is {names}.",
            text=args.interpolation,
            names=", ".join(INTERPOLATIONS),
        )
    return Running(
        resize=_number(args.resize, "--resize", 0, 32_768),
        interpolation=args.interpolation,
        mean=_triple(args.mean, "--mean", least=None),
        std=_triple(args.std, "--std", least=0.0),
        labels=args.labels,
        threads=_number(args.threads, "--threads", 1, MAX_THREADS),
    )


def _number(text: str | None, option: str, least: int, most: int) -> int | None:
    if text is None:
        return None
    if text.isascii() and text.isdigit() and least <= int(text[:9]) <= most:
        return int(text)
    raise SelectionError(
        "{option} takes a whole number from {least} to {most}, not {text}.",
        option=option,
        least=least,
        most=most,
        text=text,
    )


def _triple(text: str | None, option: str, *, least: float | None) -> Triple | None:
    if text is None:
        return None
    try:
        red, green, blue = (float(part) for part in text.split(","))
    except ValueError:
        pass
    else:
        values = (red, green, blue)
        is_finite = all(abs(value) < 1e6 for value in values)
        if is_finite and (least is None or min(values) > least):
            return values
    raise SelectionError(
        "{option} takes three numbers as in 0.485,0.456,0.406{rule}, not {text}.",
        option=option,
        rule="" if least is None else ", each above 0",
        text=text,
    )
