// @ts-check
// Time as a lecturer reads it.

/** Minutes and seconds. @param {number} seconds */
export function clockText(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** What has gone by, of what was planned. @param {number} elapsed seconds @param {number} planned minutes, 0 for no plan */
export function clockLine(elapsed, planned) {
  return planned ? `${clockText(elapsed)} of ${clockText(planned * 60)}` : clockText(elapsed);
}

/** How a speaker stands against the plan in a scene, which lasts from one minute of it to another. @param {number} elapsed seconds @param {number} from @param {number} to */
export function paceText(elapsed, from, to) {
  if (to <= from) return "";
  if (elapsed < from * 60) return `${clockText(from * 60 - elapsed)} ahead of the plan`;
  if (elapsed > to * 60) return `${clockText(elapsed - to * 60)} behind the plan`;
  return "as planned";
}
