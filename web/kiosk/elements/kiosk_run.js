import { isRich } from '../../elements/bundle.js';
import { splitReply } from '../../elements/reply.js';
import { shared } from '../../elements/shared_styles.js';
import { css, html, LitElement } from '../../vendor/lit.js';
import { troubleInWords } from '../trouble.js';
import { kioskWords } from '../words.js';
import { touch } from './kiosk_styles.js';

/** @typedef {import('../../elements/events.js').AgentEvent} AgentEvent */
/** @typedef {import('../../elements/events.js').MimeBundle} MimeBundle */
/** @typedef {import('../../elements/events.js').RunFinished} RunFinished */
/** @typedef {{thought: string, code: string, output: string, shown: MimeBundle[], failed: boolean, phase: 'thinking' | 'writing' | 'running' | 'done'}} Step */

/** Of what code prints; the end is what a visitor has just seen come. */
const MOST_OUTPUT = 4_000;
const MOST_SHOWN = 12;

/** One run for someone who just looks: what the model says, its code, what came of it, the answer. */
export class KioskRunElement extends LitElement {
  /** @override */
  static properties = { task: {}, steps: { state: true }, ending: { state: true } };

  /** @override */
  static styles = [
    shared,
    touch,
    css`
      :host { display: grid; gap: var(--ca-space-5); align-content: start; }
      h2 { font-size: var(--ca-size-5); font-weight: 650; letter-spacing: -0.015em; line-height: 1.25; }
      article { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--ca-space-3); }
      .state { display: flex; align-items: center; gap: var(--ca-space-3); color: var(--ca-color-muted); }
      .state::before { content: ''; inline-size: 0.7em; block-size: 0.7em; border-radius: 50%; background: var(--ca-color-accent); animation: beat var(--ca-duration-3) ease-in-out infinite alternate; }
      @keyframes beat { from { opacity: 0.25; } }
      @media (prefers-reduced-motion: reduce) { .state::before { animation: none; } }
      ca-code { overflow: hidden; border: 1px solid var(--ca-color-line); border-radius: var(--ca-radius-2); }
      .label { margin-block-end: var(--ca-space-1); color: var(--ca-color-muted); font-size: var(--ca-size-2); font-weight: 600; }
      pre { max-block-size: 14rem; overflow: auto; padding-inline-start: var(--ca-space-4); border-inline-start: 3px solid var(--ca-color-line-strong); white-space: pre-wrap; overflow-wrap: anywhere; }
      .mending { color: var(--ca-color-warning); }
      .answer { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--ca-space-2); padding: var(--ca-space-5); border: 2px solid var(--ca-color-accent); border-radius: var(--ca-radius-3); background: var(--ca-color-accent-soft); font-size: var(--ca-size-4); scroll-margin: var(--ca-space-5); }
      .answer h3 { color: var(--ca-color-accent); font-size: var(--ca-size-3); }
      .answer pre { border: 0; padding: 0; max-block-size: none; font-size: var(--ca-size-3); }
      .trouble { border-color: var(--ca-color-warning); background: var(--ca-color-warning-soft); color: var(--ca-color-warning); }
    `,
  ];

  #reply = '';
  #frame = 0;
  /** Whether the visitor has scrolled by themselves. */ #isFree = false;
  #resized = new ResizeObserver(() => this.#follow());

  constructor() {
    super();
    this.task = '';
    /** @type {Step[]} */
    this.steps = [];
    /** @type {RunFinished | null} */
    this.ending = null;
  }

  /** @param {AgentEvent} event */
  receive(event) {
    switch (event.type) {
      case 'step_started':
        this.#reply = '';
        this.steps = [
          ...this.steps,
          { thought: '', code: '', output: '', shown: [], failed: false, phase: 'thinking' },
        ];
        return;
      case 'model_delta':
        this.#reply += event.text;
        this.#frame ||= requestAnimationFrame(() => this.#write());
        return;
      case 'model_retried':
        this.#reply = '';
        return;
      case 'code_parsed':
        cancelAnimationFrame(this.#frame);
        this.#frame = 0;
        return this.#change({ thought: event.thought, code: event.code, phase: 'running' });
      case 'output':
        return this.#change({
          output: (this.#last.output + event.chunks.map(({ text }) => text).join('')).slice(-MOST_OUTPUT),
        });
      case 'displayed':
        return this.#change({ shown: [...this.#last.shown, event.bundle].slice(-MOST_SHOWN) });
      case 'step_finished': {
        const results = event.result?.results.filter((bundle) => !event.result?.final_answer && isRich(bundle)) ?? [];
        const failed = Boolean(event.result?.error ?? event.error);
        return this.#change({ shown: [...this.#last.shown, ...results].slice(-MOST_SHOWN), failed, phase: 'done' });
      }
      case 'run_finished':
        if (this.steps.length) this.#change({ phase: 'done' });
        this.ending = event;
    }
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.#resized.observe(this);
    for (const type of ['wheel', 'touchmove']) this.addEventListener(type, this.#free, { passive: true });
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.#resized.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  #free = () => {
    this.#isFree = true;
  };

  /** Keep in sight what came last. */
  #follow() {
    if (this.#isFree) return;
    const answer = this.renderRoot.querySelector('.answer');
    if (answer) answer.scrollIntoView({ block: 'nearest' });
    else this.renderRoot.lastElementChild?.scrollIntoView({ block: 'end' });
  }

  get #last() {
    return /** @type {Step} */ (this.steps.at(-1));
  }

  /** @param {Partial<Step>} changed */
  #change(changed) {
    if (this.steps.length) this.steps = [...this.steps.slice(0, -1), { ...this.#last, ...changed }];
  }

  #write() {
    this.#frame = 0;
    if (this.#last?.phase !== 'thinking' && this.#last?.phase !== 'writing') return;
    const { thought, code } = splitReply(this.#reply);
    this.#change({ thought, code, phase: code ? 'writing' : 'thinking' });
  }

  /** @override */
  updated() {
    this.#follow();
  }

  /** @override */
  render() {
    const words = kioskWords();
    const waiting = this.steps.length || this.ending ? '' : html`<p class="state" role="status">${words.starting}</p>`;
    return html`<h2>${this.task}</h2>${waiting}${this.steps.map((step, index) => this.#step(step, index, words))}${this.#end(words)}`;
  }

  /** @param {Step} step @param {number} index @param {import('../words.js').Words} words */
  #step({ thought, code, output, shown, failed, phase }, index, words) {
    const isWriting = phase === 'thinking' || phase === 'writing';
    const goesOn = index < this.steps.length - 1 || !this.ending;
    return html`<article>
      ${thought ? html`<ca-markdown .text=${thought} ?writing=${isWriting}></ca-markdown>` : ''}
      ${code ? html`<ca-code .code=${code} ?writing=${isWriting}></ca-code>` : ''}
      ${output ? html`<div><p class="label">${words.said}</p><pre>${output}</pre></div>` : ''}
      ${shown.map((bundle) => html`<ca-bundle .bundle=${bundle}></ca-bundle>`)}
      ${failed && goesOn ? html`<p class="mending">${words.mending}</p>` : ''}
      ${phase === 'done' ? '' : html`<p class="state" role="status">${words[phase]}</p>`}
    </article>`;
  }

  /** @param {import('../words.js').Words} words */
  #end(words) {
    if (!this.ending) return '';
    const { answer } = this.ending;
    if (!answer)
      return html`<section class="answer trouble" role="status">${troubleInWords(this.ending, words)}</section>`;
    return html`<section class="answer" aria-label=${words.answer} role="status"><h3>${words.answer}</h3>${this.#answer(answer)}</section>`;
  }

  /** @param {import('../../elements/events.js').Answer} answer */
  #answer({ json, text, bundle }) {
    if (isRich(bundle)) return html`<ca-bundle .bundle=${bundle}></ca-bundle>`;
    if (json?.startsWith('"')) return html`<ca-markdown .text=${text}></ca-markdown>`;
    return html`<pre>${text}</pre>`;
  }
}
