/** Pyodide's own types do not cover what boot.js and bridge.js use of it (`_module`, `_api`, snapshots). */
declare module 'pyodide/pyodide.mjs' {
  // biome-ignore lint/suspicious/noExplicitAny: internals without types
  export function loadPyodide(options: object): Promise<any>;
}
declare module 'pyodide/pyodide.asm.mjs' {
  export default function createPyodideModule(settings: object): Promise<object>;
}
