/** What each limit is, for somebody who has never seen one. */

/** @typedef {import('../sandbox/protocol.js').Limits} Limits */
/** @typedef {{name: keyof Limits, label: string, words: string}} Described */

/** @type {{title: string, limits: Described[]}[]} */
export const GROUPS = [
  {
    title: 'Time and memory',
    limits: [
      {
        name: 'time_ms',
        label: 'Time for one step',
        words: 'After it the code is ended; variables stay. Waiting for a tool does not count.',
      },
      {
        name: 'grace_ms',
        label: 'Extra time to end',
        words: 'Code that does not end within it loses its Python; what was saved comes back in a new one.',
      },
      { name: 'memory_mb', label: 'Memory', words: 'Code that wants more gets a MemoryError and can go on.' },
      { name: 'recursion', label: 'Nested calls', words: 'How deep functions may call each other.' },
      {
        name: 'spare_workers',
        label: 'Spare interpreters',
        words: 'Kept ready for when the one in use dies. Each takes memory of its own.',
      },
    ],
  },
  {
    title: 'What code may say and show',
    limits: [
      {
        name: 'approve_from',
        label: 'Your leave for risky code',
        words: 'Code with findings this serious runs only if you allow it.',
      },
      { name: 'code_chars', label: 'Length of a step’s code', words: 'Longer code is not run.' },
      { name: 'model_chars', label: 'Text the model is told', words: 'Of each output; longer ones lose their middle.' },
      { name: 'person_chars', label: 'Text you are shown', words: 'Printed in one step.' },
      {
        name: 'person_chars_per_s',
        label: 'Text you are shown each second',
        words: 'So that endless printing cannot freeze the page.',
      },
      { name: 'messages_per_s', label: 'Messages each second', words: 'More, and Python is ended and replaced.' },
      { name: 'display_items', label: 'Pictures and tables', words: 'Shown in one step.' },
      { name: 'display_chars', label: 'Size of one picture or table', words: 'Larger ones are left out.' },
      { name: 'displays_chars', label: 'Size of all pictures and tables', words: 'Shown in one step, together.' },
    ],
  },
  {
    title: 'Tools',
    limits: [
      { name: 'tool_calls', label: 'Tool calls', words: 'In one step.' },
      { name: 'tool_chars', label: 'Size of one tool call', words: 'Of what goes in and of what comes out.' },
    ],
  },
  {
    title: 'What a conversation may keep',
    limits: [
      { name: 'files', label: 'Files', words: 'Uploaded and written by Python, together.' },
      { name: 'file_mb', label: 'Size of one file', words: '' },
      { name: 'files_mb', label: 'Size of all files', words: '' },
      {
        name: 'variable_mb',
        label: 'Size of one saved variable',
        words: 'Larger ones are lost when Python is replaced or the page reloaded.',
      },
      { name: 'checkpoint_mb', label: 'Size of all saved variables', words: '' },
    ],
  },
]; // prettier-ignore

/** `30 s`, `512 MB`, `10,000 characters`, `1,000`. @param {keyof Limits} name @param {number} value */
export function inWords(name, value) {
  if (name === 'approve_from') return ['', 'from low on', 'from medium on', 'when high', 'not asked'][value] ?? '';
  if (name.endsWith('_ms')) return `${(value / 1_000).toLocaleString('en')} s`;
  const number = value.toLocaleString('en');
  if (name.endsWith('_mb')) return `${number} MB`;
  return name.includes('_chars') ? `${number} characters` : number;
}
