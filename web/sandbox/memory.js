/** A ceiling for the interpreter's heap, set before it boots: Python gets MemoryError and lives on. */

const PAGE = 65_536;
/** What Python gets beyond the ceiling to tell of the MemoryError and to begin the next step. */
const RESERVE = 16 * 2 ** 20;
/** The least by which the allocator makes the heap larger, as a part of its size (Emscripten: 20 %, 10 %, 5 %). */
const LEAST_GROWTH = 0.05;

/**
 * @param {number} limit_bytes
 * @param {(memory: {bytes: number, limit_bytes: number, refused: boolean}) => void} onMemory
 * @returns {{inCode: boolean}}  whether the model's code is running
 */
export function limitMemory(limit_bytes, onMemory) {
  const { grow } = WebAssembly.Memory.prototype;
  const reserve = RESERVE + LEAST_GROWTH * limit_bytes;
  const state = { inCode: false };
  let told = 0;
  WebAssembly.Memory.prototype.grow = function (pages) {
    const before = this.buffer.byteLength;
    const bytes = before + pages * PAGE;
    if (bytes > limit_bytes + (state.inCode ? 0 : reserve)) {
      // The allocator asks for less and less; once a second is often enough to tell.
      if (performance.now() - told > 1_000) onMemory({ bytes: before, limit_bytes, refused: true });
      told = performance.now();
      throw new RangeError('the memory limit is reached');
    }
    const former = grow.call(this, pages);
    onMemory({ bytes, limit_bytes, refused: false });
    return former;
  };
  return state;
}
