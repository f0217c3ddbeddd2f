"""Conversion of decoded pictures to sRGB, by what their files say of their colours.

    mode of Pillow's ── values and transparency ──► R, G, B or grey
    FileColours ── a profile ──► lcms2 ──► sRGB ──► on white

Whether anything is to be converted is judged by what a profile does to colours, never
by its name: where sixteen steps of each colour come out as they went in, pixels stay as
they are. Conversion is relative colorimetric with black-point compensation, as Adobe's
and GIMP's default is: whites stay white, and only colours that sRGB lacks change their
relation to others. Colours without a profile (gAMA, cHRM, cICP, nclx) are converted by
a profile that is made for them (ICC.1:2022, sections 8.3 and 10.18).

A gamma within 5 % of 1/2.2 counts as the curve of sRGB, as in libpng: programmes write
0.45455 for sRGB.
"""

from __future__ import annotations

import functools
import io
import struct
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import PIL.Image
import PIL.ImageCms

from vitviz.errors import Phrase
from vitviz.pictures.colour_tags import (
    CODED_PRIMARIES,
    SRGB_PRIMARIES,
    CodedColours,
    FileColours,
    Primaries,
)
from vitviz.pictures.samples import NO_DATA
from vitviz.system.printable import printable

Curve = npt.NDArray[np.float64]

# Of a colour that counts as unchanged, in steps of 1/255.
_MOST_ROUNDING = 1
_SRGB_GAMMA = 1 / 2.2
_GAMMA_TOLERANCE = 0.05
_MAX_NAME_CHARS = 40
# ICC.1, bytes 16 to 19 of a header, and the modes of Pillow's that fit.
_SPACES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}
# Transfer functions of H.273 that stand for sRGB's on a screen: video's, and its own.
_AS_SRGB = {1, 6, 13, 14, 15}
_POWERS = {4: 2.2, 5: 2.8, 8: 1.0, 17: 2.6}
_PQ, _HLG = 16, 18
# Light of paper white on a screen of high dynamic range, in cd/m² (BT.2408).
_PAPER_WHITE = 203

_ERRORS = (PIL.ImageCms.PyCMSError, OSError, ValueError)


def to_srgb(
    picture: PIL.Image.Image, colours: FileColours, notes: list[Phrase]
) -> PIL.Image.Image:
    """Return an 8-bit picture of any mode as sRGB on white, mode RGB.

    notes : gets a sentence for each thing that was changed, or left out.
    """
    if picture.mode == "LAB":
        lab = PIL.ImageCms.ImageCmsProfile(PIL.ImageCms.createProfile("LAB"))
        return _transformed(picture, lab)
    picture, alpha = _without_alpha(picture)
    made = _converted(picture, colours, notes).convert("RGB")
    if alpha is None or alpha.getextrema() == (255, 255):
        return made
    if NO_DATA not in notes:
        notes.append(Phrase("Transparent parts shown on white."))
    made.putalpha(alpha)
    white = PIL.Image.new("RGBA", made.size, "white")
    return PIL.Image.alpha_composite(white, made).convert("RGB")


def _without_alpha(
    picture: PIL.Image.Image,
) -> tuple[PIL.Image.Image, PIL.Image.Image | None]:
    """Return the picture as L, RGB or CMYK, and its transparency."""
    mode = picture.mode
    if mode in {"La", "RGBa"}:
        picture = picture.convert({"La": "LA", "RGBa": "RGBA"}[mode])
    if picture.has_transparency_data:
        whole = picture.convert("RGBA")
        is_grey = mode in {"1", "L", "LA", "La"}
        colour = whole.getchannel("R") if is_grey else whole.convert("RGB")
        return colour, whole.getchannel("A")
    if mode in {"1", "LA", "La"}:
        return picture.convert("L"), None
    if mode in {"L", "CMYK", "RGB"}:
        return picture, None
    return picture.convert("RGB"), None


def _converted(
    picture: PIL.Image.Image, colours: FileColours, notes: list[Phrase]
) -> PIL.Image.Image:
    """Return L, RGB or CMYK converted to sRGB by the first that the file says."""
    if colours.coded is not None and (found := _of_codes(colours.coded)):
        profile, note = found
        return _noted(picture, profile, note, notes)
    if colours.is_icc_damaged:
        notes.append(Phrase("Its colour profile is damaged and was left out."))
    elif colours.icc is not None:
        return _by_icc(picture, colours.icc, notes)
    if colours.gamma is None and colours.primaries is None:
        return picture
    gamma = colours.gamma or _SRGB_GAMMA
    made = _made_profile(colours.primaries or SRGB_PRIMARIES, _power(gamma))
    if made is None:
        notes.append(Phrase("The primaries it names are no colours; left out."))
        return picture
    values = {"gamma": f"{gamma:.4g}"}
    note = Phrase("Gamma of {gamma} converted to sRGB.", values)
    if colours.primaries is not None:
        note = Phrase("Primaries and gamma of {gamma} converted to sRGB.", values)
    return _noted(picture, made, note, notes)


def _by_icc(
    picture: PIL.Image.Image, icc: bytes, notes: list[Phrase]
) -> PIL.Image.Image:
    """Return the picture converted by its profile, if that is whole and fits."""
    try:
        profile = PIL.ImageCms.ImageCmsProfile(io.BytesIO(icc))
        space = profile.profile.xcolor_space.strip()
        fits = _SPACES.get(space) == picture.mode
        # red, green and blue of a grey are equal
        if not fits and not (space == "RGB" and picture.mode == "L"):
            notes.append(
                Phrase(
                    "Its colour profile is for {space} and not for {mode}; left out.",
                    {"space": printable(space), "mode": picture.mode},
                )
            )
            return picture
        name = printable(profile.profile.profile_description or space)
        name = name.strip()[:_MAX_NAME_CHARS]
        note = Phrase("Colour profile “{name}” converted to sRGB.", {"name": name})
        return _noted(picture, profile, note, notes)
    except _ERRORS:
        notes.append(Phrase("Its colour profile is damaged and was left out."))
        return picture


def _noted(
    picture: PIL.Image.Image,
    profile: PIL.ImageCms.ImageCmsProfile,
    note: Phrase,
    notes: list[Phrase],
) -> PIL.Image.Image:
    """Return the picture by `profile`; the note is added where that changes colours."""
    if picture.mode == "L":
        tables = _grey_tables(profile)
        change = tables - np.arange(256)  # (3, 256)
        if np.abs(change).max() <= _MOST_ROUNDING:
            return picture
        notes.append(note)
        return PIL.Image.merge("RGB", [picture.point(list(table)) for table in tables])
    if picture.mode == "CMYK" and profile.profile.xcolor_space.strip() != "CMYK":
        picture = picture.convert("RGB")
    if picture.mode == "RGB" and _leaves(profile):
        return picture
    made = _transformed(picture, profile)
    notes.append(note)
    return made


def _transformed(
    picture: PIL.Image.Image,
    profile: PIL.ImageCms.ImageCmsProfile,
    flags: PIL.ImageCms.Flags = PIL.ImageCms.Flags.NONE,
) -> PIL.Image.Image:
    made = PIL.ImageCms.profileToProfile(
        picture,
        profile,
        PIL.ImageCms.createProfile("sRGB"),
        PIL.ImageCms.Intent.RELATIVE_COLORIMETRIC,
        "RGB",
        flags=PIL.ImageCms.Flags.BLACKPOINTCOMPENSATION | flags,
    )
    assert made is not None
    return made


def _leaves(profile: PIL.ImageCms.ImageCmsProfile) -> bool:
    """Return whether a profile's colours are those of sRGB, by 4,096 of them."""
    cube = _cube()
    made = np.asarray(_transformed(cube, profile), np.int16)
    difference = np.abs(made - np.asarray(cube, np.int16))
    return int(difference.max()) <= _MOST_ROUNDING


@functools.cache
def _cube() -> PIL.Image.Image:
    """Return sixteen steps of red, green and blue, each with each."""
    steps = np.arange(0, 256, 17, dtype=np.uint8)
    red, green, blue = np.meshgrid(steps, steps, steps, indexing="ij")
    return PIL.Image.fromarray(np.stack((red, green, blue), -1).reshape(64, 64, 3))


def _grey_tables(profile: PIL.ImageCms.ImageCmsProfile) -> npt.NDArray[np.int64]:
    """Return what each of 256 greys becomes, (3, 256) in 0 to 255."""
    ramp = PIL.Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    if profile.profile.xcolor_space.strip() != "GRAY":
        ramp = ramp.convert("RGB")
    # lcms2 would put a coarse table in the place of a grey's curve
    exact = PIL.ImageCms.Flags.NOOPTIMIZE
    made: npt.NDArray[np.int64]
    made = np.asarray(_transformed(ramp, profile, exact), np.int64)[0].T  # (3, 256)
    # a grey stays one; lcms rounds each colour for itself
    if np.ptp(made, axis=0).max() <= 2:
        made = np.repeat(made[1:2], 3, axis=0)
    return made


# -- profiles that are made ------------------------------------------------------------


def _of_codes(
    coded: CodedColours,
) -> tuple[PIL.ImageCms.ImageCmsProfile, Phrase] | None:
    """Return the profile of coded colours and its note; None where they say nothing."""
    name, primaries = CODED_PRIMARIES.get(coded.primaries, ("", SRGB_PRIMARIES))
    light: Callable[[Curve], Curve] = _srgb_light
    transfer = "sRGB"
    if coded.transfer in _POWERS:
        power = _POWERS[coded.transfer]
        light, transfer = _power(1 / power, exact=True), f"{power:g}"
    elif coded.transfer == _PQ:
        light, transfer = _pq_light, "PQ"
    elif coded.transfer == _HLG:
        light, transfer = _hlg_light, "HLG"
    elif coded.transfer not in _AS_SRGB and not name:
        return None
    profile = _made_profile(primaries, light)
    assert profile is not None
    values = {"primaries": name or "BT.709", "transfer": transfer}
    if coded.transfer in {_PQ, _HLG}:
        note = "{primaries} {transfer} converted to sRGB; brighter than white is cut."
        return profile, Phrase(note, values)
    return profile, Phrase("{primaries}, gamma {transfer}, converted to sRGB.", values)


def _power(gamma: float, *, exact: bool = False) -> Callable[[Curve], Curve]:
    """Return the function from values to light for an exponent of a file."""
    is_srgb = abs(gamma / _SRGB_GAMMA - 1) <= _GAMMA_TOLERANCE
    if is_srgb and not exact:
        return _srgb_light
    return lambda values: values ** (1 / gamma)


def _srgb_light(values: Curve) -> Curve:
    """IEC 61966-2-1."""
    low, high = values / 12.92, ((values + 0.055) / 1.055) ** 2.4
    return np.where(values <= 0.04045, low, high)


def _pq_light(values: Curve) -> Curve:
    """ITU-R BT.2100, table 4, with 1 for paper white."""
    power = values ** (1 / 78.84375)
    above = np.maximum(power - 0.8359375, 0)
    light = (above / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125)
    return np.minimum(light * 10_000 / _PAPER_WHITE, 1)


def _hlg_light(values: Curve) -> Curve:
    """ITU-R BT.2100, table 5, with 1 for the light of 75 %, paper white."""

    def light(value: Curve) -> Curve:
        a, b, c = 0.17883277, 0.28466892, 0.55991073
        return np.where(value <= 0.5, value**2 / 3, (np.exp((value - c) / a) + b) / 12)

    return np.minimum(light(values) / light(np.array(0.75)), 1)


def _made_profile(
    primaries: Primaries, light: Callable[[Curve], Curve]
) -> PIL.ImageCms.ImageCmsProfile | None:
    """Return a profile of three primaries and a curve; None if they are no colours."""
    matrix = _to_pcs(primaries)
    if matrix is None:
        return None
    curve = np.rint(light(np.linspace(0, 1, 4096)) * 65535).astype(">u2").tobytes()
    tags = {
        b"desc": b"desc" + struct.pack(">II", 0, 2) + b"p\0" + bytes(78),
        b"wtpt": b"XYZ \0\0\0\0" + _fixed((0.9642, 1.0, 0.8249)),
        b"rTRC": b"curv" + struct.pack(">II", 0, 4096) + curve,
    }
    for name, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), matrix.T):
        tags[name] = b"XYZ \0\0\0\0" + _fixed(column)
    names = [*tags, b"gTRC", b"bTRC"]  # these are the same bytes as red's
    place, table, body = 128 + 4 + 12 * len(names), b"", b""
    places = {}
    for name, content in tags.items():
        places[name] = place + len(body), len(content)
        body += content + bytes(-len(content) % 4)
    places |= dict.fromkeys((b"gTRC", b"bTRC"), places[b"rTRC"])
    for name in names:
        table += name + struct.pack(">II", *places[name])
    content = struct.pack(">I", len(names)) + table + body
    head = struct.pack(
        ">I4sI4s4s4s12s4s4s4s4s4s8sI12s4s",
        *(128 + len(content), b"lcms", 0x02400000, b"mntr", b"RGB ", b"XYZ "),
        *(bytes(12), b"acsp", bytes(4), bytes(4), bytes(4), bytes(4), bytes(8), 1),
        *(_fixed((0.9642, 1.0, 0.8249)), bytes(4)),
    )
    whole = head + bytes(128 - len(head)) + content
    return PIL.ImageCms.ImageCmsProfile(io.BytesIO(whole))


def _fixed(numbers: npt.ArrayLike) -> bytes:
    """Return numbers as ICC's s15Fixed16Number."""
    whole: npt.NDArray[np.int32] = np.rint(np.asarray(numbers) * 65536).astype(">i4")
    return whole.tobytes()


def _to_pcs(primaries: Primaries) -> npt.NDArray[np.float64] | None:
    """Return the matrix from light to XYZ under D50, (3, 3); None if there is none.

    White is adapted by Bradford's matrix, ICC.1:2022, annex E.
    """
    places = np.array(primaries, float)  # red, green, blue, white × x, y
    if not np.isfinite(places).all() or (np.abs(places) > 4).any():
        return None
    if (np.abs(places[:, 1]) < 1e-3).any():
        return None
    x, y = places.T
    xyz = np.stack((x / y, np.ones(4), (1 - x - y) / y))  # (3, 4)
    ends, white = xyz[:, :3], xyz[:, 3]
    if abs(np.linalg.det(ends)) < 1e-3:
        return None
    matrix = ends * np.linalg.solve(ends, white)
    bradford = np.array(
        [
            [0.8951, 0.2664, -0.1614],
            [-0.7502, 1.7135, 0.0367],
            [0.0389, -0.0685, 1.0296],
        ]
    )
    cones, wanted = bradford @ white, bradford @ np.array((0.9642, 1.0, 0.8249))
    if (np.abs(cones) < 1e-3).any():
        return None
    adapted: npt.NDArray[np.float64] = (
        np.linalg.inv(bradford) @ np.diag(wanted / cones) @ bradford @ matrix
    )
    return adapted if np.abs(adapted).max() < 4 else None
