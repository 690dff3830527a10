/** A ceiling for the interpreter's heap, set before it boots: Python gets MemoryError and lives on. */

const PAGE = 65_536;
/** What the runtime gets beyond the ceiling, to tell of the MemoryError and to look at the next step's code. */
const BEYOND = 16 * 2 ** 20;
/** As much of the heap is kept from the model's code where it comes near the ceiling. */
const RESERVE = 6 * 2 ** 20;
/** The least by which the allocator makes the heap larger, as a part of its size (Emscripten: 20 %, 10 %, 5 %). */
const LEAST_GROWTH = 0.05;

/**
 * @typedef {object} Heap
 * @property {(module: any) => void} hold  the model's code runs from now on
 * @property {(module: any) => void} release
 */

/**
 * @param {number} limit_bytes
 * @param {(memory: {bytes: number, limit_bytes: number, refused: boolean}) => void} onMemory
 * @returns {Heap}
 */
export function limitMemory(limit_bytes, onMemory) {
  const { grow } = WebAssembly.Memory.prototype;
  let inCode = false;
  let reserve = 0;
  /** Bytes of the heap when it was last not let grow; 0 where that has been told. */
  let refusedAt = 0;
  WebAssembly.Memory.prototype.grow = function (pages) {
    const before = this.buffer.byteLength;
    const bytes = before + pages * PAGE;
    if (bytes > limit_bytes + (inCode ? 0 : BEYOND + LEAST_GROWTH * limit_bytes)) {
      refusedAt = before; // told later: the allocator first asks for more than it needs
      throw new RangeError('the memory limit is reached');
    }
    const former = grow.call(this, pages);
    refusedAt = 0;
    onMemory({ bytes, limit_bytes, refused: false });
    return former;
  };
  return {
    hold(module) {
      if (module.HEAPU8.byteLength > limit_bytes - BEYOND && !reserve) reserve = module._malloc(RESERVE);
      inCode = true;
    },
    release(module) {
      if (refusedAt && inCode) onMemory({ bytes: refusedAt, limit_bytes, refused: true });
      refusedAt = 0;
      inCode = false;
      if (reserve) module._free(reserve);
      reserve = 0;
    },
  };
}
