// @ts-check
// When a page has drawn what it has, and nobody waits for it.

const PATIENCE = 2000; // milliseconds
const A_FEW_FRAMES = 100; // milliseconds, where the browser does not say

export function idle() {
  return new Promise((resolve) => ("requestIdleCallback" in globalThis ? requestIdleCallback(resolve, {timeout: PATIENCE}) : setTimeout(resolve, A_FEW_FRAMES)));
}
