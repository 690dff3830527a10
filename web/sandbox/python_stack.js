/**
 * Looks at Python's stack from JavaScript, through the C API, so that no Python code runs: an interrupt may
 * only hit the model's code. In the event loop's machinery it would be lost together with the callback it
 * hit, and what waits for that would wait for ever; in the runtime it would break its bookkeeping.
 */

import { RUNTIME_ZIP } from './boot.js';

/** tracebacks.py, step_filename and prelude_filename */
const STEP = '<step ';
const PRELUDE = '<tools ';
/** Deeper stacks are the model's own: the machinery's are short. */
const DEEPEST = 200;

/** @param {any} module  Pyodide's Emscripten module @returns {() => boolean} */
export function interruptible(module) {
  const attribute = toC(module, 'co_filename');

  /** @param {number} pyFrame @param {string} prefix */
  function startsWith(pyFrame, prefix) {
    const code = module._PyFrame_GetCode(pyFrame);
    const name = module._PyObject_GetAttrString(code, attribute);
    const text = module._PyUnicode_AsUTF8(name);
    const bytes = module.HEAPU8.subarray(text, text + prefix.length);
    const same = bytes.every((/** @type {number} */ byte, /** @type {number} */ i) => byte === prefix.charCodeAt(i));
    module._Py_DecRef(name);
    module._Py_DecRef(code);
    return same;
  }

  return () => {
    let pyFrame = module._PyEval_GetFrame(); // borrowed; the ones behind it are ours to release
    if (!pyFrame || startsWith(pyFrame, RUNTIME_ZIP)) return false;
    let owned = 0;
    let found = false;
    for (let depth = 0; pyFrame && !found && depth < DEEPEST; depth++) {
      found = [STEP, PRELUDE, RUNTIME_ZIP].some((prefix) => startsWith(pyFrame, prefix));
      const behind = found ? 0 : module._PyFrame_GetBack(pyFrame);
      if (owned) module._Py_DecRef(owned);
      pyFrame = owned = behind;
      if (depth === DEEPEST - 1) found = true;
    }
    if (owned) module._Py_DecRef(owned);
    return found;
  };
}

/** @param {any} module @param {string} text */
function toC(module, text) {
  const pointer = module._malloc(text.length + 1);
  module.HEAPU8.set([...text].map((each) => each.charCodeAt(0)).concat(0), pointer);
  return pointer;
}
