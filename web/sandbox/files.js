/**
 * The conversation's files, in the worker's memory: /data holds what the person uploaded, /output what the
 * code wrote for them. Read and written from here, beside Python, which cannot change how that is done.
 */

/** @typedef {import('./protocol.js').FileInfo} FileInfo */
/** @typedef {import('./protocol.js').FileData} FileData */
/** @typedef {import('./protocol.js').Limits} Limits */

const ROOTS = ['/data', '/output'];
/** A name of a file, as C and other systems take it. @param {string} part */
const isName = (part) => !['', '.', '..'].includes(part) && part.length < 256 && !part.includes('\0');
const parent = (/** @type {string} */ path) => path.slice(0, path.lastIndexOf('/'));
const ENOSPC = 51; // as WASI counts
const EFBIG = 22;

export class FileError extends Error {
  /** @param {'bad_path' | 'no_file' | 'quota'} kind @param {string} message */
  constructor(kind, message) {
    super(message);
    this.kind = kind;
  }
}

export class Files {
  #fs;
  /** @type {Limits} */ #limits;
  /** What a step began with, and what the page has been sent: path → size and time. */
  #before = new Map();
  #sent = new Map();

  /** @param {any} FS  Emscripten's @param {Limits} limits */
  constructor(FS, limits) {
    this.#fs = FS;
    this.#limits = limits;
    for (const root of ROOTS) FS.mkdirTree(root);
    FS.chdir('/output');
    FS.chmod('/data', 0o555);
  }

  /** Regular files below both folders, in order; links are not followed. @returns {FileInfo[]} */
  list() {
    return [...this.#walk()].map(({ path, size }) => ({ path, size }));
  }

  /** @param {string} path @returns {Uint8Array} */
  read(path) {
    const found = this.#inside(path);
    try {
      return this.#fs.readFile(found);
    } catch {
      throw new FileError('no_file', `There is no file ${path}.`);
    }
  }

  /** The page's way in: also into /data, where code may only read. @param {string} path @param {ArrayBuffer} data */
  write(path, data) {
    const inside = this.#inside(path);
    const FS = this.#fs;
    FS.ignorePermissions = true;
    /** @type {Uint8Array | null} */
    let former = null;
    const put = (/** @type {Uint8Array} */ content) => {
      FS.writeFile(inside, content);
      if (inside.startsWith('/data/')) FS.chmod(inside, 0o444);
    };
    try {
      FS.mkdirTree(parent(inside));
      if (FS.analyzePath(inside).exists) {
        former = FS.readFile(inside);
        FS.unlink(inside);
      }
      put(new Uint8Array(data));
    } catch (error) {
      if (FS.analyzePath(inside).exists && FS.isFile(FS.stat(inside).mode)) FS.unlink(inside);
      if (former) put(former);
      const { errno } = /** @type {{errno?: number}} */ (error);
      if (errno === ENOSPC || errno === EFBIG) throw new FileError('quota', this.#tooMuch());
      throw new FileError('bad_path', `${path} cannot be written.`);
    } finally {
      FS.ignorePermissions = false;
    }
  }

  /** The page's way again; of /data also the folders that are empty then, since code may not. @param {string} path */
  remove(path) {
    const inside = this.#inside(path);
    const FS = this.#fs;
    if (!this.list().some((each) => each.path === inside)) throw new FileError('no_file', `There is no file ${path}.`);
    FS.ignorePermissions = true;
    try {
      FS.unlink(inside);
      let folder = parent(inside);
      while (folder.startsWith('/data/') && FS.readdir(folder).length === 2) {
        FS.rmdir(folder);
        folder = parent(folder);
      }
    } catch {
      throw new FileError('bad_path', `${path} cannot be deleted.`);
    } finally {
      FS.ignorePermissions = false;
    }
  }

  /** Remember what is there when a step begins. */
  mark() {
    this.#before = this.#signatures('/output/');
  }

  /** What the step has written to /output since. @returns {FileInfo[]} */
  written() {
    return [...this.#walk()]
      .filter(({ path, signature }) => path.startsWith('/output/') && this.#before.get(path) !== signature)
      .map(({ path, size }) => ({ path, size }));
  }

  /** The files the page has not been sent as they are now. @returns {FileData[]} */
  changed() {
    const changed = [...this.#walk()].filter(({ path, signature }) => this.#sent.get(path) !== signature);
    this.#sent = this.#signatures('/');
    return changed.map(({ path }) => ({ path, data: this.#fs.readFile(path).slice().buffer }));
  }

  /** @param {string} prefix */
  #signatures(prefix) {
    const inside = [...this.#walk()].filter(({ path }) => path.startsWith(prefix));
    return new Map(inside.map(({ path, signature }) => [path, signature]));
  }

  *#walk() {
    const FS = this.#fs;
    const pending = [...ROOTS].reverse();
    while (pending.length) {
      const path = /** @type {string} */ (pending.pop());
      const { node } = FS.analyzePath(path, true).exists ? FS.lookupPath(path, { follow: false }) : { node: null };
      if (!node) continue;
      if (FS.isDir(node.mode)) {
        const names = Object.keys(node.contents ?? {}).sort();
        pending.push(...names.reverse().map((name) => `${path}/${name}`));
      } else if (FS.isFile(node.mode)) {
        const { size, mtime } = FS.stat(path);
        yield { path, size, signature: `${size} ${Number(mtime)}` };
      }
    }
  }

  /** The real path, which must lie below one of the two folders. @param {string} path */
  #inside(path) {
    const parts = String(path).split('/');
    const plain = parts[0] === '' && parts.slice(1).every(isName);
    const bad = new FileError('bad_path', `${path} is not a path of a file in /data or /output.`);
    if (!plain || !ROOTS.includes(`/${parts[1]}`) || parts.length < 3 || path.length > 500) throw bad;
    for (const root of ROOTS) this.#fs.mkdirTree(root); // the code may have removed it
    let known = path;
    while (!this.#fs.analyzePath(known).exists) known = parent(known);
    const { node } = this.#fs.lookupPath(known, { follow: true });
    if (this.#fs.getPath(node) !== known) throw bad; // through a link
    return path;
  }

  #tooMuch() {
    const { file_mb, files_mb, files } = this.#limits;
    return `That is too much: a conversation may keep ${files} files, ${file_mb} MB each and ${files_mb} MB together.`;
  }
}
