// @ts-check
// An autoencoder beside a VAE: what the nll of each is, and what else than their kind may make the two differ.

/** @typedef {Record<string, any>} Header of a bundle */

const NOT_OF_AN_AE = ["kind", "spread", "objective", "samples", "beta", "kl_warmup_epochs", "points", "encoder_share"];
const BUDGETS = ["epochs", "steps", "seconds"];
const MOST = 4; // settings that are named

/** @param {unknown} value */
const textOf = (value) => (Array.isArray(value) ? value.join("·") : String(value));

/** What a model of either kind was made and trained with, by name. @param {Header} header @returns {Map<string, string>} */
function settingsOf({config, training}) {
  const budget = BUDGETS.filter((name) => training[name]).map((name) => `${training[name].toLocaleString("en")} ${name}`).join(", ");
  const others = Object.entries({...config, ...training}).filter(([name]) => !NOT_OF_AN_AE.includes(name) && !BUDGETS.includes(name));
  return new Map([["budget", budget], ...others.map(([name, value]) => /** @type {[string, string]} */ ([name.replaceAll("_", " "), textOf(value)]))]);
}

/** In what the two differ besides their kind; null where that is not on record. @param {Header} ae @param {Header} vae */
export function differences(ae, vae) {
  if (!ae.training || !vae.training) return null;
  const [mine, other] = [settingsOf(ae), settingsOf(vae)];
  const told = [...new Set([...mine.keys(), ...other.keys()])].filter((name) => mine.get(name) !== other.get(name))
    .map((name) => `${name} ${mine.get(name) ?? "–"} (AE), ${other.get(name) ?? "–"} (VAE)`);
  return vae.beta === 1 ? told : [...told, `β ${vae.beta} in the VAE's loss`];
}

/** What to know before one holds their numbers side by side: in two words, and in full; null where one of them has no nll.
 * @param {Header} ae @param {Header} vae @returns {{short: string, means: string}|null} */
export function aeBesideVae(ae, vae) {
  if (![ae, vae].every(({metrics}) => typeof metrics?.nll === "number")) return null;
  const are = "The AE's nll is −log p(x|z) at the one code of each image, the VAE's its mean over z of q(z|x); the VAE's −ELBO adds the KL, which an AE has not.";
  const found = differences(ae, vae);
  if (!found) return {short: "trained elsewhere", means: `${are} How both were trained is not on record here, so these numbers do not say which kind reconstructs better.`};
  if (!found.length) return {short: "trained alike", means: `${are} They have the same networks and were trained alike.`};
  const more = found.length > MOST ? `; and ${found.length - MOST} more` : "";
  return {short: "trained differently", means: `${are} They also differ in their settings: ${found.slice(0, MOST).join("; ")}${more}. So these numbers do not say which kind reconstructs better.`};
}
