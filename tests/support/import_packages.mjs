/**
 * Let Pyodide's own loader install all packages of a site and import every module its lock file names.
 *
 *   node import_packages.mjs PYODIDE_DIR SITE
 *
 * Prints a JSON object of package name to what went wrong.
 */
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const [pyodideDir, site] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodideDir}/pyodide.mjs`).href);
const sandbox = `${site}/sandbox`;
const manifest = JSON.parse(readFileSync(`${sandbox}/manifest.json`, 'utf8'));
const lock = readFileSync(`${sandbox}/${manifest.assets.lock}`, 'utf8');
const pyodide = await loadPyodide({
  indexURL: `${pyodideDir}/`,
  lockFileContents: lock,
  packageCacheDir: `${sandbox}/${manifest.packages}`,
});
const wrong = {};
for (const [name, entry] of Object.entries(JSON.parse(lock).packages)) {
  const errorCallback = (/** @type {string} */ message) => {
    wrong[name] = message;
  };
  await pyodide.loadPackage(name, { messageCallback() {}, errorCallback });
  try {
    for (const module of entry.imports) pyodide.runPython(`import ${module}`);
  } catch (error) {
    wrong[name] = String(error);
  }
}
console.log(JSON.stringify(wrong));
process.exit(0);
