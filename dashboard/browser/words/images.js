// @ts-check
// What one image of a map is called: by its file where it has one, and of which class it is.

import {classesOf, oneOf} from "./classes.js";
import {imageName} from "./splits.js";

/** @param {import("../model/bundle.js").Bundle} bundle @param {readonly string[]|null} files what the files call the images @param {number} index */
export function imageText(bundle, files, index) {
  const {labels, splits} = bundle.points;
  return `${files?.[index] ?? imageName(splits, index)}, ${oneOf(classesOf(bundle), labels[index])}`;
}
