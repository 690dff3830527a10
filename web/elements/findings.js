import { css, html, LitElement } from '../vendor/lit.js';
import { msg, str } from '../vendor/localize.js';
import { number, plural } from './counts.js';
import { disclosure, shared } from './shared_styles.js';

/** @typedef {import('../sandbox/protocol.js').Finding} Finding */

const SEVERITIES = { LOW: () => msg('Low'), MEDIUM: () => msg('Medium'), HIGH: () => msg('High') };

/** What the audit found in the code before it ran: HIGH in sight, the rest folded. */
export class FindingsElement extends LitElement {
  /** @override */
  static properties = { findings: {}, open: { type: Boolean } };

  /** @override */
  static styles = [
    shared,
    disclosure,
    css`
      ul { display: grid; gap: var(--ca-space-1); margin: 0; padding: 0; list-style: none; font-size: var(--ca-size-2); }
      details ul { margin-block-start: var(--ca-space-2); }
      li { display: grid; grid-template-columns: auto auto minmax(0, 1fr); gap: 0 var(--ca-space-3); align-items: baseline; overflow-wrap: anywhere; }
      .severity { padding: 0 var(--ca-space-2); border-radius: var(--ca-radius-1); background: var(--ca-color-sunken); color: var(--ca-color-muted); font-size: var(--ca-size-1); font-weight: 600; }
      .HIGH { background: var(--ca-color-danger-soft); color: var(--ca-color-danger); }
      .MEDIUM { background: var(--ca-color-warning-soft); color: var(--ca-color-warning); }
      .line { color: var(--ca-color-muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
      .rule { color: var(--ca-color-muted); }
      .high + details { margin-block-start: var(--ca-space-2); }
    `,
  ];

  constructor() {
    super();
    /** @type {Finding[]} */
    this.findings = [];
    /** Whether nothing is folded. */
    this.open = false;
  }

  /** @override */
  render() {
    const high = this.findings.filter(({ severity }) => severity === 'HIGH');
    const rest = this.findings.filter(({ severity }) => severity !== 'HIGH');
    const row = (/** @type {Finding} */ { rule, severity, line, text }) =>
      html`<li><span class="severity ${severity in SEVERITIES ? severity : ''}">${SEVERITIES[severity]?.() ?? msg('Unknown')}</span><span class="line">${msg(str`line ${line}`)}</span><span>${text} <span class="rule">(${rule})</span></span></li>`;
    const count = number(rest.length);
    const words = high.length
      ? plural(
          rest.length,
          msg(str`${count} more finding of the code audit`),
          msg(str`${count} more findings of the code audit`),
        )
      : plural(
          rest.length,
          msg(str`${count} finding of the code audit`),
          msg(str`${count} findings of the code audit`),
        );
    return html`${high.length ? html`<ul class="high" aria-label=${msg('Serious findings of the code audit')}>${high.map(row)}</ul>` : ''}
      ${rest.length ? html`<details ?open=${this.open}><summary>${words}</summary><ul>${rest.map(row)}</ul></details>` : ''}`;
  }
}
