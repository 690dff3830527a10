import { css, html, LitElement } from '../vendor/lit.js';
import { RunSettingsEvent } from './events.js';
import { shared } from './shared_styles.js';

/** @typedef {import('./events.js').Approval} Approval */
/** @typedef {import('./events.js').Mode} Mode */
/** @typedef {import('../run_settings.js').RunSettings} RunSettings */
/** @typedef {{value: string, label: string, words: string}} Choice */

/** @type {Choice[]} */
const APPROVALS = [
  { value: 'never', label: 'Never', words: 'It runs at once; the sandbox holds it.' },
  {
    value: 'risky',
    label: 'Only risky code',
    words: 'When an audit finds something serious, or the code deletes files or imports something new.',
  },
  { value: 'always', label: 'Always', words: 'You see the code of each step before it runs.' },
];
/** @type {Choice[]} */
const MODES = [
  { value: 'code', label: 'By writing Python', words: 'Many tool calls in one step. The best choice for most models.' },
  {
    value: 'json',
    label: 'By calling one tool at a time',
    words: 'As JSON, the way most agents do. For comparison; needs more steps.',
  },
  { value: 'hybrid', label: 'By calling a tool that runs Python', words: 'For models that are trained to call tools.' },
];

/**
 * How runs are carried out, and the limits, in a dialog.
 * @fires ca-run-settings - with the `settings` of runs to come
 */
export class SettingsElement extends LitElement {
  /** @override */
  static properties = { settings: {}, siteAsks: {}, recorded: {} };

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
      ca-limits { margin-block-start: var(--ca-space-5); padding-block-start: var(--ca-space-4); border-block-start: 1px solid var(--ca-color-line); }
    `,
  ];

  constructor() {
    super();
    /** @type {RunSettings} */
    this.settings = { approval: 'never', mode: 'code' };
    /** Whether the site has the person asked, whatever they choose. */
    this.siteAsks = false;
    /** Whether the recorded model is chosen, whose words are of one mode. */
    this.recorded = false;
  }

  get limits() {
    return /** @type {import('./limits.js').LimitsElement} */ (this.renderRoot.querySelector('ca-limits'));
  }

  async show() {
    await this.updateComplete;
    await /** @type {import('./dialog.js').DialogElement} */ (this.renderRoot.querySelector('ca-dialog')).show();
  }

  /** @override */
  render() {
    const { approval, mode } = this.settings;
    const asked = this.siteAsks && approval === 'never' ? 'risky' : approval;
    return html`<ca-dialog label="Settings">
      <p>What you choose is remembered in this browser, and holds from the next task on.</p>
      <fieldset>
        <legend>Ask before code runs</legend>
        ${APPROVALS.map((each) => this.#radio('approval', each, asked, this.siteAsks && each.value === 'never'))}
        ${this.siteAsks ? html`<p>The people who run this site want you to be asked at least before risky code.</p>` : ''}
      </fieldset>
      <fieldset>
        <legend>How the model acts</legend>
        ${MODES.map((each) => this.#radio('mode', each, mode, false))}
        ${this.recorded ? html`<p>The recorded tasks act as they were recorded.</p>` : ''}
      </fieldset>
      <ca-limits></ca-limits>
    </ca-dialog>`;
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
