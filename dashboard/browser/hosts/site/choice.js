// @ts-check
// Which models the site's Explore shows and offers. What stands beside what, and under which headings, was worked out when the site was
// written (dashboard/site/shelf.py).

/** @typedef {import("../../explore/explorer.js").Choice} Choice */
/** @typedef {{kind: string, data: string, beside: string[], parts: [bundle: string, encoder: string, decoder: string]}} Model beside: the pair that it leads where nothing else is asked for */
/** @typedef {{models: Record<string, Model>, offered: Choice[][], ladder: string[], images: Record<string, string>}} Shelf offered: for each of two maps; images: addresses by data set */

/** The models that an address asks for, as far as they are here and stand side by side; and the names that it asks for in vain.
 * @param {Shelf} shelf @param {string} search of the address */
export function askedModels({models, offered}, search) {
  const asked = (new URLSearchParams(search).get("models") ?? "").split(",").filter(Boolean);
  const known = asked.filter((name) => Object.hasOwn(models, name)).slice(0, 2);
  const missing = asked.filter((name) => !Object.hasOwn(models, name));
  const [first, second] = known.map((name) => models[name]);
  const fits = second && first.data === second.data && [first, second].some(({kind}) => kind === "vae") && known[0] !== known[1];
  const usual = models[known[0] ?? offered[0][0]?.name ?? Object.keys(models)[0]].beside;
  return {names: fits ? (first.kind === "vae" ? known : known.reverse()) : usual, missing};
}

/** For each map on show the models that it could show instead, of the same images. @param {Shelf} shelf @param {readonly string[]} names on the maps @returns {Choice[][]} */
export function offeredChoices({models, offered}, names) {
  const {data, kind} = models[names[0]];
  const alike = offered.map((choices) => choices.filter(({name}) => models[name].data === data));
  if (names.length === 2) return alike;
  return [kind === "vae" ? alike[0] : alike[1].filter(({name}) => models[name].kind === kind)];
}

/** The models to fetch for a page, and the places among them of those on show, and of the rungs: with one of these on the first map comes the whole ladder.
 * @param {Shelf} shelf @param {readonly string[]} names */
export function placedModels({ladder}, names) {
  if (!ladder.includes(names[0])) return {all: [...names], shown: [...names.keys()], rungs: []};
  return {all: [...ladder, ...names.slice(1)], shown: [ladder.indexOf(names[0]), ...names.slice(1).map((_, i) => ladder.length + i)], rungs: [...ladder.keys()]};
}

/** Those whose decoders may come after the first picture: all on show but the first. @param {{shown: readonly number[]}} placed */
export const lateOnes = ({shown}) => shown.slice(1);

/** What `fetchModels` is told of them. @param {Shelf} shelf @param {readonly string[]} names @returns {import("../served/library.js").Library} */
export function libraryOf({models, images}, names) {
  return {id: names.join(), models: names.map((name) => models[name].parts), images: images[models[names[0]].data]};
}

/** All addresses of a library. @param {import("../served/library.js").Library} library */
export const addressesOf = ({models, images}) => [...models.flatMap((parts) => parts.filter((part) => part !== undefined)), images];
