/** Whether a message from the worker has the shape protocol.js gives it. Called by the frame, bundled into it. */

/** Characters of one text; what the runtime sends is far below. */
const TEXT = 5_000_000;
const ITEMS = 10_000;

const isText = (/** @type {unknown} */ value, most = TEXT) => typeof value === 'string' && value.length <= most;
const isId = Number.isSafeInteger;
const isFlag = (/** @type {unknown} */ value) => typeof value === 'boolean';
const isRecord = (/** @type {unknown} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value @param {(item: any) => boolean} check */
const isList = (value, check) => Array.isArray(value) && value.length <= ITEMS && value.every((item) => check(item));
const isBundle = (/** @type {any} */ value) => isRecord(value) && isList(Object.values(value), isText);
const isVariable = (/** @type {any} */ value) =>
  isRecord(value) && [value.name, value.type, value.repr].every((each) => isSmall(each));
const isSmall = (/** @type {unknown} */ value) => isText(value, 1_000);
const isError = (/** @type {any} */ value) =>
  value === null || (isRecord(value) && [value.name, value.value, value.traceback].every((each) => isText(each)));
const isAnswer = (/** @type {any} */ value) =>
  value === undefined ||
  (isRecord(value) && (value.json === null || isText(value.json)) && isText(value.text) && isBundle(value.bundle));
const isChunk = (/** @type {any} */ value) =>
  isRecord(value) && ['stdout', 'stderr'].includes(value.stream) && isText(value.text);

const isResult = (/** @type {any} */ value) =>
  isRecord(value) &&
  isText(value.stdout) &&
  isText(value.stderr) &&
  isList(value.results, isBundle) &&
  isError(value.error) &&
  isAnswer(value.final_answer) &&
  [value.duration_ms, value.memory_mb, value.execution_count].every(Number.isFinite) &&
  isFlag(value.timed_out) &&
  isFlag(value.stopped) &&
  isList(value.variables, isVariable);

/** @type {Record<string, (message: any) => boolean>} */
const CHECKS = {
  booting: ({ step }) => isSmall(step),
  ready: ({ boot_ms, from_image, can_block, can_interrupt, python }) =>
    Number.isFinite(boot_ms) && [from_image, can_block, can_interrupt].every(isFlag) && isSmall(python),
  output: ({ run_id, chunks }) => isId(run_id) && isList(chunks, isChunk),
  displayed: ({ run_id, bundle }) => isId(run_id) && isBundle(bundle),
  tool_called: ({ run_id, call_id, name, arguments: args }) =>
    isId(run_id) && isId(call_id) && isSmall(name) && isText(args),
  finished: ({ run_id, result }) => isId(run_id) && isResult(result),
  failed: ({ error }) => isRecord(error) && isSmall(error.kind) && isText(error.message),
};

/** @param {any} message */
export const isWellFormed = (message) =>
  isRecord(message) && Object.hasOwn(CHECKS, message.type) && CHECKS[message.type](message);
