// @ts-check
// A picture from the visitor's disk, checked before it is decoded and brought into the form of an MNIST digit.

import {PlainError} from "../../base/errors.js";
import {centreAsMnist} from "../../images/digits.js";
import {contextOf, make} from "../../base/dom.js";

const LARGEST_FILE = 5_000_000;
const LARGEST_SIDE = 6000;
const WORKING_SIDE = 280;
const DAMAGED = "The picture is damaged and cannot be decoded.";
const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const IEND = 0x49454e44;
const SCAN = 0xffda; // the marker of a JPEG after which its pixels follow

/** side² grey pixels, bright ink on dark paper. Throws an Error of one sentence. @param {File} file @param {number} side @returns {Promise<Uint8Array>} */
export async function readUpload(file, side) {
  if (file.size > LARGEST_FILE) throw new PlainError(`The file has ${(file.size / 1e6).toFixed(1)} MB; at most 5 MB can be read.`);
  const bytes = new Uint8Array(await file.arrayBuffer());
  const size = pictureSize(bytes);
  if (!size) throw new PlainError("The file is neither a PNG nor a JPEG picture.");
  if (size.width > LARGEST_SIDE || size.height > LARGEST_SIDE || !size.width || !size.height) {
    throw new PlainError(`The picture has ${size.width} × ${size.height} pixels; at most ${LARGEST_SIDE} × ${LARGEST_SIDE} can be read.`);
  }
  // Some browsers would show what is there of a file that is cut short, and paper for the rest.
  if (!isWhole(bytes)) throw new PlainError(DAMAGED);
  let picture;
  try {
    // The browser turns it as its EXIF says, and brings 16 bits down to 8 by scaling.
    picture = await createImageBitmap(new Blob([bytes]), {imageOrientation: "from-image"});
  } catch {
    throw new PlainError(DAMAGED);
  }
  return greyDigit(picture, side);
}

/** @param {ImageBitmap} picture @param {number} side */
function greyDigit(picture, side) {
  const scale = Math.min(1, WORKING_SIDE / Math.max(picture.width, picture.height));
  const width = Math.max(1, Math.round(picture.width * scale));
  const height = Math.max(1, Math.round(picture.height * scale));
  const context = contextOf(make("canvas", {width, height}), {willReadFrequently: true});
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  picture.close();
  const {data} = context.getImageData(0, 0, width, height);
  const grey = new Uint8ClampedArray(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = 0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2];
  return centreAsMnist(brightInk(grey, width, height), width, height, side);
}

/** Ink is what differs from the border, stretched to full contrast: photographs of paper are grey on grey. @param {Uint8ClampedArray} grey @param {number} width @param {number} height */
function brightInk(grey, width, height) {
  let [paper, count] = [0, 0];
  for (let i = 0; i < grey.length; i++) {
    const [x, y] = [i % width, Math.floor(i / width)];
    if (x > 0 && y > 0 && x < width - 1 && y < height - 1) continue;
    paper += grey[i];
    count++;
  }
  paper /= count;
  const ink = Float32Array.from(grey, (value) => Math.abs(value - paper));
  const most = ink.reduce((a, b) => Math.max(a, b), 0);
  if (most < 24) throw new PlainError("The picture shows nothing: it is of one tone.");
  const noise = 0.2 * most;
  return Uint8ClampedArray.from(ink, (value) => Math.max(0, value - noise) / (most - noise) * 255);
}

/** Width and height from the header, without decoding. @param {Uint8Array} bytes @returns {{width: number, height: number}|null} */
function pictureSize(bytes) {
  const view = viewOf(bytes);
  if (isPng(bytes)) return {width: view.getUint32(16), height: view.getUint32(20)};
  for (const {marker, at} of jpegSegments(view)) {
    const frame = marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker);
    if (frame) return {width: view.getUint16(at + 7), height: view.getUint16(at + 5)};
  }
  return null;
}

/** Whether a PNG or JPEG has its end: the chunk IEND, or the marker after the scan (a thumbnail in its header has one, too). @param {Uint8Array} bytes */
function isWhole(bytes) {
  const view = viewOf(bytes);
  if (isPng(bytes)) {
    for (let at = PNG.length; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) if (view.getUint32(at + 4) === IEND) return true;
    return false;
  }
  for (const {marker, at} of jpegSegments(view)) {
    if (marker === SCAN) return bytes.some((byte, i) => i > at && byte === 0xff && bytes[i + 1] === 0xd9);
  }
  return false;
}

/** @param {Uint8Array} bytes */
function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** @param {Uint8Array} bytes */
function isPng(bytes) {
  return bytes.length > 24 && PNG.every((byte, i) => bytes[i] === byte);
}

/** The segments of a JPEG up to the scan, none for any other file. @param {DataView} view */
function* jpegSegments(view) {
  if (view.byteLength < 4 || view.getUint16(0) !== 0xffd8) return;
  for (let at = 2; at + 9 < view.byteLength; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    if (marker < 0xff00) return;
    yield {marker, at};
    if (marker === SCAN) return;
  }
}
