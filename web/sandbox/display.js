/**
 * The trusted script of the frame that shows one item made by code. It takes one message from its parent
 * and puts the markup into a nested frame where no script runs; the CSP of this file, which that frame
 * inherits, lets nothing load. Inlined into display.html by the bundler, with its hash in the CSP.
 */

/** @typedef {{type: 'show', mime: string, data: string, scheme: 'light' | 'dark'}} Show */

(() => {
  const SVG = 'html, body, svg { display: block; width: 100%; height: 100%; margin: 0; overflow: hidden; }';
  const HTML = `
    body { margin: 4px 2px; font: 14px/1.5 system-ui, sans-serif; color: light-dark(#1f2124, #e6e7e8); overflow-wrap: anywhere; }
    h1, h2, h3 { margin: 0.6em 0 0.3em; font-size: 1.15em; }
    p, ul, ol { margin: 0 0 0.6em; }
    table { border-collapse: collapse; font-size: 13px; font-variant-numeric: tabular-nums; }
    th, td { padding: 4px 12px 4px 0; border: 0; border-bottom: 1px solid light-dark(#e5e5e1, #34373b); text-align: left; }
    th { font-weight: 600; }
    pre, code { font: 13px/1.5 ui-monospace, monospace; }
    img, svg { max-width: 100%; height: auto; }
    a { color: inherit; pointer-events: none; }`;

  /** More parts than anyone can see; drawing a million stands the process of all sandboxed frames still. */
  const MOST_PARTS = 200_000;

  /** How many elements would be drawn, with what `<use>` repeats. @param {string} markup */
  function countParts(markup) {
    // Only counted, never shown: handlers are renamed, since the browser would report each as refused.
    const disarmed = markup.replace(/\bon(?=\w+\s*=)/gi, 'data-on');
    const parsed = new DOMParser().parseFromString(disarmed, 'text/html');
    /** @type {Map<Element, number>} */
    const known = new Map();
    /** @param {Element} element @param {number} depth @returns {number} */
    const count = (element, depth) => {
      const seen = known.get(element);
      if (seen !== undefined) return seen;
      known.set(element, 1); // a picture that uses itself is drawn once
      let parts = 1;
      if (depth > 500) return MOST_PARTS;
      for (const child of element.children) parts += count(child, depth + 1);
      const target =
        element.localName === 'use' && (element.getAttribute('href') ?? element.getAttribute('xlink:href'));
      const used = target && parsed.getElementById(target.slice(1));
      if (used) parts += count(used, depth + 1);
      known.set(element, parts);
      return parts;
    };
    return count(parsed.body, 0);
  }

  /** @param {Show} message */
  function show({ mime, data, scheme }) {
    if (countParts(data) > MOST_PARTS) data = '<p>This picture has more parts than can be drawn here.</p>';
    const dark = scheme === 'dark' ? 'dark' : 'light';
    document.documentElement.style.colorScheme = dark;
    const style = `:root { color-scheme: ${dark}; }${mime === 'image/svg+xml' ? SVG : HTML}`;
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', '');
    frame.title = document.title;
    frame.srcdoc = `<!doctype html><meta charset="utf-8"><style>${style}</style>${data}`;
    document.body.replaceChildren(frame);
  }

  /** @param {MessageEvent} event */
  function connect(event) {
    const [port] = event.ports;
    if (event.source !== parent || !port) return;
    removeEventListener('message', connect);
    port.onmessage = ({ data }) => {
      if (data?.type !== 'show') return;
      port.close();
      show(data);
    };
  }

  addEventListener('message', connect);
})();
