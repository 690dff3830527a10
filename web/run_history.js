/** The events of the runs of the conversation that is open, of which traces are made. */

/** @typedef {import('./elements/events.js').AgentEvent} AgentEvent */

/** Older ones are no longer exported: their pictures would fill the page's memory. */
const MOST_RUNS = 20;

export class RunHistory {
  /** @type {AgentEvent[][]} */ #runs = [];

  /** @param {AgentEvent} event */
  take(event) {
    if (event.type === 'run_started') this.#runs.push([]);
    if (this.#runs.length > MOST_RUNS) this.#runs.shift();
    if (!isDelta(event)) this.#runs.at(-1)?.push(event);
  }

  /** The conversation is another, of which these are the events so far. @param {AgentEvent[]} events */
  begin(events = []) {
    this.#runs = [];
    for (const event of events) this.take(event);
  }

  /** Of the run that is `back` runs before the newest; undefined where it is not kept. */
  of(back = 0) {
    return this.#runs.at(-1 - back);
  }
}

/** Words on their way, of the agent or of one it has called. @param {AgentEvent} event @returns {boolean} */
function isDelta(event) {
  return event.type === 'agent_event' ? isDelta(event.event) : event.type === 'model_delta';
}
