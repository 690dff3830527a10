/** What the person is told when conversations cannot be kept, as notices. */

import { asStoreError } from './errors.js';

/** @typedef {import('../elements/events.js').Notice} Notice */

/** @param {string} kind @param {string} words @param {Notice['action']} [action] @returns {Notice} */
const warning = (kind, words, action) => ({ key: `conversation ${kind}`, words, tone: 'warning', action });

/** Nothing is kept in this browser. @param {unknown} error @returns {Notice} */
export const blockedInWords = (error) =>
  warning('blocked', `${asStoreError(error).message} It works, but closing or reloading it ends what you do here.`);

/** Another tab has a newer version of the store. @returns {Notice} */
export const outdatedInWords = () => warning('failed', 'Reload the page: another tab has a newer one.');

/** @param {() => void} duplicate @returns {Notice} */
export const heldInWords = (duplicate) =>
  warning('elsewhere', 'This conversation is open in another tab, which goes on with it.', {
    label: 'Open a copy',
    act: duplicate,
  });

/** Throws what is no StoreError: that is ours to mend. @param {unknown} error @returns {Notice} */
export function troubleInWords(error) {
  if (!(error instanceof Error) || error.name !== 'StoreError') throw error;
  const { kind, message } = asStoreError(error);
  if (kind === 'elsewhere') {
    const reload = { label: 'Reload', act: () => location.reload() };
    return warning(kind, `${message} What happens here is no longer kept.`, reload);
  }
  const advice = kind === 'full' ? ' What is new here is not kept. Delete conversations you no longer need.' : '';
  return warning(kind, message + advice);
}
