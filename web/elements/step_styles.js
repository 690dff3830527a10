/** How a step looks, and steps one below the other; beside step.js to keep that one about behaviour. */

import { css } from '../vendor/lit.js';

export const stepsStyles = css`
  ca-run-steps { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--ca-space-3); }
  ca-run-steps:empty { display: none; }
  ca-run-steps > ca-note { padding-inline: var(--ca-space-4); }
`;

export const stepStyles = css`
  :host(:not([state='asking'], [state='running'])) { content-visibility: auto; contain-intrinsic-block-size: auto 12rem; }
  article { overflow: hidden; border: 1px solid var(--ca-color-line); border-radius: var(--ca-radius-2); background: var(--ca-color-surface); }
  header { display: flex; flex-wrap: wrap; align-items: center; gap: 0 var(--ca-space-2); padding: var(--ca-space-2) var(--ca-space-4); color: var(--ca-color-muted); font-size: var(--ca-size-2); }
  h3 { flex: none; margin: 0; color: var(--ca-color-text); font-size: inherit; font-weight: 600; }
  .mark { inline-size: 0.5rem; block-size: 0.5rem; border-radius: 50%; background: var(--ca-color-line-strong); }
  :host([state='asking']) .mark, :host([state='running']) .mark { background: var(--ca-color-accent); animation: pulse var(--ca-duration-3) ease-in-out infinite alternate; }
  :host([state='failed']) .mark { background: var(--ca-color-danger); }
  :host([state='failed']) .state { color: var(--ca-color-danger); }
  .facts { margin-inline-start: auto; font-variant-numeric: tabular-nums; white-space: nowrap; }
  .said, .notice, .folded { padding: 0 var(--ca-space-4) var(--ca-space-3); }
  .notice { margin: 0; color: var(--ca-color-muted); font-size: var(--ca-size-2); }
  .restored { padding-block-start: var(--ca-space-3); border-block-start: 1px solid var(--ca-color-line); overflow-wrap: anywhere; }
  .audit { padding: var(--ca-space-3) var(--ca-space-4); border-block-start: 1px solid var(--ca-color-line); }
  ca-code { border-block-start: 1px solid var(--ca-color-line); }
  ca-activity { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--ca-space-2); padding: var(--ca-space-3) var(--ca-space-4); border-block-start: 1px solid var(--ca-color-line); }
  ca-activity:empty { display: none; }
  ca-activity ca-sub-agent { margin-inline-start: var(--ca-space-2); }
  .result, .error { display: grid; grid-template-columns: minmax(0, 1fr); gap: var(--ca-space-1); padding: var(--ca-space-3) var(--ca-space-4); border-block-start: 1px solid var(--ca-color-line); }
  .label { margin: 0; color: var(--ca-color-muted); font-size: var(--ca-size-1); }
  .refused { padding: var(--ca-space-3) var(--ca-space-4); border-block-start: 1px solid var(--ca-color-line); background: var(--ca-color-warning-soft); color: var(--ca-color-warning); font-size: var(--ca-size-2); overflow-wrap: anywhere; }
  .refused p { margin: 0; text-wrap: pretty; }
  .refused ul { margin: 0; padding-inline-start: 1.2em; }
  .error { background: var(--ca-color-danger-soft); }
  .error pre { max-block-size: 20rem; overflow: auto; color: var(--ca-color-danger); }
  .error p { margin: 0; color: var(--ca-color-danger); }
  .error .message { font-weight: 600; white-space: pre-wrap; overflow-wrap: anywhere; }
  .folded { display: flex; flex-wrap: wrap; gap: var(--ca-space-1) var(--ca-space-5); padding-block-start: var(--ca-space-2); padding-block-end: var(--ca-space-2); border-block-start: 1px solid var(--ca-color-line); }
  .folded > * { max-inline-size: 100%; }
  .folded > [open] { flex-basis: 100%; }
  .told pre { margin-block-start: var(--ca-space-2); white-space: pre-wrap; overflow-wrap: anywhere; }
  @keyframes pulse { from { opacity: 0.35; } }
  @media (prefers-reduced-motion: reduce) { .mark { animation: none !important; } }
`;
