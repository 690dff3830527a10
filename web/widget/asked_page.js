/** Whom a run in a widget asks: the host page first, and the person in the frame where it leaves that to them. */

import { AskedPerson } from '../person.js';

/** @typedef {import('../session.js').Person} Person */
/** @typedef {import('./host_line.js').HostLine} HostLine */

export class AskedPage {
  #host;
  #person;

  /** @param {HostLine} host @param {EventTarget} view  where the elements are shown */
  constructor(host, view) {
    this.#host = host;
    this.#person = new AskedPerson(view);
  }

  /** @type {Person['ask']} */
  ask = ({ question, choices }, signal) =>
    this.#first({ question, choices }, signal, () => this.#host.askQuestion({ question, choices }, signal));

  /** @type {Person['approve']} */
  approve = (card, signal) => this.#first(card, signal, () => this.#host.askApproval(card, signal));

  /** @template T @param {object} asked @param {AbortSignal} signal @param {() => Promise<T | null>} askHost @returns {Promise<T>} */
  async #first(asked, signal, askHost) {
    const element = await this.#person.shown(asked, signal);
    element.asksPage = true;
    try {
      const decided = await askHost();
      if (decided !== null) return decided;
    } catch (error) {
      element.asksPage = false;
      throw error;
    }
    element.asksPage = false;
    return element.ask(signal);
  }
}
