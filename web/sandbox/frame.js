/**
 * The trusted script of the sandbox's opaque-origin frame: it starts and ends the worker, keeps the
 * assets for the next one, and relays messages. What the worker says is checked here and never acted on.
 * Inlined into frame.html by the bundler, which puts its hash into the frame's CSP.
 */

import { isWellFormed } from './message_checks.js';
import { PROTOCOL_VERSION } from './protocol.js';

/** @typedef {import('./protocol.js').Asset} Asset */
/** @typedef {import('./protocol.js').Start} Start */
/** @typedef {import('./protocol.js').SandboxEvent} SandboxEvent */

/** Above this the page itself would starve: a worker that sends so much in one second is ended. */
const MESSAGES_PER_SECOND = 5_000;
const SIGINT = 2;
const NEEDED = /** @type {const} */ (['stdlib', 'runtime', 'lock', 'image']);

/** @type {MessagePort} */
let port;
/** @type {Worker | null} */
let worker = null;
/** @type {Start['limits'] | null} */
let limits = null;
/** Kept for the next worker. @type {Partial<import('./protocol.js').Assets>} */
const assets = {};
/** @type {WebAssembly.Module | null} */
let module = null;
let workerUrl = '';
/** @type {Int32Array | null} */
let shared = null;

/** @param {SandboxEvent} event */
const send = (event) => port.postMessage(event);

/** @param {string} kind @param {string} message */
function fail(kind, message) {
  end();
  send({ type: 'failed', error: { kind, message } });
}

function end() {
  worker?.terminate();
  worker = null;
}

/** Start a worker; it can read its script while its other assets are still on their way. */
function spawn() {
  end();
  const mine = new Worker(workerUrl);
  worker = mine;
  let isReady = false;
  let second = 0;
  let count = 0;
  mine.onmessage = ({ data }) => {
    if (worker !== mine) return;
    const now = Math.floor(performance.now() / 1000);
    count = now === second ? count + 1 : 1;
    second = now;
    if (count > MESSAGES_PER_SECOND) return fail('message_flood', 'the code sent too many messages');
    if (!isWellFormed(data)) return fail('unknown_message', 'the worker sent a message of unknown type or shape');
    if (data.type === 'failed') return fail(data.error.kind, data.error.message);
    if (data.type === 'ready') {
      if (isReady) return; // code in the worker says so
      isReady = true;
    }
    send(data);
  };
  mine.onerror = (event) => {
    event.preventDefault();
    if (worker === mine) fail('worker_died', event.message || 'the worker ended');
  };
  mine.onmessageerror = () => fail('unknown_message', 'the worker sent a message that cannot be read');
}

function feed() {
  if (!limits || !module) throw new Error('reset before start');
  shared = crossOriginIsolated ? new Int32Array(new SharedArrayBuffer(4)) : null;
  const { stdlib, runtime, lock, image } = assets;
  worker?.postMessage({ type: 'start', limits, interrupt: shared, module, stdlib, runtime, lock, image });
}

/** @param {Start} message */
function start(message) {
  if (message.version !== PROTOCOL_VERSION) {
    return fail(
      'wrong_version',
      `page speaks protocol ${message.version}, the sandbox ${PROTOCOL_VERSION}; reload the page`,
    );
  }
  limits = message.limits;
}

/** @param {Asset} asset */
async function take({ name, data }) {
  if (name === 'worker') {
    workerUrl = URL.createObjectURL(new Blob([data], { type: 'text/javascript' }));
    spawn();
  } else if (name === 'wasm') {
    send({ type: 'booting', step: 'compile' });
    module = await WebAssembly.compile(data);
  } else {
    Object.assign(assets, { [name]: data });
  }
  if (workerUrl && module && NEEDED.every((each) => each in assets)) feed();
}

/** @param {import('./protocol.js').Request} message */
async function handle(message) {
  switch (message?.type) {
    case 'start':
      return start(message);
    case 'asset':
      return take(message);
    case 'reset':
      spawn();
      return feed();
    case 'interrupt':
      if (shared) Atomics.store(shared, 0, SIGINT);
      return worker?.postMessage(message);
    default:
      if (!worker) return fail('worker_died', 'there is no worker; reset first');
      return worker.postMessage(message);
  }
}

/** @param {MessageEvent} event */
function connect(event) {
  if (event.source !== parent || event.data?.type !== 'connect' || event.ports.length !== 1) return;
  removeEventListener('message', connect);
  port = event.ports[0];
  port.onmessage = ({ data }) => {
    handle(data).catch((error) => fail('boot_failed', String(error)));
  };
}
addEventListener('message', connect);
