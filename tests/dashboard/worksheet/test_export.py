"""What can be printed and handed in of the worksheet."""

from __future__ import annotations

import base64
import io
import json
from html.parser import HTMLParser

import pytest
from PIL import Image
from support.questions import by_name, given

from dashboard.stock.material import Material
from dashboard.worksheet import TASKS
from dashboard.worksheet.export import blank_entry, entry, model_entry, shown, to_html, to_json, to_markdown
from dashboard.worksheet.page import answer_of
from dashboard.worksheet.pictures import pictures_asked_about

pytestmark = pytest.mark.usefixtures("own_run")


class _Page(HTMLParser):
    """The text and the addresses of a page, and whether its tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.addresses: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self.addresses += [value or "" for key, value in attributes if key in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def read_page(text: str) -> _Page:
    page = _Page()
    page.feed(text)
    page.close()
    assert page.open == []
    return page


def test_a_students_sheet_holds_answers_words_and_pictures_and_nothing_from_elsewhere(subject: Material) -> None:
    words = "I think <b>q</b> & p\n$x$ # *differ* </section><script>alert(1)</script>"
    entries = [entry(task, subject, given(task) if i % 2 else None, words) for i, task in enumerate(TASKS)]
    page = read_page(to_html("Sheet of <Ann>", ["A note."], entries))
    text = "".join(page.text)
    assert words in text
    assert "Sheet of <Ann>" in text
    assert text.count("✓ Right.") == len(TASKS) // 2
    silent = to_html("Sheet", [], [entry(task, subject, given(task), " ") for task in TASKS])
    assert (
        silent.count("◐ Right, words missing.")
        == sum(task.asks_words for task in TASKS)
        == silent.count("<section>") - silent.count("✓ Right.")
    )
    for task in TASKS:
        assert task.title in text
        assert task.text(subject) in text
    assert page.addresses
    for address in page.addresses:
        kind, _, packed = address.partition(",")
        assert kind == "data:image/png;base64"
        Image.open(io.BytesIO(base64.b64decode(packed))).verify()
    markdown = to_markdown("Sheet of <Ann>", ["A note."], entries)
    assert markdown.count("](data:image/png;base64,") == len(page.addresses)
    assert "\\<script\\>" in markdown
    assert "<script>" not in markdown


def test_the_teachers_version_holds_what_is_worked_out(subject: Material) -> None:
    entries = [model_entry(task, subject, answer_of(task.name)) for task in TASKS]
    page = read_page(to_html("Teacher's version", [], entries))
    text = "".join(page.text)
    for task in TASKS:
        assert answer_of(task.name).text in text
        assert answer_of(task.name).because in text
        assert "your" not in answer_of(task.name).text.lower(), "a teacher reads it, who drew nothing"
        assert task.hint in text
    assert len(page.addresses) >= 20
    assert to_markdown("Teacher's version", [], entries).count("**Model answer.**") == len(TASKS)


@pytest.mark.parametrize(
    ("name", "given", "wanted"),
    [
        ("between", "#mode=move&z=-0.0001%2C0.7369%3B0%2C0", "z = (0.00, 0.74) on the VAE's map"),
        ("walk", "#mode=walk&ends=i59%3Bi60", "test image 59 to test image 60"),
        ("two-modes", "https://example.org/#image=4", "test image 4"),
        ("two-modes", "no link at all", "no link at all"),
    ],
)
def test_a_printed_answer_says_what_its_link_shows(subject: Material, name: str, given: str, wanted: str) -> None:
    task = by_name(name)
    assert shown(task, subject, given) == wanted


def test_a_handout_holds_every_question_and_picture_asked_about_and_no_answer(subject: Material) -> None:
    page = read_page(to_html("Worksheet", ["Name: ____"], [blank_entry(task, subject) for task in TASKS]))
    text = "".join(page.text)
    for task in TASKS:
        assert task.text(subject) in text
        assert f"{task.points} points" in text
        assert answer_of(task.name).text not in text
        assert bool(pictures_asked_about(task, subject)) == (task.about is not None or task.form in ("place", "walk"))
    assert len(page.addresses) >= 8
    assert "(3 points)" in to_markdown("Worksheet", [], [blank_entry(task, subject) for task in TASKS])


def test_a_file_to_hand_in_holds_the_states_behind_the_answers(subject: Material) -> None:
    link = "http://host/?models=run:mine,ae-mnist#mode=draw&z=1%2C2%3B0%2C0&drawing=abc"
    entries = [entry(by_name("between"), subject, link, "why"), entry(by_name("loss"), subject, "152,43", ""),
               entry(by_name("quieter"), subject, 0, ""), entry(by_name("walk"), subject, None, "")]  # fmt: skip
    place, number, choice, nothing = json.loads(to_json("Mine", ["A note."], entries))["tasks"]
    assert (place["answer"], place["words"], place["right"]) == (link, "why", None)
    assert place["state"] == {"models": "run:mine,ae-mnist", "mode": "draw", "z": "1,2;0,0", "drawing": "abc"}
    assert (number["answer"], number["right"], number["state"]) == ("152,43", True, {})
    assert (choice["answer"], choice["shown"]) == (0, by_name("quieter").options[0])
    assert (nothing["answer"], nothing["right"]) == (None, None)
