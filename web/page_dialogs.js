/** Joins the dialogs for conversations and settings to their buttons, and to what they show and change. */

import { chooseLimits, chosenLimits, LEAST } from './limits_choice.js';
import { runSettings, setRunSettings, siteAsks } from './run_settings.js';

/** @typedef {import('./conversations.js').Conversations} Conversations */
/** @typedef {import('./elements/events.js').ConversationEvent} ConversationEvent */
/** @typedef {import('./elements/events.js').LimitsChosenEvent} LimitsChosenEvent */
/** @typedef {import('./elements/events.js').RunSettingsEvent} RunSettingsEvent */
/** @typedef {import('./session.js').Session} Session */

/** @param {Session} session @param {Conversations} conversations */
export function joinDialogs(session, conversations) {
  const list = /** @type {HTMLElementTagNameMap['ca-conversations']} */ (document.querySelector('ca-conversations'));
  const dialog = /** @type {HTMLElementTagNameMap['ca-settings']} */ (document.querySelector('ca-settings'));

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

  session.options = runSettings();
  document.querySelector('button.settings')?.addEventListener('click', async () => {
    const { limits } = dialog;
    dialog.settings = runSettings();
    dialog.siteAsks = siteAsks(session.allowed);
    limits.saved = '';
    limits.least = LEAST;
    limits.choice = chosenLimits();
    dialog.show();
    limits.limits = await session.limits().catch(() => null); // that Python did not start is told elsewhere
    limits.allowed = session.allowed;
    dialog.siteAsks = siteAsks(session.allowed);
  });
  addEventListener('ca-run-settings', (event) => {
    const { settings } = /** @type {RunSettingsEvent} */ (event);
    setRunSettings(settings);
    session.options = settings;
  });
  addEventListener('ca-limits', (event) => {
    dialog.limits.confirm(chooseLimits(/** @type {LimitsChosenEvent} */ (event).choice));
  });
}
