/**
 * Headers that a static host cannot send. Those of the sandbox's frames keep them at an opaque origin, as the frame's
 * `sandbox` attribute would, which a service worker never sees the loading of (docs/adr/0026).
 */

const FRAMES = ['sandbox/frame.html', 'sandbox/display.html'];
const ISOLATED = ['document', 'iframe', 'frame', 'worker', 'sharedworker'];

/**
 * @param {Response} response @param {string} path @param {RequestDestination} destination
 * @param {boolean} isolate  whether the operator wants pages cross-origin isolated
 */
export function withHeaders(response, path, destination, isolate) {
  const isFrame = FRAMES.includes(path);
  if (response.type === 'opaqueredirect') return response; // the browser follows it, and asks again
  if (!isFrame && !(isolate && ISOLATED.includes(destination))) return response;
  const headers = new Headers(response.headers);
  if (isolate) {
    headers.set('cross-origin-opener-policy', 'same-origin');
    headers.set('cross-origin-embedder-policy', 'credentialless'); // docs/adr/0016
    headers.set('cross-origin-resource-policy', 'same-origin');
  }
  if (isFrame) {
    headers.append('content-security-policy', 'sandbox allow-scripts');
    headers.set('connection-allowlist', '()');
    headers.set('cross-origin-resource-policy', 'cross-origin');
  }
  const { status, statusText } = response;
  return new Response(response.body, { status, statusText, headers });
}
