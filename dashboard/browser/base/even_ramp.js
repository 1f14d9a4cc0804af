// @ts-check
// A ramp of colours for a number: lightness rises steadily, so that it is read without telling hues apart, and neighbours
// look equally far from one another. Worked out in OKLab (Ottosson 2020, https://bottosson.github.io/posts/oklab). No DOM.

/** @typedef {[number, number, number]} Triple */

const FINE = 512; // places on the way from which the even ones are chosen
const MOST_CHROMA = 0.14;
const HUES = [300, 100]; // degrees: violet by way of blue and green to yellow
/** Lightness at the ends: a dot is to stand out from the page at both. */
const LIGHTNESS = {light: [0.32, 0.86], dark: [0.44, 0.92]};

/**
 * So many colours, from dark to bright, equally far apart.
 * @param {number} count @param {boolean} dark whether they stand on a dark page
 * @returns {Triple[]} red, green, blue, 0…255
 */
export function evenRamp(count, dark) {
  const [from, to] = LIGHTNESS[dark ? "dark" : "light"];
  const way = Array.from({length: FINE + 1}, (_, i) => colourAt(from + (to - from) * i / FINE, HUES[0] + (HUES[1] - HUES[0]) * i / FINE));
  const gone = [0];
  for (let i = 1; i < way.length; i++) gone.push(gone[i - 1] + distance(way[i - 1], way[i]));
  let at = 0;
  return Array.from({length: count}, (_, step) => {
    const wanted = gone[FINE] * step / Math.max(1, count - 1);
    while (at < FINE && gone[at] < wanted) at++;
    return bytesOf(way[at]);
  });
}

/** OKLab of red, green and blue 0…255. @param {ArrayLike<number>} rgb @returns {Triple} lightness 0…1 and two axes of colour */
export function okLab(rgb) {
  const [r, g, b] = Array.from(rgb, (value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s, 1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s];
}

/** @param {Triple} a @param {Triple} b */
function distance(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
}

/** As colourful as a screen can show it, up to a bound. @param {number} lightness @param {number} hue degrees @returns {Triple} OKLab */
function colourAt(lightness, hue) {
  const [x, y] = [Math.cos(hue / 180 * Math.PI), Math.sin(hue / 180 * Math.PI)];
  let [least, most] = [0, MOST_CHROMA];
  for (let halving = 0; halving < 20; halving++) {
    const chroma = (least + most) / 2;
    if (linearOf([lightness, chroma * x, chroma * y]).every((value) => value >= 0 && value <= 1)) least = chroma;
    else most = chroma;
  }
  return [lightness, least * x, least * y];
}

/** @param {Triple} lab @returns {Triple} linear light 0…1, or beyond where a screen cannot show it */
function linearOf([lightness, a, b]) {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s, -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s];
}

/** @param {Triple} lab @returns {Triple} */
function bytesOf(lab) {
  return /** @type {Triple} */ (linearOf(lab).map((value) => Math.round(255 * (value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055))));
}
