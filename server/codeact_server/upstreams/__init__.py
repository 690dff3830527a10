"""The services that answer: which of them, how they are reached, and what happens when they are not."""

from codeact_server.upstreams.answer import EVENT_STREAM, Answer, ModelFacts
from codeact_server.upstreams.router import Upstreams, open_upstreams

__all__ = ["EVENT_STREAM", "Answer", "ModelFacts", "Upstreams", "open_upstreams"]
