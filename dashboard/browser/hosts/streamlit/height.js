// @ts-check
// Views that are as tall as Streamlit's page leaves room for.

const BOTTOM_SPACE = 12;

/** Gives a view the height that the window leaves below the place it stands at, from now on; and says how much of the window what the
 * host keeps in sight covers. @param {HTMLElement} root @param {number} least pixels */
export function keepFitting(root, least) {
  function fit() {
    const kept = [...document.querySelectorAll("[data-testid=stHeader], [class*=st-key-stays-above]")];
    root.style.setProperty("--lx-top", `${kept.reduce((sum, bar) => sum + bar.getBoundingClientRect().height, 0)}px`);
    const top = root.getBoundingClientRect().top + (document.querySelector("[data-testid=stMain]") ?? document.documentElement).scrollTop;
    root.style.setProperty("--lx-height", `${Math.max(least, innerHeight - top - BOTTOM_SPACE)}px`);
  }

  /** What stands above came or went, or the window changed. */
  const above = new ResizeObserver(fit);
  above.observe(document.documentElement);
  const block = document.querySelector("[data-testid=stMain] [data-testid=stVerticalBlock]");
  if (block) above.observe(block);
  return {fit, end: () => above.disconnect()};
}
