// Put into each page before anything else: notes when answers of workers arrive and when frames and pictures appear.
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

  /** Milliseconds from the next key until Streamlit shows another picture. */
  function keyToImage() {
    const image = () => document.querySelector("[data-testid=stImage] img");
    const before = image().src;
    return new Promise((resolve) => {
      let began = NaN;
      addEventListener("keydown", (event) => (began = event.timeStamp), {capture: true, once: true});
      requestAnimationFrame(function look() {
        const now = image();
        if (now && now.src !== before && now.complete && now.naturalWidth) drawn().then((at) => resolve(at - began));
        else requestAnimationFrame(look);
      });
    });
  }

  window.__measuring = {batches, keyToImage};
})();
