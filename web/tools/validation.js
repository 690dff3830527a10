/**
 * Values compared with JSON Schemas (2020-12), without `eval`. What is found is put into words by
 * codeact_agent/problems.py; hosts/script/validation.py finds the same in a script.
 */

import { Validator } from '../vendor/jsonschema.js';

/** @typedef {{path: (string | number)[], keyword: string, schema: any}} Problem */
/** @typedef {import('../vendor/jsonschema.js').OutputUnit} OutputUnit */

/** What only says that there is something wrong inside. */
const AROUND = ['properties', 'patternProperties', 'items', 'prefixItems', '$ref', 'allOf', 'if', 'false'];
/** What the library leaves in schemas. */
const ITS_OWN = '__absolute_';

/**
 * Which keyword of which part of the schema is broken, and where in the value.
 *
 * @param {any} schema @param {any} value @returns {Problem[]}
 */
export function findProblems(schema, value) {
  const { errors } = new Validator(schema, '2020-12', false).validate(value);
  return told(errors, schema).map(({ keyword, instanceLocation, keywordLocation }) => ({
    path: pathIn(value, instanceLocation),
    keyword,
    schema: clean(schemaAt(schema, keywordLocation.replace(/\/[^/]*$/, ''))),
  }));
}

/** @param {OutputUnit[]} errors @param {any} root @returns {OutputUnit[]} */
function told(errors, root) {
  const [error, ...rest] = errors;
  if (!error) return [];
  const { keyword, keywordLocation, instanceLocation } = error;
  if (keyword === 'anyOf' || keyword === 'oneOf') {
    const inside = rest.filter((each) => each.keywordLocation.startsWith(`${keywordLocation}/`));
    const others = rest.filter((each) => !inside.includes(each));
    return [...(meant(inside, keywordLocation, instanceLocation, root) ?? [error]), ...told(others, root)];
  }
  const allowsSome = keyword === 'additionalProperties' && schemaAt(root, keywordLocation) !== false;
  return AROUND.includes(keyword) || allowsSome ? told(rest, root) : [error, ...told(rest, root)];
}

/**
 * Of alternatives, the one that the value is meant to be, if its faults are all inside of the value.
 *
 * @param {OutputUnit[]} inside @param {string} keywordLocation @param {string} instanceLocation @param {any} root
 */
function meant(inside, keywordLocation, instanceLocation, root) {
  /** @type {Map<string, OutputUnit[]>} */
  const branches = new Map();
  for (const each of inside) {
    const branch = each.keywordLocation.slice(keywordLocation.length + 1).split('/')[0];
    branches.set(branch, [...(branches.get(branch) ?? []), each]);
  }
  for (const branch of branches.values()) {
    const faults = told(branch, root);
    if (faults.length && faults.every((each) => each.instanceLocation !== instanceLocation)) return faults;
  }
  return null;
}

/** @param {string} pointer  of a JSON Pointer's segments @returns {string[]} */
const segments = (pointer) =>
  pointer
    .split('/')
    .slice(1)
    .map((each) => decodeURIComponent(each).replaceAll('~1', '/').replaceAll('~0', '~'));

/** @param {any} value @param {string} location */
function pathIn(value, location) {
  let inner = value;
  return segments(location).map((each) => {
    const key = Array.isArray(inner) ? Number(each) : each;
    inner = inner[key];
    return key;
  });
}

/** @param {any} root @param {string} location  through references @returns {any} */
function schemaAt(root, location) {
  let inner = root;
  for (const each of segments(location)) {
    inner = each === '$ref' ? schemaAt(root, inner.$ref) : inner?.[each];
  }
  return inner;
}

/** @param {any} schema */
const clean = (schema) =>
  JSON.parse(JSON.stringify(schema ?? {}, (key, value) => (key.startsWith(ITS_OWN) ? undefined : value)));
