"""What is found by looking at few pixels is what looking at all of them finds."""

from __future__ import annotations

import io

import numpy as np

from vae_engine.data import pixels
from vae_engine.data.formats.arrays import streamed


def test_images_of_one_tone_are_those_whose_every_pixel_is_the_same() -> None:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 2, (300, 28, 28), np.uint8) * 255
    images[::7] = rng.integers(0, 256, (43, 1, 1), np.uint8)
    images[::21, rng.integers(28), rng.integers(28)] ^= 1  # of one tone but for one pixel
    images[5:20, 10:18] = 9  # of one tone in the middle alone
    whole = [i for i, image in enumerate(images) if image.min() == image.max()]
    assert pixels.of_one_tone(images).tolist() == whole
    assert 0 < len(whole) < 43
    assert pixels.of_one_tone(images[:, :, ::-1]).tolist() == whole
    assert pixels.of_one_tone(images[:0]).tolist() == []


def test_bytes_that_have_filled_their_range_need_no_further_look() -> None:
    seen = pixels.Values()
    for block in (np.array([0, 255], np.uint8), np.array([7], np.uint8)):
        seen.see(block)
    assert (seen.low, seen.high, seen.are_bytes) == (0, 255, True)
    seen.see(np.array([-1.5, 300.0]))
    assert (seen.low, seen.high, seen.are_bytes) == (-1.5, 300.0, False)


def test_an_array_of_many_blocks_is_whole_though_each_block_lasts_until_the_next() -> None:
    array = np.random.default_rng(0).integers(0, 2**31, (3000, 28, 28)).astype(">i4")
    read = streamed(lambda: io.BytesIO(array.tobytes()), array.shape, array.dtype)
    assert sum(1 for _ in read.blocks()) > 5
    assert np.array_equal(read.whole(), array)
