/** What the person can choose from: models, and tasks that have a recording. */

import { listModels } from './providers/relay.js';
import { fetchSiteSettings } from './site_settings.js';

/** @typedef {import('./elements/events.js').Model} Model */
/** @typedef {import('./elements/events.js').Task} Task */

/** Needs no upstream, and is always there. @type {Model} */
export const RECORDED = { id: 'recorded', name: 'Recorded', recorded: true };

/** Without them there are no chips; whoever asks for one is told why. @returns {Promise<Task[]>} */
export async function fetchTasks() {
  try {
    const response = await fetch('recordings/index.json');
    return response.ok ? (await response.json()).recordings : [];
  } catch {
    return [];
  }
}

/**
 * Without a relay, or with one that does not answer, the recorded tasks are still there.
 * @returns {Promise<{models: Model[], notice: string}>} the upstream's first; `notice` says why they could not be listed
 */
export async function fetchModels() {
  /** @type {import('./providers/relay.js').ModelFacts[]} */
  let found = [];
  let notice = '';
  try {
    if ((await fetchSiteSettings()).relay) found = await listModels();
  } catch (error) {
    const { status, message } = /** @type {import('./providers/model_failure.js').ModelFailure} */ (error);
    const noRelay = [404, 405, 501].includes(status);
    notice = noRelay ? '' : `The connected models could not be listed: ${message}`;
  }
  return { models: [...found.map((facts) => ({ ...facts, name: facts.id, recorded: false })), RECORDED], notice };
}
