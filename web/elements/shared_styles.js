/** Styles that every element's shadow tree starts from. */

import { css } from '../vendor/lit.js';

export const shared = css`
  *, ::before, ::after { box-sizing: border-box; }
  :host { display: block; }
  :host([hidden]), [hidden] { display: none !important; }
  :focus-visible { outline: 2px solid var(--ca-color-accent); outline-offset: 2px; border-radius: var(--ca-radius-1); }
  button, select { font: inherit; color: inherit; cursor: pointer; }
  pre { margin: 0; font: var(--ca-size-2) / 1.6 var(--ca-font-code); tab-size: 4; }
  .visually-hidden {
    position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap;
  }
`;

export const quietButton = css`
  .quiet {
    padding: var(--ca-space-1) var(--ca-space-3);
    border: 1px solid var(--ca-color-line-strong);
    border-radius: var(--ca-radius-1);
    background: var(--ca-color-surface);
    font-size: var(--ca-size-2);
  }
  .quiet:hover { background: var(--ca-color-hover); }
  .primary { border-color: var(--ca-color-accent); background: var(--ca-color-accent); color: var(--ca-color-on-accent); }
  .primary:hover { background: color-mix(in srgb, var(--ca-color-accent) 88%, var(--ca-color-text)); }
  .danger { border-color: var(--ca-color-danger); color: var(--ca-color-danger); }
  @media (pointer: coarse) { .quiet { padding-block: var(--ca-space-2); } }
`;

/** What waits for another page: not shown where that answers at once. */
export const waitingStyles = css`
  .open:has(.waits) { animation: appear var(--ca-duration-2) 200ms backwards; }
  .waits { color: var(--ca-color-muted); }
  @keyframes appear { from { opacity: 0; } }
`;

/** Where the person is asked: clear of the task box, and a field with its button and a label above them. */
export const fieldStyles = css`
  :host, button, input { scroll-margin-block: 4.5rem 9rem; }
  .field { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: var(--ca-space-1) var(--ca-space-2); align-items: stretch; }
  .field label { grid-column: 1 / -1; }
  .field input {
    min-inline-size: 0;
    padding: var(--ca-space-2) var(--ca-space-3);
    border: 1px solid var(--ca-color-line-strong);
    border-radius: var(--ca-radius-1);
    background: var(--ca-color-surface);
    color: inherit;
    font: inherit;
  }
  .field input::placeholder { color: var(--ca-color-muted); opacity: 1; }
`;

export const disclosure = css`
  summary {
    display: inline-flex;
    align-items: center;
    gap: var(--ca-space-1);
    color: var(--ca-color-muted);
    font-size: var(--ca-size-2);
    cursor: pointer;
    list-style: none;
  }
  summary::-webkit-details-marker { display: none; }
  summary::before {
    content: '';
    inline-size: 0.35em;
    block-size: 0.35em;
    margin-inline: 0.15em 0.25em;
    border: solid currentColor;
    border-width: 0 1.5px 1.5px 0;
    rotate: -45deg;
    transition: rotate var(--ca-duration-1);
  }
  details[open] > summary::before { rotate: 45deg; }
  summary:hover { color: var(--ca-color-text); }
`;
