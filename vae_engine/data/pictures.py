"""Pictures of any size as the 28 × 28 grey bytes that the networks see. Every limit is checked before a pixel is decoded."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from vae_engine.base.errors import EngineError

SIDE = 28
MAX_BYTES, MAX_SIDE = 5 * 2**20, 4096
FORMATS = ("PNG", "JPEG")
_BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning)


def read(raw: bytes, name: str) -> np.ndarray:
    """A PNG or JPEG file as uint8 [28, 28]: upright, alpha over white, grey, the whole picture on a square ground.

    Raises EngineError, calling the picture `name`, for anything else.
    """
    if len(raw) > MAX_BYTES:
        raise EngineError(f"{name} is larger than {MAX_BYTES >> 20} MiB.")
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as picture:
            if max(picture.size) > MAX_SIDE:
                raise EngineError(f"{name} is larger than {MAX_SIDE} × {MAX_SIDE} pixels.")
            picture.load()
            return _small(_grey(ImageOps.exif_transpose(picture)))
    except _BROKEN:
        raise EngineError(f"{name} is not a readable PNG or JPEG picture.") from None


def shrink(images: np.ndarray) -> np.ndarray:
    """Grey images uint8 [n, h, w] as uint8 [n, 28, 28]."""
    if images.shape[1:] == (SIDE, SIDE):
        return images
    return np.stack([_small(Image.fromarray(image)) for image in images])


def _grey(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I") or picture.mode == "F":
        # Pillow would cut 16 bits off at 255.
        return Image.fromarray((np.clip(np.asarray(picture, np.float64), 0, 65535) / 257).round().astype(np.uint8))
    if picture.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, "white")
        picture = Image.alpha_composite(ground, picture)
    return picture.convert("L")


def _small(picture: Image.Image) -> np.ndarray:
    """The picture within a square of the colour of its edges, made small by averaging."""
    if picture.width != picture.height:
        pixels = np.asarray(picture)
        edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        side = max(picture.size)
        picture = ImageOps.pad(picture, (side, side), color=int(np.median(edges)))
    return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BOX if picture.width >= SIDE else Image.Resampling.BICUBIC))
