"""The endpoints under /v1: a request is checked, handed to an upstream, and its answer passed on as it comes."""

from codeact_server.relay.endpoints import relay_routes

__all__ = ["relay_routes"]
