/**
 * Functions of firefox.py that a page can call: their calls queue up in the page, and one standing question takes
 * them, in order. Puppeteer's own exposeFunction needs four round trips for each call, which may overtake each other.
 */

import { PuppeteerError } from 'puppeteer-core';

/** @typedef {import('puppeteer-core').Page} Page */
/** @typedef {{value?: unknown, error?: {name: string, message: string}}} Answer */
/** @typedef {(name: string, args: unknown[], answer: (answer: Answer) => void) => void} OnCall */

/** In the page. @param {string} name */
function expose(name) {
  if (self !== top) return;
  const scope = /** @type {any} */ (globalThis);
  scope.__exposed ??= { queue: [], waiting: new Map(), next: 1, wake() {} };
  const { queue, waiting } = scope.__exposed;
  scope[name] = (/** @type {unknown[]} */ ...args) =>
    new Promise((resolve, reject) => {
      const call = scope.__exposed.next++;
      waiting.set(call, { resolve, reject });
      queue.push({ call, name, args });
      scope.__exposed.wake();
    });
}

/** In the page. @returns {Promise<string>} the calls made since, as JSON text; waits for one */
async function takeCalls() {
  const { __exposed: exposed } = /** @type {any} */ (globalThis);
  if (!exposed) return 'null';
  if (!exposed.queue.length) {
    await new Promise((resolve) => {
      exposed.wake = resolve;
    });
  }
  return JSON.stringify(exposed.queue.splice(0));
}

/** In the page. @param {number} call @param {string} answer */
function settleCall(call, answer) {
  const { waiting } = /** @type {any} */ (globalThis).__exposed;
  const { value, error } = JSON.parse(answer);
  const { resolve, reject } = waiting.get(call);
  waiting.delete(call);
  if (error) reject(Object.assign(new Error(error.message), { name: error.name }));
  else resolve(value);
}

/** Make `window[name]` call, in this document and later ones. @param {Page} page @param {string} name */
export async function exposeFunction(page, name) {
  await Promise.all([page.evaluateOnNewDocument(expose, name), page.evaluate(expose, name)]);
}

/** Take calls until the document is gone; the next one needs its own. @param {Page} page @param {OnCall} onCall */
export async function relayCalls(page, onCall) {
  try {
    for (;;) {
      const calls = JSON.parse(await page.evaluate(takeCalls));
      if (!calls) return;
      for (const { call, name, args } of calls) {
        onCall(name, args, (answer) =>
          page.evaluate(settleCall, call, JSON.stringify(answer)).catch((error) => whenGone(page, error)),
        );
      }
    }
  } catch (error) {
    whenGone(page, error);
  }
}

/** A page that was closed or went elsewhere answers no more; whatever else goes wrong is told. @param {Page} page @param {unknown} error */
function whenGone(page, error) {
  if (!page.isClosed() && !(error instanceof PuppeteerError)) process.stderr.write(`${error}\n`);
}
