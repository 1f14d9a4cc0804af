// @ts-check
// A training on threads of its own. The first trainer keeps the course, measures, and tells the page what happens; the others follow it.

import {sentenceOf} from "../base/errors.js";
import {pause} from "../base/slices.js";
import {bundleFile, frameFile, snapshotFile, weightsFile} from "./files.js";
import {meansOf, Run} from "./run.js";
import {createTeam} from "./team.js";
import {Trainer} from "./trainer.js";

/** @typedef {import("./files.js").Recipe} Recipe */
/** @typedef {import("./files.js").Shown} Shown */
/** @typedef {import("./trainer.js").Images} Images */
/** @typedef {import("./run.js").LogEvent} LogEvent */
/** @typedef {{kind: "begin", recipe: Recipe, images: Images, held: Images, shown: Shown, mapped: number, team: number, paused: boolean}} Begin
 *   held: images that are measured; the first `mapped` of them are on the map, and all of them in Explore; team: how many trainers */
/** @typedef {{kind: "join", recipe: Recipe, images: Images, place: number, ports: (MessagePort|null)[]}} Join ports: to the trainers beside the first, who speaks to each by itself:
 *   between a thread and one that it began buffers change hands without a copy */
/** @typedef {Begin|{kind: "hold", held: boolean}|{kind: "one"}|{kind: "stop"}|{kind: "pace", milliseconds: number}|{kind: "turn", knob: import("./run.js").Knob, value: number}
 *   |{kind: "look", seen: number}|{kind: "bundle"}} Asked */
/** @typedef {{events: LogEvent[], step: number, progress: number, seconds: number, holding: boolean}} News events since the last ones */
/** @typedef {{kind: "news", news: News}|{kind: "snapshot", step: number, frame: Uint8Array, weights: Uint8Array}|{kind: "live", step: number, frame: Uint8Array|null}
 *   |{kind: "finished", reason: string, metrics: Record<string, any>, weights: Uint8Array}|{kind: "bundle", bundle: Uint8Array}|{kind: "failed", sentence: string}} Reply */

const PART = 12; // milliseconds of steps between looks at what the page asks
const TELLING = 200; // milliseconds between news

/** @typedef {import("./team.js").Line} Line */

/** @param {Line} scope of a worker @param {() => Line & {onerror?: any}} make another one that serves the same, which ends with this one */
export function serveTraining(scope, make) {
  const tell = (/** @type {Reply} */ reply, /** @type {Uint8Array[]} */ ...bytes) => scope.postMessage(reply, bytes.map(({buffer}) => buffer));
  const fail = (/** @type {unknown} */ error) => tell({kind: "failed", sentence: sentenceOf(error)});
  scope.onmessage = ({data}) => {
    try {
      if (data.kind === "join") follow(scope, data).catch(fail);
      else {
        const leader = lead(data, make, tell, fail);
        scope.onmessage = (event) => leader.ask(event.data);
        leader.train().catch(fail);
      }
    } catch (error) {
      fail(error);
    }
  };
}

/** @param {Line} first @param {Join} join */
async function follow(first, {recipe, images, place, ports}) {
  const trainer = new Trainer(recipe.model, recipe.train, images, {place, of: ports.length});
  await createTeam(trainer, place, [first, ...ports.slice(1)]).follow();
}

/** @param {Begin} begin @param {() => Line & {onerror?: any}} make @param {(reply: Reply, ...bytes: Uint8Array[]) => void} tell @param {(error: unknown) => void} fail */
function lead(begin, make, tell, fail) {
  const {recipe, images, team: of} = begin;
  const trainer = new Trainer(recipe.model, recipe.train, images, {place: 0, of});
  const ports = Array.from({length: of}, () => /** @type {(MessagePort|null)[]} */ (new Array(of).fill(null)));
  for (let one = 2; one < of; one++) for (let other = 1; other < one; other++) {
    const {port1, port2} = new MessageChannel();
    [ports[one][other], ports[other][one]] = [port1, port2];
  }
  const others = ports.slice(1).map((own, i) => {
    const other = make();
    other.onerror = fail;
    other.postMessage({kind: "join", recipe, images, place: i + 1, ports: own}, own.filter((port) => port));
    return other;
  });
  return createLeader(begin, trainer, createTeam(trainer, 0, [null, ...others]), tell);
}

/** @param {Begin} begin @param {Trainer} trainer @param {ReturnType<typeof createTeam>} team @param {(reply: Reply, ...bytes: Uint8Array[]) => void} tell */
function createLeader({recipe, held, shown, mapped, team: of, paused}, trainer, team, tell) {
  const isVae = recipe.model.kind === "vae", {model} = trainer;
  const clock = createClock();
  const run = new Run(recipe.train, {perEpoch: trainer.perEpoch, batch: trainer.batch, isVae}, clock.seconds);
  let [holding, ones, pace, told, toldAt] = [paused, 0, 0, 0, -Infinity];
  /** @type {Asked[]} what is to be answered between two steps */
  const questions = [];
  /** @type {Record<string, any>|null} once it is over */
  let metrics = null;
  let wake = () => {};

  const weights = () => model.tensors(trainer.kept.weights);
  const frame = () => frameFile(recipe, run.step, weights(), trainer.codes(held, mapped), run.events, run.knobs.beta);
  const measure = () => meansOf(trainer.heldOut(held), isVae);

  function snapshot() {
    run.kept();
    const [bytes, file] = [frame(), snapshotFile(recipe, weights())];
    tell({kind: "snapshot", step: run.step, frame: bytes, weights: file}, bytes, file);
  }

  function news(now = false) {
    if (!now && performance.now() - toldAt < TELLING) return;
    tell({kind: "news", news: {events: run.events.slice(told), step: run.step, progress: run.progress, seconds: run.seconds(), holding}});
    [told, toldAt] = [run.events.length, performance.now()];
  }

  function answer() {
    for (const asked of questions.splice(0)) {
      if (asked.kind === "look") {
        const bytes = run.step > asked.seen && !metrics ? frame() : null;
        tell({kind: "live", step: run.step, frame: bytes}, ...(bytes ? [bytes] : []));
      } else {
        const trained = trainer.codes(trainer.images, trainer.count).mu;
        const bytes = bundleFile(recipe, weights(), shown, trainer.codes(held, held.labels.length), trained, metrics ?? {});
        tell({kind: "bundle", bundle: bytes}, bytes);
      }
    }
  }

  async function step() {
    const order = run.next();
    const sums = of > 1 ? await team.step(order) : trainer.step(order.step, order.rate, order.beta);
    if (ones) ones--;
    const due = run.took(sums, holding || pace > 0);
    if (due.snapshot) snapshot();
    if (due.epoch) run.measured(measure(), held.labels.length);
  }

  /** Until something is asked for, or some milliseconds have gone. @param {number} [milliseconds] */
  const asked = (milliseconds) => new Promise((/** @type {(value: void) => void} */ resolve) => {
    wake = resolve;
    if (milliseconds !== undefined) setTimeout(resolve, milliseconds);
  });

  async function rest() {
    clock.stop();
    news(true);
    while (holding && !ones && !run.over) {
      answer();
      await asked();
    }
    clock.go();
  }

  async function finish() {
    clock.stop();
    const terms = measure(), n = held.labels.length;
    if (!run.failure && !Object.values(terms).every(Number.isFinite)) run.fail(`The weights stopped being finite numbers by step ${run.step.toLocaleString("en")}: lower the learning rate.`);
    if (run.failure) {
      news(true);
      return tell({kind: "failed", sentence: run.failure});
    }
    snapshot();
    run.finished(terms, n);
    const {protocol, seed} = recipe.train;
    metrics = {protocol, split: "validation", n, seed, estimator: "B", samples: 1, steps: run.step, seconds: Math.round(10 * run.seconds()) / 10, ...terms};
    news(true);
    const file = weightsFile(recipe, weights());
    tell({kind: "finished", reason: run.over, metrics, weights: file}, file);
    for (;;) {
      answer();
      await asked();
    }
  }

  return {
    async train() {
      snapshot();
      news(true);
      while (!run.over) {
        if (holding && !ones) await rest();
        for (const began = performance.now(); !run.over && (ones || !holding) && performance.now() - began < PART; ) {
          await step();
          if (pace) break;
        }
        answer();
        news(holding);
        await (pace && !holding ? asked(pace) : pause());
      }
      await finish();
    },
    /** @param {Asked} asked */
    ask(asked) {
      if (asked.kind === "hold") holding = asked.held;
      else if (asked.kind === "one") [holding, ones] = [true, ones + 1];
      else if (asked.kind === "stop") run.stop();
      else if (asked.kind === "pace") pace = asked.milliseconds;
      else if (asked.kind === "turn") run.turn(asked.knob, asked.value);
      else questions.push(asked);
      wake();
    },
  };
}

/** Seconds that go by unless it stands still. */
function createClock() {
  let [since, gone] = [performance.now(), 0];
  const seconds = () => (gone + (since ? performance.now() - since : 0)) / 1000;
  return {
    seconds,
    stop: () => ([gone, since] = [1000 * seconds(), 0]),
    go: () => (since = performance.now()),
  };
}
