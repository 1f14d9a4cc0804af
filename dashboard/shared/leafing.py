"""The bar with which a visitor leafs through a book: previous, all its pages, next; by keys as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from dashboard.shared import browser, state, wording

_STYLE = """<style>
[class*=st-key-pages-of] button { padding: .25rem .6rem; }
@media (min-width: 641px) { [data-testid=stLayoutWrapper]:has(> [class*=st-key-onward-in]) { display: none; } }
[data-testid=stLayoutWrapper]:has(> [class*=st-key-following]) { position: absolute; }
</style>"""
# Where the bar is wider than its screen, the present page is brought into sight; the page itself stays where it is. And a key
# that turns the page does so from a choice, too: Streamlit leaves the keys of every input alone.
_follow = st.components.v2.component(
    "latent_leafing",
    js="""const KEYS = ["PageUp", "PageDown"], CHOICES = "input[type=radio], input[type=checkbox]";
const hand = (event) => {
  if (!KEYS.includes(event.key) || !event.target.matches?.(CHOICES)) return;
  event.preventDefault();
  event.stopPropagation();
  document.body.dispatchEvent(new KeyboardEvent(event.type, event));
};
export default function ({data}) {
  const {book, place} = JSON.parse(data.json);
  let shown = null;
  const follow = () => {
    const pages = document.querySelector(`.st-key-pages-of-${book}`);
    const page = pages?.querySelectorAll("button")[place];
    if (!page || page === shown) return;
    const [all, one] = [pages, page].map((element) => element.getBoundingClientRect());
    pages.scrollLeft += one.left + one.width / 2 - all.left - all.width / 2;
    shown = page;
  };
  const laidOut = new MutationObserver(follow); // now, or later, or once more
  laidOut.observe(document.body, {childList: true, subtree: true});
  follow();
  addEventListener("keydown", hand, true);
  return () => {
    laidOut.disconnect();
    removeEventListener("keydown", hand, true);
  };
}
""",
)
_PREVIOUS, _NEXT = ("Previous", "PageUp"), ("Next", "PageDown")  # the keys that a presenter's remote control sends


def bar(book: str, names: Sequence[str], labels: Sequence[str], place: int) -> None:
    """Draw the bar; what it does is in the address (state.turned_to)."""
    st.html(_STYLE)
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=f"bar-of-{book}"):
        _turn(book, names, place - 1, *_PREVIOUS)
        # Keys and not one control with a value: a browser may report a value once more after the page was turned.
        with st.container(horizontal=True, gap=None, width="content", key=f"pages-of-{book}"):
            for i, (name, label) in enumerate(zip(names, labels, strict=True)):
                kind: Literal["secondary", "tertiary"] = "secondary" if i == place else "tertiary"
                st.button(label, type=kind, on_click=state.turn_to, args=(book, name), key=f"{book} page {name}")
        _turn(book, names, place + 1, *_NEXT)


def follow(book: str, place: int) -> None:
    """Bring the present page into sight in the bar, and let page keys turn it from a choice, too; shows nothing itself."""
    with st.container(key=f"following-{book}"):
        _follow(key=f"follow-{book}", data=browser.told({"book": book, "place": place}), height=1)


def onward(book: str, names: Sequence[str], labels: Sequence[str], place: int) -> None:
    """The next page once more, below the present one, on a screen where the bar is far above."""
    if place + 1 < len(names):
        with st.container(key=f"onward-in-{book}"):
            to, label = names[place + 1], f"Next: {labels[place + 1]}"
            st.button(label, on_click=state.turn_to, args=(book, to), key=f"{book} onward", width="stretch")


def _turn(book: str, names: Sequence[str], to: int, label: str, shortcut: str) -> None:
    exists = 0 <= to < len(names)
    target = names[to] if exists else ""
    help = None if exists else wording.FIRST if to < 0 else wording.LAST
    st.button(
        label,
        disabled=not exists,
        shortcut=shortcut,
        on_click=state.turn_to,
        args=(book, target),
        key=f"{book} {label}",
        help=help,
    )
