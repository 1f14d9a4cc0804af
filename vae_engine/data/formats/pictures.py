"""Pictures of any size as grey bytes, small as the networks see them. Every limit is checked before a pixel is decoded."""

from __future__ import annotations

import io
from typing import BinaryIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from vae_engine.base.errors import EngineError
from vae_engine.stored.config import SIDE

MAX_BYTES, MAX_SIDE = 5 * 2**20, 4096
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
_BROKEN = (
    UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Warning,
    TypeError, KeyError, IndexError, OverflowError, MemoryError, EOFError, ZeroDivisionError,
)  # fmt: skip


def read(raw: bytes, name: str, side: int = SIDE) -> np.ndarray:
    """A picture file as uint8 [side, side]: upright, grey, alpha over what it shows up on, the whole picture on a square ground.

    Raises EngineError, calling the picture `name`, for anything else.
    """
    return shrink(grey(io.BytesIO(raw), len(raw), name)[None], side)[0]


def grey(stream: BinaryIO, size: int, name: str) -> np.ndarray:
    """A picture file of so many bytes as uint8 [h, w], of several frames the first. Raises as `read` does."""
    if size > MAX_BYTES:
        raise EngineError(f"{name} is larger than {MAX_BYTES >> 20} MiB.")
    try:
        with Image.open(stream, formats=FORMATS) as picture:
            if max(picture.size) > MAX_SIDE:
                raise EngineError(f"{name} is larger than {MAX_SIDE} × {MAX_SIDE} pixels.")
            picture.load()
            return np.asarray(_grey(ImageOps.exif_transpose(picture)))
    except _BROKEN:
        raise EngineError(f"{name} is not a readable picture ({', '.join(FORMATS)}).") from None


def shrink(images: np.ndarray, side: int) -> np.ndarray:
    """Grey images uint8 [n, h, w] as uint8 [n, side, side]; those of that size as they are."""
    if images.shape[1:] == (side, side):
        return images
    return np.stack([_small(Image.fromarray(image), side) for image in images])


def _grey(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        # Pillow would cut 16 bits off at 255.
        return Image.fromarray((np.clip(np.asarray(picture, np.float64), 0, 65535) / 257).round().astype(np.uint8))
    if picture.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
        ink = np.asarray(picture.convert("RGBA").convert("LA"))
        return Image.fromarray(grounded(ink[None, ..., 0], ink[None, ..., 1])[0])
    return picture.convert("L")


def grounded(ink: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Grey images [n, h, w] with their alpha, over white; over black where all that is seen of one is light."""
    seen = np.where(alpha > 25, ink, 255).min((1, 2)) >= 128
    ground = np.where(seen & (alpha.max((1, 2)) > 25), 0, 255)[:, None, None]
    share = alpha.astype(np.float32) / 255
    return np.rint(ink * share + ground * (1 - share)).astype(np.uint8)


def _small(picture: Image.Image, side: int) -> np.ndarray:
    """The picture within a square of the colour of its edges, made small by averaging, or large."""
    if picture.width != picture.height:
        pixels = np.asarray(picture)
        edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        longest = max(picture.size)
        picture = ImageOps.pad(picture, (longest, longest), color=int(np.median(edges)))
    return np.asarray(picture.resize((side, side), Image.Resampling.BOX if picture.width >= side else Image.Resampling.BICUBIC))
