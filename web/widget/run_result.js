/** How a run ended, for the host page. */

/** @param {import('./protocol.js').RunFinished} ending @returns {import('./protocol.js').RunResult} */
export function resultOf({ status, answer, error, steps, usage, cost, duration_ms }) {
  return {
    status,
    answer: answer?.json == null ? null : JSON.parse(answer.json),
    text: answer?.text ?? '',
    error,
    steps,
    usage,
    cost,
    duration_ms,
  };
}
