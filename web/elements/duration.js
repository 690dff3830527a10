import { number } from './counts.js';

const TENTHS = { minimumFractionDigits: 1, maximumFractionDigits: 1 };

/** Milliseconds in words: `12 ms`, `0.4 s`, `2 min 5 s`; these units are the same in all our languages. @param {number} ms */
export function duration(ms) {
  if (ms < 100) return `${number(Math.max(1, Math.round(ms)))} ms`;
  if (ms < 59_950) return `${number(ms / 1000, TENTHS)} s`;
  const seconds = Math.round(ms / 1000);
  return `${number(Math.floor(seconds / 60))} min ${seconds % 60} s`;
}
