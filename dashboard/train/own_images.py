"""Images of one's own on the form: where they are, what was found, a picture of them, and a correction of each inference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.jobs import uploads as run_uploads
from dashboard.jobs.jobs import Jobs
from dashboard.shared import browser, state
from dashboard.shared.picture_url import picture_url
from dashboard.train import own_words, wording
from vae_engine.base.errors import EngineError
from vae_engine.data import own
from vae_engine.data.report import sheet
from vae_engine.stored.config import LARGEST_SIDE, SMALLEST_SIDE
from vae_engine.stored.config import SIDE as USUAL

_KEY = "train-{}"
SOURCE = _KEY.format("source")
"""Of the choice among data sets, above everything here."""
PATH, UPLOAD, FOLDER, POLARITY, ORIENTATION, LABELS, CLASSES, LIMIT, SIDE, DAMAGED = map(
    _KEY.format, ("path", "upload", "folder", "polarity", "orientation", "labels", "classes", "limit", "side", "damaged")
)
_UPLOADED, _REFUSED, _SOUGHT = "train-uploaded", "train-upload-refused", "train-images-sought"
_ASIDE = "train-upload-aside"
"""Of the files that are attached, by name and size, those that were refused and do not count."""
# Once for each time that they are sought; for as long as the settings need to unfold.
_in_sight = st.components.v2.component(
    "latent_images_in_sight",
    js="""let done = 0;
export default function ({data}) {
  const {sought, place} = JSON.parse(data.json);
  if (sought <= done) return;
  done = sought;
  const until = performance.now() + 700;
  const follow = () => {
    document.querySelector(place)?.scrollIntoView({block: "start"});
    if (performance.now() < until) requestAnimationFrame(follow);
  };
  follow();
}
""",
)


def place() -> str:
    """The address of the images that are asked for, with what is wished for them; nothing where there are none."""
    typed = (state.widget(PATH) or "").strip()
    path = typed if typed and typed not in wording.SOURCES else state.kept(_UPLOADED, "")
    try:
        wished = _wishes()
        return own.address(path, wished if wished != own.Wishes() else None) if path else ""
    except EngineError:
        return path  # told where it is read


def name() -> str:
    """What the images that are asked for are called: as their file or folder, files sent together as what they are."""
    path = own.path_of(place())
    together = path.parent.name == run_uploads.UPLOADS
    return wording.TOGETHER if together or not path.stem else path.stem


def _wishes() -> own.Wishes:
    limit = (state.widget(LIMIT) or "").strip().replace(",", "")
    if limit and not (limit.isdecimal() and int(limit)):
        raise EngineError(wording.NO_LIMIT)
    side = (state.widget(SIDE) or "").strip() or str(USUAL)
    if not (side.isdecimal() and SMALLEST_SIDE <= int(side) <= LARGEST_SIDE):
        raise EngineError(wording.NO_SIDE)
    return own.Wishes(
        polarity=state.widget(POLARITY) or "auto",
        orientation=state.widget(ORIENTATION) or "auto",
        labels=(state.widget(LABELS) or "").strip() or "auto",
        limit=int(limit or 0),
        classes=(state.widget(CLASSES) or "").strip(),
        damaged="leave-out" if state.widget(DAMAGED) else "refuse",
        side=int(side),
    )


def problem() -> str:
    """Why the images that are asked for cannot be read; nothing where they can."""
    try:
        _wishes()
        own.known(place())
    except EngineError as error:
        path = own.path_of(place())
        told = run_uploads.told(error, path) if run_uploads.UPLOADS in path.parts else str(error)
        return f"{told.rstrip('.')}{wording.OR_LEAVE_OUT}" if _is_read_without_damaged(path) else told
    return ""


def _is_read_without_damaged(path: Path) -> bool:
    """Whether it is but damaged pictures for which images cannot be read, and they are not left out already."""
    if state.widget(DAMAGED):
        return False
    try:
        own.known(own.address(path, replace(_wishes(), damaged="leave-out")))
    except EngineError:
        return False
    return True


def refused() -> str:
    """Why the files that are attached were not taken; nothing where they were, or where none are attached."""
    return state.kept(_REFUSED, "") if any(state.widget(key) for key in (UPLOAD, FOLDER)) else ""


def _aside() -> list[str]:
    """The names of attached files that do not count, since they were refused before others were attached."""
    attached = {_sign(file) for key in (UPLOAD, FOLDER) for file in state.widget(key) or []}
    return [] if refused() else sorted(name for name, size in state.kept(_ASIDE, set()) if (name, size) in attached)


def _sign(file: Any) -> tuple[str, int]:
    return file.name, file.size


def take_over(address: str) -> None:
    """While the form is not on the page: let it say these images; none where that is no address of any."""
    state.fill_in(PATH, "")
    state.keep(_UPLOADED, address)


def seek() -> None:
    """As a callback: bring the place where they are chosen into sight once it is on the page."""
    state.keep(_SOUGHT, state.kept(_SOUGHT, 0) + 1)


def choose(jobs: Jobs) -> None:
    """Where they are, what was found there, and what may be corrected."""
    with st.container(key="train-images-in-sight"):
        sought = {"sought": state.kept(_SOUGHT, 0), "place": f".st-key-{SOURCE}"}
        _in_sight(data=browser.told(sought), key=_SOUGHT, height=1)
    st.text_input(wording.PATH, key=PATH, max_chars=1000, persist_state="session")
    if state.has_no_cookies():
        st.warning(wording.NO_UPLOADS)
    files, folder = st.columns(2)
    files.file_uploader(
        wording.UPLOAD, accept_multiple_files=True, key=UPLOAD,
        on_change=_take, args=(jobs, UPLOAD),
    )  # fmt: skip
    folder.file_uploader(
        wording.FOLDER, accept_multiple_files="directory", key=FOLDER, help=wording.FOLDER_HELP,
        on_change=_take, args=(jobs, FOLDER),
    )  # fmt: skip
    if refusal := refused():
        st.error(wording.told(refusal))
    if names := _aside():
        st.caption(wording.plain(wording.ASIDE.format(names=", ".join(names))))
    if address := place():
        if complaint := problem():
            st.error(wording.told(complaint))
        else:
            _found(address)
    st.checkbox(wording.LEAVE_OUT, key=DAMAGED, help=wording.LEAVE_OUT_HELP, persist_state="session")
    _corrections()


def _corrections() -> None:
    """A control for whatever was inferred, and may be wrong."""
    st.caption(wording.CORRECT)
    shared: dict[str, Any] = {"persist_state": "session"}
    ink, turned, labels, classes, limit, side = st.columns(6, vertical_alignment="bottom")
    with ink:
        _correction(POLARITY, wording.INK, wording.POLARITY)
    with turned:
        _correction(ORIENTATION, wording.TURNED, wording.ORIENTATION)
    labels.text_input(wording.LABEL_FILE, key=LABELS, placeholder="as found", max_chars=1000, help=wording.LABEL_HELP, **shared)
    classes.text_input(wording.NAMES, key=CLASSES, placeholder="as found", max_chars=5000, help=wording.NAMES_HELP, **shared)
    limit.text_input(wording.LIMIT, key=LIMIT, placeholder="all", max_chars=10, help=wording.LIMIT_HELP, **shared)
    side.text_input(wording.SIDE, key=SIDE, placeholder=str(USUAL), max_chars=2, help=wording.SIDE_HELP, **shared)


def _correction(key: str, label: str, words: Mapping[str, str]) -> None:
    st.selectbox(label, list(words), format_func=words.__getitem__, key=key, persist_state="session")


def _take(jobs: Jobs, key: str) -> None:
    """As a callback: keep what was uploaded, or nothing any more, or why it cannot be kept.

    A file that was refused stays attached; it counts only where it makes sense together with those that came since.
    """
    attached = state.widget(key) or []
    refused_before = state.kept(_ASIDE, set())
    uploaded = refusal = ""
    aside: set[tuple[str, int]] = set()
    new = [file for file in attached if _sign(file) not in refused_before]
    for files in [attached, new] if 0 < len(new) < len(attached) else [attached]:
        try:
            named = {file.name: file.getvalue() for file in files}
            uploaded = str(run_uploads.keep(jobs.folder, named, jobs.limits.bytes)) if named else ""
            refusal, aside = "", set(map(_sign, attached)) - set(map(_sign, files))
            break
        except EngineError as error:
            refusal, aside = str(error), set(map(_sign, attached))
    state.keep(_UPLOADED, uploaded)
    state.keep(_REFUSED, refusal)
    state.keep(_ASIDE, aside)


def _found(address: str) -> None:
    """What is there, in words and as a picture of the first images of each class."""
    found = own.known(address)
    counted = own_words.counted(found.report.classes)
    st.caption(own_words.own_counts(found.report.splits))
    st.caption("  \n".join(map(wording.plain, [*own_words.inferred(found.report), counted])))
    picture = sheet(found.images.images, found.images.labels, found.classes, found.inverted)
    st.image(picture_url(picture), caption=wording.PREVIEW, alt=counted)
