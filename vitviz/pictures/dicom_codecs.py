"""Lossless JPEG and JPEG-LS in DICOM, unpacked by imagecodecs, as a plugin of pydicom.

pydicom's own plugins for them are under the GPL or not on every platform.

DICOM PS3.5, A.4.1 and A.4.3; ITU-T T.81 (process 14) and T.87.
"""

from __future__ import annotations

import importlib.util
from typing import Any

from pydicom.pixels import get_decoder
from pydicom.uid import (
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
)

_LABEL = "imagecodecs"
_LOSSLESS = (JPEGLossless, JPEGLosslessSV1)
# What each needs; pydicom asks for a plugin's under this name.
DECODER_DEPENDENCIES = dict.fromkeys(
    (*_LOSSLESS, JPEGLSLossless, JPEGLSNearLossless), (_LABEL,)
)


def is_available(uid: str) -> bool:
    """Return whether frames of this transfer syntax can be unpacked."""
    return uid in DECODER_DEPENDENCIES and importlib.util.find_spec(_LABEL) is not None


def decode_frame(data: bytes, runner: Any) -> bytes:  # noqa: ANN401
    """Return the numbers of one frame, colours by pixel, in the machine's order.

    runner : pydicom's DecodeRunner, which is told how the numbers lie.
    """
    import imagecodecs

    is_lossless = runner.transfer_syntax in _LOSSLESS
    decode = imagecodecs.jpegsof3_decode if is_lossless else imagecodecs.jpegls_decode
    values = decode(data)
    runner.set_option("planar_configuration", 0)
    runner.set_option("bits_allocated", 8 * values.dtype.itemsize)
    return bytes(values.tobytes())


def add_decoders() -> None:
    """Let pydicom unpack them where imagecodecs is; a second call changes nothing."""
    for uid in filter(is_available, DECODER_DEPENDENCIES):
        decoder = get_decoder(uid)
        if _LABEL not in decoder.available_plugins:
            decoder.add_plugin(_LABEL, (__name__, "decode_frame"))
