/**
 * Save and restore what lasts between steps, in slices: a step that arrives meanwhile waits for one variable at
 * most. Called by the worker; the pickling itself is Python's (codeact_runtime/checkpoint.py).
 */

/** @typedef {import('./protocol.js').Checkpointed} Checkpointed */
/** @typedef {import('./protocol.js').Restore} Restore */
/**
 * @typedef {object} CheckpointSession  the part of codeact_runtime/pyodide_host.py's Session that is used here
 * @property {() => string} saveable  JSON list of names
 * @property {(name: string) => Uint8Array | string} save  bytes; '' where unchanged; else why it is lost
 * @property {() => string} saved_rest  `{modules, sources, execution_count}` as JSON
 * @property {(rest: string) => void} restore_begin
 * @property {(name: string, data: Uint8Array) => void} restore_add
 * @property {() => string} restore_end  `{names, lost}` as JSON
 */

/** For all variables; each has a limit of its own (codeact_runtime/keeper.py). */
const SAVE_MS = 5_000;
/** More, or longer ones, the frame would not let through. */
const MOST_NAMES = 5_000;
const NAME_CHARS = 500;

/** A task of its own, so that messages that wait are taken first. */
const nextTask = () =>
  new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve(undefined);
    };
    port2.postMessage(null);
  });

/**
 * @param {number} request_id
 * @param {CheckpointSession} session
 * @param {import('./files.js').Files} files
 * @param {string[]} packages
 * @param {() => boolean} isWanted  false as soon as a step begins
 * @returns {Promise<Checkpointed>}
 */
export async function saveCheckpoint(request_id, session, files, packages, isWanted) {
  /** @type {string[]} */
  const all = JSON.parse(session.saveable());
  const { names, lost } = nameable(all);
  const variables = [];
  const until = performance.now() + SAVE_MS;
  let complete = true;
  for (const name of names) {
    if (performance.now() > until) {
      lost.push({ name, why: 'saving the variables before it took too long' });
      continue;
    }
    await nextTask();
    if (!isWanted()) {
      complete = false;
      break;
    }
    const saved = session.save(name);
    if (typeof saved !== 'string') variables.push({ name, data: asBuffer(saved) });
    else if (saved) lost.push({ name, why: saved });
  }
  const changed_files = complete ? files.changed() : [];
  const rest = JSON.parse(session.saved_rest());
  return {
    type: 'checkpointed',
    request_id,
    names,
    variables,
    lost,
    files: files.list(),
    changed_files,
    packages,
    ...rest,
    complete,
  }; // prettier-ignore
}

/** @param {string[]} all */
function nameable(all) {
  /** @type {import('./protocol.js').Lost[]} */
  const lost = [];
  const short = all.filter((name) => name.length <= NAME_CHARS);
  for (const name of all.filter((each) => each.length > NAME_CHARS).slice(0, 10)) {
    lost.push({ name: `${name.slice(0, 50)}…`, why: 'its name is too long' });
  }
  const names = short.splice(0, MOST_NAMES);
  if (short.length) lost.push({ name: `${short[0]} … ${short.at(-1)}`, why: 'there are too many variables' });
  return { names, lost };
}

/**
 * @param {Restore} message
 * @param {CheckpointSession} session
 * @param {import('./files.js').Files} files
 * @returns {Promise<import('./protocol.js').Restored>}
 */
export async function restoreCheckpoint({ request_id, checkpoint }, session, files) {
  const { variables, modules, sources, execution_count } = checkpoint;
  for (const { path, data } of checkpoint.files) files.write(path, data);
  session.restore_begin(JSON.stringify({ modules, sources, execution_count }));
  for (const { name, data } of variables) session.restore_add(name, new Uint8Array(data));
  return { type: 'restored', request_id, ...JSON.parse(session.restore_end()) };
}

/** @param {Uint8Array} bytes @returns {ArrayBuffer} */
const asBuffer = (bytes) =>
  /** @type {ArrayBuffer} */ (bytes.byteLength === bytes.buffer.byteLength ? bytes.buffer : bytes.slice().buffer);
