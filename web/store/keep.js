/** Has what happens in a session written down. */

/** @typedef {import('../session.js').Session} Session */

/** @param {Session} session @param {() => import('./keeper.js').Keeper} keeper  of the conversation the page is in */
export function keep(session, keeper) {
  const detail = (/** @type {Event} */ event) => /** @type {CustomEvent} */ (event).detail;
  session.addEventListener('messages', (event) => keeper().addMessages(detail(event)));
  session.addEventListener('agent', (event) => keeper().addEvent(detail(event)));
  session.addEventListener('checkpointed', (event) => keeper().addCheckpoint(detail(event), () => session.saved));
  addEventListener('pagehide', () => keeper().flush());
}
