import { isIsolated, sandboxOf } from '../isolated_frame.js';
import { css, html, LitElement, nothing } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { guessHeight, measureSvg } from './display_size.js';
import { shared } from './shared_styles.js';

/** Beside the page: modules are bundled, and where they came from says nothing. */
const FRAME = new URL('sandbox/display.html', document.baseURI).href;
const TALLEST_PICTURE = 640;

/**
 * HTML or SVG made by code, in a frame where no script runs and nothing loads.
 * @csspart frame - the iframe
 */
export class DisplayElement extends LitElement {
  /** @override */
  static properties = { mime: {}, data: {} };

  /** @override */
  static styles = [
    shared,
    css`
      div { overflow: hidden; }
      .picture { border-radius: var(--ca-radius-1); background: var(--ca-color-paper); outline: 1px solid var(--ca-color-line); outline-offset: -1px; }
      .markup { resize: vertical; min-block-size: 3rem; padding-block-end: var(--ca-space-2); }
      iframe { display: block; inline-size: 100%; block-size: 100%; border: 0; }
      .picture iframe { color-scheme: light; }
    `,
  ];

  #scheme = matchMedia('(prefers-color-scheme: dark)');
  /** @type {MessagePort | null} */ #port = null;

  constructor() {
    super();
    /** @type {'text/html' | 'image/svg+xml'} */
    this.mime = 'text/html';
    this.data = '';
  }

  get #picture() {
    return this.mime === 'image/svg+xml';
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.#scheme.addEventListener('change', this.#reload);
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.#scheme.removeEventListener('change', this.#reload);
    this.#port?.close();
  }

  #reload = () => {
    const frame = this.renderRoot.querySelector('iframe');
    if (frame && !this.#picture) frame.src = FRAME;
  };

  /** @param {Event} event */
  #show(event) {
    const frame = /** @type {HTMLIFrameElement} */ (event.target);
    if (!isIsolated(frame)) return;
    const { port1, port2 } = new MessageChannel();
    this.#port?.close();
    this.#port = port1;
    frame.contentWindow?.postMessage({ type: 'connect' }, '*', [port2]);
    const data = this.#picture ? measureSvg(this.data).source : this.data;
    port1.postMessage({ type: 'show', mime: this.mime, data, scheme: this.#frameScheme() });
  }

  #frameScheme() {
    return !this.#picture && this.#scheme.matches ? 'dark' : 'light';
  }

  /** @override */
  render() {
    const title = this.#picture ? msg('Picture drawn by the code') : msg('Page made by the code');
    return html`<div class=${this.#picture ? 'picture' : 'markup'}>
      <iframe part="frame" loading="lazy" title=${title} sandbox=${sandboxOf() ?? nothing} src=${FRAME} @load=${this.#show}></iframe>
    </div>`;
  }

  /** @override */
  updated() {
    const box = /** @type {HTMLElement} */ (this.renderRoot.querySelector('div'));
    if (!this.#picture) {
      box.style.blockSize = `${guessHeight(this.data)}px`;
      return;
    }
    const { width, height } = measureSvg(this.data);
    box.style.aspectRatio = `${width} / ${height}`;
    box.style.maxInlineSize = `${Math.round(Math.min(width, (TALLEST_PICTURE * width) / height))}px`;
  }
}
