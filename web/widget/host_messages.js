/** What the frame accepts from its host page; anything else ends the connection. */

import { isCount, isFailure, isFlag, isObject, isText, like, listOf, maybe, oneOf, orNull } from './message_checks.js';

/** @typedef {import('./message_checks.js').Check} Check */

/** @type {Check} */
const isData = (value) => value instanceof ArrayBuffer;
/** @type {Check} */
const isFraction = (value) => typeof value === 'number';
/** @type {Check} */
const isLook = (value) => isObject(value) && Object.values(/** @type {object} */ (value)).every(isText);

const isSettings = like({
  task: isText,
  model: isText,
  placeholder: isText,
  packages: listOf(isText),
  theme: isText,
  lang: isText,
  fit: isFlag,
  autorun: isFlag,
  readonly: isFlag,
  options: isObject,
  look: isLook,
});
const isTool = like({
  name: isText,
  description: isText,
  schema: isObject,
  result_schema: maybe(isObject),
  options: isObject,
});
const isDecision = like({
  decision: oneOf('approve', 'edit', 'deny'),
  code: maybe(isText),
  reason: maybe(isText),
});

/** @type {import('./message_checks.js').Shapes} */
export const CONNECT = {
  'codeact-connect': { version: isCount, nonce: isText, settings: isSettings, tools: listOf(isTool) },
};

/** @type {import('./message_checks.js').Shapes} */
export const FROM_HOST = {
  configure: { settings: isSettings },
  set_tools: { tools: listOf(isTool) },
  run: { request_id: isCount, task: isText, files: listOf(like({ name: isText, data: isData })) },
  stop: {},
  reset: { request_id: isCount },
  add_file: { request_id: isCount, name: isText, data: isData },
  export: { request_id: isCount, form: oneOf('json', 'ipynb', 'py', 'md') },
  tool_result: { call_id: isCount, value: maybe(isText), error: maybe(isFailure) },
  tool_progress: { call_id: isCount, fraction: orNull(isFraction), text: isText },
  decide: { approval_id: isCount, decision: orNull(isDecision) },
  answer_question: { question_id: isCount, answer: orNull(isText) },
};
