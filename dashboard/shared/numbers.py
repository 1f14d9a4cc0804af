"""Numbers that visitors type, with a decimal point or a decimal comma. What could be read in two ways gets a sentence."""

from __future__ import annotations

import math
import re

_LONGEST = 40
_MINUS = str.maketrans({"−": "-", "–": "-"})
_SPACES = re.compile(r"[\s'’]")
_UNIT = re.compile(r"\s*(nats?|bits?)\s*$", re.IGNORECASE)
_PER_CENT = re.compile(r"\s*(%|per\s?cent)\s*$", re.IGNORECASE)
_PLAIN = re.compile(r"[+-]?(\d+[.,]?\d*|[.,]\d+)(e[+-]?\d{1,3})?", re.ASCII | re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(?P<mark>[.,])\d{3}((?P=mark)\d{3})*(?!(?P=mark))([.,]\d*)?", re.ASCII)
_UNCLEAR = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_UNCLEAR_WHOLE = re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}", re.ASCII)


class NumberError(Exception):
    """A text that is no number, or could be two; the message is for the visitor."""


def read_number(text: str, whole: bool = False, share: bool = False) -> float:
    """The number that a text says: 152.43, 152,43, −0,5, 1 234.5, 1,234.5 or 1e-3. Raises NumberError, one sentence.

    A single comma before three digits may stand for thousands or for decimals, so it is asked which; so may a single
    point where a `whole` number is expected. Where a `share` in per cent is, its sign may follow: 13.5 % is 13.5.
    """
    if _PER_CENT.search(text):
        if not share:
            raise NumberError("A number that is no share is asked for here: type it without the sign for per cent.")
        text = _PER_CENT.sub("", text)
    given = _SPACES.sub("", _UNIT.sub("", text)).translate(_MINUS)
    if len(given) > _LONGEST:
        raise NumberError("This text is too long to be a number.")
    if _UNCLEAR.fullmatch(given):
        either, other = given.replace(",", ""), given.replace(",", ".")
        raise NumberError(f"“{given}” could be {either} or {other}: please type the one you mean.")
    if whole and _UNCLEAR_WHOLE.fullmatch(given):
        raise NumberError(f"“{given}” could be {given.replace('.', '')} or {float(given):g}: please type the one you mean.")
    if _PLAIN.fullmatch(given):
        return _finite(given.replace(",", "."))
    if match := _GROUPED.fullmatch(given):
        return _finite(given.replace(match["mark"], "").replace(",", "."))
    # The example is no answer to a task of the worksheet, which reads its fields by this, too; a test sees to it.
    raise NumberError(f"This is no number. Type digits only, as {'40' if whole else '2.75 or 2,75'}.")


def read_two(text: str) -> tuple[float, float]:
    """The two numbers that a text says, with a semicolon between them. Raises NumberError, one sentence."""
    parts = text.split(";")
    if len(parts) != 2 or not all(part.strip() for part in parts):
        raise NumberError("Two numbers are asked for: type both, with a semicolon between them, as 2.75; −0.25.")
    return read_number(parts[0]), read_number(parts[1])


def read_seed(text: str, most: int) -> int:
    """The seed that a text says, a whole number from 0 to `most`. Raises NumberError, one sentence."""
    value = read_number(text, whole=True) if text.strip() else math.nan
    if not (0 <= value <= most and value.is_integer()):
        raise NumberError(f"The seed must be a whole number from 0 to {most:,}.")
    return int(value)


def _finite(text: str) -> float:
    value = float(text)
    if abs(value) > 1e300:
        raise NumberError("This number is too large.")
    return value
