/**
 * Runs portable tests under MicroPython, in Node with the interpreter the page uses:
 *
 *   node micropython.mjs AGENT_DIR TESTS_DIR MODULE…
 *
 * Prints one JSON line per test: {test, passed, error}.
 */

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';

const [agentDir, testsDir, ...modules] = process.argv.slice(2);
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
    } else if (/\.(py|md)$/.test(name)) python.FS.writeFile(target, readFileSync(source));
  }
}
copy(agentDir, '.');
copy(testsDir, '.');

await python.runPythonAsync(`
import json
import sys

async def _run(module):
    for name in dir(module):
        test = getattr(module, name)
        if not name.startswith("test_") or not callable(test):
            continue
        error = ""
        try:
            result = test()
            if hasattr(result, "send"):
                await result
        except Exception as problem:
            import io
            text = io.StringIO()
            sys.print_exception(problem, text)
            error = text.getvalue()
        print(json.dumps({"test": module.__name__ + "." + name, "passed": not error, "error": error}))

for name in ${JSON.stringify(modules)}:
    await _run(__import__(name))
`);
