/** What this worker is: its global scope, the site it serves, and the list that the bundler wrote into sw.js. */

/**
 * @typedef {object} SiteList
 * @property {string} version  of the site: the distribution's and a hash of all files
 * @property {{url: string, revision: string | null, integrity?: string}[]} files  as workbox wants them
 * @property {Record<string, string[]>} engines  the files of an engine for models in the browser, by its name
 * @property {string[]} edited  paths that the operator may change, relative to the site; a folder ends in `/`
 */

/** @typedef {ServiceWorkerGlobalScope & {CODEACT_SITE: SiteList}} Scope */

export const scope = /** @type {Scope} */ (/** @type {unknown} */ (self));

/** Written by server/codeact_server/bundle/service_worker.py. */
export const site = scope.CODEACT_SITE;

/** The site's address, with a `/` at its end. Not registration.scope: a host may have registered us for a part. */
export const base = new URL('./', scope.location.href);

/** Of a file of the site, relative to it; null for any other address. @param {string} address */
export function pathInSite(address) {
  const { origin, pathname } = new URL(address);
  if (origin !== base.origin || !pathname.startsWith(base.pathname)) return null;
  const path = pathname.slice(base.pathname.length);
  return path === '' ? 'index.html' : path;
}
