"""The bar with which a visitor leafs through a book: previous, all its pages, next; by keys as well."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import streamlit as st

from dashboard.shared import browser, state, wording

_STYLE = """<style>
[class*=st-key-pages-of] button { padding: .25rem .6rem; }
/* On a phone the pages are one line that is moved sideways, between two arrows. */
@media (max-width: 640px) {
  [class*=st-key-bar-of] { flex-wrap: nowrap; gap: .25rem; }
  [class*=st-key-bar-of] > :has(> [class*=st-key-pages-of]) { flex: 1 1 0; min-width: 0; }
  [class*=st-key-pages-of] { width: 100%; flex-wrap: nowrap; overflow-x: auto; }
  [class*=st-key-pages-of] button { white-space: nowrap; }
  [class*=st-key-bar-of] > [data-testid=stElementContainer] button { width: 2.75rem; padding: 0; }
  [class*=st-key-bar-of] > [data-testid=stElementContainer] button * { font-size: 0; }
  [class*=st-key-bar-of] > [data-testid=stElementContainer] button p::before { content: "‹"; font-size: 1.5rem; line-height: 1; }
  [class*=st-key-bar-of] > [data-testid=stElementContainer]:last-child button p::before { content: "›"; }
}
[data-testid=stLayoutWrapper]:has(> [class*=st-key-following]) { position: absolute; width: 0; }
</style>"""
# Where the bar is wider than its screen, the present page is brought into sight, and again whenever the bar is laid out anew,
# until the visitor moves the bar; the page itself stays where it is. And a key that turns the page does so from a choice,
# too: Streamlit leaves the keys of every input alone. It calls this again for every page, without a cleanup between.
_follow = st.components.v2.component(
    "latent_leafing",
    js="""const KEYS = ["PageUp", "PageDown"], CHOICES = "input[type=radio], input[type=checkbox]";
const hand = (event) => {
  if (!KEYS.includes(event.key) || !event.target.matches?.(CHOICES)) return;
  event.preventDefault();
  event.stopPropagation();
  document.body.dispatchEvent(new KeyboardEvent(event.type, event));
};
const ends = new WeakMap();
export default function ({data, parentElement}) {
  ends.get(parentElement)?.();
  const {book, place} = JSON.parse(data.json);
  const bar = `.st-key-pages-of-${book}`;
  const gone = new AbortController();
  let watched = [];
  const follow = () => {
    const pages = document.querySelector(bar);
    const all = [pages, ...(pages?.querySelectorAll("button") ?? [])];
    const page = all[place + 1];
    if (!page) return;
    const [outer, inner] = [pages, page].map((element) => element.getBoundingClientRect());
    pages.scrollLeft += inner.left + inner.width / 2 - outer.left - outer.width / 2;
    if (all.every((one, i) => one === watched[i])) return;
    sizes.disconnect();
    for (const one of watched = all) sizes.observe(one);
  };
  const sizes = new ResizeObserver(follow), parts = new MutationObserver(follow);
  const leave = () => {
    sizes.disconnect();
    parts.disconnect();
  };
  parts.observe(document.body, {childList: true, subtree: true});
  follow();
  for (const kind of ["pointerdown", "wheel"])
    addEventListener(kind, ({target}) => target.closest?.(bar) && leave(), {capture: true, signal: gone.signal});
  addEventListener("keydown", hand, {capture: true, signal: gone.signal});
  const end = () => {
    leave();
    gone.abort();
  };
  ends.set(parentElement, end);
  return end;
}
""",
)
_PREVIOUS, _NEXT = (wording.PREVIOUS, "PageUp"), (wording.NEXT, "PageDown")  # the keys that a presenter's remote control sends


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
