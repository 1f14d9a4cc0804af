"""Navigation between the pages, and the task that a visitor takes from one to another."""

import os

import streamlit as st

from dashboard.explore import page as explore
from dashboard.lab import page as lab
from dashboard.lab import wording as lab_wording
from dashboard.learn import page as learn
from dashboard.learn import wording as learn_wording
from dashboard.learn.steps import STEPS
from dashboard.lecture import page as lecture
from dashboard.lecture import wording as lecture_wording
from dashboard.lecture.component import collecting
from dashboard.models import page as models
from dashboard.runs import page as runs
from dashboard.runs import wording as runs_wording
from dashboard.shared import state, wording
from dashboard.shell import join, serving
from dashboard.shell import wording as shell_wording
from dashboard.stock import own_runs
from dashboard.train import page as train
from dashboard.train import wording as train_wording
from dashboard.worksheet import TASKS
from dashboard.worksheet import bar as task_bar
from dashboard.worksheet import page as worksheet
from dashboard.worksheet import wording as worksheet_wording
from vae_engine.base.places import place
from vae_engine.experiments import EXPERIMENTS

st.set_page_config(page_title=wording.TITLE, page_icon=str(place("assets/icon.png")), layout="wide")
# Less margin than Streamlit gives a text; a page that must fit one screen takes less still.
# On a phone the pages hide behind two arrows, which say nothing to who does not know them; and a picture is no wider than it.
# Streamlit shows captions and keys at six tenths of the text, 3.9 : 1, where WCAG asks for 4.5 : 1.
st.html(
    "<style>.stMainBlockContainer { padding: 4rem 1.25rem 1rem; }"
    f"[data-testid=stExpandSidebarButton]::after {{ content: '{wording.PAGES}'; padding-left: .4rem; }}"
    "[data-testid=stExpandSidebarButton] { width: auto; }"
    "[data-testid=stImageContainer], [data-testid=stImageContainer] * { max-width: calc(100vw - 2.5rem); }"
    ".stMain [data-testid=stCaptionContainer], .stMain kbd { opacity: 0.8; }</style>"
)


def show_explore() -> None:
    """Explore, below the task that is done there."""
    task_bar.above_explore(WORKSHEET)
    explore.show()


def show_worksheet() -> None:
    """The worksheet, whose tasks lead to Explore and Train."""
    worksheet.show(EXPLORE, TRAIN)


def show_train() -> None:
    """Train, below the task whose words take its run."""
    run = state.watched()
    task_bar.above_runs(WORKSHEET, [own_runs.PREFIX + run] if run else [])
    train.show()


def show_runs() -> None:
    """Runs, below the task whose words take what is chosen."""
    task_bar.above_runs(WORKSHEET, state.pinned())
    runs.show()


EXPLORE = st.Page(show_explore, title=wording.EXPLORE, icon=":material/explore:", url_path="explore", default=True)
TRAIN = st.Page(show_train, title=train_wording.TRAIN, icon=":material/model_training:", url_path="train")
WORKSHEET = st.Page(show_worksheet, title=worksheet_wording.WORKSHEET, icon=":material/assignment:", url_path="worksheet")
_CHARTED = ("train", "runs", "lab", "models")
_NO_SCENES = (lecture_wording.LECTURE_PATH, shell_wording.JOIN_PATH)
TITLES = {
    page: {one.name: one.title for one in shown} for page, shown in (("learn", STEPS), ("lab", EXPERIMENTS), ("worksheet", TASKS))
}
# To project, where the server was asked for it.
JOIN = os.environ.get(serving.JOIN)


def show_join() -> None:
    """Join, as far as the server knows its address."""
    join.show(JOIN or "")


def show_lecture() -> None:
    """Lecture, with the address that its codes lead to."""
    lecture.show(f"{join.address(JOIN)}/" if JOIN else "")


page = st.navigation(
    [
        EXPLORE,
        TRAIN,
        st.Page(show_runs, title=runs_wording.RUNS, icon=":material/list_alt:", url_path="runs"),
        st.Page(learn.show, title=learn_wording.LEARN, icon=":material/school:", url_path="learn"),
        st.Page(show_lecture, title=lecture_wording.LECTURE, icon=":material/slideshow:", url_path=lecture_wording.LECTURE_PATH),
        WORKSHEET,
        st.Page(lab.show, title=lab_wording.LAB, icon=":material/science:", url_path="lab"),
        st.Page(models.show, title=wording.MODELS, icon=":material/table_chart:", url_path="models"),
        *(
            [st.Page(show_join, title=shell_wording.JOIN, icon=":material/qr_code_2:", url_path=shell_wording.JOIN_PATH)]
            if JOIN
            else []
        ),
    ],
    position="top",
)
collecting(page.url_path not in _NO_SCENES, TITLES)
if page.url_path in _CHARTED:
    # Plotly looks whether pandas is among the modules, and fails over one that the page of another visitor is just loading.
    import pandas  # type: ignore[import-untyped]  # noqa: F401
page.run()
