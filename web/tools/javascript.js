/**
 * JavaScript functions of the embedding page as tools. The model sees a Python function; arguments and value are
 * compared with the schemas before and after (codeact_agent/tool_calls.py).
 */

/**
 * @typedef {object} Definition
 * @property {string} name  becomes a Python name: `stock-of` is `stock_of`
 * @property {string} description  what the function does; all the model knows of it
 * @property {object} [parameters]  JSON Schema of the arguments object; none: the function takes nothing
 * @property {object} [returns]  JSON Schema of the value; none: anything
 * @property {Handler} handler
 * @property {'never' | 'call' | 'run' | 'always'} [approval]  when the person is asked
 * @property {string} [rate]  such as `10/minute`
 * @property {number} [timeout]  in seconds
 */
/** @typedef {(args: any, signal: AbortSignal, progress: Progress) => unknown} Handler */
/** How far it is, from 0 to 1; null where nobody knows. @typedef {(fraction?: number | null, text?: string) => void} Progress */
/**
 * @typedef {object} JavaScriptTool
 * @property {{name: string, description: string, schema: object, result_schema: object | undefined}} described
 * @property {{approval?: string, rate?: string, timeout?: number}} options
 * @property {Handler} handler
 */

const OPTIONS = /** @type {const} */ (['approval', 'rate', 'timeout']);
const KNOWN = ['name', 'description', 'parameters', 'returns', 'handler', ...OPTIONS];

/** A tool was declared without what the model needs to call it. */
export class DeclarationError extends Error {
  kind = 'DeclarationError';
}

/**
 * Check a tool. A function counts as its own handler, with `description` and `parameters` as its properties.
 *
 * `handler(args, signal, progress)` may be async. `signal` is aborted when the person presses Stop. What it throws
 * goes to the model's code, by name and message.
 *
 * @param {Definition | (Handler & Partial<Definition>)} given @returns {JavaScriptTool}
 * @throws {DeclarationError}
 */
export function defineTool(given) {
  const definition = typeof given === 'function' ? { ...given, name: given.name, handler: given } : given;
  if (!definition || typeof definition !== 'object') throw new DeclarationError('A tool is a function or an object.');
  const { name, description, parameters, returns, handler } = definition;
  if (typeof name !== 'string' || !name) throw new DeclarationError('A tool needs a name.');
  const refuse = (/** @type {string} */ why) => new DeclarationError(`The tool ${JSON.stringify(name)} ${why}.`);
  const unknown = Object.keys(definition).filter((key) => !KNOWN.includes(key));
  if (unknown.length) throw refuse(`has ${unknown.join(', ')}, which is not known; there are: ${KNOWN.join(', ')}`);
  if (typeof description !== 'string' || !description.trim()) {
    throw refuse('needs a description: it is all the model knows of it');
  }
  if (typeof handler !== 'function') throw refuse('needs a handler, a function');
  if (!parameters && handler.length > 0) throw refuse('takes arguments and needs parameters, a JSON Schema of them');
  if (!isObjectSchema(parameters)) throw refuse('has parameters that are not a JSON Schema of an object');
  if (returns != null && (typeof returns !== 'object' || Array.isArray(returns))) {
    throw refuse('has returns that are not a JSON Schema, an object');
  }
  const options = Object.fromEntries(
    OPTIONS.flatMap((key) => (definition[key] === undefined ? [] : [[key, definition[key]]])),
  );
  const copy = (/** @type {object} */ value, /** @type {string} */ what) => copied(value, what, refuse);
  const schema = { type: 'object', properties: {}, .../** @type {any} */ (parameters) };
  const result_schema = returns == null ? undefined : copy(returns, 'returns');
  const described = { name, description, schema: copy(schema, 'parameters'), result_schema };
  return { described, options: copy(options, 'options'), handler };
}

/** @param {unknown} schema */
function isObjectSchema(schema) {
  if (schema === undefined) return true;
  if (!schema || typeof schema !== 'object' || Array.isArray(schema)) return false;
  const { type = 'object', properties = {} } = /** @type {any} */ (schema);
  return type === 'object' && typeof properties === 'object' && properties !== null && !Array.isArray(properties);
}

/** @param {object} value @param {string} what  it is @param {(why: string) => Error} refuse */
function copied(value, what, refuse) {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch (error) {
    throw refuse(`has ${what} that JSON cannot carry (${/** @type {Error} */ (error).message})`);
  }
}

/** The value's JSON text. @param {string} name @param {unknown} value */
export function asJson(name, value) {
  const wrong = (/** @type {string} */ why) => {
    const words = `${name}() returned something that JSON cannot carry: ${why}; return text, numbers, booleans, null, `;
    return Object.assign(new Error(`${words}arrays or objects`), { kind: 'BadResult' });
  };
  try {
    return JSON.stringify(value ?? null, (_key, each) => {
      if (typeof each === 'number' && !Number.isFinite(each)) throw wrong(`the number ${each}`);
      if (typeof each === 'function' || typeof each === 'symbol') throw wrong(`a ${typeof each}`);
      if (each instanceof Map || each instanceof Set || each instanceof Promise || ArrayBuffer.isView(each)) {
        throw wrong(`a ${each.constructor.name}`);
      }
      return each;
    });
  } catch (error) {
    throw error instanceof TypeError ? wrong(error.message.split('\n')[0]) : error;
  }
}
