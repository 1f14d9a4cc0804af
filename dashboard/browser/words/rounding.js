// @ts-check
// What is said of weights that a file or a site rounded to be small.

/** What a model's name stands for, where its bundle says so; nothing of one with its full weights. @param {any} header of its bundle */
export function roundedWeights({rounded}) {
  const [p, codes] = [rounded?.p, rounded?.codes];
  if (![p, codes].every((one) => Number.isFinite(one) && one >= 0)) return "";
  return `Its weights are rounded here, to be small. Wherever that was tried, over the map and at the codes of its images, decoded pixels (0 to 1) are within ${atMost(p)} of those of the full weights, and codes within ${atMost(codes)}. Measured numbers are those of the full weights.`;
}

/** Two digits, and never less than the number. @param {number} number */
function atMost(number) {
  const unit = 10 ** (Math.floor(Math.log10(Math.max(number, 1e-9))) - 1);
  return String(Number((Math.ceil(number / unit - 1e-9) * unit).toPrecision(2)));
}
