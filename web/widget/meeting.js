/** How the frame meets its host page: once, by the nonce in its address, and only a page that the operator allows. */

import { CONNECT } from './host_messages.js';
import { isKnown } from './message_checks.js';
import { WIDGET_PROTOCOL_VERSION } from './protocol.js';

/** @typedef {{connect: import('./protocol.js').Connect, origin: string, port: MessagePort}} Met */

/** Resolves with the first that has the nonce; nobody else is listened to from then on. @returns {Promise<Met>} */
export function meetHost() {
  const nonce = location.hash.slice(1);
  return new Promise((resolve, reject) => {
    if (parent === window || !nonce) {
      return reject(new Error('This page is shown by <codeact-agent> in a page of yours: see docs/widget.md.'));
    }
    const listening = new AbortController();
    addEventListener(
      'message',
      ({ source, origin, data, ports }) => {
        if (source !== parent || !isKnown(data, CONNECT) || data.nonce !== nonce || ports.length !== 1) return;
        listening.abort();
        resolve({ connect: data, origin, port: ports[0] });
      },
      { signal: listening.signal },
    );
    // Anyone may read it: it tells what the page that made the frame knows.
    parent.postMessage({ type: 'codeact-hello', version: WIDGET_PROTOCOL_VERSION, nonce }, '*');
  });
}

/** @param {string} origin  of the host page @param {string[]} allowed  the operator's list */
export const isAllowed = (origin, allowed) =>
  origin === location.origin || allowed.includes('*') || allowed.includes(origin);

/** The operator has not named this page's origin. */
export class OriginRefused extends Error {
  kind = 'origin_refused';

  /** @param {string} origin */
  constructor(origin) {
    super(`This site does not let ${origin} show its agent. Its operator can: add that origin to widget_origins.`);
  }
}
