/**
 * Drives a stock Firefox over WebDriver BiDi for firefox.py: `node firefox.mjs PATH_OF_FIREFOX`.
 *
 * JSON lines, on standard input `{id, method, …}`, each answered on standard output by `{id, value}` or
 * `{id, error}`; and unasked `{event, page, …}`, and `{call, page, name, args}` for an exposed function, answered
 * by `{call, value}` or `{call, error}`. The end of standard input ends Firefox, whatever became of its sender.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Browser, createProfile, launch, WEBDRIVER_BIDI_WEBSOCKET_ENDPOINT_REGEX } from '@puppeteer/browsers';
import puppeteer from 'puppeteer-core';
import { exposeFunction, relayCalls } from './firefox_exposed.mjs';

/** What `createProfile` leaves on of Firefox's own requests to its maker. */
const QUIET = {
  'app.normandy.enabled': false,
  'app.shield.optoutstudies.enabled': false,
  'browser.region.network.url': '',
  'browser.region.update.enabled': false,
  'browser.topsites.contile.enabled': false,
  'dom.push.connection.enabled': false,
  'extensions.systemAddon.update.enabled': false,
  'media.gmp-provider.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
  'network.dns.disablePrefetch': true,
  'network.prefetch-next': false,
  'network.trr.mode': 5,
  'services.settings.server': 'data:,#remote-settings-dummy/v1',
  'toolkit.telemetry.server': '',
  'toolkit.telemetry.unified': false,
};

/** Of several pages all but one lie in the background; there, too, timers shall keep time. */
const AWAKE = {
  'dom.min_background_timeout_value': 4,
  'dom.min_background_timeout_value_without_budget_throttling': 4,
  'dom.timeout.enable_budget_timer_throttling': false,
};

/** The second lets a released Firefox heed `services.settings.server`. */
const ENVIRONMENT = { MOZ_CRASHREPORTER_DISABLE: '1', MOZ_REMOTE_SETTINGS_DEVTOOLS: '1' };

/** @param {object} message */
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const asData = (/** @type {any} */ error) => ({
  name: error?.name ?? 'Error',
  message: error?.message ?? String(error),
});

/** What one page holds on to. */
class Driven {
  /** @type {WeakMap<import('puppeteer-core').HTTPRequest, number>} */
  requests = new WeakMap();

  /** @param {import('puppeteer-core').Page} page @param {import('puppeteer-core').BrowserContext} context */
  constructor(page, context) {
    this.page = page;
    this.context = context;
  }
}

/** @type {Map<number, Driven>} */
const pages = new Map();
/** What Python has been asked and has not answered. @type {Map<number, (answer: import('./firefox_exposed.mjs').Answer) => void>} */
const asked = new Map();
let count = 0;

/** In the page. @param {() => unknown} evaluated @param {string} argument @returns {Promise<string>} */
async function settle(evaluated, argument) {
  try {
    const given = evaluated();
    return JSON.stringify({ value: await (typeof given === 'function' ? given(JSON.parse(argument)) : given) });
  } catch (error) {
    const { name = 'Error', message = String(error) } = /** @type {Error} */ (error) ?? {};
    return JSON.stringify({ thrown: { name, message } });
  }
}

/**
 * As Playwright has it, text is an expression, and is called if it is a function. It crosses as a function's
 * source, which no CSP of the page forbids, and its value as JSON text, as deep as it may be.
 * @param {import('puppeteer-core').Frame} frame @param {string} expression @param {unknown} arg
 */
async function evaluate(frame, expression, arg = null) {
  const source = new Function('__argument', `return (${settle})(() => (${expression}\n), __argument);`);
  const { value, thrown } = JSON.parse(String(await frame.evaluate(/** @type {any} */ (source), JSON.stringify(arg))));
  if (thrown) throw thrown;
  return value;
}

/** @param {Driven} driven @param {number} number */
function watch({ page, requests }, number) {
  page.on('console', (message) => {
    const type = message.type() === 'warn' ? 'warning' : message.type();
    say({ event: 'console', page: number, type, text: message.text(), location: message.location() });
  });
  page.on('pageerror', (error) => say({ event: 'pageerror', page: number, ...asData(error) }));
  page.on('request', (request) => {
    requests.set(request, ++count);
    say({ event: 'request', page: number, request: count, url: request.url(), method: request.method() });
  });
  page.on('requestfailed', (request) => {
    const failure = request.failure()?.errorText ?? '';
    say({ event: 'requestfailed', page: number, request: requests.get(request), failure });
  });
  page.on('domcontentloaded', () => relayCalls(page, askPython(number)));
}

/** @param {number} page @returns {import('./firefox_exposed.mjs').OnCall} */
const askPython = (page) => (name, args, answer) => {
  asked.set(++count, answer);
  say({ call: count, page, name, args });
};

/** @param {import('puppeteer-core').Browser} browser @returns {Record<string, (message: any) => Promise<unknown>>} */
const methods = (browser) => ({
  new_page: async () => {
    const context = await browser.createBrowserContext();
    const driven = new Driven(await context.newPage(), context);
    pages.set(++count, driven);
    watch(driven, count);
    return count;
  },
  goto: async ({ page, url }) => void (await known(page).page.goto(url)),
  evaluate: ({ page, frame, expression, arg }) => {
    const found = known(page).page.frames()[frame];
    if (!found) throw new Error('the frame is gone');
    return evaluate(found, expression, arg);
  },
  frames: async ({ page }) =>
    known(page)
      .page.frames()
      .map((frame) => frame.url()),
  expose_function: async ({ page: number, name }) => {
    const { page } = known(number);
    await exposeFunction(page, name);
    relayCalls(page, askPython(number));
  },
  close: async ({ page }) => {
    const { context } = known(page);
    pages.delete(page);
    await context.close();
  },
});

/** @param {number} number */
function known(number) {
  const driven = pages.get(number);
  if (!driven) throw new Error('the page was closed');
  return driven;
}

/** @param {any} message @param {ReturnType<typeof methods>} all */
async function answer({ id, method, ...rest }, all) {
  try {
    say({ id, value: (await all[method](rest)) ?? null });
  } catch (error) {
    say({ id, error: asData(error) });
  }
}

/** @param {string} executablePath @param {string} profile */
async function start(executablePath, profile) {
  await createProfile(Browser.FIREFOX, { path: profile, preferences: { ...QUIET, ...AWAKE } });
  const args = ['--headless', '--profile', profile, '--remote-debugging-port=0', 'about:blank'];
  const firefox = launch({ executablePath, args, env: { ...process.env, ...ENVIRONMENT } });
  const address = await firefox.waitForLineOutput(WEBDRIVER_BIDI_WEBSOCKET_ENDPOINT_REGEX, 60_000);
  const browserWSEndpoint = `${address}/session`;
  const browser = await puppeteer.connect({ browserWSEndpoint, protocol: 'webDriverBiDi', defaultViewport: null });
  return { browser, firefox };
}

async function main() {
  const profile = await mkdtemp(join(tmpdir(), 'codeact-firefox-'));
  process.stdout.on('error', () => {}); // whoever read it has gone, and standard input ends as well
  /** @type {Awaited<ReturnType<typeof start>> | undefined} */
  let started;
  try {
    started = await start(process.argv[2], profile);
    const all = methods(started.browser);
    say({ id: 0, value: await started.browser.version() });
    for await (const line of createInterface({ input: process.stdin })) {
      const message = JSON.parse(line);
      if (message.call) asked.get(message.call)?.(message);
      else void answer(message, all);
      asked.delete(message.call);
    }
  } catch (error) {
    say({ id: 0, error: asData(error) });
  } finally {
    await started?.firefox.close();
    await rm(profile, { recursive: true, force: true });
  }
}

await main();
process.exit();
