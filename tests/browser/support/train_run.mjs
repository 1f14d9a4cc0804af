// Trains on images in a file and writes the run as the page does: node train_run.mjs IMAGES SETTINGS RUN.zip
import {readFileSync, writeFileSync} from "node:fs";
import {runFile} from "../../../dashboard/browser/train/archive.js";
import {dataSet, trained} from "./training.mjs";

const [, , imagesFile, settings, to] = process.argv;
const {side, labels, classes, split: [count, held], own, model, train, team = 1} = JSON.parse(settings);
const data = {...dataSet(new Uint8Array(readFileSync(imagesFile)), Uint8Array.from(labels), side, count, held, classes), own};
const {recipe, session} = await trained(data, model, train, {team});
writeFileSync(to, runFile({recipe, events: session.events, instants: session.instants, finished: session.state().finished, data}));
session.end();
