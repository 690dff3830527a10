/** What the element accepts from its frame; anything else ends the connection. */

import {
  isCount,
  isFailure,
  isFlag,
  isList,
  isObject,
  isText,
  like,
  listOf,
  maybe,
  oneOf,
  orNull,
} from '../widget/message_checks.js';

/** @type {import('../widget/message_checks.js').Check} */
const isNumber = (value) => typeof value === 'number';

/** @type {import('../widget/message_checks.js').Shapes} */
export const HELLO = { 'codeact-hello': { version: isCount, nonce: isText } };

/** @type {import('../widget/message_checks.js').Shapes} */
export const FROM_FRAME = {
  ready: { python: isText, models: isList },
  happened: { name: oneOf('step', 'output', 'tool'), detail: isObject },
  finished: {
    request_id: isCount,
    result: like({
      status: isText,
      answer: () => true,
      text: isText,
      error: orNull(isFailure),
      steps: isCount,
      usage: isObject,
      cost: orNull(isNumber),
      duration_ms: isNumber,
    }),
  },
  messages: { from: isCount, messages: isList },
  call_tool: { call_id: isCount, name: isText, arguments: isText },
  cancel_tool: { call_id: isCount },
  ask_approval: { approval_id: isCount, card: isObject },
  ask_question: { question_id: isCount, question: isText, choices: orNull(listOf(isText)) },
  done: { request_id: isCount, value: maybe(isObject) },
  refused: { request_id: isCount, error: isFailure },
  failed: { error: isFailure, fatal: isFlag },
  resized: { height: isNumber },
};
