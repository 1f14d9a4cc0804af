// Put into each page before anything else: notes when frames come and when they show another picture.
(() => {
  /** Looks at every frame until the function it returns is called, which then says what was found. */
  function looking(look, found) {
    let [last, running] = [NaN, true];
    requestAnimationFrame(function next(now) {
      look(now - last || 0);
      last = now;
      if (running) requestAnimationFrame(next);
    });
    return () => {
      running = false;
      return found();
    };
  }

  /** The longest time between two frames, milliseconds. */
  function gap() {
    let longest = 0;
    return looking((time) => (longest = Math.max(longest, time)), () => longest);
  }

  /** Frames per second. */
  function frames() {
    let count = -1;
    const began = performance.now();
    return looking(() => count++, () => 1000 * count / (performance.now() - began));
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

  window.__measuring = {gap, frames, watch};
})();
