"""A scripted model and a scripted host for the loop's own logic. Runs under CPython and MicroPython."""

LIMITS = {
    "time_ms": 30000, "grace_ms": 3000, "memory_mb": 512, "recursion": 1000, "code_chars": 200000,
    "model_chars": 10000, "person_chars": 1000000, "person_chars_per_s": 200000, "messages_per_s": 5000,
    "tool_calls": 10000, "tool_chars": 5000000, "display_items": 100, "display_chars": 2000000, "displays_chars": 8000000, "files": 1000,
    "file_mb": 64, "files_mb": 128, "variable_mb": 16, "checkpoint_mb": 64, "spare_workers": 1, "approve_from": 4,
}  # fmt: skip


def sandbox(can_block=True, modules=(), python="3.14.2", **limits):
    """What the model is told of a sandbox, with ``limits`` changed."""
    changed = dict(LIMITS)
    changed.update(limits)
    return {"limits": changed, "can_block": can_block, "python": python, "modules": list(modules)}


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
    """Gives its replies one by one: a text, an exception to raise, or a function that gives either.

    ``asked`` holds the messages of each call. ``pieces`` says into how many deltas a reply is cut.
    """

    def __init__(self, *replies, name="scripted", recorded=False, time_ms=None, expected=()):
        self.name = name
        self.recorded = recorded
        self.time_ms = time_ms
        self.usage = {"prompt_tokens": 7, "completion_tokens": 3}
        self.asked = []
        self._replies = list(replies)
        self._expected = list(expected)

    def enqueue(self, *replies):
        self._replies.extend(replies)

    async def chat(self, messages, on_delta):
        self.asked.append([dict(message) for message in messages])
        reply = self._replies.pop(0)
        if callable(reply):
            reply = reply()
        if isinstance(reply, Exception):
            raise reply
        middle = len(reply) // 2
        for piece in (reply[:middle], reply[middle:]):
            if piece:
                on_delta(piece)
        return {"text": reply, "usage": self.usage}

    def expected(self, index):
        return self._expected[index] if index < len(self._expected) else None


class ScriptedHost:
    """Records events, code and waits; ``outcomes`` are what the code "did". Its clock moves by ``sleep``.

    ``on_execute`` and ``on_sleep`` are called there, for a Stop pressed at that moment.
    """

    def __init__(self, *outcomes):
        self.stopping = False
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

    async def execute(self, code, time_ms):
        self.executed.append((code, time_ms))
        self._now += 0.25
        if self.on_execute:
            self.on_execute()
        return self._outcomes.pop(0)

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
