/** Why a model could not be asked, as the loop reads it (codeact_agent/errors.py, ModelError). */
export class ModelFailure extends Error {
  /**
   * @param {'refused' | 'unreachable' | 'dropped' | 'malformed'} kind
   * @param {string} message
   * @param {{status?: number, retryAfter?: number | null}} [answer]
   */
  constructor(kind, message, { status = 0, retryAfter = null } = {}) {
    super(message);
    this.kind = kind;
    this.status = status;
    this.retryAfter = retryAfter;
  }
}
