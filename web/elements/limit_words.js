/** What each limit is, for somebody who has never seen one. */

import { msg, str } from '../vendor/localize.js';
import { characters, number } from './counts.js';

/** @typedef {import('../sandbox/protocol.js').Limits} Limits */
/** @typedef {{name: keyof Limits, label: string, words: string}} Described */

/** @returns {{title: string, limits: Described[]}[]} */
export const groups = () => [
  {
    title: msg('Time and memory'),
    limits: [
      {
        name: 'time_ms',
        label: msg('Time for one step'),
        words: msg('After it the code is ended; variables stay. Waiting for a tool does not count.'),
      },
      {
        name: 'grace_ms',
        label: msg('Extra time to end'),
        words: msg('Code that does not end within it loses its Python; what was saved comes back in a new one.'),
      },
      { name: 'memory_mb', label: msg('Memory'), words: msg('Code that wants more gets a MemoryError and can go on.') },
      { name: 'recursion', label: msg('Nested calls'), words: msg('How deep functions may call each other.') },
      {
        name: 'spare_workers',
        label: msg('Spare interpreters'),
        words: msg('Kept ready for when the one in use dies. Each takes memory of its own.'),
      },
    ],
  },
  {
    title: msg('What code may say and show'),
    limits: [
      {
        name: 'approve_from',
        label: msg('Your leave for risky code'),
        words: msg('Code with findings this serious runs only if you allow it.'),
      },
      { name: 'code_chars', label: msg('Length of a step’s code'), words: msg('Longer code is not run.') },
      {
        name: 'model_chars',
        label: msg('Text the model is told'),
        words: msg('Of each output; longer ones lose their middle.'),
      },
      { name: 'person_chars', label: msg('Text you are shown'), words: msg('Printed in one step.') },
      {
        name: 'person_chars_per_s',
        label: msg('Text you are shown each second'),
        words: msg('So that endless printing cannot freeze the page.'),
      },
      {
        name: 'messages_per_s',
        label: msg('Messages each second'),
        words: msg('More, and Python is ended and replaced.'),
      },
      { name: 'display_items', label: msg('Pictures and tables'), words: msg('Shown in one step.') },
      { name: 'display_chars', label: msg('Size of one picture or table'), words: msg('Larger ones are left out.') },
      {
        name: 'displays_chars',
        label: msg('Size of all pictures and tables'),
        words: msg('Shown in one step, together.'),
      },
    ],
  },
  {
    title: msg('Tools'),
    limits: [
      { name: 'tool_calls', label: msg('Tool calls'), words: msg('In one step.') },
      { name: 'tool_chars', label: msg('Size of one tool call'), words: msg('Of what goes in and of what comes out.') },
    ],
  },
  {
    title: msg('What a conversation may keep'),
    limits: [
      { name: 'files', label: msg('Files'), words: msg('Uploaded and written by Python, together.') },
      { name: 'file_mb', label: msg('Size of one file'), words: '' },
      { name: 'files_mb', label: msg('Size of all files'), words: '' },
      {
        name: 'variable_mb',
        label: msg('Size of one saved variable'),
        words: msg('Larger ones are lost when Python is replaced or the page reloaded.'),
      },
      { name: 'checkpoint_mb', label: msg('Size of all saved variables'), words: '' },
    ],
  },
];

/** `30 s`, `512 MB`, `10,000 characters`, `1,000`. @param {keyof Limits} name @param {number} value */
export function inWords(name, value) {
  if (name === 'approve_from')
    return ['', msg('from low on'), msg('from medium on'), msg('when high'), msg('not asked')][value] ?? '';
  if (name.endsWith('_ms')) return `${number(value / 1_000)} s`;
  if (name.endsWith('_mb')) return msg(str`${number(value)} MB`);
  return name.includes('_chars') ? characters(value) : number(value);
}
