/**
 * Keeps what `<codeact-agent>` elements tell, in each document from its start, for the page object in widget.py.
 * Runs in the page under test, so it leaves nothing there but one property under a symbol.
 */
(() => {
  const key = Symbol.for('codeact_web.testing');
  if (key in window) return;
  const kept = [];
  const waiting = new Set();
  const plain = (value) => JSON.parse(JSON.stringify(value ?? null)); // drops functions, as of codeact-approval
  for (const name of ['ready', 'step', 'output', 'tool', 'approval', 'question', 'answer', 'error']) {
    const keep = (event) => {
      kept.push({ name, element: event.composedPath()[0], detail: plain(event.detail) });
      for (const look of waiting) look();
    };
    addEventListener(`codeact-${name}`, keep, true);
  }
  const of = (element) => kept.filter((each) => each.element === element).map(({ name, detail }) => ({ name, detail }));
  /** How far a test has come; a page that is loaded again begins anew. */
  const seen = (element) => ({ page: performance.timeOrigin, count: of(element).length });
  /** The first after `after` that has one of the names, once it is there; null after `ms`. */
  const next = (element, { after, names, ms }) =>
    new Promise((resolve) => {
      const end = (found) => {
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found);
      };
      const page = performance.timeOrigin;
      const since = after?.page === page ? after.count : 0;
      const look = () => {
        const all = of(element);
        const position = all.findIndex(({ name }, index) => index >= since && names.includes(name));
        if (position >= 0) end({ ...all[position], seen: { page, count: position + 1 } });
      };
      const timer = setTimeout(end, ms, null);
      waiting.add(look);
      look();
    });
  const ready = async (element, { tag, ms }) => {
    const late = new Promise((resolve) => setTimeout(resolve, ms, null));
    const loaded = customElements.whenDefined(tag).then(() => element.load());
    return Promise.race([loaded, late]).catch(({ kind, message }) => ({ kind, message }));
  };
  Object.defineProperty(window, key, { value: { of, seen, next, ready } });
})();
