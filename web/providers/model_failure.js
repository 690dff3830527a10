/** Why a model could not be asked, as the loop reads it (codeact_agent/errors.py, ModelError). */
export class ModelFailure extends Error {
  /**
   * @param {'refused' | 'unreachable' | 'dropped' | 'malformed' | 'unusable'} kind
   * @param {string} message
   * @param {{status?: number, retryAfter?: number | null, isSentence?: boolean}} [more]  `isSentence`: the message
   *   tells the person all there is to tell
   */
  constructor(kind, message, { status = 0, retryAfter = null, isSentence = false } = {}) {
    super(message);
    this.kind = kind;
    this.status = status;
    this.retryAfter = retryAfter;
    this.isSentence = isSentence;
  }
}

/** Only the person can change it, and asking again is no use. @param {string} sentence */
export const unusable = (sentence) => new ModelFailure('unusable', sentence, { isSentence: true });

/** What a load or a reply that was aborted rejects with. @param {AbortSignal} [signal] */
export const aborted = (signal) =>
  signal?.reason instanceof DOMException ? signal.reason : new DOMException('The person stopped.', 'AbortError');

/**
 * Rejects as soon as it is aborted, whatever is waited for.
 * @template T @param {Promise<T>} waited @param {AbortSignal} signal @returns {Promise<T>}
 */
export function unlessAborted(waited, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(aborted(signal));
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    waited.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
