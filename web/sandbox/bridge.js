/**
 * What Python in the worker can ask of JavaScript: output, tools, time. One per worker.
 * Interrupts need no SharedArrayBuffer: the interpreter polls `buffer[0]`, a getter that looks at the clock.
 */

import { chars } from './message_checks.js';
import { Outbox } from './outbox.js';
import { interruptible } from './python_stack.js';

/** @typedef {import('./protocol.js').SandboxEvent} SandboxEvent */
/** @typedef {import('./protocol.js').ToolResult} ToolResult */
/** @typedef {import('./protocol.js').Limits} Limits */

const SIGINT = 2;
/** A timer of more is none: it fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;
// Held here: code in the worker may replace them on `JSON`.
const { parse, stringify } = JSON;
const nextMicrotask = queueMicrotask.bind(self);
/** The wait for packages among those for tools, whose ids begin at 1. */
const INSTALL = 0;
const APPROVAL = -1;
const INTERRUPTED = '{"interrupted": true}';
/** Code that waits, and catches the interrupt, gets it again after so long; code that computes, much sooner. */
const REARM_MS = 200;
const AGAIN_MS = 25;
/**
 * Code that caught it this often gets it in bursts, at every instruction where the interpreter can look,
 * so that one also hits between an `except` and the next `try`.
 */
const CAUGHT_OFTEN = 2;
const BURST = 16;
const REST_MS = 50;
/** The interpreter looks at the buffer when a counter of 50, lowered by this byte at each chance, is 0. */
const EVERY_CHANCE = 50;

const asError = (/** @type {string} */ kind, /** @type {string} */ message) => stringify({ error: { kind, message } });

/** @param {(event: SandboxEvent) => void} send */
export function makeBridge(send) {
  let run_id = 0;
  let nextCall = 1;
  /** @type {Map<number, (outcome: string) => void>} */
  const waiting = new Map();

  const outbox = new Outbox((chunks) => send({ type: 'output', run_id, chunks }));
  /** @type {Limits} */
  let limits;
  let calls = 0;
  let displays = 0;
  let displayedChars = 0;
  /** Written past the runtime's streams. */
  let rawChars = 0;
  let holdReserve = () => {};
  let releaseReserve = () => {};

  let deadline = Number.POSITIVE_INFINITY;
  /** Waits for the host, during which the clock stands still since `pausedAt`. */
  let blocked = 0;
  let pausedAt = 0;
  /** Since when code runs while others wait; the clock goes on for it. */
  let runningSince = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let reason = '';
  let quiet = false;
  let fired = 0;
  let mayInterrupt = () => false;
  let setPace = (/** @type {number} */ _step) => {};
  /** @type {Int32Array | null} */
  let shared = null;

  /** How long the clock has stood still since `pausedAt`. @param {number} now */
  const still = (now) => (pausedAt ? (runningSince || now) - pausedAt : 0);
  /** When the code's time is up. @param {number} now */
  const due = (now) => deadline + still(now);

  /** Code has been seen to run while calls wait. A microtask comes when it does not any more. @param {number} now */
  function noteRunning(now) {
    runningSince = now;
    nextMicrotask(() => {
      if (pausedAt && runningSince) pausedAt += performance.now() - runningSince;
      runningSince = 0;
    });
  }

  /** Polled by the interpreter while Python runs. */
  const buffer = {
    get 0() {
      const now = performance.now();
      outbox.flushIfLate(now);
      if (quiet) return 0;
      if (deadline === Number.POSITIVE_INFINITY) return 0;
      if (pausedAt && !runningSince) noteRunning(now);
      if (run_id && shared && Atomics.compareExchange(shared, 0, run_id, 0) === run_id) {
        reason ||= 'stop';
        deadline = now - still(now);
      }
      if (now < due(now) || !mayInterrupt()) return 0;
      reason ||= 'time';
      deadline = now + pause() - still(now);
      return SIGINT;
    },
    set 0(_value) {
      // The interpreter clears the buffer at every poll; the clock alone decides here.
    },
  };

  /** How long until the next interrupt. */
  function pause() {
    fired++;
    if (fired < CAUGHT_OFTEN) return AGAIN_MS;
    setPace(EVERY_CHANCE);
    return (fired - CAUGHT_OFTEN) % BURST === BURST - 1 ? REST_MS : 0;
  }

  function arm() {
    clearTimeout(timer);
    if (deadline === Number.POSITIVE_INFINITY || pausedAt) return;
    timer = setTimeout(onTime, Math.max(0, deadline - performance.now()) + 1);
  }

  /** Runs only when Python does not: what is due now is waiting for a promise. */
  function onTime() {
    if (performance.now() < deadline) return arm();
    interrupt(reason || 'time');
  }

  /** Let everything go on that waits. @param {string} outcome */
  function settleAll(outcome) {
    for (const settle of [...waiting.values()]) settle(outcome);
    waiting.clear();
    blocked = 0;
    pausedAt = runningSince = 0;
  }

  /** @param {string} why */
  function interrupt(why) {
    if (!run_id || deadline === Number.POSITIVE_INFINITY) return;
    if (shared) Atomics.store(shared, 0, 0); // the frame asked both ways
    reason ||= why;
    settleAll(INTERRUPTED);
    deadline = performance.now() + REARM_MS;
    quiet = true; // not to interrupt the interrupting
    try {
      bridge.onInterrupt();
    } finally {
      quiet = false;
    }
    arm();
  }

  /**
   * @param {(settle: (outcome: string) => void) => number} begin
   * @param {boolean} counted  whether the wait counts as the code's own time; else the clock stands still
   * @returns {Promise<string>}
   */
  function wait(begin, counted) {
    // Once an interrupt is due, waiting is where it lands: Python is not always in a wait when the timer looks.
    const now = performance.now();
    if (deadline !== Number.POSITIVE_INFINITY && (reason || now >= due(now))) {
      reason ||= 'time';
      return Promise.resolve(INTERRUPTED);
    }
    return new Promise((resolve) => {
      outbox.flush();
      if (!counted && blocked++ === 0) {
        pausedAt = performance.now();
        arm();
      }
      const id = begin((outcome) => {
        if (!waiting.delete(id)) return;
        if (!counted && --blocked === 0) {
          deadline += (runningSince || performance.now()) - pausedAt;
          pausedAt = runningSince = 0;
          arm();
        }
        resolve(outcome);
      });
    });
  }

  const bridge = {
    /** Set by the worker: cancels what Python awaits. */
    onInterrupt: () => {},
    /** Set by the worker: the packages that `modules` need and that are not installed. */
    missing: (/** @type {string[]} */ _modules) => /** @type {string[]} */ ([]),

    get interrupting() {
      return run_id !== 0 && reason !== '';
    },

    interrupt,

    /** @param {any} pyodide @param {Int32Array | null} interruptBuffer @param {Limits} inForce @param {import('./memory.js').Heap} heap */
    attach(pyodide, interruptBuffer, inForce, heap) {
      shared = interruptBuffer;
      limits = inForce;
      holdReserve = () => heap.hold(pyodide._module);
      releaseReserve = () => heap.release(pyodide._module);
      forPython.memoryBytes = () => pyodide._module.HEAPU8.byteLength;
      forPython.canBlock = 'Suspending' in WebAssembly;
      mayInterrupt = interruptible(pyodide._module);
      pyodide.setInterruptBuffer(buffer);
      setPace = (step) => {
        pyodide._module.HEAP8[pyodide._module._Py_EMSCRIPTEN_SIGNAL_HANDLING] = step;
      };
      const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
      for (const stream of /** @type {const} */ (['stdout', 'stderr'])) {
        const write = (/** @type {Uint8Array} */ bytes) => {
          const left = limits.person_chars - rawChars; // what the runtime writes itself is counted there
          const text = decoders[stream].decode(bytes, { stream: true });
          rawChars += text.length;
          if (left > 0) forPython.write(stream, text.slice(0, left));
          if (left >= 0 && text.length > left)
            forPython.write('stderr', '\n[more characters of output were not kept]\n');
          return bytes.length;
        };
        pyodide[stream === 'stdout' ? 'setStdout' : 'setStderr']({ write, isatty: false });
      }
    },

    /** @param {number} id */
    begin(id) {
      run_id = id;
      reason = '';
      calls = 0;
      displays = displayedChars = 0;
      rawChars = 0;
    },

    end() {
      outbox.flush();
      forPython.disarm();
      settleAll(INTERRUPTED); // background tasks of the step
      run_id = 0;
    },

    /** @param {ToolResult} message */
    settleTool(message) {
      const { call_id, error, value } = message;
      waiting.get(call_id)?.(error ? stringify({ error }) : `{"value": ${value ?? 'null'}}`);
    },

    /** @param {import('./protocol.js').Approve} message */
    settleApproval({ run_id: asked, type: _type, ...answer }) {
      if (asked === run_id) waiting.get(APPROVAL)?.(stringify({ value: answer }));
    },

    /** Do what runs Python on our own behalf: it is neither interrupted nor counted. @param {() => Promise<unknown>} work */
    quietly: async (work) => {
      const before = quiet;
      quiet = true;
      try {
        await work();
      } finally {
        quiet = before;
      }
    },

    /** @param {{kind: string, message: string}} [error] */
    settleInstall(error) {
      waiting.get(INSTALL)?.(error ? stringify({ error }) : '{"value": null}');
    },
  };

  /** The half that Python sees: see `Bridge` in codeact_runtime/pyodide_host.py. */
  const forPython = {
    canBlock: false,
    interruptReason: () => reason,
    nowMs: () => performance.now(),
    memoryBytes: () => 0,

    /** @param {'stdout' | 'stderr'} stream @param {string} text */
    write: (stream, text) => outbox.write(stream, text),

    /** Whether it may be shown. @param {string} text  a bundle as JSON */
    display(text) {
      const bundle = parse(text);
      const size = chars(bundle);
      if (displays >= limits.display_items || displayedChars + size > limits.displays_chars) return false;
      displays++;
      displayedChars += size;
      outbox.flush(); // keeps the order of text and pictures
      send({ type: 'displayed', run_id, bundle });
      return true;
    },

    /** @param {string} name @param {string} args */
    callTool: async (name, args) => {
      if (!run_id) return asError('ToolError', 'the step has ended');
      if (args.length > limits.tool_chars)
        return asError('ToolLimit', `the arguments are longer than ${limits.tool_chars} characters`);
      if (calls++ >= limits.tool_calls) return asError('ToolLimit', `a step may make ${limits.tool_calls} tool calls`);
      return wait((settle) => {
        const call_id = nextCall++;
        waiting.set(call_id, settle);
        send({ type: 'tool_called', run_id, call_id, name, arguments: args });
        return call_id;
      }, false);
    },

    /** Ask the page for the packages of these modules. @param {string} modules  JSON list of import names */
    install: async (modules) => {
      const names = bridge.missing(parse(modules));
      if (!names.length) return '{"value": null}';
      return wait((settle) => {
        waiting.set(INSTALL, settle);
        send({ type: 'packages_needed', run_id, names });
        return INSTALL;
      }, false);
    },

    /** Ask the person whether the code may run. @param {string} card  as JSON */
    approve: async (card) =>
      wait((settle) => {
        waiting.set(APPROVAL, settle);
        send({ type: 'approval_needed', run_id, card: parse(card) });
        return APPROVAL;
      }, false),

    /** @param {number} milliseconds */
    sleep: (milliseconds) =>
      wait((settle) => {
        const call_id = nextCall++;
        const done = setTimeout(() => settle('{"value": null}'), Math.min(milliseconds, LONGEST_TIMER_MS));
        waiting.set(call_id, (outcome) => {
          clearTimeout(done);
          settle(outcome);
        });
        return call_id;
      }, true),

    /** @param {number} milliseconds */
    setDeadline(milliseconds) {
      deadline = performance.now() + milliseconds;
      fired = 0;
      arm();
    },

    holdReserve: () => holdReserve(),

    disarm() {
      deadline = Number.POSITIVE_INFINITY;
      setPace(1);
      clearTimeout(timer);
      releaseReserve();
    },
  };

  return Object.assign(bridge, { forPython });
}
