/**
 * A limit on what the code may keep in files. They lie in the JavaScript heap, where the interpreter's memory
 * limit does not see them.
 */

const ENOSPC = 51; // as WASI counts
const EFBIG = 22;
const EINVAL = 28;
const MB = 2 ** 20;
const EAGAIN = 6;
/** As on Linux: of what is written to a pipe and has not been read. */
const PIPE_BYTES = 65_536;

/**
 * @param {any} FS  Emscripten's, with files in MEMFS
 * @param {import('./protocol.js').Limits} limits
 * @returns {{exempt<T>(work: () => Promise<T>): Promise<T>}}  what `work` writes does not count
 */
export function setQuota(FS, { file_mb, files_mb, files }) {
  const { MEMFS } = FS.filesystems;
  const { write } = MEMFS.ops_table.file.stream;
  const { setattr } = MEMFS.ops_table.file.node;
  const { createNode } = MEMFS;
  limitPipes(FS);
  let exempted = measure(FS);
  let isExempt = false;
  let bytes = 0;
  let count = 0;

  /** @param {number} moreBytes @param {number} moreFiles */
  function take(moreBytes, moreFiles) {
    if (isExempt) return;
    bytes += moreBytes;
    count += moreFiles;
    if (bytes <= files_mb * MB && count <= files) return;
    const now = measure(FS); // what was deleted meanwhile counts no more
    bytes = now.bytes - exempted.bytes;
    count = now.count - exempted.count;
    if (bytes + moreBytes > files_mb * MB || count + moreFiles > files) throw new FS.ErrnoError(ENOSPC);
    bytes += moreBytes;
    count += moreFiles;
  }

  /** @param {any} node @param {number} size */
  function grow(node, size) {
    if (size <= node.usedBytes || isExempt) return;
    if (size > file_mb * MB) throw new FS.ErrnoError(EFBIG);
    take(size - node.usedBytes, 0);
  }

  Object.assign(MEMFS.ops_table.file.stream, {
    write(
      /** @type {any} */ stream,
      /** @type {any} */ buffer,
      /** @type {number} */ offset,
      /** @type {number} */ length,
      /** @type {number} */ position,
      /** @type {boolean} */ canOwn,
    ) {
      grow(stream.node, position + length);
      return write(stream, buffer, offset, length, position, canOwn);
    },
  }); // prettier-ignore
  MEMFS.ops_table.file.node.setattr = (/** @type {any} */ node, /** @type {any} */ attributes) => {
    if (attributes.size !== undefined) grow(node, attributes.size);
    return setattr(node, attributes);
  };
  MEMFS.createNode = (/** @type {any} */ parent, /** @type {string} */ name, /** @type {any[]} */ ...rest) => {
    if (name === '__proto__') throw new FS.ErrnoError(EINVAL); // it would not be counted
    take(0, 1);
    return createNode(parent, name, ...rest);
  };

  return {
    async exempt(work) {
      const before = measure(FS);
      isExempt = true;
      try {
        return await work();
      } finally {
        isExempt = false;
        const after = measure(FS);
        exempted = {
          bytes: exempted.bytes + after.bytes - before.bytes,
          count: exempted.count + after.count - before.count,
        };
      }
    },
  };
}

/** Bytes and number of all files, those included that are open but have no name any more. @param {any} FS */
function measure(FS) {
  const open = FS.streams.filter(Boolean).map((/** @type {any} */ stream) => stream.node);
  const pending = [...open, FS.root];
  const seen = new Set();
  let bytes = 0;
  while (pending.length) {
    const node = pending.pop();
    if (!node || seen.has(node)) continue;
    seen.add(node);
    if (ArrayBuffer.isView(node.contents)) bytes += node.usedBytes;
    else if (node.contents) pending.push(...Object.values(node.contents));
  }
  return { bytes, count: seen.size };
}

/** What a pipe holds lies in the JavaScript heap as well. @param {any} FS */
function limitPipes(FS) {
  const { write } = FS;
  FS.write = (
    /** @type {any} */ stream,
    /** @type {any} */ buffer,
    /** @type {number} */ offset,
    /** @type {number} */ length,
    /** @type {any[]} */ ...rest
  ) => {
    const pipe = stream.node?.pipe;
    if (!pipe) return write(stream, buffer, offset, length, ...rest);
    const held = pipe.buckets.reduce(
      (/** @type {number} */ sum, /** @type {any} */ each) => sum + each.offset - each.roffset,
      0,
    );
    if (held >= PIPE_BYTES) throw new FS.ErrnoError(EAGAIN);
    return write(stream, buffer, offset, Math.min(length, PIPE_BYTES - held), ...rest);
  };
}
