// @ts-check
// Numbers as they stand on screen.

const MOST_DECIMALS = 3;

/** With decimals and a true minus sign, and none before a nought; what is too large for any line as a power of ten. Any number has its
 * words, since a diverging run logs any. @param {number} value @param {number} [decimals] */
export function signedNumber(value, decimals = 2) {
  if (Number.isNaN(value)) return "no number";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Math.abs(value) < 1e6) return value.toFixed(decimals).replace(/^-(?=0\.0*$)/, "").replace("-", "−");
  const [mantissa, exponent] = value.toExponential(1).split("e+");
  return `${mantissa.replace("-", "−")}·10${Array.from(exponent, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}

/** A mean and, behind it, its standard error where that is known: with so many decimals that the error is not 0.
 * @param {number} value @param {number|undefined} error @param {number} [decimals] at least @returns {[string, string]} */
export function meanAndError(value, error, decimals = 2) {
  if (error === undefined || !Number.isFinite(error)) return [signedNumber(value, decimals), ""];
  const enough = error > 0 ? Math.min(Math.max(decimals, Math.ceil(-Math.log10(error))), MOST_DECIMALS) : decimals;
  return [signedNumber(value, enough), `± ${signedNumber(error, enough)}`];
}

/** The same in a line. @param {number} value @param {number|undefined} error @param {number} [decimals] */
export function plusMinus(value, error, decimals = 2) {
  return meanAndError(value, error, decimals).filter(Boolean).join(" ");
}

/** By how much two numbers differ as they stand beside it: the difference of what signedNumber prints of them. @param {number} more @param {number} less @param {number} [decimals] */
export function apart(more, less, decimals = 2) {
  return Number(more.toFixed(decimals)) - Number(less.toFixed(decimals));
}

/** How large a file is. @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}

/** The decimals that tell one pixel of a map from the next. @param {import("../state/state.js").View|null} view null: the whole map */
export function decimalsOn(view) {
  return view ? Math.max(2, Math.ceil(Math.log10(view.scale))) : 2;
}
