/** The kiosk's page: reads the operator's file, and starts. */

import { ConfigError, fetchConfig } from './kiosk/config.js';
import { defineElements } from './kiosk/elements/define.js';
import { Kiosk, RESTART_MS } from './kiosk/kiosk.js';
import { lockDown } from './kiosk/lockdown.js';
import { Upkeep } from './kiosk/upkeep.js';
import { setLanguage } from './languages.js';
import { Session } from './session.js';

/** @typedef {import('./kiosk/config.js').KioskConfig} KioskConfig */

const view = /** @type {import('./kiosk/elements/kiosk.js').KioskElement} */ (document.querySelector('ca-kiosk'));

/** @param {KioskConfig} config */
function paint({ title, scheme, colors }) {
  const root = document.documentElement;
  if (scheme !== 'auto') root.dataset.scheme = scheme;
  for (const [name, color] of Object.entries(colors)) root.style.setProperty(`--ca-color-${name}`, color);
  if (colors.accent)
    root.style.setProperty(
      '--ca-color-accent-soft',
      `color-mix(in srgb, ${colors.accent} 12%, var(--ca-color-surface))`,
    );
  document.title = typeof title === 'string' ? title : Object.values(title)[0];
}

async function start() {
  const config = await fetchConfig();
  paint(config);
  const session = new Session(() => config.limits);
  await new Kiosk(config, session, view, new Upkeep()).start();
}

lockDown(window);
defineElements();
start().catch(async (error) => {
  const isUnready = error instanceof ConfigError;
  view.trouble = isUnready ? { name: 'unready', mistakes: error.mistakes } : { name: 'broken', mistakes: [] };
  if (!isUnready) setTimeout(() => location.reload(), RESTART_MS);
  await setLanguage(navigator.languages); // those of kiosk.json may not be known
  if (!isUnready) throw error;
});
