"""Which models stand side by side on Explore, and what a visitor is told where it cannot be as asked."""

from __future__ import annotations

from dashboard.shared.model_choice import Choice, offered, side_by_side

VAE, AE = Choice("vae", "vae", "Bundled", "vae", "mnist"), Choice("ae", "ae", "Bundled", "ae", "mnist")
SMALL = Choice("small", "small", "Bundled", "vae", "mnist")
CLOTHES, CLOTHES_AE = (Choice(f"run:{kind}", f"Clothes {kind}", "Your runs", kind, "fashion") for kind in ("vae", "ae"))
MINE = Choice("run:mine", "Mine", "Your runs", "vae", "/somewhere/mine.npz")
ALL = (VAE, SMALL, AE, CLOTHES, CLOTHES_AE, MINE)


def test_nothing_asked_gives_the_first_of_each_kind() -> None:
    assert side_by_side(ALL).names == ("vae", "ae")
    assert side_by_side(ALL, [""]) == side_by_side(ALL)
    assert side_by_side(()).names == ()


def test_what_is_asked_is_shown_in_the_order_of_the_maps() -> None:
    assert side_by_side(ALL, ["ae", "small"]).names == ("small", "ae")
    assert side_by_side(ALL, ["run:vae"]).names == ("run:vae", "run:ae")


def test_maps_side_by_side_never_show_different_images() -> None:
    for asked in ([one.name, other.name] for one in ALL for other in ALL):
        for lead in ["", *asked]:
            pair = side_by_side(ALL, asked, lead)
            assert len({one.data for one in pair.shown}) == 1
            assert (lead or asked[0]) in pair.names


def test_the_other_map_changes_to_a_model_of_the_same_images_and_says_so() -> None:
    pair = side_by_side(ALL, ["run:vae", "ae"], "run:vae")
    assert pair.names == ("run:vae", "run:ae")
    assert "“ae” was trained on MNIST: “Clothes ae” stands beside “Clothes vae” instead" in pair.notice
    assert side_by_side(ALL, ["run:vae", "ae"], "ae").names == ("vae", "ae")


def test_a_model_without_a_partner_stands_alone_and_says_so() -> None:
    pair = side_by_side(ALL, ["run:mine", "ae"])
    assert pair.names == ("run:mine",)
    assert "no autoencoder of mine.npz here, so “Mine” stands alone" in pair.notice
    assert "/somewhere" not in pair.notice
    assert side_by_side(ALL, ["run:mine"]).notice == ""


def test_a_name_that_is_gone_falls_back_and_says_so() -> None:
    pair = side_by_side(ALL, ["run:gone" + "x" * 100_000, "ae"])
    assert pair.names == ("vae", "ae")
    assert "run:gone" in pair.notice
    assert len(pair.notice) < 200


def test_the_same_images_at_another_size_are_others() -> None:
    mine = [Choice(f"run:{side}", f"Mine {side}", "Your runs", "vae", f"/data/mine.npz{side}") for side in ("", "?side=16")]
    pair = side_by_side(mine, ["run:", "run:?side=16"])
    assert pair.names == ("run:",)
    assert "“Mine ?side=16” was trained on mine.npz (16 × 16). There is no autoencoder of mine.npz here" in pair.notice


def test_two_vaes_of_the_same_images_stand_side_by_side_in_the_order_asked() -> None:
    assert side_by_side(ALL, ["vae", "small"]).names == ("vae", "small")
    assert side_by_side(ALL, ["small", "vae"], "vae").names == ("small", "vae")
    assert side_by_side(ALL, ["small", "run:gone", "vae"]).names == ("small", "vae")
    pair = side_by_side(ALL, ["vae", "run:vae"], "run:vae")
    assert pair.names == ("run:vae", "run:ae")
    assert "“vae” was trained on MNIST: “Clothes ae” stands beside “Clothes vae” instead" in pair.notice


def test_the_first_map_offers_vaes_and_the_second_autoencoders_and_vaes_under_their_own_headings() -> None:
    vaes, autoencoders = ["vae", "small", "run:vae", "run:mine"], ["ae", "run:ae"]
    for asked in (["vae", "ae"], ["vae", "small"]):
        first, second = offered(ALL, side_by_side(ALL, asked).shown)
        assert [one.name for one in first] == vaes
        assert [one.name for one in second] == autoencoders + vaes
        headings = {one.group: {other.kind for other in second if other.group == one.group} for one in second}
        assert all(len(kinds) == 1 for kinds in headings.values())
        for name in (one.name for one in second):
            assert name in side_by_side(ALL, [asked[0], name], name).names, "what is chosen is shown"
    assert [[one.name for one in names] for names in offered(ALL, (MINE,))] == [vaes]
