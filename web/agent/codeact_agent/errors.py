"""The loop's error tree. Runs under CPython and MicroPython.

Exception
├── AgentError           the person can fix it: ``kind`` and a sentence to show
│   ├── ModelError       the model could not be asked; ``status``, ``retry_after`` say more
│   ├── UnknownTask      the recorded model has no recording of this task
│   └── DeclarationError a tool or recording was declared wrongly
└── Stopped              the person pressed Stop
"""

__all__ = ["AgentError", "DeclarationError", "ModelError", "Stopped", "UnknownTask", "internal_error"]


class AgentError(Exception):
    """``str(error)`` is a sentence for the person; ``kind`` is from a closed list."""

    kind = "agent_error"


class ModelError(AgentError):
    """Asking the model failed.

    ``kind`` is ``refused`` (an answer with a status), ``unreachable``, ``dropped`` (the stream broke),
    ``malformed`` or ``unusable`` (asking again is no use). ``retry_after`` is seconds or None.
    """

    is_sentence = False
    """Whether the message tells the person all there is to tell."""

    def __init__(
        self, message: str, kind: str = "refused", status: int = 0, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after


class UnknownTask(AgentError):
    """The recorded model was asked something it has no recording of."""

    kind = "unknown_task"


class DeclarationError(AgentError):
    """Raised when a tool is declared without what the model needs to call it."""

    kind = "declaration"


def internal_error(bug: Exception) -> AgentError:
    """What the person is told of an error that only we can mend."""
    error = AgentError(f"Something went wrong inside codeact-web ({type(bug).__name__}: {bug}). Start a new task.")
    error.kind = "internal"
    return error


class Stopped(Exception):
    """The person stopped the run."""
