import { shared } from '../../elements/shared_styles.js';
import { css, html, LitElement } from '../../vendor/lit.js';
import { msg } from '../../vendor/localize.js';
import { touch, veil } from './kiosk_styles.js';

/** @typedef {'reload' | 'update' | 'leave' | 'back'} OperatorAct */

/**
 * What the operator reads and does at the device. Fires `operator` with the act as its detail.
 */
export class OperatorPanelElement extends LitElement {
  /** @override */
  static properties = { facts: {}, canUpdate: { type: Boolean } };

  /** @override */
  static styles = [
    shared,
    touch,
    veil,
    css`
      .box { inline-size: min(40rem, 100%); }
      dl { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: var(--ca-space-2) var(--ca-space-5); margin: 0; font-size: var(--ca-size-3); }
      dt { color: var(--ca-color-muted); }
      dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
      .acts { display: flex; flex-wrap: wrap; gap: var(--ca-space-3); }
      .acts button { flex: 1 1 9rem; }
      @media (max-width: 30rem) { dl { grid-template-columns: minmax(0, 1fr); gap: 0; } dd { margin-block-end: var(--ca-space-2); } }
    `,
  ];

  constructor() {
    super();
    /** @type {[name: string, value: string][]} */
    this.facts = [];
    this.canUpdate = false;
  }

  /** @override */
  render() {
    const act = (/** @type {OperatorAct} */ name) => () =>
      this.dispatchEvent(new CustomEvent('operator', { detail: name }));
    return html`<div class="veil"><section class="box" role="dialog" aria-modal="true" aria-label=${msg('Operator')}>
      <h2>${msg('Operator')}</h2>
      <dl>${this.facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
      <div class="acts">
        <button class="primary" type="button" @click=${act('back')}>${msg('Back to the kiosk')}</button>
        ${this.canUpdate ? html`<button type="button" @click=${act('update')}>${msg('Update now')}</button>` : ''}
        <button type="button" @click=${act('reload')}>${msg('Reload')}</button>
        <button type="button" @click=${act('leave')}>${msg('Leave the kiosk')}</button>
      </div>
    </section></div>`;
  }
}
