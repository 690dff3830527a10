/**
 * The trusted script of the sandbox's opaque-origin frame: it starts and ends workers, keeps the assets for the
 * next one and a spare that has booted, and relays messages. Inlined into frame.html by the bundler, which puts
 * its hash into the frame's CSP.
 */

import { CheckedWorker } from './checked_worker.js';
import { PROTOCOL_VERSION } from './protocol.js';

/** @typedef {import('./protocol.js').Asset} Asset */
/** @typedef {import('./protocol.js').Start} Start */
/** @typedef {import('./protocol.js').SandboxEvent} SandboxEvent */

const NEEDED = /** @type {const} */ (['stdlib', 'runtime', 'lock', 'image']);
const DURING_A_STEP = [
  'booting',
  'output',
  'displayed',
  'tool_called',
  'packages_needed',
  'installed',
  'approval_needed',
  'memory',
];
/** The spare boots when nothing has been asked for so long. */
const IDLE_MS = 500;

/** @type {MessagePort} */
let port;
/** @type {CheckedWorker | null} */
let worker = null;
/** Booted, and has never run code. @type {CheckedWorker | null} */
let spare = null;
/** @type {Start | null} */
let start = null;
/** Kept for the next worker. @type {Partial<import('./protocol.js').Assets>} */
const assets = {};
/** @type {WebAssembly.Module | null} */
let module = null;
let workerUrl = '';
/** @type {ReturnType<typeof setTimeout> | undefined} */
let idle;

/** @param {SandboxEvent} event @param {Transferable[]} [transfer] */
const send = (event, transfer = []) => port.postMessage(event, transfer);

/** @param {string} kind @param {string} message */
function fail(kind, message) {
  worker?.end();
  worker = null;
  send({ type: 'failed', error: { kind, message } });
}

/** @type {import('./checked_worker.js').WorkerDelegate} */
const delegate = {
  workerSaid(from, event, transfer) {
    if (from !== worker) return;
    if (!DURING_A_STEP.includes(event.type)) awaitIdle();
    send(event, transfer);
  },
  workerFailed(from, kind, message) {
    if (from === spare)
      spare = null; // after the next step there will be another
    else if (from === worker) fail(kind, message);
  },
};

const spawn = () => new CheckedWorker(workerUrl, delegate);

/** @param {CheckedWorker} to */
function feed(to) {
  if (!start || !module) throw new Error('reset before start');
  const { stdlib, runtime, lock, image } = /** @type {import('./protocol.js').Assets} */ (assets);
  const { limits, hardened } = start;
  to.feed({ limits, hardened, module, stdlib, runtime, lock, image });
}

function awaitIdle() {
  clearTimeout(idle);
  if (!start?.limits.spare_workers || spare) return;
  idle = setTimeout(() => {
    spare = spawn();
    feed(spare);
  }, IDLE_MS);
}

/** Another interpreter: the spare, or one that boots now. */
function replace() {
  worker?.end();
  if (!spare) {
    worker = spawn();
    return feed(worker);
  }
  worker = spare;
  spare = null;
  if (!worker.ready) return; // still booting
  send(worker.ready);
  awaitIdle();
}

/** @param {Asset} asset */
async function take({ name, data }) {
  if (name === 'worker') {
    workerUrl = URL.createObjectURL(new Blob([data], { type: 'text/javascript' }));
    worker = spawn(); // it can read its script while its other assets are still on their way
  } else if (name === 'wasm') {
    send({ type: 'booting', step: 'compile' });
    module = await WebAssembly.compile(data);
    /** @type {any} */ (data).transfer?.(0); // an idle frame collects no garbage
  } else {
    Object.assign(assets, { [name]: data });
  }
  feedWhenComplete();
}

function feedWhenComplete() {
  if (start && worker && !worker.isFed && module && NEEDED.every((each) => each in assets)) feed(worker);
}

/** @param {Start} message */
function begin(message) {
  if (message.version !== PROTOCOL_VERSION) {
    return fail(
      'wrong_version',
      `page speaks protocol ${message.version}, the sandbox ${PROTOCOL_VERSION}; reload the page`,
    );
  }
  start = message;
  feedWhenComplete();
}

/** @param {import('./protocol.js').Request} message */
async function handle(message) {
  if (message?.type === 'run') clearTimeout(idle);
  switch (message?.type) {
    case 'start':
      return begin(message);
    case 'asset':
      return take(message);
    case 'reset':
      return replace();
    default:
      if (!worker) return fail('worker_died', 'there is no worker; reset first');
      return worker.post(message, buffersIn(message));
  }
}

/** What can be handed on without a copy. @param {any} message @returns {Transferable[]} */
function buffersIn({ type, data, packages = [], checkpoint }) {
  const lists = [...packages, ...(checkpoint?.variables ?? []), ...(checkpoint?.files ?? [])];
  const buffers = type === 'write_file' ? [data] : lists.map((each) => each.data);
  return [...new Set(buffers)];
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
