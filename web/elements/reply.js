/**
 * Part a reply that is still being written, for display only; the loop's own parser decides later.
 * A delimiter that has only half arrived is held back.
 */

const OPENING = /<code>|<execute>|```(?:python|py)?[ \t]*\n/;
const CLOSING = /<\/code>|<\/execute>|\n[ \t]*```/;
const HALF_OPENING = /(?:<[a-z]{0,7}|`{1,2}|```[a-z]{0,6}[ \t]*)$/;
const HALF_CLOSING = /(?:<\/?[a-z]{0,7}|\n[ \t]*`{0,2})$/;

/**
 * @param {string} text
 * @returns {{thought: string, code: string}}
 */
export function splitReply(text) {
  const opening = OPENING.exec(text);
  if (!opening) return { thought: text.replace(HALF_OPENING, '').trim(), code: '' };
  const rest = text.slice(opening.index + opening[0].length);
  const closing = CLOSING.exec(rest);
  const code = closing ? rest.slice(0, closing.index) : rest.replace(HALF_CLOSING, '');
  return { thought: text.slice(0, opening.index).trim(), code: code.replace(/^\n+|\s+$/g, '') };
}
