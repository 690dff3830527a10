/**
 * Why a conversation could not be kept, or found; trouble.js has the words for the person.
 *
 * - `blocked`: the browser allows no storage here, or could not open it (then with a reason)
 * - `full`: the browser gives no more room
 * - `elsewhere`: another tab has changed the conversation
 * - `gone`: there is no such conversation
 * - `failed`: anything else the browser says
 */
export class StoreError extends Error {
  /** @param {'blocked' | 'full' | 'elsewhere' | 'gone' | 'failed'} kind @param {string} [reason]  what the browser said */
  constructor(kind, reason = '') {
    super(reason || kind);
    this.name = 'StoreError';
    this.kind = kind;
    this.reason = reason;
  }
}

/** What the browser threw, as a StoreError. @param {unknown} error */
export function asStoreError(error) {
  if (error instanceof StoreError) return error;
  const { name, message } = /** @type {{name?: string, message?: string}} */ (error ?? {});
  if (name === 'QuotaExceededError') return new StoreError('full');
  if (name === 'ConstraintError') return new StoreError('elsewhere');
  if (name === 'SecurityError') return new StoreError('blocked');
  return new StoreError('failed', String(message || name || error));
}
