/**
 * HTTP requests of OpenAPI tools, from the page, at origins that whoever embeds it has allowed. The page's
 * Content-Security-Policy must name them too (connect-src).
 */

/** @typedef {{method: string, url: string, headers: Record<string, string>, body: string | null}} HttpRequest */

const MOST_BYTES = 64 * 2 ** 20;
/** Characters of a failure's body. */
const SHOWN = 500;

/** A tool that is elsewhere failed. */
export class ToolError extends Error {
  kind = 'ToolError';
}

/** The origin of a URL, if it is one. @param {string} url */
function originOf(url) {
  try {
    const { origin, protocol, username } = new URL(url);
    return ['http:', 'https:'].includes(protocol) && !username ? origin : null;
  } catch {
    return null;
  }
}

/** @param {string[]} allow  origins @throws {ToolError} for what is no origin */
export function checkOrigins(allow) {
  for (const each of allow) {
    if (originOf(each) !== each) {
      throw new ToolError(`${JSON.stringify(each)} is not an origin such as https://host or http://host:8000.`);
    }
  }
}

/**
 * The value that a request gives. Cookies are not sent, redirects not followed.
 *
 * @param {HttpRequest} request
 * @param {{allow: string[], headers?: Record<string, string>}} options
 *   exact origins; headers that go with every request and are never the model's
 * @param {AbortSignal} signal
 * @throws {ToolError}
 */
export async function send({ method, url, headers, body }, { allow, headers: own = {} }, signal) {
  const origin = originOf(url);
  if (!origin || !allow.includes(origin)) {
    throw new ToolError(`${origin ?? url} is not an allowed origin; allowed: ${allow.join(', ') || 'none'}`);
  }
  const asked = `${method} ${url.split('?')[0]}`;
  const init = { method, headers: { ...headers, ...own }, body, signal };
  const response = await fetch(url, { ...init, credentials: 'omit', redirect: 'manual' }).catch((error) => {
    if (signal.aborted) throw error;
    const why = 'the server is not there, does not allow this page (CORS), or connect-src does not name it';
    throw new ToolError(`${asked}: no answer (${error.message}): ${why}`);
  });
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    throw new ToolError(`${asked}: a redirect, which is not followed`);
  }
  const text = await textOf(asked, response);
  if (!response.ok) throw new ToolError(`${asked}: status ${response.status}: ${text.slice(0, SHOWN).trim()}`);
  if (!text) return null;
  const kind = (response.headers.get('content-type') ?? '').split(';')[0].trim().toLowerCase();
  if (kind !== 'application/json' && !kind.endsWith('+json')) return text;
  try {
    return JSON.parse(text);
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new ToolError(`${asked}: the answer is not the JSON it says it is (${message})`);
  }
}

/** @param {string} asked @param {Response} response */
async function textOf(asked, response) {
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  const reader = response.body?.getReader();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    bytes += part.value.byteLength;
    if (bytes > MOST_BYTES) {
      await reader?.cancel();
      throw new ToolError(`${asked}: the answer is larger than ${MOST_BYTES / 2 ** 20} MB`);
    }
    text += decoder.decode(part.value, { stream: true });
  }
  return text + decoder.decode();
}
