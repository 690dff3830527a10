/**
 * Part a reply that is still being written, for display only; the loop's own parser, whose rules these are
 * (agent/codeact_agent/parsing.py), decides later. A delimiter that has only half arrived is held back.
 * A reply is split again in every frame, so no pattern here may read a part of it again and again.
 */

/** @typedef {{start: number, code: string, open: boolean}} Block  `open`: more of it may come */

const TAGS = ['code', 'execute'];
const FENCE = '```';
const OPENING_FENCE = /(?:^|\n)[^\S\n]*```[^\S\n]*(?:python3?|py)[^\S\n]*(?=\n|$)/i;
const CLOSING_FENCE = /\n[^\S\n]*```/g;

/**
 * @param {string} text
 * @returns {{thought: string, code: string}}
 */
export function splitReply(text) {
  const found = [fenced(text), ...TAGS.map((tag) => tagged(text, tag))].filter((block) => block !== null);
  if (!found.length) return { thought: withoutHalfOpening(text).trim(), code: '' };
  const first = found.reduce((one, other) => (other.start < one.start ? other : one));
  return { thought: text.slice(0, first.start).trim(), code: unfenced(first) };
}

/** @param {string} text @param {string} tag @returns {Block | null} */
function tagged(text, tag) {
  const start = text.search(new RegExp(`<${tag}>`, 'i'));
  if (start < 0) return null;
  const rest = text.slice(start + tag.length + 2);
  const end = rest.search(new RegExp(`</${tag}>`, 'i'));
  if (end >= 0) return { start, code: rest.slice(0, end), open: false };
  return { start, code: withoutHalf(rest, [`</${tag}>`]), open: true };
}

/** @param {string} text @returns {Block | null} */
function fenced(text) {
  const opening = OPENING_FENCE.exec(text);
  if (!opening) return null;
  const start = opening.index + (opening[0].startsWith('\n') ? 1 : 0);
  const newline = opening.index + opening[0].length;
  CLOSING_FENCE.lastIndex = newline;
  const closing = CLOSING_FENCE.exec(text);
  if (closing) return { start, code: text.slice(newline + 1, closing.index + 1), open: false };
  return { start, code: withoutHalfFence(text.slice(newline + 1)), open: true };
}

/** Without a fence inside the tags, and without blank edges. @param {Block} block */
function unfenced({ code, open }) {
  let lines = code.split('\n');
  lines = lines.slice(lines.findIndex((line) => line.trim())); // all blank: the last line, which becomes ''
  if (open && lines.length === 1 && FENCE.startsWith(lines[0].trim())) return '';
  if (lines[0].trim().startsWith(FENCE)) {
    const last = lines.findLastIndex((line) => line.trim());
    const mark = lines[last].trim();
    const ends = last > 0 && (mark === FENCE || (open && FENCE.startsWith(mark)));
    lines = lines.slice(1, ends ? last : undefined);
  }
  const clean = lines.join('\n').trimEnd();
  return clean.includes('\n') ? clean : clean.trim();
}

/** What could be the beginning of an opening tag or fence is not shown yet. @param {string} text */
function withoutHalfOpening(text) {
  const begin = text.lastIndexOf('\n') + 1;
  const line = text.slice(begin).trim().toLowerCase();
  const language = line.startsWith(FENCE) && 'python3'.startsWith(line.slice(FENCE.length).trim());
  if (language || FENCE.startsWith(line)) return text.slice(0, begin);
  return withoutHalf(
    text,
    TAGS.map((tag) => `<${tag}>`),
  );
}

/** @param {string} code */
function withoutHalfFence(code) {
  const begin = code.lastIndexOf('\n') + 1;
  return FENCE.startsWith(code.slice(begin).trim()) ? code.slice(0, begin) : code;
}

/** @param {string} text @param {string[]} delimiters  that begin with their only `<` */
function withoutHalf(text, delimiters) {
  const begin = text.lastIndexOf('<');
  if (begin < 0) return text;
  const half = text.slice(begin).toLowerCase();
  return delimiters.some((each) => each.startsWith(half)) ? text.slice(0, begin) : text;
}
