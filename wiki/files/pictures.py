"""Pictures, made anew from their pixels: whatever else was in the file is dropped."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageOps, UnidentifiedImageError

from wiki.kernel.errors import Refused
from wiki.kernel.languages import _

LARGEST_FILE = 10 * 1024 * 1024
MOST_PIXELS = 25_000_000
#: What we read, and what we write it as.
FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "GIF": "image/gif", "WEBP": "image/webp"}


@dataclass(frozen=True, slots=True)
class Picture:
    content: bytes
    media_type: str
    width: int
    height: int


def remade(content: bytes) -> Picture:
    """The picture as we show it. Refused when it is too large, damaged, or no picture of a kind we
    know.
    """
    if len(content) > LARGEST_FILE:
        raise Refused(_("A file may be at most 10 MB. A smaller picture usually does as well."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=tuple(FORMATS)) as found:
                if found.width * found.height > MOST_PIXELS:
                    raise Refused(
                        _("This picture has more than 25 million dots. Please make it smaller.")
                    )
                return encoded(found)
    except (
        UnidentifiedImageError,
        OSError,
        SyntaxError,
        ValueError,
        Image.DecompressionBombError,
    ) as error:
        raise Refused(_("This is not a picture we can show: PNG, JPEG, GIF or WebP.")) from error


def encoded(found: Image.Image) -> Picture:
    kind = found.format or "PNG"
    moves = getattr(found, "n_frames", 1) > 1
    written = BytesIO()
    if moves:
        found.save(written, kind, save_all=True)
        return Picture(written.getvalue(), FORMATS[kind], found.width, found.height)
    upright = ImageOps.exif_transpose(found) or found
    if kind == "JPEG":
        upright = upright.convert("RGB")
        upright.save(written, kind, quality=88, optimize=True)
    else:
        clean = Image.frombytes(upright.mode, upright.size, upright.tobytes())
        if upright.mode == "P" and (palette := upright.getpalette()):
            clean.putpalette(palette)
        if "transparency" in upright.info:
            clean.info["transparency"] = upright.info["transparency"]
        clean.save(
            written,
            kind,
            **(
                {"transparency": clean.info["transparency"]} if "transparency" in clean.info else {}
            ),
        )
    return Picture(written.getvalue(), FORMATS[kind], upright.width, upright.height)
