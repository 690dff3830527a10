/** Unpack a boot image that was packed without its empty pages (server/codeact_server/bundle/sparse.py). */

/** @param {ArrayBuffer} packed @returns {Uint8Array} */
export function unpack(packed) {
  const words = new Uint32Array(packed, 0, 2);
  const [size, count] = words;
  const runs = new Uint32Array(packed, 8, count * 2);
  const image = new Uint8Array(size);
  let at = 8 + count * 8;
  for (let i = 0; i < count; i++) {
    const [offset, length] = [runs[2 * i], runs[2 * i + 1]];
    image.set(new Uint8Array(packed, at, length), offset);
    at += length;
  }
  return image;
}
