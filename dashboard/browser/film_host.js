// @ts-check
// The film of a training run as a Streamlit component.

/** @typedef {{data: any, parentElement: ShadowRoot|HTMLElement, setStateValue: (name: string, value: unknown) => void}} FilmCall */

/** @param {FilmCall} call @returns {() => void} cleanup */
export function filmComponent(call) {
  const root = /** @type {HTMLElement} */ (call.parentElement.querySelector("#latent-film"));
  root.textContent = "The first picture comes when training has begun.";
  return () => {};
}
