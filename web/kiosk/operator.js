/** The operator at the device: asks for the code, then shows figures and carries out what they choose. */

import { number } from '../elements/counts.js';
import { msg, str } from '../vendor/localize.js';

/** @typedef {import('./config.js').KioskConfig} KioskConfig */
/** @typedef {import('./elements/operator_panel.js').OperatorAct} OperatorAct */
/** @typedef {import('./figures.js').Figures} Figures */
/** @typedef {import('./upkeep.js').Upkeep} Upkeep */

const MB = 2 ** 20;
/** Untouched, the panel closes: whoever opened it has gone. */
const OPEN_MS = 60_000;
const locale = () => document.documentElement.lang;

/** Why a run had no answer, by kind of error (docs/events.md), else by status. @type {Record<string, () => string>} */
const WHY = {
  unreachable: () => msg('the model could not be reached'),
  refused: () => msg('the model’s provider refused'),
  dropped: () => msg('the model’s answer broke off or could not be read'),
  malformed: () => msg('the model’s answer broke off or could not be read'),
  unusable: () => msg('the model in kiosk.json cannot be used'),
  boot_failed: () => msg('Python did not start'),
  assets_unreachable: () => msg('Python did not start'),
  stuck: () => msg('the model went in circles'),
  unanswered: () => msg('the steps or the time ran out'),
  stopped: () => msg('the visitor stopped it'),
};

export class Operator {
  #config;
  #view;
  #figures;
  #upkeep;
  #keypad = document.createElement('ca-keypad');
  /** @type {HTMLElement | null} */ #panel = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #closing;

  /** @param {KioskConfig} config @param {import('./elements/kiosk.js').KioskElement} view @param {Figures} figures @param {Upkeep} upkeep */
  constructor(config, view, figures, upkeep) {
    this.#config = config;
    this.#view = view;
    this.#figures = figures;
    this.#upkeep = upkeep;
    this.#keypad.addEventListener('closed', () => this.#keypad.remove());
    this.#keypad.addEventListener('code-given', () => {
      this.#keypad.remove();
      this.#open();
    });
  }

  /** Ask for the code, where there is one. */
  ask() {
    const { exit_code: code } = this.#config;
    if (code) this.#view.append(Object.assign(this.#keypad, { code, typed: '' }));
  }

  /** What a visitor finds open must not be the operator's. */
  close() {
    this.#keypad.remove();
    this.#panel?.remove();
    this.#panel = null;
    clearTimeout(this.#closing);
  }

  async #open() {
    const panel = document.createElement('ca-operator-panel');
    const { canUpdate } = this.#upkeep;
    Object.assign(panel, { facts: await this.#facts(), canUpdate });
    this.close();
    panel.addEventListener('operator', (event) => {
      this.close();
      this.#act(/** @type {CustomEvent<OperatorAct>} */ (event).detail);
    });
    panel.addEventListener('pointerdown', () => this.#closeLater());
    this.#panel = panel;
    this.#closeLater();
    this.#view.append(panel);
  }

  #closeLater() {
    clearTimeout(this.#closing);
    this.#closing = setTimeout(() => this.close(), OPEN_MS);
  }

  /** @param {OperatorAct} act */
  #act(act) {
    if (act === 'update') this.#upkeep.update();
    if (act === 'reload') location.reload();
    if (act !== 'leave') return;
    if (document.fullscreenElement) document.exitFullscreen();
    location.assign('index.html');
  }

  /** @returns {Promise<[string, string][]>} */
  async #facts() {
    const [site, storage, isKept] = await Promise.all([
      this.#upkeep.describe(),
      navigator.storage?.estimate?.(),
      navigator.storage?.persisted?.(),
    ]);
    const { since, visits, runs, answered, trouble, resetMs } = this.#figures;
    const inMb = (/** @type {number | undefined} */ bytes) =>
      bytes === undefined ? msg('not told') : `${Math.round(bytes / MB)} MB`;
    const used = msg(str`${inMb(storage?.usage)} of ${inMb(storage?.quota)}`);
    const { memory } = /** @type {{memory?: {usedJSHeapSize: number}}} */ (/** @type {unknown} */ (performance));
    const unkept = () =>
      isSecureContext ? msg('not kept yet') : msg('not kept on this device: open the kiosk over https or on localhost');
    return [
      [msg('Version'), site?.version ?? unkept()],
      [msg('Kept for use offline'), site ? msg(str`${site.kept} of ${site.files} files`) : msg('nothing')],
      [msg('Storage'), isKept ? msg(str`${used}, protected from clearing`) : used],
      [msg('Page memory'), inMb(memory?.usedJSHeapSize)],
      [msg('Running since'), since.toLocaleString(locale())],
      [msg('Visits'), number(visits)],
      [msg('Runs'), msg(str`${number(runs)}, ${number(answered)} answered`)],
      [msg('Last trouble'), troubleInWords(trouble)],
      [msg('Last reset'), `${number(Math.round(resetMs))} ms`],
      [msg('Network'), navigator.onLine ? msg('there') : msg('not there')],
    ];
  }
}

/** @param {import('./figures.js').Figures['trouble']} trouble */
function troubleInWords(trouble) {
  if (!trouble) return msg('none');
  const { at, status, kind } = trouble;
  const why = (WHY[kind] ?? WHY[status] ?? (() => msg('something failed')))();
  return `${at.toLocaleTimeString(locale())}: ${why} (${kind || status})`;
}
