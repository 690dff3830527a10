/** Joins a page to the site's service worker, where the operator wants one or the browser has it already. */

import { fetchSiteSettings } from './site_settings.js';
import { isServedByWorker, SiteWorker } from './site_worker.js';
import { msg } from './vendor/localize.js';

/** @param {{show(notice: import('./elements/events.js').Notice): void}} [notices]  where a new version is told of */
export async function joinSiteWorker(notices) {
  const { offline, isolate } = await fetchSiteSettings();
  if (!offline && !isolate && !isServedByWorker()) return;
  const worker = await SiteWorker.start();
  if (!worker) return;
  if (offline) worker.keep();
  const announce = (/** @type {() => string} */ words, /** @type {() => void} */ act) =>
    notices?.show({ key: 'version', words, tone: 'info', action: { label: () => msg('Reload'), act } });
  const onWaiting = () =>
    announce(
      () => msg('A new version is ready.'),
      () => worker.apply(),
    );
  worker.addEventListener('waiting', onWaiting);
  worker.addEventListener('replaced', () =>
    announce(
      () => msg('Another tab has loaded a new version: reload to go on.'),
      () => location.reload(),
    ),
  );
  if (worker.isWaiting) onWaiting();
}
