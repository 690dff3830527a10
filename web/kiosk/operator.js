/** The operator at the device: asks for the code, then shows figures and carries out what they choose. */

/** @typedef {import('./config.js').KioskConfig} KioskConfig */
/** @typedef {import('./elements/operator_panel.js').OperatorAct} OperatorAct */
/** @typedef {import('./figures.js').Figures} Figures */
/** @typedef {import('./upkeep.js').Upkeep} Upkeep */

const MB = 2 ** 20;

export class Operator {
  #config;
  #view;
  #figures;
  #upkeep;
  #keypad = document.createElement('ca-keypad');

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
    if (code) this.#view.append(Object.assign(this.#keypad, { code }));
  }

  async #open() {
    const panel = document.createElement('ca-operator-panel');
    const { canUpdate } = this.#upkeep;
    Object.assign(panel, { facts: await this.#facts(), canUpdate });
    panel.addEventListener('operator', (event) => {
      panel.remove();
      this.#act(/** @type {CustomEvent<OperatorAct>} */ (event).detail);
    });
    this.#view.append(panel);
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
      bytes === undefined ? 'not told' : `${Math.round(bytes / MB)} MB`;
    const { memory } = /** @type {{memory?: {usedJSHeapSize: number}}} */ (/** @type {unknown} */ (performance));
    return [
      ['Version', site?.version ?? 'not kept on this device: open the kiosk over https or on localhost'],
      ['Kept for use offline', site ? `${site.kept} of ${site.files} files` : 'nothing'],
      ['Storage', `${inMb(storage?.usage)} of ${inMb(storage?.quota)}${isKept ? ', protected from clearing' : ''}`],
      ['Page memory', inMb(memory?.usedJSHeapSize)],
      ['Running since', since.toLocaleString()],
      ['Visits', String(visits)],
      ['Runs', `${runs}, ${answered} answered`],
      ['Last trouble', trouble || 'none'],
      ['Last reset', `${Math.round(resetMs)} ms`],
      ['Network', navigator.onLine ? 'there' : 'not there'],
    ];
  }
}
