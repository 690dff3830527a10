/** Why something that was asked of the agent could not begin; `kind` is from the list in docs/widget.md. */
export class RunError extends Error {
  /** @override */ name = 'RunError';

  /** @param {string} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}
