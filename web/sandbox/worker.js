/**
 * The sandbox's worker: boots Pyodide from bytes it is handed, then runs one step at a time.
 * Bundled by esbuild with pyodide.mjs and pyodide.asm.mjs into one classic worker, which the frame
 * starts from a blob: URL. It can reach nothing but the frame.
 */

import createPyodideModule from 'pyodide/pyodide.asm.mjs';
import { bootPyodide } from './boot.js';
import { makeBridge } from './bridge.js';

/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').SandboxEvent} SandboxEvent */
/** @typedef {import('./boot.js').WorkerStart} WorkerStart */
/** @typedef {{run(code: string, timeMs: number | null): Promise<string>, set_tools(specs: string): void, interrupt(): void}} Session */

// Held here so that code in the sandbox cannot replace them on `self`.
const post = self.postMessage.bind(self);

/** @param {SandboxEvent} event */
const send = (event) => post(event);

// Pyodide and code in the sandbox may log without end; the last lines go into the report of a failure.
/** @type {string[]} */
const log = [];
for (const level of /** @type {const} */ (['debug', 'log', 'info', 'warn', 'error'])) {
  console[level] = (...values) => {
    log.push(values.map(String).join(' ').slice(0, 300));
    if (log.length > 10) log.shift();
  };
}

const bridge = makeBridge(send);
/** @type {Session | null} */
let session = null;

/** @param {unknown} error @param {string} kind */
function fail(error, kind) {
  const message = [String(error), ...log].join('\n').slice(0, 4000);
  send({ type: 'failed', error: { kind, message } });
}

/** @param {WorkerStart} message */
async function start(message) {
  const started = performance.now();
  const pyodide = await bootPyodide(message, createPyodideModule, (step) => send({ type: 'booting', step }));
  // Fatal errors of the interpreter leave its promises pending for ever: this is the only sign of them.
  pyodide._api.on_fatal = (/** @type {unknown} */ error) => fail(error, 'interpreter_died');
  send({ type: 'booting', step: 'session' });
  bridge.attach(pyodide, message.interrupt);
  const runtime = pyodide.pyimport('codeact_runtime.pyodide_host');
  session = runtime.start(bridge.forPython, JSON.stringify(message.limits));
  bridge.onInterrupt = () => session?.interrupt();
  send({
    type: 'ready',
    boot_ms: performance.now() - started,
    from_image: message.image !== null,
    can_block: bridge.forPython.canBlock,
    can_interrupt: message.interrupt !== null,
    python: pyodide.runPython('import sys; sys.version.split()[0]'),
  });
}

/** @param {import('./protocol.js').Run} message */
async function run({ run_id, code, time_ms }) {
  if (!session) throw new Error('run before ready');
  bridge.begin(run_id);
  const result = await session.run(code, time_ms ?? null);
  bridge.end();
  send({ type: 'finished', run_id, result: JSON.parse(result) });
}

/** @param {import('./protocol.js').ToolSpec[]} tools */
function setTools(tools) {
  try {
    session?.set_tools(JSON.stringify(tools));
  } catch (error) {
    fail(error, 'bad_tools');
  }
}

/** @param {WorkerStart | Exclude<Request, {type: 'start' | 'reset'}>} message */
async function handle(message) {
  switch (message.type) {
    case 'start':
      return start(message);
    case 'set_tools':
      return setTools(message.tools);
    case 'run':
      return run(message);
    case 'interrupt':
      return bridge.interrupt('stop');
    case 'tool_result':
      return bridge.settleTool(message);
    default:
      return fail(
        `unknown message type ${JSON.stringify(/** @type {{type: unknown}} */ (message).type)}`,
        'unknown_message',
      );
  }
}

self.addEventListener('message', (/** @type {MessageEvent} */ event) => {
  handle(event.data).catch((error) => fail(error, session ? 'worker_error' : 'boot_failed'));
});

// A run that is being interrupted may leave tasks that end by it and that nobody awaits: they surface here,
// and the interrupt goes on. Any other stray error means the worker can no longer be trusted.
/** @param {Event} event @param {unknown} error */
function onStray(event, error) {
  event.preventDefault();
  if (bridge.interrupting) bridge.interrupt(bridge.forPython.interruptReason());
  else fail(error, 'worker_error');
}
self.addEventListener('error', (event) => onStray(event, event.message));
self.addEventListener('unhandledrejection', (event) => onStray(event, event.reason));
