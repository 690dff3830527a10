/** What the person reads where a page is neither kept nor to be had. It asks again by itself. */

/** @type {Record<string, [title: string, words: string]>} */
const WORDS = {
  en: [
    'No connection',
    'This page needs the network once more: what this device had kept of it is gone. It is tried again every few seconds.',
  ],
  de: [
    'Keine Verbindung',
    'Diese Seite braucht noch einmal das Netz: Was dieses Gerät von ihr aufgehoben hatte, ist weg. Alle paar Sekunden wird es neu versucht.',
  ],
  fr: [
    'Pas de connexion',
    'Cette page a de nouveau besoin du réseau : ce que cet appareil en avait gardé a disparu. Un nouvel essai a lieu toutes les quelques secondes.',
  ],
  es: [
    'Sin conexión',
    'Esta página necesita la red otra vez: lo que este dispositivo guardaba de ella ya no está. Se vuelve a intentar cada pocos segundos.',
  ],
};
const AGAIN_S = 10;

/** @param {string} languages  as of `Accept-Language` */
export function sorryPage(languages) {
  const language = languages
    .split(',')
    .map((each) => each.trim().slice(0, 2).toLowerCase())
    .find((each) => each in WORDS);
  const chosen = language ?? 'en';
  const [title, words] = WORDS[chosen];
  const page = `<!doctype html><html lang="${chosen}"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark"><title>${title}</title>
<style>body{display:grid;place-content:center;min-block-size:90vh;max-inline-size:32rem;margin:auto;padding:1.5rem;font:1.25rem/1.5 system-ui,sans-serif}</style>
<h1>${title}</h1><p>${words}</p>`;
  const headers = {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    refresh: String(AGAIN_S),
  };
  return new Response(page, { status: 503, headers });
}
