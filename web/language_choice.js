/** The language that the person chose, kept in the browser. */

const KEY = `codeact-web language ${new URL('.', location.href).pathname}`;

/** Where nothing can be kept, it holds as long as the page. */
let unkept = '';

/** Empty: none was chosen. */
export function chosenLanguage() {
  try {
    return localStorage.getItem(KEY) ?? unkept;
  } catch {
    return unkept; // no storage
  }
}

/** @param {string} language  empty: the browser's */
export function chooseLanguage(language) {
  unkept = language;
  try {
    localStorage.setItem(KEY, language);
  } catch {} // it holds as long as the page
}

/** Those that the person may mean, best first. */
export const wantedLanguages = () => [chosenLanguage(), ...navigator.languages];
