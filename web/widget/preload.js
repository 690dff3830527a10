/** Packages that are to be there before the first task. */

import { PackageSource } from '../sandbox/package_source.js';

/** @typedef {import('../session.js').Session} Session */

/** A name that the bundle does not have. */
export class UnknownPackage extends Error {
  kind = 'unknown_package';
}

/**
 * Have packages fetched and installed, in each interpreter of the session that comes.
 * @param {Session} session @param {string[]} names  of packages or of modules @throws {UnknownPackage}
 */
export async function preload(session, names) {
  const modules = names.length ? await modulesOf(names) : [];
  // An import that is not carried out has its package installed all the same: the first step that imports it pays.
  const source = modules.map((each) => `if False:\n    import ${each}\n`).join('');
  const others = session.tools.prelude.filter(({ name }) => name !== NAME);
  session.tools.prelude = source ? [...others, { name: NAME, source }] : others;
  // A run has its tools in the interpreter, and the next run brings the prelude by itself.
  if (source && !session.runs.isBusy) await session.files.setTools([], session.tools.prelude);
}

const NAME = 'preloaded packages';

/** @param {string[]} names */
async function modulesOf(names) {
  const packages = await new PackageSource('sandbox/manifest.json').packages();
  const plain = (/** @type {string} */ name) => name.toLowerCase().replaceAll(/[-_.]+/g, '-');
  const found = names.map((name) =>
    [...packages].find(([each, modules]) => plain(each) === plain(name) || modules.includes(name)),
  );
  const missing = names.filter((_, index) => !found[index]?.[1].length);
  if (missing.length) {
    const known = [...packages.keys()].sort().join(', ');
    throw new UnknownPackage(`This site has no package named ${missing.join(', ')}. There are: ${known}.`);
  }
  return [...new Set(found.map((each) => /** @type {[string, string[]]} */ (each)[1][0]))];
}
