/**
 * Why the sandbox could not do what it was asked. `kind` is from a closed list:
 *
 * boot_failed · wrong_version · assets_unreachable   the person (or operator) can mend it
 * killed · stopped                                   the code did not end in time, or the person ended it
 * worker_died · interpreter_died · message_flood     the code broke its worker
 * frame_removed · closed                             the page ended the sandbox
 * busy · bad_tools · unknown_message · worker_error  we, or who embeds us, have a bug
 */
export class SandboxError extends Error {
  /** @param {string} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.name = 'SandboxError';
    this.kind = kind;
  }
}
