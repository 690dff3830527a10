export { configureLocalization, LOCALE_STATUS_EVENT, msg, str, updateWhenLocaleChanges } from '@lit/localize';
export { generateMsgId } from '@lit/localize/internal/id-generation.js';
