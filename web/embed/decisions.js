/** What the page's listeners get to decide with: the first decision counts, `null` leaves it to the person. */

/** @typedef {import('../widget/protocol.js').Decision} Decision */
/** @template T @typedef {{detail: object, decide: (decision: T | null) => void}} Decidable */

/** @param {import('../widget/protocol.js').AskApproval} asked @param {(decision: Decision | null) => void} post @returns {Decidable<Decision>} */
export function approvalDetail({ card }, post) {
  const decide = once(post);
  const detail = {
    card,
    approve: () => decide({ decision: 'approve' }),
    edit: (/** @type {string} */ code) => decide({ decision: 'edit', code: String(code) }),
    deny: (reason = '') => decide({ decision: 'deny', reason: String(reason) }),
  };
  return { detail, decide };
}

/** @param {import('../widget/protocol.js').AskQuestion} asked @param {(answer: string | null) => void} post @returns {Decidable<string>} */
export function questionDetail({ question, choices }, post) {
  const decide = once(post);
  return { detail: { question, choices, answer: (/** @type {string} */ text) => decide(String(text)) }, decide };
}

/** @template T @param {(value: T) => void} use @returns {(value: T) => void} */
function once(use) {
  let used = false;
  return (value) => {
    if (used) return;
    used = true;
    use(value);
  };
}
