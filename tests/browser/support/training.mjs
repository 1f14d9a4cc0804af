// Trainings without threads, for tests: what `startSession` makes of a worker is here a few turns of the loop of events.
import {serveTraining} from "../../../dashboard/browser/train/worker.js";
import {startSession} from "../../../dashboard/browser/train/session.js";
import {modelConfig, trainConfig} from "../../../dashboard/browser/train/recipe.js";

/** What a worker is to whoever made it; it ends with those that it made. */
class Here {
  #made = [];
  constructor() {
    this.scope = {postMessage: (data) => setImmediate(() => this.onmessage?.({data})), onmessage: null};
    serveTraining(this.scope, () => {
      this.#made.push(new Here());
      return this.#made.at(-1);
    });
  }
  postMessage(data) {
    this.ports ??= (data.ports ?? []).filter(Boolean);
    setImmediate(() => this.scope.onmessage?.({data}));
  }
  terminate() {
    for (const port of this.ports ?? []) port.close();
    for (const other of this.#made) other.terminate();
    this.scope.onmessage = null;
  }
}

/** A data set of the page made of bytes. */
export function dataSet(images, labels, side, trained, held, classes = [..."0123456789"]) {
  const part = (from, to) => ({images: images.slice(from * side ** 2, to * side ** 2), labels: labels.slice(from, to), pixels: side ** 2});
  const all = images.length / side ** 2;
  return {name: "digits", train: part(0, trained), held: part(trained, trained + held), rest: part(trained + held, all), classes, side, of: null, own: false};
}

/** Train to the end, and what there is then. @param {(session: any, step: number) => void} [each] is told of every change */
export function trained(data, model, train, {team = 1, mapped = 20, each = () => {}} = {}) {
  const recipe = {model: modelConfig({side: data.side, ...model}), train: trainConfig({classes: data.classes, train_size: data.train.labels.length, held_out: data.held.labels.length, ...train}), name: "a run"};
  if (data.side === 28) delete recipe.model.side;
  const shown = {...data.held, classes: data.classes, splits: {validation: data.held.labels.length}, of: null};
  return new Promise((resolve, reject) => {
    const session = startSession({recipe, images: data.train, held: data.held, shown, mapped, team}, new Here(), () => {
      const {finished, failed, step} = session.state();
      each(session, step);
      if (failed) reject(new Error(failed));
      if (finished) resolve({recipe, session, data});
    });
  });
}
