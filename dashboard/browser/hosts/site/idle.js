// @ts-check
// When a page has drawn what it has, and nobody waits for it.

const PATIENCE = 2000; // milliseconds
const A_FEW_FRAMES = 100; // milliseconds, where the browser does not say
const HEAD_START = 300; // milliseconds that a visitor has the page alone, once there is something to touch

export async function idle() {
  await lull();
  await new Promise((resolve) => setTimeout(resolve, HEAD_START));
  await lull();
}

function lull() {
  return new Promise((resolve) => ("requestIdleCallback" in globalThis ? requestIdleCallback(resolve, {timeout: PATIENCE}) : setTimeout(resolve, A_FEW_FRAMES)));
}
