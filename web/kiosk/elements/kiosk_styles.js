/** Styles of the kiosk's elements: large, and every target at least 56 CSS pixels. */

import { css } from '../../vendor/lit.js';

export const touch = css`
  button {
    min-block-size: max(3.5rem, 56px);
    min-inline-size: max(3.5rem, 56px);
    padding: var(--ca-space-2) var(--ca-space-5);
    border: 1px solid var(--ca-color-line-strong);
    border-radius: var(--ca-radius-2);
    background: var(--ca-color-surface);
    color: var(--ca-color-text);
    font-weight: 500;
    touch-action: manipulation;
    -webkit-tap-highlight-color: transparent;
  }
  button:hover { background: var(--ca-color-hover); }
  button:active { scale: 0.98; }
  button:disabled { opacity: 0.45; cursor: default; }
  button.primary { border-color: var(--ca-color-accent); background: var(--ca-color-accent); color: var(--ca-color-on-accent); }
  button.plain { border-color: transparent; background: none; }
  :focus-visible { outline: 3px solid var(--ca-color-accent); outline-offset: 3px; }
  svg { inline-size: 1.5rem; block-size: 1.5rem; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
  h1, h2, h3, p { margin: 0; text-wrap: pretty; overflow-wrap: anywhere; }
`;

export const veil = css`
  .veil { position: fixed; inset: 0; z-index: 3; display: grid; place-items: center; padding: var(--ca-space-4); background: rgb(0 0 0 / 45%); overflow: auto; }
  .box { display: grid; gap: var(--ca-space-4); inline-size: min(28rem, 100%); padding: var(--ca-space-5); border-radius: var(--ca-radius-3); background: var(--ca-color-surface); box-shadow: var(--ca-shadow); }
`;
