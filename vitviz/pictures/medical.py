"""Pictures of scanners: DICOM by pydicom, NIfTI by nibabel, which are extras.

In the helper process only. A DICOM is shown as its own header asks: rescaled to its
units, by its window, MONOCHROME1 with black and white exchanged. A NIfTI is a volume:
one slice is shown, of a plane that is chosen, upright, with the body's left at the left
(the scanner's axes of the file's own affine, so that a volume lying differently on disk
is shown alike).

DICOM PS3.3, C.7.6.3 and C.11; NIfTI-1.1 and 2.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np

from vitviz.errors import ImageError, Phrase
from vitviz.pictures.reading import Plane, Reading
from vitviz.pictures.samples import FilePicture, MissingLibrary, Samples, frame_in

# Of a volume that is unpacked.
MAX_VOLUME_BYTES = 2 * 2**30
# The tag of packed pixels and their kind, in the order of bytes that is theirs alone.
_PIXEL_DATA = b"\xe0\x7f\x10\x00OB"
# Of the axes of a volume, to the right, to the front, up: the one that is cut.
_THROUGH = {Plane.AXIAL: 2, Plane.CORONAL: 1, Plane.SAGITTAL: 0}

_NAMES = {
    Plane.AXIAL: Phrase("axial"),
    Plane.CORONAL: Phrase("coronal"),
    Plane.SAGITTAL: Phrase("sagittal"),
}

CheckSize = Callable[[tuple[int, int]], None]


def read_dicom(
    data: bytes, name: str, reading: Reading, check_size: CheckSize, notes: list[Phrase]
) -> FilePicture:
    """Return a frame of a DICOM in its own units.

    Raises MissingLibrary; ImageError; whatever pydicom raises for damaged bytes.
    """
    try:
        import pydicom
        from pydicom.pixels import apply_modality_lut, pixel_array
        from pydicom.pixels.processing import apply_color_lut
    except ImportError as error:
        raise MissingLibrary("pydicom", "medical") from error
    from vitviz.pictures import dicom_codecs

    dicom_codecs.add_decoders()
    dataset = pydicom.dcmread(io.BytesIO(data))
    if "Rows" not in dataset or "PixelData" not in dataset:
        if not {"FloatPixelData", "DoubleFloatPixelData"} & set(dataset.dir()):
            if _PIXEL_DATA in data:
                # pydicom leaves out packed pixels whose end is missing
                raise EOFError("its pixels are cut off")
            raise ImageError(
                "{name} is a DICOM file without a picture. Open one of its series that "
                "has pixels.",
                name=name,
            )
    check_size((int(dataset.Columns), int(dataset.Rows)))
    num_frames = int(dataset.get("NumberOfFrames") or 1)
    frame = frame_in(reading, num_frames, name)
    try:
        values = pixel_array(dataset, index=frame)
    except (RuntimeError, NotImplementedError) as error:
        if "missing" not in str(error) and "no available" not in str(error).lower():
            raise
        uid = dataset.file_meta.TransferSyntaxUID
        if uid in dicom_codecs.DECODER_DEPENDENCIES:
            raise MissingLibrary("imagecodecs", "formats") from error
        raise ImageError(
            "{name} is packed as {syntax}, which nothing that is installed unpacks. "
            "Save it unpacked, as with dcmdjpeg or gdcmconv --raw.",
            name=name,
            syntax=uid.name,
        ) from error
    meaning = str(dataset.get("PhotometricInterpretation", "MONOCHROME2"))
    if meaning == "PALETTE COLOR":
        colours = apply_color_lut(values, dataset)
        return FilePicture(_colour(colours), num_frames=num_frames)
    if values.ndim == 3:
        # pydicom has made red, green and blue of other colours
        return FilePicture(_colour(values), num_frames=num_frames)
    numbers = np.asarray(apply_modality_lut(values, dataset))[..., None]
    if numbers.dtype.kind == "f" and (numbers == np.rint(numbers)).all():
        # a slope of 1 makes fractions of whole numbers; as such they are exact
        if np.abs(numbers).max(initial=0) < 2**31:
            numbers = numbers.astype(np.int32)
    samples = Samples(
        numbers,
        float(2 ** int(dataset.get("BitsStored", 16)) - 1),
        no_data=_padding(dataset),
        window=_window(dataset),
        is_inverted=meaning == "MONOCHROME1",
    )
    return FilePicture(samples, num_frames=num_frames)


def _colour(values: Any) -> Samples:  # noqa: ANN401
    """Return red, green and blue; 16 bits of a palette fill their range."""
    return Samples(values[..., :3], float(np.iinfo(values.dtype).max), is_colour=True)


def _padding(dataset: Any) -> float | None:  # noqa: ANN401
    """Return the value of pixels outside of what was scanned, in the file's units."""
    value = dataset.get("PixelPaddingValue")
    if not isinstance(value, int) or "PixelPaddingRangeLimit" in dataset:
        return None
    slope = float(dataset.get("RescaleSlope", 1))
    return value * slope + float(dataset.get("RescaleIntercept", 0))


def _window(dataset: Any) -> tuple[float, float] | None:  # noqa: ANN401
    """Return the values for black and white of the first window that it names.

    The ends are those of PS3.3, C.11.2.1.2.1, by the function that is asked for.
    """

    def first(value: Any) -> float:  # noqa: ANN401
        return float(value[0] if hasattr(value, "__getitem__") else value)

    if "WindowCenter" not in dataset or "WindowWidth" not in dataset:
        return None
    try:
        centre, width = first(dataset.WindowCenter), first(dataset.WindowWidth)
    except (TypeError, ValueError, IndexError):
        return None
    if str(dataset.get("VOILUTFunction", "LINEAR")) == "LINEAR":
        low, high = centre - 0.5 - (width - 1) / 2, centre - 0.5 + (width - 1) / 2
    else:
        low, high = centre - width / 2, centre + width / 2
    return (low, high) if np.isfinite((low, high)).all() and low < high else None


def read_nifti(
    data: bytes, name: str, reading: Reading, check_size: CheckSize, notes: list[Phrase]
) -> FilePicture:
    """Return a slice of a NIfTI volume.

    Raises MissingLibrary; ImageError; whatever nibabel raises for damaged bytes.
    """
    try:
        import nibabel
    except ImportError as error:
        raise MissingLibrary("nibabel", "medical") from error
    if data[:2] == b"\x1f\x8b":
        data = _unpacked(data, name)
    is_second = data[:4] in (b"\x1c\x02\0\0", b"\0\0\x02\x1c")
    kind = nibabel.Nifti2Image if is_second else nibabel.Nifti1Image
    image = kind.from_bytes(data)
    shape = (*image.shape, 1, 1, 1)[: max(3, len(image.shape))]
    num_bytes = np.prod(shape, dtype=float) * image.header.get_data_dtype().itemsize
    if num_bytes > MAX_VOLUME_BYTES or min(shape) < 1:
        raise _too_large(name)
    source = np.asanyarray(image.dataobj.get_unscaled()).reshape(shape)
    if source.dtype.names:  # red, green, blue as one value
        source = np.stack([source[n] for n in source.dtype.names[:3]], -1)
        source = source.reshape(*shape[:3], -1)
        volume, is_colour = source[..., :3], True
    else:
        # what follows three axes is time, of which the first is shown
        volume, is_colour = source.reshape(*shape[:3], -1)[..., :1], False
    turned = nibabel.orientations.apply_orientation(
        volume, nibabel.io_orientation(image.affine)
    )
    through = _THROUGH[reading.plane]
    count = turned.shape[through]
    frame = frame_in(reading, count, name, first=count // 2)
    # the two other axes, in their order: across, up
    cut = np.take(turned, frame, axis=through)  # (across, up, bands)
    values = np.ascontiguousarray(cut.transpose(1, 0, 2)[::-1])
    check_size((values.shape[1], values.shape[0]))
    slope, intercept = image.dataobj.slope, image.dataobj.inter
    if (slope, intercept) != (1, 0) and not is_colour:
        values = values * float(slope) + float(intercept)
    said = {"frame": frame, "count": count, "plane": _NAMES[reading.plane]}
    notes.append(Phrase("Slice {frame} of {count}, {plane}, counted from 0.", said))
    highest = 255.0 if values.dtype == np.uint8 else 0.0
    samples = Samples(values, highest, is_colour=is_colour)
    return FilePicture(samples, num_frames=count, has_planes=True)


def _unpacked(data: bytes, name: str) -> bytes:
    """Return what a .nii.gz holds. Raises ImageError for one that is too large."""
    unpacker = zlib.decompressobj(31)
    made = unpacker.decompress(data, MAX_VOLUME_BYTES + 4096)
    if len(made) > MAX_VOLUME_BYTES:
        raise _too_large(name)
    return made


def _too_large(name: str) -> ImageError:
    return ImageError(
        "{name} is a volume of more than {limit} GB. Save a part of it.",
        name=name,
        limit=MAX_VOLUME_BYTES // 2**30,
    )
