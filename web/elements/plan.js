import { css, html, LitElement } from '../vendor/lit.js';
import { msg } from '../vendor/localize.js';
import { duration } from './duration.js';
import { disclosure, shared } from './shared_styles.js';
import { spentInShort, whyAbout } from './usage_words.js';

/** @typedef {import('./events.js').PlanMade} PlanMade */

/** What the model plans to do; folded when a newer plan takes its place. */
export class PlanElement extends LitElement {
  /** @override */
  static properties = { made: {}, revised: { type: Boolean }, open: { type: Boolean } };

  /** @override */
  static styles = [
    shared,
    disclosure,
    css`
      :host { content-visibility: auto; contain-intrinsic-block-size: auto 8rem; }
      section { padding: var(--ca-space-2) var(--ca-space-4); border: 1px dashed var(--ca-color-line-strong); border-radius: var(--ca-radius-2); }
      summary { display: flex; }
      .title { color: var(--ca-color-text); font-weight: 600; }
      .facts { margin-inline-start: auto; font-variant-numeric: tabular-nums; text-align: end; }
      ca-markdown { margin-block: var(--ca-space-2) var(--ca-space-1); }
    `,
  ];

  constructor() {
    super();
    /** @type {PlanMade | null} */
    this.made = null;
    this.revised = false;
    this.open = true;
  }

  /** @override */
  render() {
    if (!this.made) return '';
    const { plan, usage, cost, duration_ms: ms } = this.made;
    const toggled = (/** @type {Event} */ event) => {
      this.open = /** @type {HTMLDetailsElement} */ (event.target).open;
    };
    const facts = [spentInShort(usage, cost), duration(ms)].filter(Boolean).join(' · ');
    return html`<section aria-label=${msg('Plan')}><details ?open=${this.open} @toggle=${toggled}>
      <summary><span class="title">${this.revised ? msg('Plan, revised') : msg('Plan')}</span><span class="facts" title=${whyAbout(usage)}>${facts}</span></summary>
      <ca-markdown .text=${plan || msg('The model wrote no plan.')}></ca-markdown>
    </details></section>`;
  }
}
