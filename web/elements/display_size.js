/**
 * How large to make the frame of an item, read from its text alone: parsing it here, even into a document
 * that is never shown, would report its handlers and links against the page's own CSP. The text is not
 * trusted, so only its beginning is read, and no pattern reads a part of it again and again.
 */

const READ = 16_384;
const LINE = 24;
const ROW = 31;
const CHARS_PER_LINE = 90;
const SMALLEST = 64;
const TALLEST = 320;

/** Of an SVG length; percentages and unknown units say nothing. @param {string} length */
function pixels(length) {
  const match = /^([\d.]+)\s*(px|pt)?$/.exec(length.trim());
  return match ? Number(match[1]) * (match[2] === 'pt' ? 4 / 3 : 1) : 0;
}

/**
 * Size of a picture, and its source with a viewBox, so that it can be scaled.
 * @param {string} source
 * @returns {{width: number, height: number, source: string}}
 */
export function measureSvg(source) {
  const { start, tag } = openingTag(source.slice(0, READ));
  const attribute = (/** @type {string} */ name) =>
    new RegExp(`\\s${name}\\s*=\\s*["']([^"']*)["']`, 'i').exec(tag)?.[1] ?? '';
  const box = attribute('viewBox')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const boxed = box.length === 4 && box[2] > 0 && box[3] > 0;
  const width = pixels(attribute('width')) || (boxed ? box[2] : 0);
  const height = pixels(attribute('height')) || (boxed ? (width * box[3]) / box[2] : 0);
  if (!width || !height) return { width: 640, height: 360, source };
  if (boxed) return { width, height, source };
  const name = start + '<svg'.length;
  return { width, height, source: `${source.slice(0, name)} viewBox="0 0 ${width} ${height}"${source.slice(name)}` };
}

/** The first `<svg …>`, tried at that one place only; '' when it does not end. @param {string} source */
function openingTag(source) {
  const start = source.search(/<svg\b/i);
  const whole = /<svg\b(?:[^>"']|"[^"]*"|'[^']*')*>/iy;
  whole.lastIndex = Math.max(0, start);
  return { start, tag: whole.exec(source)?.[0] ?? '' };
}

/** A fair first height for markup; the person can drag it. @param {string} source */
export function guessHeight(source) {
  const read = source.slice(0, READ);
  const count = (/** @type {RegExp} */ tags) => read.match(tags)?.length ?? 0;
  const rows = count(/<tr\b/gi);
  const blocks = count(/<(?:p|li|h[1-6]|br|div)\b/gi);
  const text = read.replace(/<style\b[^<]*(?:<\/style>|$)|<[^<>]*>/gi, '').length;
  const lines = rows ? 0 : Math.ceil(text / CHARS_PER_LINE);
  const rest = /<(?:svg|pre)\b|src=["']?data:/i.test(read) ? TALLEST : Math.max(blocks, lines) * LINE;
  return Math.min(TALLEST, Math.max(SMALLEST, rows * ROW + rest + LINE));
}
