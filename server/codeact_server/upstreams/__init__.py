"""The services that answer: which of them, how they are reached, and what happens when they are not."""

from codeact_server.upstreams.client import EVENT_STREAM, Answer, UpstreamClient, open_client

__all__ = ["EVENT_STREAM", "Answer", "UpstreamClient", "open_client"]
