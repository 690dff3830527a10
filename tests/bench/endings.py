"""How soon code ends that must, and how soon the next interpreter has answered."""

from __future__ import annotations

import statistics

from page_times import Browser

__all__ = ["respawn_ms", "soft_stop_overruns_ms"]

# Notes the moment at which the page decides to replace the interpreter: it then asks the frame for another.
WATCH = """() => {
  const { postMessage } = MessagePort.prototype;
  MessagePort.prototype.postMessage = function (message, ...rest) {
    if (message?.type === 'reset') window.decidedAt = performance.now();
    return postMessage.call(this, message, ...rest);
  };
}"""
START = """async (spare_workers) => {
  await codeact_start({ limits: { grace_ms: 100, spare_workers } });
}"""
TEN_VARIABLES = """
import math
number, text, pairs = 1.5, 'x' * 1000, {n: str(n) for n in range(1000)}
rows = [{'a': n, 'b': [n]} for n in range(1000)]
names = set('abc')
both = (rows, names)
def area(radius): return math.pi * radius ** 2 * number
class Point:
    def __init__(self, x): self.x = x
point = Point(3)
"""
# One long call into C, which only the end of the worker ends.
KILL = """async () => {
  await codeact.save();
  const hanging = codeact.run('sum(range(10**12))', { time_ms: 100 });
  await hanging.then(() => { throw new Error('it ended by itself'); }, () => {});
  const { results } = await codeact.run('area(1) > 4 and len(rows) == 1000 and point.x == 3');
  const took = performance.now() - decidedAt;
  if (results[0]?.['text/plain'] !== 'True') throw new Error('the variables did not come back');
  return took;
}"""
OVERRUN = """async ([code, time]) => {
  const began = performance.now();
  const { timed_out } = await codeact.run(code, { time_ms: time });
  if (!timed_out) throw new Error('it ended by itself');
  return performance.now() - began - time;
}"""
LOOPS = ("while True: pass", "while True:\n    try:\n        while True: pass\n    except BaseException: pass")
TIME_MS = 300
# A spare is begun after half a second without a step; then it boots.
SPARE_READY_MS = 3_000


def respawn_ms(browser: Browser, rounds: int, *, spare: bool) -> float:
    """From the decision to replace the interpreter to the next step's result, ten variables restored."""
    page = browser.open()
    page.evaluate(WATCH)
    page.evaluate(START, int(spare))
    page.evaluate("(code) => codeact.run(code).then(() => null)", TEN_VARIABLES)
    took = []
    for _ in range(rounds):
        if spare:
            page.wait_for_timeout(SPARE_READY_MS)
        took.append(float(page.evaluate(KILL)))
    page.close()
    return statistics.median(took)


def soft_stop_overruns_ms(browser: Browser, rounds: int) -> list[float]:
    """How long after its time a loop ends: one that computes, and one that catches everything."""
    page = browser.open()
    page.evaluate("() => codeact_start().then(() => null)")
    overruns = [
        statistics.median(float(page.evaluate(OVERRUN, [code, TIME_MS])) for _ in range(rounds)) for code in LOOPS
    ]
    page.close()
    return overruns
