// @ts-check
// A model of more than two latent dimensions as a map shows it: cut by a plane, z = o + P w, on which a code stands at w = Pᵀz.
// vae_engine/stored/plane.py lays it; to the networks here w is the latent, and how far the codes lie off the plane is on record.

/** @typedef {{kind: "vae"|"ae", plane: import("./bundle.js").Plane|null}} Cut */

/** Whether its encoder gives a distribution over the map and not a place alone. @param {Cut} bundle */
export function hasPosterior({kind, plane}) {
  return kind === "vae" && !plane;
}

/** Why there is no exact posterior, as a sentence; nothing where there is one. @param {Cut} bundle */
export function whyNotExact({kind, plane}) {
  if (kind === "ae") return "An autoencoder has no posterior: it gives a code, not a distribution.";
  return plane ? `No exact posterior, log p(x) or gap here: they are integrals over all ${plane.of} dimensions of z, and the plane is a slice.` : "";
}
