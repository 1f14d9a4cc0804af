"""What is read out of a number as people type it."""

from __future__ import annotations

import pytest

from dashboard.shared.numbers import NumberError, read_number, read_seed


@pytest.mark.parametrize(
    ("text", "value"),
    [("152.43", 152.43), ("152,43", 152.43), (" −0,5 ", -0.5), ("-.5", -0.5), ("0,225", 0.225), ("0.225", 0.225),
     ("1.234", 1.234),
     ("1 234.5", 1234.5), ("1 234", 1234), ("1,234.5", 1234.5), ("1.234,5", 1234.5), ("1,234,567", 1234567),
     ("1.234.567", 1234567),
     ("1e-3", 1e-3), ("1,5E2", 150), ("+7", 7), ("715", 715), ("1234,567", 1234.567), ("12'345,6", 12345.6)],
)  # fmt: skip
def test_a_number_is_read_as_it_was_meant(text: str, value: float) -> None:
    assert read_number(text) == value


def test_a_comma_that_could_mean_either_is_asked_about() -> None:
    with pytest.raises(NumberError, match=r"1234 or 1\.234"):
        read_number("1,234")


@pytest.mark.parametrize(
    "text",
    ["", "x", "1,2,3", "1.2.3", "1,23,456", "--1", "1e", "1e999", "nan", "inf", "٣", "9" * 99, "1,234.567,8", "3 x", "13 %"],
)
def test_what_is_no_number_gets_one_sentence(text: str) -> None:
    with pytest.raises(NumberError, match=r"^[^.]+(\. Type digits only, as 2\.75 or 2,75)?\.$"):
        read_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "13,5 %",
        "13.5%",
        "13,5\N{THIN SPACE}%",
        "13.5\N{NARROW NO-BREAK SPACE}%",
        " 13,5\N{NO-BREAK SPACE}% ",
        "13.5 per cent",
        "13.5",
    ],
)
def test_where_a_share_is_asked_for_its_sign_may_follow(text: str) -> None:
    assert read_number(text, share=True) == 13.5
    if text != "13.5":
        with pytest.raises(NumberError, match=r"^[^.]*without the sign for per cent\.$"):
            read_number(text)


def test_a_whole_number_with_a_single_mark_before_three_digits_is_asked_about() -> None:
    for text in ("50.000", "50,000"):
        with pytest.raises(NumberError, match="50000 or 50"):
            read_number(text, whole=True)
    assert read_number("1.000.000", whole=True) == 1_000_000


@pytest.mark.parametrize("text", ["", "  ", "-1", "1.5", "1,5", "10"])
def test_what_is_no_seed_gets_one_sentence(text: str) -> None:
    with pytest.raises(NumberError, match=r"^The seed must be a whole number from 0 to 9\.$"):
        read_seed(text, 9)
    assert read_seed(" 9 ", 9) == 9
