/**
 * Why the sandbox could not do what it was asked. `kind` is from a closed list:
 *
 * boot_failed · wrong_version · assets_unreachable   the person (or operator) can mend it
 * package_unreachable · bad_package · insecure_page  the same
 * quota                                              the same
 * killed · stopped                                   the code did not end in time, or the person ended it
 * worker_died · interpreter_died · message_flood     the code broke its worker
 * unknown_package · too_long                         the code can do it otherwise
 * frame_removed · closed                             the page ended the sandbox
 * bad_path · no_file · bad_limits                    the caller asked for what cannot be
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
