"""Options that replace the weights' own preprocessing, labels, and threads.

add_preprocessing_arguments ──► argparse ──► preprocessing_from
PreprocessingOptions ── applied ──► Model
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vitviz.cli.parse import size_of
from vitviz.domain.number_text import decimal_number, whole_number
from vitviz.errors import InputError, SelectionError
from vitviz.pictures.reading import MOST_BANDS

if TYPE_CHECKING:
    import argparse

    from vitviz.models.model import Model
    from vitviz.pictures.preprocessing import Preprocessing

INTERPOLATIONS = ("nearest", "bilinear", "bicubic", "lanczos")
MAX_THREADS = 1024


@dataclass(frozen=True, slots=True)
class PreprocessingOptions:
    """Preprocessing, labels and threads in place of the defaults; None keeps one."""

    # Shorter side before the crop, in pixels, or (width, height); 0 leaves no margin.
    resize: int | tuple[int, int] | None = None
    interpolation: str | None = None
    # Of red, green, blue, or of each channel of a network of many.
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    labels: str | None = None
    threads: int | None = None

    def options(self) -> dict[str, object]:
        """Return the given options that shape the result, for its metadata."""
        given = {
            "resize": self.resize,
            "interpolation": self.interpolation,
            "mean": self.mean,
            "std": self.std,
        }
        return {name: value for name, value in given.items() if value is not None}

    def applied(self, model: Model, fit: str | None = None) -> Model:
        """Return the model with this preprocessing and these labels.

        fit : the fit asked for, which a margin is of; None for the weights' own.

        Raises CheckpointError for a file of labels that cannot be used.
        """
        from vitviz.domain.placement import Fit
        from vitviz.models.labels import labelled
        from vitviz.pictures.preprocessing import Interpolation, with_fit

        own = model.preprocessing
        if self.resize is not None:
            own = with_fit(own, own.fit if fit is None else Fit(fit))
            own = replace(own, resize=self.resize or None)
        if self.interpolation is not None:
            own = replace(own, interpolation=Interpolation[self.interpolation.upper()])
        own = self._with_statistics(own, model.info.channels)
        model = replace(model, preprocessing=own)
        return model if self.labels is None else labelled(model, self.labels)

    def _with_statistics(self, own: Preprocessing, channels: int) -> Preprocessing:
        """Return the preprocessing with the mean and deviation that are given.

        Raises SelectionError for other than three numbers, or one of each channel.
        """
        is_banded = channels not in (1, 3)
        wanted = channels if is_banded else 3
        for option, given in (("--mean", self.mean), ("--std", self.std)):
            if given is not None and len(given) != wanted:
                raise SelectionError(
                    "{option} takes {wanted} numbers for this network, not {count}.",
                    option=option,
                    wanted=wanted,
                    count=len(given),
                )
        if is_banded:
            mean, std = self.mean or own.band_mean, self.std or own.band_std
            return replace(own, band_mean=mean, band_std=std)
        if self.mean is not None:
            red, green, blue = self.mean
            own = replace(own, mean=(red, green, blue))
        if self.std is not None:
            red, green, blue = self.std
            own = replace(own, std=(red, green, blue))
        return own

    def set_threads(self) -> None:
        """Set the number of torch's threads, if one is given."""
        if self.threads is not None:
            from vitviz.models.threads import use_threads

            use_threads(self.threads)


def add_preprocessing_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options that `preprocessing_from` reads."""
    group = parser.add_argument_group("preprocessing, instead of the weights' own")
    group.add_argument(
        "--resize",
        metavar="S|WxH",
        help="shorter side before the crop, for squeeze both; 0 for no margin",
    )
    group.add_argument("--interpolation", metavar="N", help=", ".join(INTERPOLATIONS))
    group.add_argument(
        "--mean",
        metavar="R,G,B",
        help="of red, green, blue in 0 to 1; of each channel of a network of many",
    )
    group.add_argument("--std", metavar="R,G,B", help="what the rest is divided by")
    parser.add_argument(
        "--labels", metavar="FILE", help="names of the classes: one a line, or JSON"
    )
    parser.add_argument(
        "--threads", metavar="N", help="of the processor; default: torch's choice"
    )


def preprocessing_from(args: argparse.Namespace) -> PreprocessingOptions:
    """Return the checked options for preprocessing, labels and threads.

    Raises InputError or SelectionError for the first that cannot be used.
    """
    if args.interpolation not in (None, *INTERPOLATIONS):
        raise InputError(
            "There is no --interpolation {text}; there is {names}.",
            text=args.interpolation,
            names=", ".join(INTERPOLATIONS),
        )
    return PreprocessingOptions(
        resize=_resize_of(args.resize),
        interpolation=args.interpolation,
        mean=_numbers(args.mean, "--mean", least=None),
        std=_numbers(args.std, "--std", least=1e-6),
        labels=args.labels,
        threads=_number(args.threads, "--threads", 1, MAX_THREADS),
    )


def _resize_of(text: str | None) -> int | tuple[int, int] | None:
    if text is None or "x" not in text.lower():
        return _number(text, "--resize", 0, 32_768)
    size = size_of(text)
    return (size, size) if isinstance(size, int) else size


def _number(text: str | None, option: str, least: int, most: int) -> int | None:
    if text is None:
        return None
    number = whole_number(text, least, most)
    if number is not None:
        return number
    raise SelectionError(
        "{option} takes a whole number from {least} to {most}, not {text}.",
        option=option,
        least=least,
        most=most,
        text=text,
    )


def _numbers(
    text: str | None, option: str, *, least: float | None
) -> tuple[float, ...] | None:
    if text is None:
        return None
    parts = [decimal_number(part.strip()) for part in text.split(",", MOST_BANDS)]
    is_finite = all(abs(part) < 1e6 for part in parts)
    is_some = 1 < len(parts) <= MOST_BANDS
    if is_some and is_finite and (least is None or min(parts) > least):
        return tuple(parts)
    raise SelectionError(
        "{option} takes three numbers as in 0.485,0.456,0.406{rule}, not {text}. A "
        "network of many channels takes one for each.",
        option=option,
        rule="" if least is None else ", each above 0.000001",
        text=text,
    )
