/**
 * The page's tools without a page: PageTools and the loop's side in MicroPython, joined as in the page.
 *
 *   node bundled.mjs AGENT_DIR '{"mcp": URL, "openapi": {document, origin}, "calls": [[name, arguments]…]}'
 *
 * Prints `{specs, left_out, outcomes, progress}`. A call of `never` is stopped.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
import { PageTools } from './tools/page_tools.js';
import { findProblems } from './tools/validation.js';

const [agentDir, given] = process.argv.slice(2);
const { mcp, openapi, calls } = JSON.parse(given);
const x = { type: 'number', description: 'A number.' };
const tools = new PageTools();
const aborted = [];
let stopped = new AbortController();
function stop() {
  stopped.abort();
  stopped = new AbortController();
}
/** @param {string} name @param {string[]} keys @param {(args: any, signal: AbortSignal, progress: any) => unknown} handler */
const add = (name, keys, handler, more = {}) =>
  tools.add({
    name,
    description: `The ${name}.`,
    parameters: { properties: Object.fromEntries(keys.map((key) => [key, x])), required: keys.slice(0, 1) },
    handler,
    ...more,
  });

add('half', ['x'], ({ x }) => x / 2, { returns: { type: 'number' } });
add('slow-half', ['x', 'my-wait'], async ({ x, 'my-wait': wait = 5 }, _signal, progress) => {
  progress(0.5, 'half-way');
  await new Promise((resolve) => setTimeout(resolve, wait));
  return { x: x / 2, wait };
});
add('throws', [], () => {
  throw new RangeError('no such thing');
});
add('rejects', [], () => Promise.reject('only text'));
add('wrong', [], () => 'many', { returns: { type: 'integer' } });
add('nothing', [], () => {});
add('no_json', [], () => new Map([[1, 2]]));
add('not_finite', [], () => [1 / 0]);
add('deep', [], () => {
  const loop = {};
  return Object.assign(loop, { loop });
});
add('rare', [], () => 1, { rate: '1/day' });
add('never', [], (_args, signal) => {
  signal.addEventListener('abort', () => aborted.push(signal.aborted));
  setTimeout(stop, 5);
  return new Promise(() => {});
});
add('late', [], () => new Promise(() => {}), { timeout: 0.05 });
if (openapi)
  tools.addOpenApi(openapi.document, {
    allow: [openapi.origin],
    baseUrl: openapi.origin,
    headers: { 'X-Key': 'secret' },
  });
if (mcp) await tools.addMcp(mcp);

const python = await loadMicroPython({
  heapsize: 8 * 1024 * 1024,
  linebuffer: true,
  stdout: (line) => console.log(line),
});
/** @param {string} from @param {string} to */
function copy(from, to) {
  for (const name of readdirSync(from)) {
    const [source, target] = [join(from, name), `${to}/${name}`];
    if (statSync(source).isDirectory()) {
      if (name === 'script' || name === '__pycache__') continue;
      python.FS.mkdirTree(target);
      copy(source, target);
    } else if (name.endsWith('.py')) python.FS.writeFile(target, readFileSync(source));
  }
}
copy(agentDir, '.');
python.registerJsModule('page', {
  described: JSON.stringify(tools.describe()),
  calls: JSON.stringify(calls),
  invoke: (call, progress) => tools.invoke(call, stopped.signal, progress),
  find_problems: (asked) => {
    const [schema, value] = JSON.parse(asked);
    return JSON.stringify(findProblems(schema, value));
  },
});
await python.runPythonAsync(`
import asyncio, json, page
from codeact_agent.hosts.page_tools import page_tools
from codeact_agent.problems import sentences
from codeact_agent.tools import call

made, left_out = page_tools(json.loads(page.described), page.invoke)
tools = {each.name: each for each in made}
heard = []

def validate(schema, value):
    return sentences(json.loads(page.find_problems(json.dumps([schema, value]))), schema, value)

async def one(name, arguments):
    return await call(tools, name, arguments, None, validate, lambda fraction, text: heard.append([fraction, text]))

async def main():
    outcomes = []
    for name, arguments in json.loads(page.calls):
        outcomes.append(await asyncio.create_task(one(name, arguments)))
    print(json.dumps({"specs": [each.spec for each in made], "left_out": left_out, "outcomes": outcomes, "progress": heard}))

await asyncio.create_task(main())
`);
console.log(JSON.stringify(aborted));
process.exit(0);
