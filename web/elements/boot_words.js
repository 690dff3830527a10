/** What the steps of a boot are called, and what a browser lacks. */

import { msg } from '../vendor/localize.js';

/** @typedef {import('./events.js').Lack} Lack */

/** @param {string} [step] */
export function bootStepInWords(step) {
  switch (step) {
    case 'assets':
      return msg('Fetching Python');
    case 'compile':
      return msg('Compiling');
    case 'image':
    case 'interpreter':
      return msg('Starting Python');
    case 'session':
      return msg('Preparing the session');
    case 'agent':
      return msg('Starting the agent');
    case 'packages':
      return msg('Fetching packages');
    case 'restore':
      return msg('Bringing back variables');
    default:
      return msg('Starting');
  }
}

/** @param {Lack} lack */
export function lackInWords(lack) {
  return {
    jspi: msg('This browser has no JSPI: Python starts slowly, and tools must be awaited.'),
    shared_memory: msg('There is no SharedArrayBuffer here: Stop replaces the interpreter.'),
  }[lack];
}
