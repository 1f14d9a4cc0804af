// @ts-check
// Numbers as they stand on screen.

/** With decimals and a true minus sign, and none before a nought; what is too large for any line as a power of ten. @param {number} value @param {number} [decimals] */
export function signedNumber(value, decimals = 2) {
  if (Math.abs(value) < 1e6) return value.toFixed(decimals).replace(/^-(?=0\.0*$)/, "").replace("-", "−");
  const [mantissa, exponent] = value.toExponential(1).split("e+");
  return `${mantissa.replace("-", "−")}·10${Array.from(exponent, (digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}

/** A mean with its standard error, where that is known. @param {number} value @param {number|undefined} error @param {number} [decimals] */
export function plusMinus(value, error, decimals = 2) {
  return error === undefined ? signedNumber(value, decimals) : `${signedNumber(value, decimals)} ± ${signedNumber(error, decimals)}`;
}

/** By how much two numbers differ as they stand beside it: the difference of what signedNumber prints of them. @param {number} more @param {number} less @param {number} [decimals] */
export function apart(more, less, decimals = 2) {
  return Number(more.toFixed(decimals)) - Number(less.toFixed(decimals));
}

/** The decimals that tell one pixel of a map from the next. @param {import("../state/state.js").View|null} view null: the whole map */
export function decimalsOn(view) {
  return view ? Math.max(2, Math.ceil(Math.log10(view.scale))) : 2;
}
