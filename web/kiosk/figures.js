/** What the operator may read of the visits: counts and times, never a word of a visitor. Gone when the page is. */

/** @typedef {import('../elements/events.js').RunFinished} RunFinished */

export class Figures {
  since = new Date();
  visits = 0;
  runs = 0;
  answered = 0;
  /** How the newest run without an answer ended. @type {{at: Date, status: string, kind: string} | null} */ trouble =
    null;
  resetMs = 0;

  /** @param {RunFinished} event */
  count({ status, error }) {
    this.runs += 1;
    if (status === 'answered' || status === 'forced') this.answered += 1;
    else this.note(status, error?.kind ?? '');
  }

  /** @param {string} status @param {string} kind */
  note(status, kind) {
    this.trouble = { at: new Date(), status, kind };
  }
}
