"""A long conversation whose interpreter is killed again and again."""

from __future__ import annotations

import random
from typing import Any

from memory import collect_garbage, settled_pss_mb
from page_times import Browser

__all__ = ["soak"]

STEPS = 1_000
KILLS = 50
SEED = 3
# Each step changes what is small, what is larger and a file, and shows something.
BEGIN = "count, rows, history = 0, {}, []\ndef bump():\n    global count\n    count += 1\n    return count"
STEP = """
rows[{number} % 20] = list(range({number}, {number} + 500))
history.append(bump()); del history[:-10]
open(f'/output/{{count % 5}}.txt', 'w').write('x' * 1000)
print('step', count)
count
"""
# The transcript is the page's: it must outlast every interpreter. Nothing may be waited for longer than 30 s.
PAGE = """() => {
  window.transcript = [];
  window.count = 0;
  const within = (promise) => Promise.race([
    promise, new Promise((_, reject) => setTimeout(() => reject(new Error('a promise hangs')), 30_000)),
  ]);
  window.step = async (code) => {
    const { results, error } = await within(codeact.run(code));
    if (error) throw new Error(`step ${transcript.length}: ${error.traceback}`);
    count = Number(results[0]?.['text/plain'] ?? 0);
    transcript.push(count);
  };
  window.kill = async (save) => {
    if (save) await within(codeact.save());
    const endless = codeact.run('sum(range(10**12))', { time_ms: 50 });
    const failed = await within(endless).then(() => null, (error) => error);
    if (failed?.kind !== 'killed') throw new Error(`not killed: ${failed}`);
    const report = codeact.takeRestored();
    const { results } = await within(codeact.run('count, len(rows), bump.__name__'));
    const [restored] = JSON.parse(`[${results[0]['text/plain'].slice(1, -1).replaceAll("'", '"')}]`);
    if (save && (restored !== count || report.behind)) throw new Error(`lost: ${count}, not ${restored}`);
    if (restored !== count && !report.behind) throw new Error('lost without a word');
    count = restored;
  };
}"""


def soak(browser: Browser) -> dict[str, Any]:
    """``soak_growth`` is the growth of PSS from the first tenth of the steps to the end, as a fraction."""
    page = browser.open()
    page.evaluate("() => codeact_start({ limits: { grace_ms: 50, spare_workers: 1 } }).then(() => null)")
    page.evaluate(PAGE)
    page.evaluate("(code) => step(code).then(() => codeact.save())", BEGIN)
    chance = random.Random(SEED)
    kills = sorted(chance.sample(range(1, STEPS), KILLS))
    first = 0.0
    for number in range(STEPS):
        if number in kills:
            page.evaluate("(save) => kill(save)", chance.random() < 0.7)
        page.evaluate("(code) => step(code)", STEP.format(number=number))
        if number == STEPS // 10:
            first = _at_rest(browser, page)
    last = _at_rest(browser, page)
    kept = int(page.evaluate("() => transcript.length"))
    if kept != STEPS + 1:
        raise AssertionError(f"the transcript holds {kept} of {STEPS + 1} steps")
    page.close()
    return {"soak_steps": STEPS, "soak_kills": KILLS, "soak_growth": last / first - 1, "soak_pss_mb": last}


def _at_rest(browser: Browser, page: Any) -> float:
    page.wait_for_timeout(4_000)  # a checkpoint is made, and a spare
    collect_garbage(page)
    return settled_pss_mb(browser.mark)
