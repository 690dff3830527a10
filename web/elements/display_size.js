/**
 * How large to make the frame of an item, read from its text alone: parsing it here, even into a document
 * that is never shown, would report its handlers and links against the page's own CSP.
 */

const LINE = 24;
const ROW = 31;
const CHARS_PER_LINE = 90;
const SMALLEST = 64;
const TALLEST = 320;

/** Of an SVG length; percentages and unknown units say nothing. @param {string} length */
function pixels(length) {
  const match = /^\s*([\d.]+)\s*(px|pt)?\s*$/.exec(length);
  return match ? Number(match[1]) * (match[2] === 'pt' ? 4 / 3 : 1) : 0;
}

/**
 * Size of a picture, and its source with a viewBox, so that it can be scaled.
 * @param {string} source
 * @returns {{width: number, height: number, source: string}}
 */
export function measureSvg(source) {
  const tag = /<svg\b(?:[^>"']|"[^"]*"|'[^']*')*>/i.exec(source)?.[0] ?? '';
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
  const scalable = tag.replace(/^<svg/i, `<svg viewBox="0 0 ${width} ${height}"`);
  return { width, height, source: source.replace(tag, () => scalable) };
}

/** A fair first height for markup; the person can drag it. @param {string} source */
export function guessHeight(source) {
  const count = (/** @type {RegExp} */ tags) => source.match(tags)?.length ?? 0;
  const rows = count(/<tr\b/gi);
  const blocks = count(/<(?:p|li|h[1-6]|br|div)\b/gi);
  const text = source.replace(/<style\b[\s\S]*?<\/style>|<[^>]*>/gi, '').length;
  const lines = rows ? 0 : Math.ceil(text / CHARS_PER_LINE);
  const rest = /<(?:svg|pre)\b|src=["']?data:/i.test(source) ? TALLEST : Math.max(blocks, lines) * LINE;
  return Math.min(TALLEST, Math.max(SMALLEST, rows * ROW + rest + LINE));
}
