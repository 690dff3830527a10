/** Joins the dialogs for conversations and limits to their buttons, and to what they show and change. */

import { chooseLimits, chosenLimits, LEAST } from './limits_choice.js';

/** @typedef {import('./conversations.js').Conversations} Conversations */
/** @typedef {import('./elements/events.js').ConversationEvent} ConversationEvent */
/** @typedef {import('./elements/events.js').LimitsChosenEvent} LimitsChosenEvent */
/** @typedef {import('./session.js').Session} Session */

/** @param {Session} session @param {Conversations} conversations */
export function joinDialogs(session, conversations) {
  const list = /** @type {HTMLElementTagNameMap['ca-conversations']} */ (document.querySelector('ca-conversations'));
  const limits = /** @type {HTMLElementTagNameMap['ca-limits']} */ (document.querySelector('ca-limits'));

  const approval = /** @type {HTMLElementTagNameMap['ca-approval']} */ (document.querySelector('ca-approval'));

  session.person.approve = async (card) => ({
    decision: (await approval.ask(card.kind === 'code' ? card.findings : [])) ? 'approve' : 'deny',
  });
  session.addEventListener('state', () => {
    if (session.runs.state !== 'running') approval.withdraw();
  });

  conversations.addEventListener('changed', () => {
    list.conversations = conversations.list;
    list.current = conversations.current?.id ?? '';
    list.kept = conversations.isKept;
  });
  document.querySelector('button.conversations')?.addEventListener('click', async () => {
    await conversations.refresh();
    list.show();
  });
  addEventListener('ca-conversation', (event) => {
    const { act, id } = /** @type {ConversationEvent} */ (event);
    conversations[act](id);
  });

  document.querySelector('button.limits')?.addEventListener('click', async () => {
    limits.least = LEAST;
    limits.choice = chosenLimits();
    limits.show();
    limits.limits = await session.limits().catch(() => null); // that Python did not start is told elsewhere
    limits.allowed = session.allowed;
  });
  addEventListener('ca-limits', (event) => {
    limits.confirm(chooseLimits(/** @type {LimitsChosenEvent} */ (event).choice));
  });
}
