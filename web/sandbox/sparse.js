/**
 * A boot image packed without its empty pages (server/codeact_server/bundle/sparse.py), put straight into a fresh
 * interpreter's memory: its empty pages stay untouched, and take no memory of the machine's.
 */

const PAGE = 4_096;
const NOTHING = new Uint8Array(0);

/** @typedef {{offset: number, bytes: Uint8Array}} Run */

/** @param {ArrayBuffer} packed @returns {{size: number, runs: Run[]}} */
function parse(packed) {
  const [size, count] = new Uint32Array(packed, 0, 2);
  const table = new Uint32Array(packed, 8, count * 2);
  let at = 8 + count * 8;
  const runs = [];
  for (let i = 0; i < count; i++) {
    const length = table[2 * i + 1];
    runs.push({ offset: table[2 * i], bytes: new Uint8Array(packed, at, length) });
    at += length;
  }
  return { size, runs };
}

/**
 * What Pyodide's `_loadSnapshot` takes: it reads the head, whose second word says where the memory begins, asks for
 * the memory by `subarray(begin)`, and copies what it gets. It gets nothing: the memory has been filled by then.
 * @param {ArrayBuffer} packed
 * @param {() => Uint8Array} heap  of the interpreter that is to be filled
 * @returns {Uint8Array}
 */
export function sparseSnapshot(packed, heap) {
  const { size, runs } = parse(packed);
  const [, begin] = new Uint32Array(runs[0].bytes.buffer, runs[0].bytes.byteOffset, 2);
  const head = new Uint8Array(begin);
  for (const { offset, bytes } of runs) {
    if (offset < begin) head.set(bytes.subarray(0, begin - offset), offset);
  }
  const { subarray } = head;
  return Object.defineProperties(head, {
    length: { value: size },
    subarray: {
      value: (/** @type {number} */ from, /** @type {number | undefined} */ to) => {
        if (from !== begin || to !== undefined) return subarray.call(head, from, to);
        fill(heap(), runs, begin);
        return NOTHING;
      },
    },
  });
}

/** @param {Uint8Array} heap @param {Run[]} runs @param {number} begin  of the memory in the image */
function fill(heap, runs, begin) {
  let done = 0;
  for (const { offset, bytes } of runs) {
    const skipped = Math.max(0, begin - offset);
    if (skipped >= bytes.length) continue;
    const at = offset + skipped - begin;
    clear(heap, done, at);
    heap.set(bytes.subarray(skipped), at);
    done = at + bytes.length - skipped;
  }
  clear(heap, done, heap.length);
}

/** Make it all zeros, and write to no page that is. @param {Uint8Array} heap @param {number} from @param {number} to */
function clear(heap, from, to) {
  for (let page = from; page < to; page += PAGE) {
    const end = Math.min(page + PAGE, to);
    const words = new Uint32Array(heap.buffer, heap.byteOffset + page, (end - page) >> 2);
    let i = 0;
    while (i < words.length && words[i] === 0) i++;
    if (i < words.length) heap.fill(0, page, end);
  }
}
