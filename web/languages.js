/**
 * The language of the page's own words: which there are, which one somebody means, and its words, which are loaded when
 * it is chosen. The English words stand in the modules, as what `msg` is called with; languages/*.json hold the others.
 */

import { LANGUAGES } from './language_names.js';
import { LitElement } from './vendor/lit.js';
import {
  configureLocalization,
  generateMsgId,
  LOCALE_STATUS_EVENT,
  str,
  updateWhenLocaleChanges,
} from './vendor/localize.js';

/** @typedef {{words: Record<string, string>}} Translation  by the English words; `{0}` is the first of the values */

const SOURCE = 'en';
/** @type {Record<string, () => Promise<Translation>>} */
const LOAD = {
  de: () => import('./languages/de.json'),
  fr: () => import('./languages/fr.json'),
  es: () => import('./languages/es.json'),
};

const { getLocale, setLocale } = configureLocalization({
  sourceLocale: SOURCE,
  targetLocales: Object.keys(LOAD),
  loadLocale: async (language) => ({ templates: templatesOf((await LOAD[language]()).words) }),
});

// Every element of ours says some words, so each renders anew when they are other ones.
LitElement.addInitializer((element) => updateWhenLocaleChanges(/** @type {LitElement} */ (element)));

/** The language that is shown, such as `de`. */
export const language = getLocale;

/** The first of these languages that we have, else English. @param {readonly string[]} wanted  BCP 47 tags, best first */
export function languageFor(wanted) {
  for (const tag of wanted) {
    const [primary] = tag.trim().toLowerCase().split(/[-_]/);
    if (Object.hasOwn(LANGUAGES, primary)) return primary;
  }
  return SOURCE;
}

/**
 * Show the page in the first of these languages that we have. Where its words cannot be loaded the page shows English,
 * and this rejects.
 * @param {readonly string[]} wanted  BCP 47 tags, best first
 */
export async function setLanguage(wanted) {
  try {
    await setLocale(languageFor(wanted));
  } catch (error) {
    await setLocale(SOURCE);
    throw error;
  } finally {
    const root = document.documentElement;
    root.lang = language();
    root.dir = directionOf(language());
  }
}

/** Call `show` each time the language has become another. @param {() => void} show */
export function onLanguage(show) {
  addEventListener(LOCALE_STATUS_EVENT, ({ detail }) => {
    if (detail.status === 'ready') show();
  });
}

/** @param {string} tag @returns {'ltr' | 'rtl'} */
function directionOf(tag) {
  // A property in Chromium before it was a method; Firefox has neither.
  const locale = /** @type {any} */ (new Intl.Locale(tag));
  return (locale.getTextInfo?.() ?? locale.textInfo)?.direction ?? 'ltr';
}

/** As lit-localize keeps translations: by a hash of the English words. @param {Record<string, string>} words */
function templatesOf(words) {
  /** @type {Record<string, string | ReturnType<typeof str>>} */
  const templates = {};
  for (const [english, translated] of Object.entries(words)) {
    const template = templateOf(translated);
    // A message with an id of its own is found by it, the others by the hash.
    templates[english] = templates[generateMsgId(english.split(VALUE), false)] = template;
  }
  return templates;
}

const VALUE = /\{\d\}/;

/** @param {string} text */
function templateOf(text) {
  const strings = text.split(VALUE);
  if (strings.length === 1) return text;
  const order = [...text.matchAll(/\{(\d)\}/g)].map(([, index]) => Number(index));
  return str(Object.assign(strings, { raw: strings }), ...order);
}
