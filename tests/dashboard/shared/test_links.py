"""Links to Explore mean the same to Python as to the browser."""

from __future__ import annotations

import base64

import pytest
from support.links import read_by_the_browser

from dashboard.shared.links import End, ExploreLink, LinkError, read, side_of_drawing, state_of, to_explore

DRAWING = bytes((37 * place) % 256 for place in range(98))
_DRAWN = base64.urlsafe_b64encode(DRAWING).decode().rstrip("=")
SIDES = (4, 5, 16, 33, 64)
SIZED = {
    side: bytes(255 for _ in range(side**2 // 8)) + bytes([0xFF00 >> side**2 % 8 & 255] * (side**2 % 8 > 0)) for side in SIDES
}
"""Drawings full of ink for models of images of other sizes."""
GOOD = {
    "": ExploreLink(),
    "mode=inspect&image=38": ExploreLink(mode="inspect", image=38),
    "z=0.5%2C-1.25%3B3%2C4": ExploreLink(z=((0.5, -1.25), (3.0, 4.0))),
    "mode=walk&ends=i28%3Bi29&path=spherical": ExploreLink(mode="walk", ends=(End(image=28), End(image=29)), path="spherical"),
    "ends=p1%3A0.5%2C2%3B": ExploreLink(ends=(End(model=1, z=(0.5, 2.0)), None)),
    "mode=sample&seed=3&from=fitted&unknown=1": ExploreLink(mode="sample"),
    "mode=network&image=3&unit=0d2.37": ExploreLink(mode="network", image=3),
    "image=": ExploreLink(),
    "mode=inspect&image=38&q=best&view=0.5%2C-1.25%2C0.25%3B": ExploreLink(mode="inspect", image=38),
    f"mode=draw&drawing={_DRAWN}": ExploreLink(mode="draw", drawing=DRAWING),
}
BAD = [
    "mode=fly", "mode=move&mode=draw", "z=1%2C2", "z=1%2Cx%3B0%2C0", "z=NaN%2C0%3B0%2C0", "z=1e9%2C0%3B0%2C0", "z=%3B",
    "z=1001%2C0%3B0%2C0", "image=-1", "image=60000", "image=1.5", "ends=i1", "ends=i60000%3B", "ends=q%3Bi1",
    "ends=p2%3A0%2C0%3B", "path=zigzag", f"z={'1' * 3000}", "z=٣%2C٣%3B0%2C0", "drawing=",
    f"drawing={_DRAWN[:-1]}", f"drawing={'A' * 130}B", f"drawing={'A' * 130}%2B", f"drawing={'٣' * 131}",
]  # fmt: skip


def test_a_good_link_says_to_python_what_it_says_to_the_browser() -> None:
    for (link, wanted), there in zip(GOOD.items(), read_by_the_browser(list(GOOD)), strict=True):
        here = read(f"http://localhost:8501/#{link}")
        assert here == wanted, link
        assert there["refused"] == []
        assert (here.mode, here.image, here.path) == (there["mode"], there["selected"], there["path"])
        assert [list(one) for one in here.z] == there["z"]
        ends = [
            None if end is None else {"kind": "image", "index": end.image} if end.image is not None
            else {"kind": "point", "model": end.model, "z": list(end.z)} for end in here.ends
        ]  # fmt: skip
        assert ends == there["ends"]
        assert there["inked"] == (_DRAWN if here.drawing else "")


def test_a_drawing_for_a_model_of_other_images_is_read_and_no_bits_beyond_its_last_pixel() -> None:
    full = {side: base64.urlsafe_b64encode(drawing).decode().rstrip("=") for side, drawing in SIZED.items()}
    links = [f"mode=draw&drawing={text}" for text in full.values()]
    for (side, text), link, there in zip(full.items(), links, read_by_the_browser(links), strict=True):
        drawing = read(f"#{link}").drawing
        assert drawing == SIZED[side]
        assert (side_of_drawing(SIZED[side]), there["inked"], there["refused"]) == (side, text, [])
    spare = base64.urlsafe_b64encode(bytes([255] * 4)).decode().rstrip("=")  # of 5 × 5 pixels, 7 bits too many
    (there,) = read_by_the_browser([f"drawing={spare}"])
    assert there["refused"]
    with pytest.raises(LinkError):
        read(f"#drawing={spare}")


def test_what_the_browser_refuses_python_refuses_in_one_sentence() -> None:
    for link, there in zip(BAD, read_by_the_browser(BAD), strict=True):
        if link != "z=1%2C2":  # one latent is right on a page with one map
            with pytest.raises(LinkError) as refusal:
                read(f"#{link}")
            assert len(str(refusal.value).splitlines()) == 1
        assert there["refused"], link


NO_LINKS = [
    "", "   ", "hello", "http://localhost/", "#mode=move&&", "x" * 5000, "#z=%ff", "?models=a,b,c#",
    "?models=../../etc#", "?models=run:../etc#", "?models=run:#",
    "?models=%3Cscript%3E#mode=move", "http://[#mode=move", "\0#\0",
]  # fmt: skip


@pytest.mark.parametrize("text", NO_LINKS)
def test_a_text_that_is_no_link_gets_one_sentence(text: str) -> None:
    with pytest.raises(LinkError) as refusal:
        read(text)
    assert 10 < len(str(refusal.value)) < 200


def test_models_stand_in_the_query() -> None:
    link = read("http://localhost:8501/?models=vae-mnist,ae-mnist#mode=move")
    assert link.models == ("vae-mnist", "ae-mnist")
    assert read(to_explore("mode=move", ("run:20260101-101500-abc",))).models == ("run:20260101-101500-abc",)


def test_what_is_written_is_read_again_by_both() -> None:
    state = state_of(mode="inspect", z=[(0.1234, -2.0), (13.5, 4)], layers=("points", "posterior"), image=7)
    wanted = ExploreLink(("vae-mnist", "ae-mnist"), "inspect", ((0.1234, -2.0), (13.5, 4.0)), 7)
    assert read(to_explore(state, ("vae-mnist", "ae-mnist"))) == wanted
    (there,) = read_by_the_browser([state])
    assert there["refused"] == []
    assert [name for name, on in there["layers"].items() if on] == ["points", "posterior"]
    assert there["selected"] == 7
