// @ts-check
// Files dropped on the page, or chosen: pictures and arrays become a data set. Nothing is sent anywhere.

import {PlainError} from "../../base/errors.js";
import {contextOf, make} from "../../base/dom.js";
import {readArrays} from "../own/arrays.js";
import {dataSetOf, picturesIn} from "../own/own.js";

const SIDE = 28;
const PICTURE = /\.(png|jpe?g|gif|webp|bmp)$/i;

/** @param {readonly File[]} files @returns {Promise<import("../data.js").DataSet>} @throws {PlainError} */
export async function readFiles(files) {
  const name = files.length === 1 ? files[0].name : `${files.length} files of yours`;
  const pictures = files.filter((file) => PICTURE.test(file.name));
  if (pictures.length) return dataSetOf(await readPictures(pictures), name);
  const arrays = new Map();
  for (const file of files) for (const [part, numbers] of await readArrays(file.name, new Uint8Array(await file.arrayBuffer()))) arrays.set(`${file.name} ${part}`, numbers);
  return dataSetOf(picturesIn(arrays), name);
}

/** Each picture as a small grey square on black. @param {readonly File[]} files @returns {Promise<import("../own/own.js").Pictures>} */
async function readPictures(files) {
  const context = contextOf(make("canvas", {width: SIDE, height: SIDE}), {willReadFrequently: true});
  const images = new Uint8Array(files.length * SIDE ** 2);
  for (const [place, file] of files.entries()) {
    const bitmap = await createImageBitmap(file, {resizeQuality: "high"}).catch(() => {
      throw new PlainError(`${file.name} is no picture that this browser can read.`);
    });
    const scale = SIDE / Math.max(bitmap.width, bitmap.height), [wide, high] = [bitmap.width * scale, bitmap.height * scale];
    context.fillStyle = "#000";
    context.fillRect(0, 0, SIDE, SIDE);
    context.drawImage(bitmap, (SIDE - wide) / 2, (SIDE - high) / 2, wide, high);
    bitmap.close();
    const {data} = context.getImageData(0, 0, SIDE, SIDE);
    for (let i = 0; i < SIDE ** 2; i++) images[place * SIDE ** 2 + i] = Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]);
  }
  return {images, labels: null, high: SIDE, wide: SIDE, count: files.length};
}

/** A place of the page on which files can be dropped. @param {HTMLElement} place @param {(files: File[]) => void} take */
export function acceptFiles(place, take) {
  place.addEventListener("dragover", (event) => {
    event.preventDefault();
    place.toggleAttribute("data-over", true);
  });
  place.addEventListener("dragleave", () => place.removeAttribute("data-over"));
  place.addEventListener("drop", (event) => {
    event.preventDefault();
    place.removeAttribute("data-over");
    if (event.dataTransfer?.files.length) take([...event.dataTransfer.files]);
  });
}
