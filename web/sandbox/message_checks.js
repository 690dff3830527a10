/** Whether a message from the worker has the shape protocol.js gives it. Called in the frame, bundled into it. */

/** @typedef {import('./protocol.js').Limits} Limits */

/** Characters of one text that no limit is about, such as the names of loaded modules. */
const TEXT = 1_000_000;
const ITEMS = 10_000;

const isText = (/** @type {unknown} */ value, most = Number.POSITIVE_INFINITY) =>
  typeof value === 'string' && value.length <= most;
const isId = Number.isSafeInteger;
const isFlag = (/** @type {unknown} */ value) => typeof value === 'boolean';
const isRecord = (/** @type {unknown} */ value) => typeof value === 'object' && value !== null && !Array.isArray(value);
/** @param {unknown} value @param {(item: any) => boolean} check */
const isList = (value, check) => Array.isArray(value) && value.length <= ITEMS && value.every((item) => check(item));
const isBundle = (/** @type {any} */ value) => isTexts(value);
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

const isFinding = (/** @type {any} */ value) =>
  isRecord(value) &&
  [value.rule, value.severity].every((each) => isSmall(each)) &&
  isText(value.text, 10_000) &&
  isId(value.line);
const isNames = (/** @type {any} */ value) => isList(value, isSmall);
const isPath = (/** @type {unknown} */ value) => isText(value, 4_096);
const isFile = (/** @type {any} */ value) => isRecord(value) && isPath(value.path) && isId(value.size);
const isNamedFile = (/** @type {any} */ value) =>
  isRecord(value) && isPath(value.path) && ['read', 'write', 'delete'].includes(value.action);
const isCard = (/** @type {any} */ value) =>
  isRecord(value) &&
  isText(value.code) &&
  isList(value.findings, isFinding) &&
  [value.imports, value.new_imports, value.tools, value.reasons].every((each) => isNames(each)) &&
  isList(value.files, isNamedFile);
const isApproval = (/** @type {any} */ value) =>
  value === null ||
  (isRecord(value) &&
    ['approve', 'edit', 'deny'].includes(value.decision) &&
    isText(value.reason, 10_000) &&
    (value.code === undefined || isText(value.code)));
const isBuffer = (/** @type {unknown} */ value) => value instanceof ArrayBuffer;
const isSaved = (/** @type {any} */ value) => isRecord(value) && isSmall(value.name) && isBuffer(value.data);
const isFileData = (/** @type {any} */ value) => isRecord(value) && isPath(value.path) && isBuffer(value.data);
const isLost = (/** @type {any} */ value) => isRecord(value) && isSmall(value.name) && isText(value.why, 10_000);
const isTexts = (/** @type {any} */ value) => isRecord(value) && isList(Object.values(value), (each) => isText(each));

const isFailure = (/** @type {any} */ value) => isRecord(value) && isSmall(value.kind) && isText(value.message);

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
  isFlag(value.sound) &&
  isList(value.findings, isFinding) &&
  isApproval(value.approval) &&
  isList(value.files, isFile) &&
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
  packages_needed: ({ run_id, names }) => isId(run_id) && isList(names, isSmall),
  installed: ({ run_id }) => isId(run_id),
  approval_needed: ({ run_id, card }) => isId(run_id) && isCard(card),
  memory: ({ bytes, limit_bytes, refused }) => isId(bytes) && isId(limit_bytes) && isFlag(refused),
  tools_set: ({ request_id, tools, needed }) => isId(request_id) && isText(tools) && isNames(needed),
  file: ({ request_id, path, data }) => isId(request_id) && isPath(path) && isBuffer(data),
  files: ({ request_id, files }) => isId(request_id) && isList(files, isFile),
  checkpointed: ({
    request_id,
    names,
    variables,
    modules,
    lost,
    files,
    changed_files,
    packages,
    sources,
    execution_count,
    complete,
  }) =>
    isId(request_id) &&
    isList(names, isSmall) &&
    isList(variables, isSaved) &&
    isTexts(modules) &&
    isList(lost, isLost) &&
    isList(files, isFile) &&
    isList(changed_files, isFileData) &&
    isList(packages, isSmall) &&
    isTexts(sources) &&
    isId(execution_count) &&
    isFlag(complete),
  restored: ({ request_id, names, lost }) => isId(request_id) && isList(names, isSmall) && isList(lost, isLost),
  refused: ({ request_id, error }) => isId(request_id) && isFailure(error),
  finished: ({ run_id, result }) => isId(run_id) && isResult(result),
  failed: ({ error }) => isFailure(error),
};

/** How long a text of a message may be: what the limits let through, and the words around it. @param {Limits | null} limits */
function mostChars(limits) {
  if (!limits) return TEXT; // of a worker that has been handed nothing yet
  const { tool_chars, display_chars, person_chars, model_chars, code_chars } = limits;
  return Math.max(TEXT, tool_chars, display_chars, person_chars, 2 * model_chars, code_chars) + 10_000;
}

/** @param {any} message @param {Limits | null} limits  in force, once the worker has been handed them */
export function isWellFormed(message, limits) {
  const isShaped = isRecord(message) && Object.hasOwn(CHECKS, message.type) && CHECKS[message.type](message);
  if (!isShaped) return false;
  if (message.type === 'tool_called' && message.arguments.length > (limits?.tool_chars ?? 0)) return false;
  const most = mostChars(limits);
  return texts(message).every((text) => text.length <= most);
}

/** How much text a well-formed message holds, in characters. @param {any} message */
export const chars = (message) => texts(message).reduce((sum, text) => sum + text.length, 0);

/** @param {any} message @returns {string[]} */
function texts(message) {
  const found = [];
  const seen = new Set(); // a message that is not Python's may hold itself
  const pending = [message];
  while (pending.length) {
    const value = pending.pop();
    if (typeof value === 'string') found.push(value);
    else if (value && typeof value === 'object' && !(value instanceof ArrayBuffer) && !seen.has(value)) {
      seen.add(value);
      pending.push(...Object.values(value));
    }
  }
  return found;
}
