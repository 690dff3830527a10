/** How runs to come are carried out, as the person chose it; kept in the browser. */

/** @typedef {import('./elements/events.js').Approval} Approval */
/** @typedef {import('./elements/events.js').Mode} Mode */
/** @typedef {{approval: Approval, mode: Mode}} RunSettings */

const KEY = `codeact-web run settings ${new URL('.', location.href).pathname}`;
/** From which value of a site's `approve_from` on nobody is asked. */
const NOT_ASKED = 4;
/** @type {RunSettings} */
const USUAL = { approval: 'never', mode: 'code' };
/** @type {{approval: Approval[], mode: Mode[]}} */
const KNOWN = { approval: ['never', 'risky', 'always'], mode: ['code', 'hybrid', 'json'] };

/** Where nothing can be kept, they hold as long as the page. @type {RunSettings} */
let unkept = USUAL;

/** @returns {RunSettings} */
export function runSettings() {
  try {
    const kept = { ...unkept, ...JSON.parse(localStorage.getItem(KEY) ?? '{}') };
    const { approval, mode } = kept;
    if (KNOWN.approval.includes(approval) && KNOWN.mode.includes(mode)) return { approval, mode };
  } catch {} // no storage, or not what we wrote
  return unkept;
}

/** @param {RunSettings} settings */
export function setRunSettings(settings) {
  unkept = settings;
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {} // they hold as long as the page
}

/** Whether the site has the person asked, whatever they choose. @param {import('./sandbox/protocol.js').Limits | null} allowed */
export const siteAsks = (allowed) => allowed !== null && allowed.approve_from < NOT_ASKED;
