/** Why an endpoint of the person's could not be asked, in a sentence that says what to do. */

import { msg, str } from '../vendor/localize.js';
import { ModelFailure } from './model_failure.js';

/** The same failure with a sentence, where there is one for it. @param {unknown} error @param {string} base_url */
export async function inWords(error, base_url) {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return sentence('unreachable', msg(str`${hostOf(base_url)} did not answer in time. Check the address.`));
  }
  if (!(error instanceof ModelFailure) || error.isSentence) return error;
  const { kind, status, message } = error;
  if (kind === 'unreachable') return sentence(kind, await whyUnreachable(base_url));
  if (kind === 'malformed') {
    return sentence(
      kind,
      msg(str`${base_url} does not answer like an OpenAI-compatible API. The address usually ends in /v1.`),
    );
  }
  if (kind !== 'refused' || status >= 500 || status === 429) return error; // the loop has words for these
  const said = message.trim() ? ` ${msg(str`It said: ${message.trim()}`)}` : '';
  const words = {
    401: msg(str`${hostOf(base_url)} refused the key (status 401). Check the key in Settings.`),
    403: msg(
      str`${hostOf(base_url)} does not allow this (status 403). Check the key in Settings, and what it is allowed to do.`,
    ),
    404: msg(str`There is no such model or address at ${base_url} (status 404). The address usually ends in /v1.`),
  }[status];
  return sentence(
    kind,
    `${words ?? msg(str`${hostOf(base_url)} refused the request (status ${status}).`)}${said}`,
    status,
  );
}

/** @param {string} url */
const hostOf = (url) => new URL(url).host;

/** @param {ModelFailure['kind']} kind @param {string} words @param {number} [status] */
const sentence = (kind, words, status = 0) => new ModelFailure(kind, words, { status, isSentence: true });

/**
 * A browser does not tell a page why a request failed. A request whose answer the page may not read gets through where
 * only the permission is missing (https://fetch.spec.whatwg.org/#cors-protocol); a policy tells of itself by an event.
 * @param {string} base_url
 */
async function whyUnreachable(base_url) {
  const { origin, protocol, host, hostname } = new URL(base_url);
  let isForbidden = false;
  const note = (/** @type {SecurityPolicyViolationEvent} */ event) => {
    isForbidden ||= event.effectiveDirective === 'connect-src' && event.blockedURI.startsWith(origin);
  };
  document.addEventListener('securitypolicyviolation', note);
  const isThere = await fetch(base_url, {
    mode: 'no-cors',
    credentials: 'omit',
    signal: AbortSignal.timeout(5000),
  }).then(
    () => true,
    () => false,
  );
  await new Promise((resolve) => setTimeout(resolve)); // the event comes in a task of its own
  document.removeEventListener('securitypolicyviolation', note);
  if (isForbidden) {
    return msg(
      str`This site does not allow its pages to ask ${host}. Who runs the site can allow it: codeact-web bundle --connect ${origin}.`,
    );
  }
  if (location.protocol === 'https:' && protocol === 'http:' && !isLoopback(hostname)) {
    return msg(
      str`A page that came over https may not ask ${origin}, which is plain http. Use an https address, or one on this computer.`,
    );
  }
  if (isThere) {
    return msg(
      str`${host} is there, but does not allow pages of ${location.origin} to ask it (CORS). Allow this origin in its settings; Ollama, for one, reads OLLAMA_ORIGINS.`,
    );
  }
  return msg(str`${host} could not be reached. Check the address, and that the service is running.`);
}

/** @param {string} hostname */
const isLoopback = (hostname) => hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
