// @ts-check
// Step 4: log p(x) = ELBO(q) + KL(q ‖ p(z|x)) as three measured bars, the ELBO in its two parts.

import {make} from "../../base/dom.js";
import {createBars, roundedEnd} from "../parts/bars.js";
import {createFitting} from "../parts/fitting.js";
import {createNote, createReadings, numberText} from "../parts/parts.js";

const ROOM = 1.2; // the axis reaches that many times as far as log p(x), and further if q is worse

/** @param {import("../lesson.js").Lesson} lesson @returns {import("../lesson.js").LessonView} */
export function identityView(lesson) {
  const fitting = createFitting(lesson);
  const {image} = fitting;
  const bars = createBars("log p(x) = ELBO + gap, in nats: the further right a bar ends, the better", [
    {label: "log p(x)", testid: "reading-log_px", parts: ["truth"]},
    {label: "ELBO", testid: "reading-elbo", parts: ["elbo"]},
    {label: "gap", testid: "reading-gap", parts: ["gap"]},
    {label: "−ELBO", parts: ["kl", "nll"]},
  ]);
  const key = createNote("identity-key");
  key.say("The further right log p(x) and ELBO reach, the better; the gap, KL(q ‖ p(z|x)), is what the ELBO lacks. What is left from it to 0 is −ELBO = nll + KL(q ‖ p(z)), with another KL.");
  const table = createReadings([{name: "nll", label: "nll", unit: "nats", kind: "nll"}, {name: "kl", label: "KL(q ‖ p(z))", unit: "nats", kind: "kl"}]);
  const note = createNote("identity-note");

  /** @param {boolean} quick */
  function readings(quick) {
    const found = fitting.numbers(quick);
    return {log_px: image.subject().truth?.logPx ?? null, elbo: found?.elbo ?? null, gap: found?.gap ?? null, nll: found?.nll ?? null, kl: found?.kl ?? null};
  }

  return {
    elements: [image.element, fitting.map.element, make("div", {class: "ls-side"}, fitting.actions, bars.element, key.element, table.element, note.element)],
    resize: fitting.map.resize,
    render() {
      fitting.render();
      const found = fitting.numbers(true);
      const most = found ? roundedEnd(Math.max(-found.elbo, -ROOM * found.logPx)) : 1;
      bars.show(found && [
        {value: found.logPx, parts: [[-most, found.logPx]]},
        {value: found.elbo, parts: [[-most, found.elbo]]},
        {value: found.gap, parts: [[found.elbo, found.logPx]]},
        {value: -found.elbo, parts: [[found.elbo, found.elbo + found.kl], [found.elbo + found.kl, 0]]},
      ], -most, 0);
      table.show(readings(true));
      note.say(found
        ? `${numberText(found.logPx)} = ${numberText(found.elbo)} + ${numberText(found.gap)}. log p(x) belongs to the image and the decoder: moving q shifts only the border between ELBO and gap.`
        : "The exact log p(x) is being worked out …");
    },
    readings: () => readings(false),
    left: fitting.left,
    place: image.place,
  };
}
