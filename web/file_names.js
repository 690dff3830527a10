/** Names of files are text from strangers: made harmless before they are shown, spoken or saved under. */

import { number, plural } from './elements/counts.js';
import { msg, str } from './vendor/localize.js';

const LONGEST_NAME = 100;
const LONGEST_SHOWN = 80;
/** Control, direction and unassigned characters, and what some system's paths are made of. */
const UNSAFE = /[\p{C}\u2028\u2029/\\:*?"<>|]/gu;
/** Of Windows, where they name devices whatever their ending. */
const DEVICES = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/** A name that every system takes for one plain file. @param {string} name */
export function safeName(name) {
  const plain = name
    .normalize('NFC')
    .replace(UNSAFE, '_')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  const dot = plain.lastIndexOf('.');
  const ending = dot > 0 && plain.length - dot <= 12 ? plain.slice(dot) : '';
  const stem = cut(plain.slice(0, plain.length - ending.length), LONGEST_NAME - ending.length);
  const whole = `${stem}${ending}` || 'file';
  return DEVICES.test(whole) ? `_${whole}` : whole;
}

/** The last part of a path, for a link's `download`. @param {string} path */
export const fileName = (path) => path.slice(path.lastIndexOf('/') + 1);

/** A name or path as it can be shown in a line of text. @param {string} text */
export function shownName(text) {
  const plain = text.replace(/[\p{C}\u2028\u2029]/gu, '\uFFFD');
  return plain.length > LONGEST_SHOWN ? `${cut(plain, LONGEST_SHOWN / 2)}…${plain.slice(-LONGEST_SHOWN / 2)}` : plain;
}

/** `name`, or `name (2)` where it is taken. @param {string} name @param {Set<string>} taken */
export function freeName(name, taken) {
  const dot = name.lastIndexOf('.');
  const [stem, ending] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, ''];
  let free = name;
  for (let number = 2; taken.has(free); number += 1) free = `${stem} (${number})${ending}`;
  return free;
}

/** `512 bytes`, `1.5 KB`, `12 MB`; a KB is 1,024 bytes, as in the limits. @param {number} bytes */
export function sizeInWords(bytes) {
  if (bytes < 1024) return plural(bytes, msg(str`${bytes} byte`), msg(str`${bytes} bytes`));
  return bytes < 2 ** 20 ? msg(str`${inFew(bytes / 1024)} KB`) : msg(str`${inFew(bytes / 2 ** 20)} MB`);
}

/** @param {number} size */
function inFew(size) {
  const digits = size < 10 ? 1 : 0;
  return number(size, { minimumFractionDigits: digits, maximumFractionDigits: digits, useGrouping: false });
}

/** Without half a letter at its end. @param {string} text @param {number} length */
const cut = (text, length) => text.slice(0, length).replace(/[\uD800-\uDBFF]$/, '');
