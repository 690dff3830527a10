/**
 * Sentences that reach the page as English text: of the loop and the sandbox's Python, which speak to scripts as well,
 * and of the sandbox's own JavaScript, which has no languages. Each is found by its template (docs/adr/0031): what
 * stands for `{0}` is any text, which may be such a sentence itself.
 */

import { language } from './languages.js';
import { msg, str } from './vendor/localize.js';

/** A test holds them to what is said where they come from. The narrower of two that fit the same comes first. */
const TEMPLATES = [
  // the loop: codeact_agent/model.py, errors.py, run.py, stuck.py, recorded.py, hosts/page.py
  'The model could not be reached.{0} Check that the server and its upstream are running.',
  "The model's answer broke off.{0}",
  "The upstream's answer could not be read; is it an OpenAI-compatible API?{0}",
  "The model's provider refused the key (status {0}). Check OPENAI_API_KEY on the server.{1}",
  "The provider knows no such model or address (404). Check the model's name and OPENAI_BASE_URL.{0}",
  'The provider asks us to slow down (429). Try again in a while.{0}',
  'The provider has a problem (status {0}). Try again in a while.{1}',
  'The provider refused the request (status {0}).{1}',
  ' It said: {0}',
  'the server did not answer.',
  'the answer was empty.',
  'the answer has no list of models.',
  'the stream ended before the answer did.',
  'Something went wrong inside codeact-web ({0}: {1}). Start a new task.',
  'The run went in circles ({0}) and was ended. Say the task in another way, or give the model more to go on.',
  'the same action gave the same observation three times',
  'two actions take turns, and nothing changes',
  'the same error came {0} times: {1}',
  'The sandbox failed: {0}',
  'The recordings could not be loaded ({0}). Reload the page.',
  'The recording needs a tool named {0}, which this page does not have.',
  'The recording has no further replies: what happened is too different from what was recorded. Connect a model to go on: set OPENAI_BASE_URL and OPENAI_API_KEY, or write a codeact.toml.',
  'The recorded model has no recording of this task. It knows:\n{0}\nFor your own tasks connect a model: set OPENAI_BASE_URL and OPENAI_API_KEY where the server starts, or write a codeact.toml, and choose the model by name.',
  // the relay: upstreams/client.py
  "The model's provider refused this server's API key. Whoever runs this server must set the right one in OPENAI_API_KEY or codeact.toml.",
  "The model's provider asks for an API key. Whoever runs this server must set the right one in OPENAI_API_KEY or codeact.toml.",
  // why a card is shown: codeact_runtime/approval.py
  'All code is shown before it runs.',
  'It imports what has not been imported before: {0}.',
  'It calls tools that need approval: {0}.',
  'It deletes or moves files: {0}.',
  "It overwrites files of the person's: {0}.",
  'The audit rates line {0} as {1}: {2}',
  'HIGH',
  'MEDIUM',
  'LOW',
  // the sandbox: web/sandbox
  'Python did not start in a minute. Reload the page.',
  'The agent did not start. Reload the page.',
  'Could not load {0} ({1}). Check the connection and reload.',
  'it took longer than {0} s',
  'The sandbox sent a message this page does not know. Reload the page.',
  'The sandbox was removed from the page.',
  'The sandbox was reloaded.',
  'The sandbox was reset.',
  'The sandbox was closed.',
  'The interpreter was replaced.',
  'The interpreter did not answer.',
  'Stopped before the code ran.',
  '{0} and could not be interrupted, so its interpreter was replaced.',
  'The code ran longer than it may',
  'The code was stopped',
  'Packages need https or localhost: over plain http the browser does not let this page check them. Open it there, or do without packages.',
  'The package {0} is not in this bundle.',
  "The file of the package {0} is damaged: its hash is not the lock's.",
  'There is no file {0}.',
  '{0} cannot be written.',
  '{0} cannot be deleted.',
  '{0} is not a path of a file in /data or /output.',
  'That is too much: a conversation may keep {0} files, {1} MB each and {2} MB together.',
  // the site: site_settings.js
  "The site's settings could not be loaded (site.json: status {0}).",
  'site.json has {0}, which is not a setting.',
];

const VALUE = /\{\d\}/;
const escaped = (/** @type {string} */ text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** @type {{strings: string[], pattern: RegExp}[]} */
const SENTENCES = TEMPLATES.map((template) => {
  const strings = template.split(VALUE);
  return { strings, pattern: new RegExp(`^${strings.map(escaped).join('([^]*?)')}$`) };
});

/** In the language of now; as it is where no template fits. For showing alone: errors are told apart by their kind. @param {string} text @returns {string} */
export function heard(text) {
  if (language() === 'en' || !text) return text;
  for (const { strings, pattern } of SENTENCES) {
    const values = pattern.exec(text)?.slice(1).map(heard);
    if (!values) continue;
    if (!values.length) return msg(text);
    return msg(str(Object.assign([...strings], { raw: strings }), ...values));
  }
  return text;
}
