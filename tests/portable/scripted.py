"""A scripted model and a scripted host for the loop's own logic. Runs under CPython and MicroPython."""

LIMITS = {
    "time_ms": 30000, "grace_ms": 3000, "memory_mb": 512, "recursion": 1000, "code_chars": 200000,
    "model_chars": 10000, "person_chars": 1000000, "person_chars_per_s": 200000, "messages_per_s": 5000,
    "tool_calls": 10000, "tool_chars": 5000000, "display_items": 100, "display_chars": 2000000,
    "displays_chars": 8000000, "files": 1000,
    "file_mb": 64, "files_mb": 128, "variable_mb": 16, "checkpoint_mb": 64, "spare_workers": 1, "approve_from": 4,
}  # fmt: skip


def sandbox(can_block=True, modules=(), python="3.14.2", **limits):
    """What the model is told of a sandbox, with ``limits`` changed (Host.prepare)."""
    changed = dict(LIMITS)
    changed.update(limits)
    return {
        "limits": changed,
        "can_block": can_block,
        "python": python,
        "modules": list(modules),
        "sandbox_tools": [],
    }


def result(**fields):
    """A Result as the sandbox gives it, with ``fields`` changed."""
    whole = {
        "stdout": "",
        "stderr": "",
        "results": [],
        "error": None,
        "duration_ms": 1.0,
        "memory_mb": 40.0,
        "timed_out": False,
        "stopped": False,
        "findings": [],
        "approval": None,
        "files": [],
        "execution_count": 1,
        "variables": [],
    }
    whole.update(fields)
    return whole


def answered(value, encoded):
    """The outcome of code that called ``final_answer``; ``encoded`` is the value's JSON text."""
    answer = {"json": encoded, "text": str(value), "bundle": {"text/plain": str(value)}}
    return {"result": result(final_answer=answer)}


def printed(text):
    """The outcome of code that printed."""
    return {"result": result(stdout=text)}


class ScriptedModel:
    """Gives its replies one by one: a text, a tool call as (name, arguments), an exception to raise, or a
    function that gives any of these.

    ``asked`` holds the messages of each call. ``pieces`` says into how many deltas a reply is cut.
    """

    def __init__(self, *replies, name="scripted", recorded=False, time_ms=None, expected=(),
                 context_window=100_000, takes_images=False, price=None):  # fmt: skip
        self.name = name
        self.context_window = context_window
        self.takes_images = takes_images
        self.price = price
        self.recorded = recorded
        self.time_ms = time_ms
        self.usage = {"prompt_tokens": 7, "completion_tokens": 3}
        self.asked = []
        self._replies = list(replies)
        self._expected = list(expected)

    def enqueue(self, *replies):
        self._replies.extend(replies)

    async def chat(self, messages, on_delta, tools=None):
        self.asked.append([dict(message) for message in messages])
        self.tools = tools
        reply = self._replies.pop(0)
        if callable(reply):
            reply = reply()
        calls = []
        if isinstance(reply, tuple):
            reply, calls = "", [{"id": f"call_{len(self.asked)}", "name": reply[0], "arguments": reply[1]}]
        if isinstance(reply, Exception):
            raise reply
        middle = len(reply) // 2
        for piece in (reply[:middle], reply[middle:]):
            if piece:
                on_delta(piece)
        return {"text": reply, "usage": self.usage, "tool_calls": calls}

    def for_agent(self, name, task):
        return self

    def expected(self, index):
        return self._expected[index] if index < len(self._expected) else None


class ScriptedHost:
    """Records events, code and waits; ``outcomes`` are what the code "did",
    or async functions that do it. Its clock moves by ``sleep``.

    ``on_execute`` and ``on_sleep`` are called there, for a Stop pressed at that moment.
    """

    run_blocking = None

    def __init__(self, *outcomes):
        self.sandbox = sandbox()
        self.specs = None
        self.steps = []
        self.answers = []
        self.decisions = []
        self.cards = []
        self.problems = []
        self.children = []
        self.closed = False
        self.stopping = False
        self.take_call = None
        self.take_approval = None
        self.events = []
        self.executed = []
        self.slept = 0.0
        self.on_execute = None
        self.on_sleep = None
        self._outcomes = list(outcomes)
        self._now = 100.0

    def enqueue(self, *outcomes):
        self._outcomes.extend(outcomes)

    def now(self):
        return self._now

    async def sleep(self, seconds):
        assert seconds > 0
        self._now += seconds
        self.slept += seconds
        if self.on_sleep:
            self.on_sleep()

    def emit(self, event):
        self.events.append(event)

    async def prepare(self, specs, prelude):
        self.specs = specs
        self.prelude = prelude
        return self.sandbox

    async def until_stopped(self, work):
        return await work

    def validate(self, schema, value):
        return list(self.problems)

    async def keep_large(self, name, text):
        return None

    async def ask(self, question, choices):
        return self.answers.pop(0)

    async def approve(self, card):
        self.cards.append(card)
        return self.decisions.pop(0)

    async def open_child(self, name, emit):
        child = self.children.pop(0)
        child.emit = emit
        return child

    async def close(self):
        self.closed = True

    async def execute(self, step):
        self.executed.append((step["code"], step["time_ms"]))
        self.steps.append(step)
        self._now += 0.25
        if self.on_execute:
            self.on_execute()
        outcome = self._outcomes.pop(0)
        return await outcome() if callable(outcome) else outcome

    def stop(self):
        self.stopping = True

    def of(self, kind):
        """The events of one type."""
        return [event for event in self.events if event["type"] == kind]

    @property
    def kinds(self):
        """The types of all events; deltas that follow each other count once."""
        kinds = []
        for event in self.events:
            if not (event["type"] == "model_delta" and kinds and kinds[-1] == "model_delta"):
                kinds.append(event["type"])
        return kinds


def raises(kind, function):
    """The ``kind`` that ``function()`` raises."""
    try:
        function()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")


async def raises_async(kind, awaitable):
    """The ``kind`` that awaiting raises."""
    try:
        await awaitable
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} was not raised")
