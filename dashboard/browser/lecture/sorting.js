// @ts-check
// Rows of a list, dragged by their handles to other places.

/** @param {HTMLElement} list its children are the rows @param {(from: number, to: number) => void} dropped */
export function sortable(list, dropped) {
  /** @type {Element|null} */
  let held = null;
  const rowOf = (/** @type {Event} */ event) => [...list.children].find((row) => row.contains(/** @type {Node} */ (event.target))) ?? null;
  const placeOf = (/** @type {Element} */ row) => [...list.children].indexOf(row);
  const mark = (/** @type {Element|null} */ over) => {
    for (const row of list.children) row.toggleAttribute("data-over", row === over && row !== held);
  };
  list.addEventListener("dragstart", (event) => {
    held = rowOf(event);
    if (held) event.dataTransfer?.setDragImage(held, 12, 12);
  });
  list.addEventListener("dragover", (event) => {
    if (!held) return; // a file or a word from elsewhere
    event.preventDefault();
    mark(rowOf(event));
  });
  list.addEventListener("drop", (event) => {
    const to = rowOf(event);
    if (!held || !to) return;
    event.preventDefault();
    dropped(placeOf(held), placeOf(to));
  });
  list.addEventListener("dragend", () => {
    held = null;
    mark(null);
  });
}
