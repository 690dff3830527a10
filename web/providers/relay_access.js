/**
 * Lets the page in at its own server (docs/access.md): a session that is over is begun again without a word; the
 * access token is asked of the person once, or comes in the address as `#token=`, and is kept as long as the tab.
 */

const SESSION = 'v1/session';
const KEY = `codeact-web token ${new URL('.', location.href).pathname}`;
const IN_ADDRESS = /^#token=(?<token>[!-~]+)$/;

/** Where nothing can be kept, it holds as long as the page. */
let unkept = '';

// When this module is loaded, before anyone takes the address for that of a conversation, or shows it.
const found = IN_ADDRESS.exec(location.hash)?.groups?.token;
if (found) {
  keepToken(found);
  history.replaceState(null, '', location.pathname + location.search);
}

/**
 * As `fetch` does, with what the server asks for.
 * @param {string} url @param {RequestInit} options
 * @param {number} [patience]  ms that each request may take, its body included
 * @returns {Promise<Response>}
 */
export async function fetchFromRelay(url, options, patience) {
  const again = () => send(url, patience ? { ...options, signal: AbortSignal.timeout(patience) } : options);
  const response = await again();
  if (response.status !== 401) return response;
  const code = await codeOf(response.clone());
  if (code === 'session_needed') return (await beginSession()) ? again() : response;
  if (code !== 'token_needed' && code !== 'token_refused') return response;
  const token = await askForToken(code === 'token_refused' && keptToken() !== '');
  if (!token) return response;
  keepToken(token);
  return fetchFromRelay(url, options, patience);
}

/** @param {string} url @param {RequestInit} options */
function send(url, options) {
  const token = keptToken();
  return fetch(
    url,
    token ? { ...options, headers: { ...options.headers, authorization: `Bearer ${token}` } } : options,
  );
}

/** The server sees by the origin and the content type that it is a page of its own. */
async function beginSession() {
  const headers = { 'content-type': 'application/json' };
  return (await fetch(SESSION, { method: 'POST', headers, body: '{}' })).ok;
}

/** The question being asked, which all wait for who are refused meanwhile. @type {Promise<string> | null} */
let asking = null;

/** @param {boolean} wasRefused @returns {Promise<string>} empty where the person gives none */
function askForToken(wasRefused) {
  if (!customElements.get('ca-token-question')) return Promise.resolve('');
  asking ??= (async () => {
    const question = document.body.appendChild(document.createElement('ca-token-question'));
    try {
      return await question.ask(wasRefused);
    } finally {
      question.remove();
      asking = null;
    }
  })();
  return asking;
}

/** @param {Response} response @returns {Promise<string>} */
async function codeOf(response) {
  try {
    const { error } = await response.json();
    return String(error.code ?? '');
  } catch {
    return ''; // a proxy's own answer
  }
}

function keptToken() {
  try {
    return sessionStorage.getItem(KEY) ?? unkept;
  } catch {
    return unkept;
  }
}

/** @param {string} token */
function keepToken(token) {
  unkept = token;
  try {
    sessionStorage.setItem(KEY, token);
  } catch {} // it holds as long as the page
}
