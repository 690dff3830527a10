/** What the person is told when conversations cannot be kept, as notices. */

import { msg, str } from '../vendor/localize.js';
import { asStoreError } from './errors.js';

/** @typedef {import('../elements/events.js').Notice} Notice */

/** @param {string} kind @param {() => string} words @param {Notice['action']} [action] @returns {Notice} */
const warning = (kind, words, action) => ({ key: `conversation ${kind}`, words, tone: 'warning', action });

/** Nothing is kept in this browser. @param {unknown} error @returns {Notice} */
export function blockedInWords(error) {
  const { reason } = asStoreError(error);
  const why = () =>
    reason
      ? msg('This page cannot keep conversations: the browser could not open its storage.')
      : msg('This page cannot keep conversations: the browser allows it no storage.');
  return warning('blocked', () => `${why()} ${msg('It works, but closing or reloading it ends what you do here.')}`);
}

/** Another tab has a newer version of the store. @returns {Notice} */
export const outdatedInWords = () => warning('failed', () => msg('Reload the page: another tab has a newer one.'));

/** @param {() => void} duplicate @returns {Notice} */
export const heldInWords = (duplicate) =>
  warning('elsewhere', () => msg('This conversation is open in another tab, which goes on with it.'), {
    label: () => msg('Open a copy'),
    act: duplicate,
  });

/** Throws what is no StoreError: that is ours to mend. @param {unknown} error @returns {Notice} */
export function troubleInWords(error) {
  if (!(error instanceof Error) || error.name !== 'StoreError') throw error;
  const { kind, reason } = asStoreError(error);
  const reload = { label: () => msg('Reload'), act: () => location.reload() };
  switch (kind) {
    case 'elsewhere':
      return warning(
        kind,
        () => msg('Another tab has changed this conversation. What happens here is no longer kept.'),
        reload,
      );
    case 'full':
      return warning(kind, () =>
        msg(
          'The browser gives this page no more room. What is new here is not kept. Delete conversations you no longer need.',
        ),
      );
    case 'gone':
      return warning(kind, () => msg('This conversation is no longer in this browser.'));
    case 'blocked':
      return warning(kind, () => msg('The browser allows this page no storage.'));
    case 'failed':
      return warning(kind, () => msg(str`The browser could not store it (${reason}).`));
  }
}
