// In the page that holds the sandbox under attack: plays the host, runs the steps, and notes what the page felt.
// Given the limits and whether to harden, it gives an object whose `attack` never rejects.
async ({ limits, hardened, tools, planted }) => {
  const KEPT_CHARS = 3_000_000;
  const KEPT_CALLS = 20_000;
  const TICK_MS = 50;
  const KNOWN = ['booting', 'ready', 'checkpointed', 'restored', 'package_progress', 'memory'];

  document.title = 'host';
  for (const storage of [localStorage, sessionStorage]) storage.setItem('kept', planted);
  // biome-ignore lint/suspicious/noDocumentCookie: what an attack might read is set as pages set it
  document.cookie = `kept=${planted}; SameSite=Strict`;
  window.name = planted;
  window[`host_${planted.slice(-6)}`] = planted;
  await new Promise((resolve, reject) => {
    const opening = indexedDB.open(planted, 1);
    opening.onsuccess = resolve;
    opening.onerror = reject;
  });

  /** Sorted: Firefox makes a global when it is first used, and moves it to the end. @param {object} of */
  const names = (of) => Object.getOwnPropertyNames(of).sort();
  const looks = async () =>
    JSON.stringify([
      document.title,
      location.href,
      document.cookie,
      window.name,
      Object.entries(localStorage),
      Object.entries(sessionStorage),
      names(window).filter((name) => !['codeact', 'aftermath'].includes(name)),
      names(Object.prototype),
      (await indexedDB.databases()).map(({ name }) => name),
      [...document.querySelectorAll('*')].map(({ tagName, src }) => [tagName, src]),
      history.length,
    ]);

  const fresh = () => ({ output: '', chars: 0, displayed: [], displayed_chars: 0, calls: [], called: 0, heard: [] });
  let notes = fresh();
  window.addEventListener('message', ({ data }) => notes.heard.push(String(data)));
  window.codeact_event = (event) => {
    if (event.type === 'output') {
      for (const { text } of event.chunks) {
        notes.chars += text.length;
        if (notes.output.length < KEPT_CHARS) notes.output += text;
      }
    } else if (event.type === 'displayed') {
      const size = Object.values(event.bundle).join('').length;
      notes.displayed_chars += size;
      if (notes.displayed_chars < KEPT_CHARS) notes.displayed.push(event.bundle);
    } else if (!KNOWN.includes(event.type)) {
      notes.heard.push(event.type);
    }
  };
  window.codeact_tool = async ({ name, arguments: given }) => {
    if (notes.calls.length < KEPT_CALLS) notes.calls.push({ name, arguments: given });
    notes.called++;
    return { value: JSON.stringify(`${name} has answered`) };
  };

  /** Longest tasks where the browser tells of them. */
  let longest = 0;
  if (PerformanceObserver.supportedEntryTypes.includes('longtask')) {
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
    });
    observer.observe({ entryTypes: ['longtask'] });
  }

  /** One step, and what it sent meanwhile. @param {string} code @param {number} [time_ms] */
  const step = async (code, time_ms = limits.time_ms) => {
    notes = fresh();
    const began = performance.now();
    const outcome = await codeact_run({ code, time_ms });
    return { ...outcome, ms: performance.now() - began, ...notes };
  };

  /** As `step`; a worker that died between the steps is told of by the first that follows. @param {string} code @param {number} time_ms */
  const stepAfter = async (code, time_ms) => {
    const first = await step(code, time_ms);
    return first.error ? { ...(await step(code, time_ms)), told: first.error } : first;
  };

  const begin = () => {
    const ready = codeact_start({ limits, hardened });
    codeact.setTools(tools);
    return ready;
  };

  window.rig = {
    ready: await begin(),
    step,
    looks,

    /** @param {{code: string, time_ms: number, next_ms: number, follow: string[], after: Record<string, string>, again: string | null}} steps */
    async attack({ code, time_ms, next_ms, follow, after, again }) {
      window.aftermath = null;
      const found = { followed: [], after: {} };
      await codeact.start();
      const before = await looks();
      let ticks = 0;
      let widest = 0;
      let last = performance.now();
      longest = 0;
      const ticking = setInterval(() => {
        const now = performance.now();
        widest = Math.max(widest, now - last);
        last = now;
        ticks++;
      }, TICK_MS);
      const began = last;
      found.step = await step(code, time_ms);
      for (const each of follow) found.followed.push(await stepAfter(each, next_ms));
      for (const [name, each] of Object.entries(after)) found.after[name] = await stepAfter(each, next_ms);
      Object.assign(found, {
        ticks,
        widest,
        longest,
        share: ticks / Math.floor((performance.now() - began) / TICK_MS),
      });
      clearInterval(ticking);
      if (again !== null) {
        await codeact.reset();
        found.again = await step(again);
      }
      window.aftermath = { ...found, before, looks: await looks() };
    },

    /** A fresh interpreter for the next attack, while the caller does something else. */
    renew() {
      void codeact.reset();
    },
  };
};
