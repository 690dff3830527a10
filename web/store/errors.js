/**
 * Why a conversation could not be kept, or found. `message` is a sentence for the person.
 *
 * - `blocked`: the browser allows no storage here
 * - `full`: the browser gives no more room
 * - `elsewhere`: another tab has changed the conversation
 * - `gone`: there is no such conversation
 * - `failed`: anything else the browser says
 */
export class StoreError extends Error {
  /** @param {'blocked' | 'full' | 'elsewhere' | 'gone' | 'failed'} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.name = 'StoreError';
    this.kind = kind;
  }
}

/** What the browser threw, as a StoreError. @param {unknown} error */
export function asStoreError(error) {
  if (error instanceof StoreError) return error;
  const { name, message } = /** @type {{name?: string, message?: string}} */ (error ?? {});
  if (name === 'QuotaExceededError') return new StoreError('full', 'The browser gives this page no more room.');
  if (name === 'ConstraintError') return new StoreError('elsewhere', 'Another tab has changed this conversation.');
  if (name === 'SecurityError') return new StoreError('blocked', 'The browser allows this page no storage.');
  return new StoreError('failed', `The browser could not store it (${message || name || error}).`);
}
