"""The worksheet's checks on right, wrong and hostile answers, and what can be printed of it."""

from __future__ import annotations

import base64
import io
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from support.questions import by_name, given

from dashboard.learn.steps import STEPS
from dashboard.shared import browser
from dashboard.shared.links import read
from dashboard.shared.wording import MINUS_LOSS
from dashboard.stock import measures
from dashboard.stock.material import Material
from dashboard.worksheet import TASKS, Task, judged
from dashboard.worksheet import wording as worksheet_wording
from dashboard.worksheet.export import entry, shown, to_html, to_json
from dashboard.worksheet.page import answer_of
from dashboard.worksheet.peaks import peaks
from dashboard.worksheet.pictures import pictures_asked_about, pictures_of
from dashboard.worksheet.sums import IMAGE
from dashboard.worksheet.task import link_to, opened, place_of
from vae_engine.stored import forward

pytestmark = pytest.mark.usefixtures("own_run")

FAR = "#mode=move&z=30%2C30%3B300%2C300"
HOSTILE = [
    "hello", "#", "#image=", "#image=99999", "99999", "123456789", "-1", "#z=NaN%2C0%3B0%2C0", "<script>alert(1)</script>",
    "x" * 9000, "#z=1%2C1", "?models=other-model#z=1%2C1%3B0%2C0", "#mode=walk&ends=i1%3B", "#mode=walk&ends=i1%3Bi59999", "٣",
    "#z=1000%2C1000%3B0%2C0", "1,234", "1e999", "nan",
]  # fmt: skip


def wrong(task: Task, subject: Material) -> Any:
    """Something that is no answer to a task."""
    truths = subject.truths
    images = {
        "two-modes": truths.modes == 1,
        "misjudged": truths.modes > 1,
        "well-judged": truths.gap > 1,
        "too-low": truths.gap < 0.2,
    }
    match task.form:
        case "choice":
            return (given(task) + 1) % len(task.options)
        case "number":
            return str(float(given(task)) + 100)
        case "numbers":
            first, second = given(task).split(";")
            return f"{first}; {float(second) + 100}"
        case "image":
            return str(images[task.name].argmax())
        case "walk":
            return "#mode=walk&ends=i0%3Bi0"
    return "#mode=move&z=30%2C30%3B300%2C300"


def test_there_are_enough_tasks_and_they_cover_every_step() -> None:
    assert len(TASKS) >= 12
    assert len({task.name for task in TASKS}) == len(TASKS)
    assert {task.step for task in TASKS} == {step.name for step in STEPS} - {"why"}, "the first step only sets the scene"


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_the_model_answer_is_right_and_another_is_not(task: Task, subject: Material) -> None:
    model = answer_of(task.name)
    verdict = judged(task, subject, given(task))
    assert verdict is not None
    assert verdict.right, verdict.text
    refused = judged(task, subject, wrong(task, subject))
    assert refused is not None
    assert not refused.right, refused.text
    assert refused.text != verdict.text
    assert re.search(r"\d", model.text)
    assert judged(task, subject, None) is None
    assert judged(task, subject, "") is None


def test_words_are_asked_for_by_every_task_whose_second_part_nothing_checks() -> None:
    assert {task.name for task in TASKS if not task.asks_words} == {"grid", "gap", "kl-by-hand", "epsilon"}


def test_a_verdict_on_a_number_does_not_give_the_number_away(subject: Material) -> None:
    for task in TASKS:
        if task.form == "number":
            refused = judged(task, subject, "-1e6")
            assert refused is not None
            assert refused.text.endswith("too low.")
            assert given(task) not in refused.text


def test_explore_opens_what_was_sent_and_without_that_the_state_of_the_task(subject: Material) -> None:
    place, image = TASKS[0], next(task for task in TASKS if task.form == "image")
    sent = "mode=move&z=0.5%2C-1%3B0%2C0&layers=points"
    assert opened(place, subject, f"./?models={subject.vae.name},{subject.ae.name}#{sent}") == sent
    seventh = opened(image, subject, "image 7")
    assert read(f"#{seventh}").image == 7
    assert read(f"#{seventh}").mode == "inspect"
    for nothing in (None, "", "what?", "?models=a,b#mode=move"):
        for task in (place, image):
            assert opened(task, subject, nothing) == task.state(subject)  # type: ignore[misc]


def test_a_verdict_has_the_number_as_it_was_given(subject: Material) -> None:
    for name, text in (("prior-outside", "13.5335"), ("prior-outside", "0.135"), ("bits", "0.25001"), ("loss", "−7.125")):
        verdict = judged(by_name(name), subject, text)
        assert verdict is not None
        assert verdict.text.split()[0] == text
        assert ("per cent" in verdict.text) == (text == "0.135"), "a share where per cent are wanted"


def test_what_tasks_and_hints_name_in_quotes_stands_on_the_screen(subject: Material) -> None:
    folder = Path(browser.__file__).parents[1] / "browser"
    sources = [path.read_text(encoding="utf-8") for path in folder.rglob("*.js") if "built" not in path.parts]
    labels = {one for source in sources for one in re.findall(r'"([^"\n]+)"', source)}
    labels |= {one for one in vars(worksheet_wording).values() if isinstance(one, str)}
    named = {one for task in TASKS for text in (task.hint, task.text(subject)) for one in re.findall("“(.+?)”", text)}
    assert {"Hard image", "Refine q", worksheet_wording.SEND, worksheet_wording.DO_ON_TRAIN} <= named <= labels


def test_both_parts_of_a_task_with_two_are_checked_and_either_may_be_wrong(subject: Material) -> None:
    tasks = [task for task in TASKS if task.form == "numbers"]
    assert {task.name for task in tasks} == {"grid", "epsilon"}
    for task in tasks:
        first, second = given(task).split(";")
        for text, right in (
            (f"{first} ;{second}", True),
            (f"{float(first) + 9};{second}", False),
            (f"{first};{float(second) - 9}", False),
        ):
            verdict = judged(task, subject, text)
            assert verdict is not None
            assert verdict.right == right
            assert verdict.text.count(".") >= 2, "each part is judged in its turn"
        for text in (first, f"{first};", f"{first}; {second}; 1", "1; two"):
            refused = judged(task, subject, text)
            assert refused is not None
            assert not refused.right
            assert "semicolon" in refused.text or "no number" in refused.text


def test_a_task_names_the_least_count_that_is_right(subject: Material) -> None:
    task, draws = by_name("unsure"), np.random.default_rng(0).standard_normal((400, 2))
    counts = measures.unsure_pixels(subject.vae, draws)
    least = int(re.search(r"(\d+) or more", task.text(subject))[1])  # type: ignore[index]
    assert (counts < least).mean() >= 0.95 > (counts < least - 1).mean()
    for z, unsure in zip(draws, counts, strict=True):
        if abs(unsure - least) <= 3:
            verdict = judged(task, subject, f"#mode=move&z={z[0]:.6f}%2C{z[1]:.6f}%3B0%2C0")
            assert verdict is not None
            assert verdict.right == (int(re.search(r"at this z: (\d+)", verdict.text)[1]) >= least)  # type: ignore[index]


def test_a_task_names_the_length_from_which_a_place_is_right(subject: Material) -> None:
    for name, kind, times in (("hole", "ae", 3), ("empty-prior", "vae", 2), ("walk", "vae", 2)):
        text = by_name(name).text(subject)
        assert f"{times * measures.usual_distance(subject, kind):.3f} " in text
        within = f"within which the z of {measures.USUAL} % of test images have a training code."
        assert f". That is {times} times the distance {within}" in text
        sentences = re.split(r"(?<=[.?:]) ", text)
        assert max(len(sentence.split()) for sentence in sentences) <= 28, "a sentence says one thing"


def test_a_hole_has_several_codes_on_every_side_and_the_fringe_is_none(subject: Material) -> None:
    task = by_name("hole")
    usual = measures.usual_distance(subject, "ae")
    for z, is_amid in (((7.82, -5.96), False), (place_of(read(answer_of("hole").given), "ae"), True)):
        assert measures.nearest_training_code(subject, "ae", np.array([z]))[0] > 3 * usual
        apart = subject.codes - z
        near = apart[(apart**2).sum(1) < (30 * usual) ** 2]
        quarters = [int((np.sign(near) == sides).all(1).sum()) for sides in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
        assert (min(quarters) >= 5) is is_amid
        verdict = judged(task, subject, link_to("ae", z))
        assert verdict
        assert verdict.right is is_amid
        assert ("fringe" in verdict.text) is not is_amid
        assert f"{min(quarters) or 'no'} test code" in verdict.text


def test_a_number_may_have_a_decimal_comma_and_an_unclear_one_is_asked_about(subject: Material) -> None:
    for task in TASKS:
        if task.form == "number":
            verdict = judged(task, subject, given(task).replace(".", ","))
            assert verdict is not None
            assert verdict.right or "could be" in verdict.text
    for name, text in (("loss", "152,43"), ("prior-outside", "13,5 %"), ("prior-outside", "13.5\N{THIN SPACE}%")):
        verdict = judged(by_name(name), subject, text)
        assert verdict is not None
        assert verdict.right
    for task in TASKS:
        assert task.is_share == ("per cent" in task.text(subject) and task.form == "number")


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_answer_gets_one_sentence(text: str, subject: Material) -> None:
    for task in TASKS:
        if task.form != "choice":
            verdict = judged(task, subject, text)
            assert verdict is not None
            assert not verdict.right
            assert 10 < len(verdict.text) < 300
            assert "nan" not in verdict.text.lower().split()
            for picture in pictures_of(task, subject, text):
                Image.open(io.BytesIO(picture.png)).verify()


def test_a_link_about_other_models_is_told_so(subject: Material) -> None:
    verdict = judged(by_name("between"), subject, "?models=vae-mnist-baseline,ae-mnist#z=0%2C0%3B0%2C0")
    assert verdict is not None
    assert "vae-mnist-baseline" in verdict.text
    ours = f"?models={subject.vae.name},{subject.ae.name}#z=0%2C0%3B0%2C0"
    verdict = judged(by_name("between"), subject, ours)
    assert verdict is not None
    assert "Of the 50 test codes" in verdict.text
    assert f"{measures.NEAREST} test codes nearest" in by_name("between").text(subject)


def test_an_image_is_taken_from_a_link_or_by_its_number(subject: Material) -> None:
    task = by_name("two-modes")
    found = judged(task, subject, "#mode=inspect&image=12")
    for text in (" 12 ", "#12", "image 12", "Image #12", "test image 12", "test image 12.", "Image no. 12", "image number 12"):
        assert judged(task, subject, text) == found, text
        assert shown(task, subject, text) == "test image 12", "as the sheet itself writes it"
    for text in ("image", "twelve", "12 and 13", "image -1"):
        refused = judged(task, subject, text)
        assert refused is not None
        assert refused.is_refusal
        assert "number" in refused.text
        assert "link" not in refused.text
        assert json.loads(to_json("", [], [entry(task, subject, text, "")]))["tasks"][0]["right"] is None, "it was not judged"
        assert "✗" not in to_html("", [], [entry(task, subject, text, "")])


def test_the_picture_of_a_place_is_what_the_decoder_draws_there(subject: Material) -> None:
    digit, where = pictures_of(by_name("between"), subject, "#mode=move&z=0.5%2C-1%3B0%2C0")
    decoded = np.asarray(Image.open(io.BytesIO(digit.png)).convert("L"))[3::6, 3::6]
    np.testing.assert_allclose(decoded, 255 * (1 - forward.decode(subject.vae, np.array([[0.5, -1.0]]))[0]), atol=0.51)
    place = np.asarray(Image.open(io.BytesIO(where.png)))
    assert place.shape == (3 * where.width, 3 * where.width, 3), "a printer has finer pixels than a screen"
    assert len(np.unique(place.reshape(-1, 3), axis=0)) > 8, "ten colours of digits, the axes and the mark"
    assert "(0.50, −1.00)" in where.caption


def test_every_sign_on_a_map_is_one_that_its_font_has(subject: Material, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[tuple[str, Any]] = []
    write = ImageDraw.ImageDraw.text

    def text(self: Any, xy: Any, text: str, fill: Any, font: Any, **how: Any) -> None:
        drawn.append((text, font))
        write(self, xy, text, fill, font, **how)

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", text)
    assert len(pictures_asked_about(by_name("walk"), subject)) == 2
    assert any(text.startswith("-") for text, _ in drawn), "the axes go below zero"
    for one, font in {(one, font) for text, font in drawn for one in text}:
        assert bytes(font.getmask(one)) != bytes(font.getmask("\uffff")), f"{one!r} is an empty box"


def test_a_walk_is_shown_on_both_maps(subject: Material) -> None:
    task = by_name("walk")
    assert len(pictures_of(task, subject, given(task))) == 4


def test_what_a_task_says_of_an_image_is_of_the_image_that_it_names(subject: Material) -> None:
    for task in TASKS:
        named = re.findall(r"test image (\d+)", task.text(subject))
        assert {int(one) for one in named} == ({task.about} if task.about is not None else set())


def test_numbers_beside_each_other_add_up_as_they_stand(subject: Material) -> None:
    pattern = re.compile(r"log p\(x\) is ([−\d.,]+), the ELBO ([−\d.,]+) and so the gap ([−\d.,]+) nats")
    task = by_name("two-modes")
    for image in set(range(300)) - {IMAGE}:
        verdict = judged(task, subject, str(image))
        assert verdict is not None
        found = pattern.search(verdict.text)
        assert found
        log_px, elbo, gap = (Decimal(one.replace("−", "-").replace(",", "")) for one in found.groups())
        assert log_px - elbo == gap, verdict.text
    assert judged(by_name("gap"), subject, given(by_name("gap"))).right  # type: ignore[union-attr]
    log_px, elbo = (round(float(one[7]), 2) for one in (subject.truths.log_px, subject.truths.elbo))
    assert Decimal(given(by_name("gap"))) == Decimal(f"{log_px:.2f}") - Decimal(f"{elbo:.2f}")


def test_every_task_prints_the_same_widths_and_a_grid_has_both_its_ends(subject: Material) -> None:
    narrow = f"{subject.std[7].min():.4f}"
    for name in ("grid", "kl-by-hand", "epsilon"):
        assert narrow in by_name(name).text(subject)
    points, power = map(int, given(by_name("grid")).split(";"))
    assert 10 / (points - 1) <= float(narrow) < 10 / (points - 2)
    assert len(str(points**20)) - 1 == power, "the power of ten of the first digit"


def test_minus_the_loss_is_a_bound_from_beta_one_on_and_none_below(subject: Material) -> None:
    """What MINUS_LOSS says."""
    metrics = subject.vae.metrics
    nll, kl, log_px = metrics["nll"], metrics["kl"], metrics["log_px_exact"]
    elbo = -nll - kl
    for beta in (1, 2, 4, 50):
        assert -(nll + beta * kl) <= elbo <= log_px
    assert -(nll + 0 * kl) > log_px
    assert MINUS_LOSS in answer_of("loss").because
    assert "above log p(x)" in answer_of("loss").because


def test_the_reasons_told_to_a_teacher_hold(subject: Material) -> None:
    two = peaks(subject, int(given(by_name("two-modes"))))
    digits = {int(np.argmax(measures.neighbours(subject, "vae", one.z).counts)) for one in two if one.share > 0.05}
    assert len(digits) > 1, "modes among different digits tell a class most"
    mu, std = np.round(subject.mu[7], 3), np.round(subject.std[7], 4)
    assert -np.log(std).sum() > 10 * (mu**2).sum() / 2, "narrowness, not distance, costs the nats"
    place = answer_of("empty-prior").because
    prior, aggregate = (float(one.replace("−", "-")) for one in re.findall(r"−[\d.]+\d", place)[:2])
    assert aggregate < prior, "the model draws there more often than images are encoded there"
    hole = answer_of("hole").because
    unsure, usual = map(int, re.search(r"of the pixels (\d+) are undecided, where (\d+)", hole).groups())  # type: ignore[union-attr]
    assert unsure > usual


def test_hints_hold(subject: Material) -> None:
    gap, modes = subject.truths.gap, subject.truths.modes
    assert (modes[gap < 0.1] == 1).mean() > 0.9, "q can match a posterior with one mode"
    small = np.flatnonzero(gap < 0.3)[:20]
    errors = [measures.importance_sampled(subject, int(image)) - subject.truths.log_px[image] for image in small]
    assert min(errors) > -1, "where the gap is small, importance sampling does not fail"


def test_what_was_drawn_by_hand_is_pictured_pixel_for_pixel_and_handed_in(subject: Material) -> None:
    task = by_name("between")
    x = np.random.default_rng(0).random((28, 28)) < 0.2
    drawing = base64.urlsafe_b64encode(np.packbits(x).tobytes()).decode().rstrip("=")
    link = f"./#mode=draw&z=0.5%2C-1%3B0%2C0&drawing={drawing}"
    pictures = pictures_of(task, subject, link)
    shown = np.asarray(Image.open(io.BytesIO(pictures[0].png)))
    assert np.array_equal(shown[3::6, 3::6] == 0, x)
    assert "drawing" in pictures[0].caption
    assert len(pictures) == 3
    mine = [entry(task, subject, link, "")]
    assert json.loads(to_json("Mine", [], mine))["tasks"][0]["state"]["drawing"] == drawing
    assert pictures[0].caption in to_html("Mine", [], mine)
    assert len(pictures_of(by_name("two-modes"), subject, link)) == 1, "where no image was chosen, too"
