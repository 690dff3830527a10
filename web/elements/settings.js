import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { RunSettingsEvent } from './events.js';
import { modelName } from './model_words.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').Approval} Approval */
/** @typedef {import('./events.js').Mode} Mode */
/** @typedef {import('../run_settings.js').RunSettings} RunSettings */
/** @typedef {{value: string, label: string, words: string}} Choice */

/** @returns {Choice[]} */
const approvals = () => [
  { value: 'never', label: msg('Never'), words: msg('It runs at once; the sandbox holds it.') },
  {
    value: 'risky',
    label: msg('Only risky code'),
    words: msg('When an audit finds something serious, or the code deletes files or imports something new.'),
  },
  { value: 'always', label: msg('Always'), words: msg('You see the code of each step before it runs.') },
];
/** @returns {Choice[]} */
const modes = () => [
  {
    value: 'code',
    label: msg('By writing Python'),
    words: msg('Many tool calls in one step. The best choice for most models.'),
  },
  {
    value: 'json',
    label: msg('By calling one tool at a time'),
    words: msg('As JSON, the way most agents do. For comparison; needs more steps.'),
  },
  {
    value: 'hybrid',
    label: msg('By calling a tool that runs Python'),
    words: msg('For models that are trained to call tools.'),
  },
];

/**
 * How runs are carried out, the person's models, and the limits, in a dialog.
 * @fires ca-run-settings - with the `settings` of runs to come
 */
export class SettingsElement extends LitElement {
  /** @override */
  static properties = {
    settings: {},
    siteAsks: {},
    model: {},
    connected: {},
    offered: {},
    ownEndpoint: {},
    connection: {},
    local: {},
    kept: {},
    ownModel: {},
  };

  /** @override */
  static styles = [
    shared,
    css`
      p { margin: 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); text-wrap: pretty; }
      fieldset { display: grid; gap: var(--ca-space-2); min-inline-size: 0; margin: var(--ca-space-4) 0 0; padding: 0; border: 0; }
      legend { padding: 0; margin-block-end: var(--ca-space-1); font-size: var(--ca-size-3); font-weight: 600; }
      label { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 0 var(--ca-space-2); align-items: baseline; font-size: var(--ca-size-3); }
      label p { grid-column: 2; }
      input { accent-color: var(--ca-color-accent); }
      label:has(:disabled) { color: var(--ca-color-muted); }
      h2 { margin: 0 0 var(--ca-space-1); font-size: var(--ca-size-3); font-weight: 600; }
      section, ca-limits { margin-block-start: var(--ca-space-5); padding-block-start: var(--ca-space-4); border-block-start: 1px solid var(--ca-color-line); }
    `,
  ];

  constructor() {
    super();
    /** @type {RunSettings} */
    this.settings = { approval: 'never', mode: 'code' };
    /** Whether the site has the person asked, whatever they choose. */
    this.siteAsks = false;
    /** The one that is chosen. @type {import('./events.js').Model | null} */
    this.model = null;
    /** The person's endpoints. @type {import('../providers/endpoint.js').Connected[]} */
    this.connected = [];
    /** The operator's. @type {import('../site_settings.js').Endpoint[]} */
    this.offered = [];
    this.ownEndpoint = true;
    /** How the newest connection went. */
    this.connection = { busy: false, failed: false, words: () => '' };
    /** Models that run in this browser. @type {import('./events.js').Model[]} */
    this.local = [];
    /** Ids of those whose weights are kept. @type {string[]} */
    this.kept = [];
    this.ownModel = true;
  }

  get limits() {
    return /** @type {import('./limits.js').LimitsElement} */ (this.renderRoot.querySelector('ca-limits'));
  }

  get endpoints() {
    return /** @type {import('./endpoints.js').EndpointsElement} */ (this.renderRoot.querySelector('ca-endpoints'));
  }

  close() {
    this.#dialog.close();
  }

  get #dialog() {
    return /** @type {import('./dialog.js').DialogElement} */ (this.renderRoot.querySelector('ca-dialog'));
  }

  async show() {
    await this.updateComplete;
    await this.#dialog.show();
  }

  /** @override */
  render() {
    const { approval, mode } = this.settings;
    const asked = this.siteAsks && approval === 'never' ? 'risky' : approval;
    return html`<ca-dialog label=${msg('Settings')}>
      <ca-language></ca-language>
      <p>${msg('What you choose is remembered in this browser, and holds from the next task on.')}</p>
      <fieldset>
        <legend>${msg('Ask before code runs')}</legend>
        ${approvals().map((each) => this.#radio('approval', each, asked, this.siteAsks && each.value === 'never'))}
        ${this.siteAsks ? html`<p>${msg('The people who run this site want you to be asked at least before risky code.')}</p>` : ''}
      </fieldset>
      <fieldset>
        <legend>${msg('How the model acts')}</legend>
        ${modes().map((each) => this.#radio('mode', each, this.#can(mode) ? mode : 'code', !this.#can(each.value)))}
        ${this.#whyNot()}
      </fieldset>
      ${this.#models()}
      <ca-limits></ca-limits>
    </ca-dialog>`;
  }

  #models() {
    const { busy, failed, words } = this.connection;
    const endpoints = this.ownEndpoint || this.offered.length;
    const local = this.ownModel || this.local.length;
    return html`${
      endpoints
        ? html`<section><h2>${msg('Your endpoint')}</h2>
        <ca-endpoints .connected=${this.connected} .offered=${this.offered} .own=${this.ownEndpoint} .busy=${busy} .failed=${failed} .words=${words}></ca-endpoints></section>`
        : ''
    }
      ${
        local
          ? html`<section><h2>${msg('Models in this browser')}</h2>
        <ca-local-models .models=${this.local} .kept=${this.kept} .own=${this.ownModel}></ca-local-models></section>`
          : ''
      }`;
  }

  /** @param {string} mode */
  #can(mode) {
    return (this.model?.modes ?? [mode]).includes(/** @type {Mode} */ (mode));
  }

  #whyNot() {
    if (this.model?.recorded) return html`<p>${msg('The recorded tasks act as they were recorded.')}</p>`;
    return this.model?.modes
      ? html`<p>${msg(str`${modelName(this.model)} runs in this browser and acts by writing Python.`)}</p>`
      : '';
  }

  /** @param {keyof RunSettings} name @param {Choice} choice @param {string} chosen @param {boolean} disabled */
  #radio(name, { value, label, words }, chosen, disabled) {
    const choose = () => {
      this.settings = { ...this.settings, [name]: value };
      this.dispatchEvent(new RunSettingsEvent(this.settings));
    };
    return html`<label><input type="radio" name=${name} .checked=${value === chosen} ?disabled=${disabled} aria-describedby=${value} @change=${choose}>
      <span>${label}</span><p id=${value}>${words}</p></label>`;
  }
}
