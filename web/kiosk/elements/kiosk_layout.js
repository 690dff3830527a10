/** How the kiosk's screen is laid out: from a phone to a tall or a wide wall. */

import { css } from '../../vendor/lit.js';

export const kioskLayout = css`
  :host { display: block; block-size: 100dvh; --edge: max(clamp(1rem, 4vmin, 3rem), (100% - 76rem) / 2); }
  .screen { display: grid; grid-template: auto minmax(0, 1fr) auto / minmax(0, 1fr); block-size: 100%; }
  header { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: var(--ca-space-2) var(--ca-space-4); padding: var(--ca-space-3) var(--edge); border-block-end: 1px solid var(--ca-color-line); }
  h1 { font-size: var(--ca-size-4); font-weight: 650; letter-spacing: -0.01em; }
  .tools, .languages { display: flex; align-items: center; }
  .tools button { padding-inline: var(--ca-space-2); }
  .languages button { color: var(--ca-color-muted); font-size: var(--ca-size-3); letter-spacing: 0.04em; }
  .languages [aria-pressed='true'] { color: var(--ca-color-accent); box-shadow: inset 0 -3px var(--ca-color-accent); border-radius: var(--ca-radius-1); }
  .screen-button { display: grid; place-items: center; }
  main { display: grid; grid-template-columns: minmax(0, 1fr); overflow: auto; overscroll-behavior: contain; padding: var(--ca-space-5) var(--edge); scrollbar-width: none; }
  [data-view='attract'] main { grid-template-rows: minmax(0, 1fr); overflow: hidden; }
  .home { display: grid; grid-template: auto auto minmax(min-content, 1fr) auto / minmax(0, 1fr); gap: var(--ca-space-4); }
  .home h2 { margin-block-start: var(--ca-space-4); font-size: calc(var(--ca-size-5) * 1.35); font-weight: 650; letter-spacing: -0.02em; line-height: 1.15; }
  .intro { max-inline-size: 44rem; color: var(--ca-color-muted); font-size: var(--ca-size-4); }
  .cards { grid-row: 3; display: grid; grid-template-columns: repeat(auto-fill, minmax(min(21rem, 100%), 1fr)); grid-auto-rows: minmax(8rem, 1fr); gap: var(--ca-space-4); margin: var(--ca-space-3) 0 0; padding: 0; list-style: none; }
  @media (orientation: portrait) and (min-height: 70rem) {
    .cards { grid-template-columns: minmax(0, 1fr); }
    .cards .card { flex-direction: row; align-items: center; }
    .cards .card svg { align-self: center; }
  }
  .card { display: flex; flex-direction: column; justify-content: space-between; align-items: start; gap: var(--ca-space-5); inline-size: 100%; block-size: 100%; max-block-size: 20rem; padding: var(--ca-space-5); border-color: var(--ca-color-line); border-radius: var(--ca-radius-3); box-shadow: var(--ca-shadow); font-size: calc(var(--ca-size-4) * 1.1); font-weight: 600; line-height: 1.3; text-align: start; text-wrap: balance; }
  .card svg { align-self: end; color: var(--ca-color-accent); inline-size: 2rem; block-size: 2rem; }
  .card:hover { border-color: var(--ca-color-accent); background: var(--ca-color-surface); }
  .own { grid-row: 4; display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--ca-space-2) var(--ca-space-3); margin-block-start: var(--ca-space-4); }
  .own label { grid-column: 1 / -1; color: var(--ca-color-muted); }
  textarea { min-block-size: max(3.5rem, 56px); padding: var(--ca-space-3) var(--ca-space-4); border: 1px solid var(--ca-color-line-strong); border-radius: var(--ca-radius-2); background: var(--ca-color-surface); color: inherit; font: inherit; resize: none; user-select: text; -webkit-user-select: text; }
  .stage { inline-size: 100%; max-inline-size: 56rem; margin-inline: auto; }
  .welcome { display: grid; grid-template-rows: auto minmax(0, 1fr) auto; justify-items: center; gap: var(--ca-space-5); block-size: 100%; cursor: pointer; text-align: center; }
  .welcome .intro { padding-block-start: var(--ca-space-4); }
  .playing { grid-row: 2; overflow: hidden; padding: var(--ca-space-5); border: 1px solid var(--ca-color-line); border-radius: var(--ca-radius-3); background: var(--ca-color-surface); box-shadow: var(--ca-shadow); text-align: start; pointer-events: none; }
  .playing:empty { visibility: hidden; }
  .begin { grid-row: 3; padding: var(--ca-space-4) var(--ca-space-6); border-radius: 999px; font-size: var(--ca-size-5); animation: breathe 2.4s ease-in-out infinite alternate; }
  @keyframes breathe { to { box-shadow: 0 0 0 0.9rem var(--ca-color-accent-soft); } }
  @media (prefers-reduced-motion: reduce) { .begin { animation: none; } }
  footer { display: grid; gap: var(--ca-space-2); padding: var(--ca-space-3) var(--edge); color: var(--ca-color-muted); font-size: var(--ca-size-2); text-align: center; }
  footer:not(:has(*)) { display: none; }
  [data-view='run'] footer { border-block-start: 1px solid var(--ca-color-line); }
  .acts { display: grid; grid-template-columns: 1fr 1fr; gap: var(--ca-space-3); max-inline-size: 56rem; inline-size: 100%; margin-inline: auto; }
  .acts button { font-size: var(--ca-size-3); }
  .still { text-align: center; }
  .trouble { display: grid; grid-template-columns: minmax(0, 1fr); align-content: center; gap: var(--ca-space-4); min-block-size: 100%; max-inline-size: 46rem; margin: auto; padding: var(--ca-space-5); }
  .trouble h2 { font-size: var(--ca-size-5); font-weight: 650; letter-spacing: -0.015em; line-height: 1.25; text-wrap: balance; }
  .trouble:not(:has(ul)) { text-align: center; }
  .trouble p { color: var(--ca-color-muted); }
  .trouble ul { display: grid; gap: var(--ca-space-2); margin: 0; padding-inline-start: 1.2em; font-size: var(--ca-size-3); overflow-wrap: anywhere; }
`;
