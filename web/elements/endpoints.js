import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { models as counted } from './counts.js';
import { EndpointEvent } from './events.js';
import { fieldStyles, quietButton, shared } from './shared_styles.js';

/** @typedef {import('../providers/endpoint.js').Connected} Connected */
/** @typedef {import('../site_settings.js').Endpoint} Endpoint */

/**
 * The person's endpoints: a form to connect one, and those that are connected.
 * @fires ca-endpoint - with `act` and `endpoint`
 */
export class EndpointsElement extends LitElement {
  /** @override */
  static properties = { connected: {}, offered: {}, own: {}, words: {}, failed: {}, busy: {}, picked: { state: true } };

  /** @override */
  static styles = [
    shared,
    quietButton,
    fieldStyles,
    css`
      p { margin: 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); text-wrap: pretty; overflow-wrap: anywhere; }
      form { display: grid; gap: var(--ca-space-3); margin-block-start: var(--ca-space-3); }
      .field { grid-template-columns: minmax(0, 1fr); font-size: var(--ca-size-2); }
      .field select { padding: var(--ca-space-2); border: 1px solid var(--ca-color-line-strong); border-radius: var(--ca-radius-1); background: var(--ca-color-surface); }
      .check { display: flex; gap: var(--ca-space-2); align-items: baseline; font-size: var(--ca-size-2); }
      .check input { accent-color: var(--ca-color-accent); }
      .actions { display: flex; flex-wrap: wrap; align-items: center; gap: var(--ca-space-2) var(--ca-space-3); }
      .actions p { flex: 1 1 14rem; }
      .failed { color: var(--ca-color-danger); }
      ul { display: grid; margin: var(--ca-space-3) 0 0; padding: 0; list-style: none; }
      li { display: flex; flex-wrap: wrap; align-items: center; gap: var(--ca-space-1) var(--ca-space-3); padding-block: var(--ca-space-2); border-block-start: 1px solid var(--ca-color-line); font-size: var(--ca-size-3); }
      li div { flex: 1 1 12rem; min-inline-size: 0; overflow-wrap: anywhere; }
    `,
  ];

  constructor() {
    super();
    /** @type {Connected[]} */
    this.connected = [];
    /** The operator's. @type {Endpoint[]} */
    this.offered = [];
    /** Whether the person may name an address. */
    this.own = true;
    /** How the connection went. */
    this.words = () => '';
    this.failed = false;
    this.busy = false;
    /** The operator's that is picked; empty: the person's own. */
    this.picked = '';
  }

  /** @override */
  willUpdate() {
    if (!this.own && !this.picked) this.picked = this.offered[0]?.base_url ?? '';
  }

  /** @override */
  render() {
    if (!this.own && !this.offered.length) return '';
    return html`<p>${msg('Any service with an OpenAI-compatible API, also one on this computer. Your key stays in this page and goes to that address only.')}</p>
      <form @submit=${this.#connect}>
        ${this.offered.length ? this.#services() : ''}
        ${
          this.picked
            ? ''
            : html`<div class="field"><label for="address">${msg('Address')}</label>
          <input id="address" name="base_url" type="url" required placeholder="http://127.0.0.1:11434/v1" autocomplete="off" spellcheck="false"></div>`
        }
        <div class="field"><label for="key">${msg('Key, if it wants one')}</label>
          <input id="key" name="key" type="password" autocomplete="off" spellcheck="false"></div>
        <label class="check"><input name="remember" type="checkbox"><span>${msg('Remember the key in this browser. Otherwise it is forgotten when this tab is closed.')}</span></label>
        <div class="actions">
          <button class="quiet primary" type="submit" ?disabled=${this.busy}>${msg('Connect')}</button>
          <p role="status" class=${this.failed ? 'failed' : ''}>${this.busy ? msg('Connecting…') : this.words()}</p>
        </div>
      </form>
      ${this.connected.length ? html`<ul aria-label=${msg('Connected endpoints')}>${this.connected.map((each) => this.#row(each))}</ul>` : ''}`;
  }

  #services() {
    const pick = (/** @type {Event} */ event) => {
      this.picked = /** @type {HTMLSelectElement} */ (event.target).value;
    };
    return html`<div class="field"><label for="service">${msg('Service')}</label>
      <select id="service" @change=${pick}>
        ${this.offered.map(({ name, base_url }) => html`<option value=${base_url} .selected=${base_url === this.picked}>${name}</option>`)}
        ${this.own ? html`<option value="" .selected=${!this.picked}>${msg('Another address')}</option>` : ''}
      </select></div>`;
  }

  /** @param {Connected} endpoint */
  #row(endpoint) {
    const { base_url, name, models, problem, remember } = endpoint;
    const kept = remember ? msg('kept in this browser') : msg('until this tab is closed');
    const forget = () => this.dispatchEvent(new EndpointEvent('disconnect', endpoint));
    return html`<li><div>${name || base_url}<p class=${problem ? 'failed' : ''}>${problem || `${counted(models.length)} · ${kept}`}</p></div>
      <button class="quiet" type="button" aria-label=${msg(str`Disconnect ${name || base_url}`)} @click=${forget}>${msg('Disconnect')}</button></li>`;
  }

  /** @param {SubmitEvent} event */
  #connect(event) {
    event.preventDefault();
    const given = new FormData(/** @type {HTMLFormElement} */ (event.target));
    const { name = '' } = this.offered.find(({ base_url }) => base_url === this.picked) ?? {};
    const endpoint = {
      base_url: this.picked || String(given.get('base_url')),
      name,
      key: String(given.get('key')).trim(),
      remember: given.has('remember'),
    };
    this.dispatchEvent(new EndpointEvent('connect', endpoint));
  }

  /** Nobody is to read the key off the form. */
  clear() {
    this.renderRoot.querySelector('form')?.reset();
  }
}
