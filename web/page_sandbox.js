/** The page's sandbox: where its parts come from, and how little this device should have of it. */

import { fetchAssets } from './sandbox/assets.js';
import { SandboxClient } from './sandbox/client.js';
import { PackageSource } from './sandbox/package_source.js';

/** @typedef {import('./sandbox/sandbox_options.js').SandboxOptions} SandboxOptions */

/**
 * @param {Partial<import('./sandbox/protocol.js').Limits>} chosen  the person's own limits
 * @param {Pick<SandboxOptions, 'fetchLimits' | 'onEvent' | 'onTool' | 'onApproval'>} joined
 * @param {import('./boot_progress.js').BootProgress} [progress]  of the conversation's own
 */
export function makeSandbox(chosen, joined, progress) {
  return new SandboxClient({
    frameUrl: 'sandbox/frame.html',
    fetchAssets: (onAsset) => {
      const fetched = fetchAssets('sandbox/manifest.json', onAsset);
      return progress ? progress.during('assets', fetched) : fetched;
    },
    packages: new PackageSource('sandbox/manifest.json'),
    limits: { ...(isSmallDevice() || isWidget() ? { spare_workers: 0 } : {}), ...chosen },
    ...joined,
  });
}

/** @param {import('./sandbox/protocol.js').Ready} ready @returns {import('./elements/events.js').Lack[]} */
export function lacking({ can_block, can_interrupt }) {
  /** @type {import('./elements/events.js').Lack[]} */
  const lacks = [];
  if (!can_block) lacks.push('jspi');
  if (!can_interrupt) lacks.push('shared_memory');
  return lacks;
}

/** Another page may hold several of us, and has work of its own. */
const isWidget = () => window !== parent;

/** Told by Chromium alone, in gigabytes; elsewhere nothing is known and the spare worker stays. */
function isSmallDevice() {
  const { deviceMemory } = /** @type {Navigator & {deviceMemory?: number}} */ (navigator);
  return deviceMemory !== undefined && deviceMemory < 4;
}
