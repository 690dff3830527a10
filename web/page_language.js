/** Joins the page's language to the browser's, and to what the person chooses in the settings. */

import { chooseLanguage, wantedLanguages } from './language_choice.js';
import { setLanguage } from './languages.js';
import { translatePage } from './static_words.js';

/** @typedef {import('./elements/events.js').LanguageEvent} LanguageEvent */

/** @param {{show(notice: import('./elements/events.js').Notice): void}} notices  where it is told that words are missing */
export function joinLanguage(notices) {
  const follow = () =>
    setLanguage(wantedLanguages()).catch(({ message }) => {
      // In English, since no other words came.
      const words = () => `The words of your language could not be loaded: ${message}`;
      notices.show({ key: 'language', words, tone: 'warning' });
    });
  translatePage();
  addEventListener('ca-language', (event) => {
    chooseLanguage(/** @type {LanguageEvent} */ (event).language);
    follow();
  });
  return follow();
}
