/**
 * The sandbox's worker: boots Pyodide from bytes it is handed, then runs one step at a time.
 * Bundled by esbuild with pyodide.mjs and pyodide.asm.mjs into one classic worker, which the frame
 * starts from a blob: URL. It can reach nothing but the frame.
 */

import createPyodideModule from 'pyodide/pyodide.asm.mjs';
import { bootPyodide } from './boot.js';
import { makeBridge } from './bridge.js';
import { restoreCheckpoint, saveCheckpoint } from './checkpoint.js';
import { FileError, Files } from './files.js';
import { limitMemory } from './memory.js';
import { Packages } from './packages.js';
import { setQuota } from './quota.js';

/** @typedef {import('./protocol.js').Request} Request */
/** @typedef {import('./protocol.js').SandboxEvent} SandboxEvent */
/** @typedef {import('./boot.js').WorkerStart} WorkerStart */
/** @typedef {{(code: string, timeMs: number | null, approval: string): string | undefined, callPromising(code: string, timeMs: number | null, approval: string): Promise<string | undefined>}} StepRunner */
/** @typedef {import('./checkpoint.js').CheckpointSession & {run: StepRunner, finish(): Promise<string>, probe(): string, modules_needed(prelude: string): string, set_tools(given: string): string, interrupt(): void}} Session */

// Held here so that code in the sandbox cannot replace them on `self`.
const post = self.postMessage.bind(self);
const { parse, stringify } = JSON;

/** @param {SandboxEvent} event @param {Transferable[]} [transfer] */
const send = (event, transfer = []) => post(event, transfer);

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
/** @type {Session} */
let session;
/** @type {Files} */
let files;
/** @type {Packages} */
let packages;
/** What `probe` says in an interpreter that is well. */
let sound = '';
let isReady = false;
let steps = 0;

/** @param {unknown} error @param {string} kind */
function fail(error, kind) {
  const message = [String(error), ...log].join('\n').slice(0, 4000);
  send({ type: 'failed', error: { kind, message } });
}

/** @param {WorkerStart} message */
async function start(message) {
  const started = performance.now();
  const { limits, hardened, image, interrupt, lock } = message;
  const heap = limitMemory(limits.memory_mb * 2 ** 20, (memory) => send({ type: 'memory', ...memory }));
  const pyodide = await bootPyodide(message, createPyodideModule, (step) => send({ type: 'booting', step }));
  // Fatal errors of the interpreter leave its promises pending for ever: this is the only sign of them.
  pyodide._api.on_fatal = (/** @type {unknown} */ error) => fail(error, 'interpreter_died');
  send({ type: 'booting', step: 'session' });
  bridge.attach(pyodide, interrupt, limits, heap);
  packages = new Packages(pyodide, lock, setQuota(pyodide.FS, limits));
  files = new Files(pyodide.FS, limits);
  const runtime = pyodide.pyimport('codeact_runtime.pyodide_host');
  const python = pyodide.runPython('import sys; sys.version.split()[0]');
  session = runtime.start(bridge.forPython, JSON.stringify({ limits, hardened, imports: packages.imports }));
  sound = session.probe();
  bridge.onInterrupt = () => session.interrupt();
  bridge.missing = (modules) => packages.missing(packages.holding(modules));
  isReady = true;
  send({
    type: 'ready',
    boot_ms: performance.now() - started,
    from_image: image !== null,
    can_block: bridge.forPython.canBlock,
    can_interrupt: interrupt !== null,
    python,
  });
}

/** Whether the code has left an interpreter that can run the next step, and tell the truth of it. */
function isSound() {
  try {
    return session.probe() === sound;
  } catch (error) {
    console.warn(error);
    return false;
  }
}

/** @param {import('./protocol.js').Run} message */
async function run({ run_id, code, time_ms, approval }) {
  steps++;
  bridge.begin(run_id);
  files.mark();
  // Python can block only where it was called by way of JSPI.
  const begun = bridge.forPython.canBlock
    ? await session.run.callPromising(code, time_ms ?? null, approval)
    : session.run(code, time_ms ?? null, approval);
  const result = begun ?? (await session.finish());
  bridge.end();
  send({ type: 'finished', run_id, result: { ...parse(result), files: files.written(), sound: isSound() } });
}

/** @param {import('./protocol.js').Install} message */
async function install({ run_id, packages: wheels, error }) {
  try {
    // Unpacking runs Python too: it is not the code's time.
    if (!error) await bridge.quietly(() => packages.install(wheels));
    bridge.settleInstall(error);
  } catch (problem) {
    bridge.settleInstall({ kind: 'PackageError', message: String(problem).slice(0, 1_000) });
  }
  send({ type: 'installed', run_id });
}

/** @param {import('./protocol.js').SaveCheckpoint} message */
async function checkpoint({ request_id }) {
  const before = steps; // a step may begin and end between two looks
  const saved = await saveCheckpoint(request_id, session, files, packages.installed, () => steps === before);
  send(
    saved,
    [...saved.variables, ...saved.changed_files].map(({ data }) => data),
  );
}

/** @param {import('./protocol.js').Restore} message */
async function restore(message) {
  // Where packages fail, what needs them is lost, and says so; the rest comes back.
  await packages.install(message.packages).catch((error) => console.warn(error));
  send(await restoreCheckpoint(message, session, files));
}

/** @param {number} request_id @param {() => void} work */
function answer(request_id, work) {
  try {
    work();
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    send({ type: 'refused', request_id, error: { kind: error.kind, message: error.message } });
  }
}

/** @param {import('./protocol.js').SetTools} message */
async function setTools({ request_id, tools, prelude, packages: wheels }) {
  await packages.install(wheels).catch((error) => console.warn(error)); // what imports them says so
  const needed = bridge.missing(parse(session.modules_needed(stringify(prelude))));
  if (needed.length && !wheels.length) return send({ type: 'tools_set', request_id, tools: '[]', needed });
  const { value, error } = parse(session.set_tools(stringify({ tools, prelude })));
  if (error) send({ type: 'refused', request_id, error: { kind: 'bad_tools', message: error } });
  else send({ type: 'tools_set', request_id, tools: value, needed: [] });
}

/** @param {WorkerStart | Exclude<Request, {type: 'start' | 'reset'}>} message */
async function handle(message) {
  switch (message.type) {
    case 'start':
      return start(message);
    case 'set_tools':
      return setTools(message);
    case 'run':
      return run(message);
    case 'interrupt':
      return bridge.interrupt('stop');
    case 'tool_result':
      return bridge.settleTool(message);
    case 'install':
      return install(message);
    case 'approve':
      return bridge.settleApproval(message);
    case 'checkpoint':
      return checkpoint(message);
    case 'restore':
      return restore(message);
    case 'write_file':
      return answer(message.request_id, () => {
        files.write(message.path, message.data);
        send({ type: 'files', request_id: message.request_id, files: files.list() });
      });
    case 'delete_file':
      return answer(message.request_id, () => {
        files.remove(message.path);
        send({ type: 'files', request_id: message.request_id, files: files.list() });
      });
    case 'read_file':
      return answer(message.request_id, () => {
        const data = /** @type {ArrayBuffer} */ (files.read(message.path).slice().buffer);
        send({ type: 'file', request_id: message.request_id, path: message.path, data }, [data]);
      });
    case 'list_files':
      return send({ type: 'files', request_id: message.request_id, files: files.list() });
    default:
      return fail(
        `unknown message type ${JSON.stringify(/** @type {{type: unknown}} */ (message).type)}`,
        'unknown_message',
      );
  }
}

self.addEventListener('message', (/** @type {MessageEvent} */ event) => {
  handle(event.data).catch((error) => fail(error, isReady ? 'worker_error' : 'boot_failed'));
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
