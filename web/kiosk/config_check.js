/** What is wrong with a kiosk.json, a sentence for each mistake that says what to write instead. */

import { LANGUAGES as NAMES } from '../language_names.js';

const LANGUAGES = Object.keys(NAMES);
const COLORS = ['accent', 'page', 'surface', 'text'];
const COLOR = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i;
const RECORDING = /^[\w-]+$/;

/** @typedef {(value: unknown) => string | string[] | false} Check  what is wrong, or false */

/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value @returns {value is string} */
const isWords = (value) => typeof value === 'string' && value.trim() !== '';
const quoted = (/** @type {string[]} */ names) => names.map((name) => `\`${name}\``).join(', ');

/** @param {string} name @param {unknown} value */
const checkBoolean = (name, value) => typeof value !== 'boolean' && `\`${name}\` must be true or false.`;

/** @param {string} name @param {unknown} value @param {{whole?: boolean}} [options] */
function checkNumber(name, value, { whole = false } = {}) {
  const fits = typeof value === 'number' && Number.isFinite(value) && value > 0 && (!whole || Number.isInteger(value));
  return !fits && `\`${name}\` must be a ${whole ? 'whole ' : ''}number above 0.`;
}

/** @param {string} name @param {unknown} value */
function checkText(name, value) {
  if (isWords(value)) return false;
  if (!isObject(value) || !Object.keys(value).length) {
    return `\`${name}\` must be a text, or a text for each language: {"en": "…", "de": "…"}.`;
  }
  const unknown = Object.keys(value).filter((each) => !LANGUAGES.includes(each));
  if (unknown.length) return `\`${name}\` has ${quoted(unknown)}; the kiosk speaks ${quoted(LANGUAGES)}.`;
  return Object.values(value).every(isWords) ? false : `\`${name}\` has an empty text.`;
}

/** @param {unknown} value */
function checkLanguages(value) {
  if (!Array.isArray(value) || !value.length) return '`languages` must be a list such as ["en", "de"].';
  const unknown = value.filter((each) => !LANGUAGES.includes(each)).map(String);
  if (unknown.length) return `\`languages\` has ${quoted(unknown)}; the kiosk speaks ${quoted(LANGUAGES)}.`;
  return new Set(value).size < value.length && '`languages` names a language twice.';
}

/** @param {string} name @param {unknown} value */
const checkRecording = (name, value) =>
  !(typeof value === 'string' && RECORDING.test(value)) &&
  `\`${name}\` must be the name of a recording, such as "laptops" for recordings/laptops.json.`;

/** @param {unknown} value */
function checkTasks(value) {
  if (!Array.isArray(value)) return '`tasks` must be a list.';
  return value.flatMap((task, index) => checkTask(`tasks[${index}]`, task)).filter((each) => each !== false);
}

/** @param {string} name @param {unknown} task @returns {(string | false)[]} */
function checkTask(name, task) {
  if (!isObject(task)) return [`\`${name}\` must be an object such as {"show": "…", "recording": "laptops"}.`];
  const unknown = Object.keys(task).filter((each) => !['show', 'recording', 'task'].includes(each));
  const found = unknown.length ? [`\`${name}\` has ${quoted(unknown)}, which a task does not have.`] : [];
  if ('recording' in task === 'task' in task) {
    found.push(`\`${name}\` needs either \`recording\`, or \`task\` for the model.`);
  }
  return [
    ...found,
    checkText(`${name}.show`, task.show),
    'recording' in task && checkRecording(`${name}.recording`, task.recording),
    'task' in task && checkText(`${name}.task`, task.task),
  ];
}

/** @param {unknown} value */
function checkAttract(value) {
  if (value === null) return false;
  if (!isObject(value)) return '`attract` must be null, or such as {"recording": "bar_chart", "pause_seconds": 20}.';
  const unknown = Object.keys(value).filter((each) => !['recording', 'pause_seconds'].includes(each));
  return [
    unknown.length && `\`attract\` has ${quoted(unknown)}, which it does not have.`,
    checkRecording('attract.recording', value.recording),
    checkNumber('attract.pause_seconds', value.pause_seconds),
  ].filter((each) => typeof each === 'string');
}

/** @param {unknown} value */
function checkLimits(value) {
  if (!isObject(value))
    return '`limits` must be an object such as {"time_ms": 10000}; names are in sandbox/limits.json.';
  return Object.entries(value)
    .map(([name, each]) =>
      name === 'spare_workers' && each === 0 ? false : checkNumber(`limits.${name}`, each, { whole: true }),
    )
    .filter((each) => each !== false);
}

/** @param {unknown} value */
function checkColors(value) {
  if (!isObject(value)) return '`colors` must be an object such as {"accent": "#0c6b62"}.';
  return Object.entries(value).flatMap(([name, color]) => {
    if (!COLORS.includes(name)) return [`\`colors\` has \`${name}\`; there are ${quoted(COLORS)}.`];
    return typeof color === 'string' && COLOR.test(color)
      ? []
      : [`\`colors.${name}\` must be a colour such as "#0c6b62".`];
  });
}

/** @type {Record<string, Check>} */
const CHECKS = {
  title: (value) => checkText('title', value),
  intro: (value) => value !== '' && checkText('intro', value),
  languages: checkLanguages,
  tasks: checkTasks,
  attract: checkAttract,
  free_task: (value) => checkBoolean('free_task', value),
  model: (value) => !isWords(value) && '`model` must be the id of a model, or "recorded".',
  idle_seconds: (value) => checkNumber('idle_seconds', value),
  run_seconds: (value) => checkNumber('run_seconds', value),
  max_steps: (value) => checkNumber('max_steps', value, { whole: true }),
  limits: checkLimits,
  scheme: (value) =>
    !['light', 'dark', 'auto'].includes(String(value)) && '`scheme` must be "light", "dark" or "auto".',
  colors: checkColors,
  exit_code: (value) =>
    value !== null && !/^\d{4,12}$/.test(String(value)) && '`exit_code` must be 4 to 12 digits in quotes, or null.',
};

/** @param {unknown} config @returns {string[]} */
export function findMistakes(config) {
  if (!isObject(config)) return ['kiosk.json must hold an object: { "title": …, "tasks": … }.'];
  const unknown = Object.keys(config).filter((name) => !Object.hasOwn(CHECKS, name));
  const mistakes = unknown.map(
    (name) => `kiosk.json has \`${name}\`, which is not a setting; there are ${quoted(Object.keys(CHECKS))}.`,
  );
  for (const [name, value] of Object.entries(config)) {
    const found = Object.hasOwn(CHECKS, name) && CHECKS[name](value);
    if (found) mistakes.push(...(Array.isArray(found) ? found : [found]));
  }
  return [...mistakes, ...findEmptiness(config)];
}

/** @param {Record<string, unknown>} config */
function findEmptiness({ tasks = [], free_task: free, model = 'recorded' }) {
  if (!Array.isArray(tasks)) return []; // told already
  if (!tasks.length && free !== true) {
    return ['A visitor would have nothing to do: write `tasks`, or allow `free_task`.'];
  }
  const isLive = free === true || tasks.some((task) => isObject(task) && 'task' in task && !('recording' in task));
  const lacks = isLive && model === 'recorded';
  return lacks ? ['`model` must name a model: a task of the model’s, or `free_task`, cannot be recorded.'] : [];
}
