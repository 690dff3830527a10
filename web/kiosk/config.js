/** The operator's one file for a kiosk, `kiosk.json` (docs/kiosk.md), read and checked. */

import { findMistakes } from './config_check.js';

/** @typedef {string | Record<string, string>} Text  one for all languages, or one for each */
/**
 * A task a visitor can choose: either a recording's id, or what the model is asked.
 * @typedef {{show: Text, recording: string} | {show: Text, task: Text}} KioskTask
 */
/**
 * @typedef {object} KioskConfig
 * @property {Text} title
 * @property {Text} intro
 * @property {string[]} languages  the first is that of a new visitor
 * @property {KioskTask[]} tasks
 * @property {{recording: string, pause_seconds: number} | null} attract  what plays while nobody is there
 * @property {boolean} free_task  whether visitors may write a task of their own
 * @property {string} model  the id of the model that is asked, or `recorded`
 * @property {number} idle_seconds  without a touch, until the visit is over
 * @property {number} run_seconds  of one run, then the model must answer
 * @property {number} max_steps
 * @property {Partial<import('../sandbox/protocol.js').Limits>} limits  lower than the site's
 * @property {'light' | 'dark' | 'auto'} scheme
 * @property {{accent?: string, page?: string, surface?: string, text?: string}} colors
 * @property {string | null} exit_code  digits that open the operator's panel; null: nothing does
 */

/** What a file leaves out. @type {Readonly<KioskConfig>} */
export const USUAL = Object.freeze({
  title: 'codeact-web',
  intro: '',
  languages: ['en'],
  tasks: [],
  attract: null,
  free_task: false,
  model: 'recorded',
  idle_seconds: 60,
  run_seconds: 120,
  max_steps: 10,
  limits: {},
  scheme: 'auto',
  colors: {},
  exit_code: null,
});

/** Tells the operator what to mend. */
export class ConfigError extends Error {
  /** @param {string[]} mistakes  a sentence each */
  constructor(mistakes) {
    super(mistakes.join('\n'));
    this.mistakes = mistakes;
  }
}

/** Rejects with a ConfigError where the operator must mend it; otherwise another start may help. @returns {Promise<KioskConfig>} */
export async function fetchConfig() {
  const response = await fetch('kiosk.json', { cache: 'no-cache' });
  if (response.status >= 500) throw new Error(`kiosk.json could not be loaded (${response.status}).`);
  if (!response.ok) throw new ConfigError([`kiosk.json could not be loaded (${response.status}).`]);
  const text = await response.text();
  /** @type {unknown} */
  let given;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new ConfigError([`kiosk.json is not JSON: ${/** @type {Error} */ (error).message}.`]);
  }
  const mistakes = findMistakes(given);
  if (mistakes.length) throw new ConfigError(mistakes);
  return { ...USUAL, .../** @type {Partial<KioskConfig>} */ (given) };
}

/** @param {Text} text @param {string} language @param {string[]} languages */
export function inLanguage(text, language, languages) {
  if (typeof text === 'string') return text;
  return text[language] ?? text[languages[0]] ?? Object.values(text)[0] ?? '';
}
