"""The worksheet as a page to print (one self-contained HTML file), as Markdown and as JSON. Pure text work."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dashboard.shared.links import End, LinkError
from dashboard.shared.picture_url import picture_url
from dashboard.shared.wording import number
from dashboard.stock.material import Material
from dashboard.worksheet import TASKS, wording
from dashboard.worksheet.pictures import NAMES, Picture, pictures_asked_about, pictures_of, pictures_of_model
from dashboard.worksheet.task import BY_LINK, ModelAnswer, Task, judged, place_of, standing, understood
from dashboard.worksheet.verdict import Verdict

_STYLE = """
body { font: 11pt/1.45 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem }
body { color: #111; background: #fff }
section { break-inside: avoid; border-top: 1px solid #bbb; padding: .6rem 0 } p { margin: .45rem 0 }
h1 { font-size: 1.5rem } h1 ~ h1 { margin-top: 2.5rem } h2 { font-size: 1.1rem; margin: .2rem 0 }
.verdict { font-weight: 600 } .model { background: #f1f4f8; padding: .4rem .8rem; border-radius: .3rem }
.points { float: right; font-size: .9rem; font-weight: 400; color: #444 }
.blank { height: 7rem; border: 1px dotted #999; border-radius: .3rem }
figure { display: inline-block; margin: .4rem .8rem .4rem 0; font-size: .8rem; max-width: 100%; vertical-align: top }
figcaption { max-width: 14rem; color: #444 } img { max-width: 100%; border: 1px solid #ccc; image-rendering: pixelated }
img.fine { image-rendering: auto; border: 0 }
.words { white-space: pre-wrap; overflow-wrap: anywhere } .given { overflow-wrap: anywhere; color: #444 }
.class { overflow-x: auto } .class table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums }
.class :is(th, td) { border: 1px solid #ccc; padding: .2rem; min-width: 1.1rem; text-align: center; font-size: .9rem }
.class th:first-child { position: sticky; left: 0; min-width: 9rem; background: #fff; text-align: left; overflow-wrap: anywhere }
.class td:nth-child(2) { white-space: nowrap; font-weight: 600 } .names { columns: 17rem; font-size: .9rem } a { color: #1f5f99 }
@page { margin: 16mm } @media print { body { margin: 0; padding: 0; max-width: none } .class table { font-size: .85em } }
"""


_PLACES = {task.name: place for place, task in enumerate(TASKS, 1)}
"""Paper has the numbers of the page, whichever tasks are on it, so that a class can speak of either."""


@dataclass(frozen=True)
class Entry:
    """One task as it stands on the sheet."""

    task: Task
    text: str
    given: str
    words: str
    verdict: Verdict | None
    pictures: tuple[Picture, ...]
    model: ModelAnswer | None = None
    """Only on the teacher's version."""
    raw: Any = None
    """The answer as it was given: of a link all of it."""
    is_handout: bool = False
    """Whether it is to be answered with a pen."""

    @property
    def heading(self) -> str:
        """The title after the number that the task has on the page."""
        return f"{_PLACES[self.task.name]}. {self.task.title}"


def entry(task: Task, material: Material, raw: Any, words: str) -> Entry:
    """A task with what a student gave."""
    pictures = tuple(pictures_of(task, material, raw))
    return Entry(
        task, asked(task, material), shown(task, material, raw), words.strip(), judged(task, material, raw), pictures, raw=raw
    )


def model_entry(task: Task, material: Material, model: ModelAnswer) -> Entry:
    """A task with the answer worked out from the models."""
    pictures = tuple(pictures_of_model(task, material, model))
    return Entry(task, asked(task, material), "", "", None, pictures, model)


def blank_entry(task: Task, material: Material) -> Entry:
    """A task to be answered with a pen."""
    return Entry(task, asked(task, material), "", "", None, tuple(pictures_asked_about(task, material)), is_handout=True)


def asked(task: Task, material: Material) -> str:
    """The text of a task with the options it gives, if any."""
    options = f" ({'; '.join(task.options)})" if task.options else ""
    return task.text(material) + options


def shown(task: Task, material: Material, raw: Any) -> str:
    """What was given, as a reader wants to see it: of a link the place that it shows."""
    if raw is None or raw == "":
        return ""
    if task.form not in BY_LINK:
        return task.options[raw] if task.form == "choice" else str(raw).strip()
    try:
        given = understood(task, material, raw)
        if task.form == "image":
            return wording.SHOWN["image"].format(given)
        if task.form == "walk":
            return wording.SHOWN["walk"].format(*map(_end, given.ends))
        if task.form == "drawing":
            return f"a drawing (pixels with ink: {int.from_bytes(given.drawing).bit_count()})"
        return wording.SHOWN["on map"].format(_place(place_of(given, task.kind)), NAMES[task.kind])
    except LinkError:
        return str(raw).strip()


def _end(end: End | None) -> str:
    if end is None:
        return wording.SHOWN["nowhere"]
    return _place(end.z) if end.image is None else wording.SHOWN["image"].format(end.image)


def _place(z: Sequence[float]) -> str:
    return wording.SHOWN["place"].format(*map(number, z))


def to_html(title: str, notes: Sequence[str], entries: Sequence[Entry]) -> str:
    """One file to print: no script, nothing from elsewhere."""
    return page(title, notes, "\n".join(section(one) for one in entries))


def page(title: str, notes: Sequence[str], content: str) -> str:
    """A page to print around its content, which is HTML."""
    told = "\n".join(f"<p>{html.escape(note)}</p>" for note in notes)
    name = html.escape(title)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{name}</title><style>{_STYLE}</style></head>\n'
        f"<body><h1>{name}</h1>\n{told}\n{content}\n</body></html>\n"
    )


def section(one: Entry, for_a_pen: bool = True) -> str:
    """A task as HTML; `for_a_pen` with room for words where there are none."""
    points = f' <span class="points">{_points(one)}</span>' if _points(one) else ""
    parts = [f"<h2>{html.escape(one.heading)}{points}</h2>", f"<p>{html.escape(one.text)}</p>"]
    if one.given:
        parts.append(f'<p class="given">{html.escape(wording.SHOWN["given"].format(one.given))}</p>')
    if one.verdict:
        parts.append(f'<p class="verdict">{_mark(one)}</p><p>{html.escape(one.verdict.text)}</p>')
    parts += [_figure(picture) for picture in one.pictures]
    if one.model:
        told = f"<p>{html.escape(one.model.text)}</p><p>{html.escape(one.model.because)}</p>"
        parts.append(f'<div class="model">{told}</div><p>Hint: {html.escape(one.task.hint)}</p>')
    elif one.words:
        parts.append(f'<p class="words">{html.escape(one.words)}</p>')
    elif for_a_pen:
        parts.append('<div class="blank"></div>')
    return f"<section>{''.join(parts)}</section>"


def _figure(picture: Picture) -> str:
    caption = html.escape(picture.caption)
    fine = ' class="fine"' if picture.is_fine else ""
    image = f'<img alt="{caption}" width="{picture.width}"{fine} src="{picture_url(picture.png)}">'
    return f"<figure>{image}<figcaption>{caption}</figcaption></figure>"


def to_markdown(title: str, notes: Sequence[str], entries: Sequence[Entry]) -> str:
    """The same as Markdown, the pictures inside it."""
    blocks = [f"# {_plain(title)}", *map(_plain, notes)]
    for one in entries:
        points = f" ({_points(one)})" if _points(one) else ""
        blocks += [f"## {_plain(one.heading)}{points}", _plain(one.text)]
        if one.given:
            blocks.append(_plain(wording.SHOWN["given"].format(one.given)))
        if one.verdict:
            blocks.append(f"**{_mark(one)}** {_plain(one.verdict.text)}")
        blocks += [f"![{_plain(picture.caption)}]({picture_url(picture.png)})" for picture in one.pictures]
        if one.model:
            blocks += [f"**Model answer.** {_plain(one.model.text)}", _plain(one.model.because), f"Hint: {_plain(one.task.hint)}"]
        elif one.words:
            blocks.append("\n".join(f"> {_plain(line)}" for line in one.words.splitlines()))
    return "\n\n".join(blocks) + "\n"


def to_json(title: str, notes: Sequence[str], entries: Sequence[Entry], name: str = "") -> str:
    """The answers for a program, with the states behind them: whatever the links say, models, runs and drawings included."""
    tasks = [
        {
            "task": one.task.name,
            "title": one.task.title,
            "question": one.text,
            "answer": one.raw or None if isinstance(one.raw, str) else one.raw,
            "shown": one.given,
            "right": one.verdict.right if one.verdict and not one.verdict.is_refusal else None,
            "done": standing(one.task, one.verdict, one.words) == "done",
            "verdict": one.verdict.text if one.verdict else "",
            "words": one.words,
            "state": _state_of(one),
        }
        for one in entries
    ]
    return json.dumps({"title": title, "name": name, "notes": list(notes), "tasks": tasks}, ensure_ascii=False, indent=2) + "\n"


def _state_of(one: Entry) -> dict[str, str]:
    """Every part of a link that was given, by name; none for an answer of another kind."""
    if one.task.form not in BY_LINK or one.verdict is None or "#" not in str(one.raw):
        return {}
    address, _, state = str(one.raw).strip().partition("#")
    try:
        parts = parse_qs(urlsplit(address).query) | parse_qs(state)
    except ValueError:
        return {}
    return {name: values[0] for name, values in parts.items()}


def _points(one: Entry) -> str:
    return wording.points(one.task.points) if one.is_handout or one.model else ""


def _plain(text: str) -> str:
    """Text that Markdown leaves as it is."""
    return "".join(f"\\{one}" if one in "\\`*_[]<>#|~$" else one for one in text)


def _mark(one: Entry) -> str:
    stands = standing(one.task, one.verdict, one.words)
    return f"{wording.SIGNS[stands]} {wording.STANDS[stands]}."
