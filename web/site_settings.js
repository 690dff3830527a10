/**
 * What the operator of this site decides for its pages: `site.json`, which a static host edits and our server answers
 * from its settings. What it leaves out has the value below.
 */

/** @typedef {{name: string, base_url: string, models?: string[]}} Endpoint  an OpenAI-compatible service */
/**
 * A model that runs in the browser. `url` is a GGUF file's address for wllama; for WebLLM the folder of its weights.
 * @typedef {object} LocalModel
 * @property {string} id
 * @property {string} name  what the person reads
 * @property {'wllama' | 'webllm'} engine
 * @property {string} url  relative to the site, or absolute
 * @property {number} [bytes]  to be fetched: told before
 * @property {number} [context_window]  tokens
 * @property {string} [sha256]  of the GGUF file, 64 hexadecimal digits; of a split one, of its parts one after the other
 */
/**
 * @typedef {object} SiteSettings
 * @property {boolean} relay  whether the server that gives the site answers v1/ too
 * @property {string[]} widget_origins  that may embed widget.html besides the site's own; `*` means any
 * @property {Endpoint[]} endpoints  offered to the person, who gives the key
 * @property {boolean} own_endpoint  whether the person may name an endpoint of their own
 * @property {LocalModel[]} local_models
 * @property {boolean} own_model  whether the person may open a GGUF file of their own
 * @property {boolean} prompt_api  whether the browser's own model is offered where it has one
 * @property {boolean} offline  whether a service worker keeps the site for use without a network
 * @property {boolean} isolate  whether a service worker adds the headers of cross-origin isolation
 */

/** @type {Readonly<SiteSettings>} */
export const USUAL = Object.freeze({
  relay: false,
  widget_origins: [],
  endpoints: [],
  own_endpoint: true,
  local_models: [],
  own_model: true,
  prompt_api: true,
  offline: false,
  isolate: false,
});

/** Rejects where the file is there and cannot be used: the operator must hear of it. @returns {Promise<SiteSettings>} */
export async function fetchSiteSettings() {
  const response = await fetch('site.json', { cache: 'no-cache' });
  if (response.status === 404) return { ...USUAL };
  if (!response.ok) throw new Error(`The site's settings could not be loaded (site.json: status ${response.status}).`);
  const found = await response.json();
  const unknown = Object.keys(found).filter((name) => !Object.hasOwn(USUAL, name));
  if (unknown.length) throw new Error(`site.json has ${unknown.join(', ')}, which is not a setting.`);
  return { ...USUAL, ...found };
}
