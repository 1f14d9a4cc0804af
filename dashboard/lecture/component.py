"""The desk on which a lecture is laid out and from which it is presented, and what collects scenes on every page.

The browser does all of it: the lecture stays on the visitor's device, the server hears of nothing. The models are told to
the component that shows them; what they are called is told by another that shows nothing, as on Explore.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.shared import browser
from dashboard.stock.library import Library

_desk = st.components.v2.component(
    "latent_lecture",
    html='<div id="latent-lecture"></div>\n',
    css=browser.styles(*browser.LECTURE),
    js=browser.loaded("streamlit/lecture"),
)
_setting = st.components.v2.component(
    "latent_lecture_setting",
    js="""// Says what the models are called; see browser/hosts/streamlit/lecture.js.
export default function ({data}) {
  globalThis.__latentLectureSetting = JSON.parse(data.json);
  dispatchEvent(new Event("latent-lecture-setting"));
}
""",
)
_scenes = st.components.v2.component(
    "latent_scenes", css=browser.styles("lecture/lecture"), js=browser.loaded("streamlit/scenes")
)
# Without the bars a page fits a slide. Streamlit's own `embed=true` says the same to it. With them, what Streamlit
# shows at their end keeps clear of the button that stands there.
_EMBEDDED = """<style>
html[data-embedded] [data-testid=stHeader] { display: none; }
html[data-embedded] .stMainBlockContainer { padding-top: .5rem !important; }
[data-testid=stToolbar] { padding-right: 112px; }
[data-testid=stLayoutWrapper]:has(> .st-key-collecting) { position: absolute; width: 0; }
</style>"""


def collecting(collects: bool, titles: Mapping[str, Mapping[str, str]]) -> None:
    """What every page has: no bars in a frame that asks for none, and where it `collects`, what takes it as a scene.

    That is a key and a button. They stand from one page to the next, so each page says it anew. `titles` are those of what
    a page can show, by the page and by the name in its address: a scene is called by them.
    """
    st.html(_EMBEDDED)
    with st.container(key="collecting"):
        _scenes(key="collecting-scenes", data=browser.told({"collects": collects, "titles": titles}), height=1)


def desk(
    library: Library, names: Sequence[str], *, usual: Sequence[int], ladder: Sequence[int], lecture: str, address: str
) -> None:
    """Lay out the scenes of the lecture that the visitor's device keeps, at first those of `lecture`, and present them.

    `library` says where the models are, `names` what they are called; `usual` are the places
    of those that Explore opens on, `ladder` of those that differ in β, ascending. `address` is the one by which others open
    the dashboard, or nothing where it is not known.
    """
    about = {"models": library.id, "names": list(names), "usual": list(usual), "ladder": list(ladder)}
    with st.container(gap=None):
        _setting(key="lecture-setting", data=browser.told(about | {"lecture": lecture, "address": address}), height=1)
        _desk(key="lecture-desk", data=browser.told(library.told()))
