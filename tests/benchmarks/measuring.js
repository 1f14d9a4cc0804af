// Put into each page before anything else: notes when answers of workers arrive and when frames show another picture.
(() => {
  const replies = new EventTarget();
  const Native = window.Worker;
  window.Worker = class extends Native {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", () => replies.dispatchEvent(new Event("reply")));
    }
  };

  /** The time at which the frame under way has been drawn. */
  const drawn = () => new Promise((resolve) => requestAnimationFrame(() => {
    const channel = new MessageChannel();
    channel.port1.onmessage = () => resolve(performance.now());
    channel.port2.postMessage(0);
  }));

  /** Milliseconds from the next change of a control until `count` answers of workers are drawn, and the longest time between frames. */
  async function batches(count) {
    let [gap, last, running] = [0, NaN, true];
    requestAnimationFrame(function look(now) {
      gap = Math.max(gap, now - last || 0);
      last = now;
      if (running) requestAnimationFrame(look);
    });
    const began = await new Promise((resolve) => addEventListener("input", (event) => resolve(event.timeStamp), {capture: true, once: true}));
    gap = 0;
    for (let i = 0; i < count; i++) await new Promise((resolve) => replies.addEventListener("reply", resolve, {once: true}));
    const ms = await drawn() - began;
    running = false;
    return {ms, gap};
  }

  /** The first element that a selector names, looked for behind shadow roots as well. */
  const find = (selector, root = document) => root.querySelector(selector)
    ?? [...root.querySelectorAll("*")].reduce((found, one) => found ?? (one.shadowRoot && find(selector, one.shadowRoot)), null);

  /** What an element shows: a canvas its pixels, an image the place it has been read from; null while there is nothing. */
  function shown(element) {
    if (element instanceof HTMLCanvasElement) return element.toDataURL();
    return element?.complete && element.naturalWidth ? element.src : null;
  }

  /** Notes for each event of a kind the milliseconds until a frame shows another picture; call what it returns for those times.
   * Frames are asked for only while a picture is awaited: a page at rest is to stay at rest. */
  function watch(kind, selector) {
    let [element, looking] = [find(selector), false];
    let picture = shown(element);
    const [waiting, times, listening] = [[], [], new AbortController()];
    addEventListener(kind, (event) => {
      waiting.push(event.timeStamp);
      if (!looking) requestAnimationFrame(look);
      looking = true;
    }, {capture: true, signal: listening.signal});
    function look() {
      const asked = waiting.length;
      const channel = new MessageChannel(); // its message comes when the frame has been drawn
      channel.port1.onmessage = () => {
        const at = performance.now();
        if (!element?.isConnected) element = find(selector);
        const now = shown(element);
        if (now !== null && now !== picture) {
          picture = now;
          times.push(...waiting.splice(0, asked).map((began) => at - began));
        }
        looking = waiting.length > 0;
        if (looking) requestAnimationFrame(look);
      };
      channel.port2.postMessage(0);
    }
    return () => {
      listening.abort();
      waiting.length = 0;
      return times;
    };
  }

  window.__measuring = {batches, watch};
})();
