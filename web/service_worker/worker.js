/**
 * The service worker of the site, which the bundler makes `sw.js` of: it keeps the site for use without a network and
 * adds headers that a static host cannot send. It answers for files of the site alone: never for the relay, never for
 * another origin (docs/adr/0026).
 */

import { withHeaders } from './added_headers.js';
import { EditedFiles } from './edited_files.js';
import { base, pathInSite, scope, site } from './scope.js';
import { SiteFiles } from './site_files.js';
import { sorryPage } from './sorry_page.js';

/** Whose answers are of the moment. */
const RELAYED = ['v1/', 'healthz'];
const KIOSK = new URL('kiosk.html', base).pathname;

const files = new SiteFiles();
const edited = new EditedFiles();

/** A kiosk always has a copy, other pages where the operator says `offline`; a copy that is there is kept up to date. */
async function wantsCopy() {
  const { offline } = await edited.settings();
  if (offline || (await files.isKept())) return true;
  const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
  return windows.some(({ url }) => new URL(url).pathname === KIOSK);
}

/** @param {ExtendableEvent} event */
async function install(event) {
  await edited.keep();
  if (await wantsCopy()) await files.install(event, await edited.engines());
}

/** @param {ExtendableEvent} event */
async function activate(event) {
  await files.activate(event);
  await scope.clients.claim();
}

/** Make the copy whole again, or fetch the version that the server has by now. */
async function keep() {
  await edited.keep();
  if (!(await files.mend(await edited.engines()))) await scope.registration.update();
}

/** @param {MessagePort | undefined} port */
async function describe(port) {
  const counted = await files.count(await edited.engines());
  port?.postMessage({ version: site.version, ...counted });
}

/** @param {Request} request @param {string} path */
async function answer(request, path) {
  const { isolate } = await edited.settings();
  try {
    return withHeaders(await find(request, path), path, request.destination, isolate);
  } catch (error) {
    if (request.mode !== 'navigate') throw error;
    return sorryPage(request.headers.get('accept-language') ?? scope.navigator.language);
  }
}

/** @param {Request} request @param {string} path */
async function find(request, path) {
  if (edited.has(path)) return edited.answer(path);
  // What the browser happens to have cached of a copy that is gone would make half a page.
  return (await files.find(path)) ?? fetch(request, { cache: 'no-cache' });
}

scope.addEventListener('install', (event) => event.waitUntil(install(event)));
scope.addEventListener('activate', (event) => event.waitUntil(activate(event)));

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  const path = pathInSite(request.url);
  if (request.method !== 'GET' || path === null || RELAYED.some((each) => path.startsWith(each))) return;
  const isPage = request.mode === 'navigate' || request.destination.endsWith('worker');
  if (isPage || files.has(path) || edited.has(path)) event.respondWith(answer(request, path));
});

scope.addEventListener('message', (event) => {
  /** @type {import('./messages.js').Message} */
  const message = event.data;
  switch (message?.type) {
    case 'activate':
      return event.waitUntil(scope.skipWaiting());
    case 'keep':
      return event.waitUntil(keep());
    case 'describe':
      return event.waitUntil(describe(event.ports[0]));
  }
});
