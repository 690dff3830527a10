/**
 * Keeps a frame of ours at an opaque origin: by its `sandbox` attribute or, where our service worker answers for the
 * page, by the header that it adds. A browser asks no service worker for a frame that has the attribute, so without a
 * network such a frame would not load (docs/adr/0026).
 */

import { isServedByWorker } from './site_worker.js';

const ALLOWED = 'allow-scripts';

/** The attribute of a frame that is made now; null for none. */
export const sandboxOf = () => (isServedByWorker() ? null : ALLOWED);

/**
 * Whether what has loaded is at another origin than the page. If not, the service worker did not answer: the frame
 * loads again, with the attribute, and must not be given anything before.
 * @param {HTMLIFrameElement} frame
 */
export function isIsolated(frame) {
  if (frame.contentDocument === null) return true;
  frame.setAttribute('sandbox', ALLOWED);
  frame.src = String(frame.src);
  return false;
}
