/** What the person can choose from without any model: tasks that have a recording, and the model that plays them. */

/** @typedef {import('./elements/events.js').Model} Model */
/** @typedef {import('./elements/events.js').Task} Task */

/** Needs no upstream, and is always there. @type {Model} */
export const RECORDED = { id: 'recorded', name: 'Recorded', recorded: true, provider: 'recorded' };

/** Without them there are no chips; whoever asks for one is told why. @returns {Promise<Task[]>} */
export async function fetchTasks() {
  try {
    const response = await fetch('recordings/index.json');
    return response.ok ? (await response.json()).recordings : [];
  } catch {
    return [];
  }
}
