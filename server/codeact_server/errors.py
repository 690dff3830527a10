"""The server's error tree. Who must act is decided by class, never by text.

ServerError
├── SettingsError      whoever starts the server: mend codeact.toml or the environment
├── StartError         whoever starts the server: another port, a built site
└── ApiError           leaves as an OpenAI-shaped error body
    ├── ServerFailure  whoever runs the server: its log says more, or it is being stopped
    ├── RequestError   the page: its request is at fault
    │   ├── AccessError   who asks must say who they are, or may not ask
    │   └── LimitError    who asks has had what is allowed, and must wait
    └── UpstreamError  whoever runs the server, or the model's provider
        ├── UpstreamKeyError      whoever runs the server: another key
        └── UpstreamClosedError   the provider, after part of the answer has been passed on
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "AccessError",
    "ApiError",
    "LimitError",
    "RequestError",
    "ServerError",
    "ServerFailure",
    "SettingsError",
    "StartError",
    "UpstreamClosedError",
    "UpstreamError",
    "UpstreamKeyError",
]


class ServerError(Exception):
    """Everything this server raises on purpose."""


class SettingsError(ServerError):
    """The settings cannot be used; ``problems`` holds one sentence per mistake."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class StartError(ServerError):
    """The server cannot start here; the message is one sentence that names the mend."""


class ApiError(ServerError):
    """An answer that is not a success. ``code`` is for programs, the message for people."""

    kind = "server_error"

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = headers or {}

    def as_dict(self) -> dict[str, Any]:
        """Give the body in the shape OpenAI's clients know.

        >>> RequestError(413, "body_too_large", "Too large.").as_dict()
        {'error': {'message': 'Too large.', 'type': 'invalid_request_error', 'code': 'body_too_large'}}
        """
        return {"error": {"message": str(self), "type": self.kind, "code": self.code}}


class ServerFailure(ApiError):
    """The server could not do what was asked."""


class RequestError(ApiError):
    """The request is at fault; sending it again unchanged will not help."""

    kind = "invalid_request_error"


class AccessError(RequestError):
    """This caller is not let in: 401 where a token, a session or signing in would help, else 403."""

    @property
    def kind(self) -> str:  # type: ignore[override]
        """As OpenAI and Anthropic call it."""
        return "authentication_error" if self.status == 401 else "permission_error"


class LimitError(RequestError):
    """A quota is used up; the header ``retry-after`` says in how many seconds asking again helps."""

    kind = "rate_limit_error"


class UpstreamError(ApiError):
    """The model's provider did not give what was asked; ``body`` is its own explanation, if usable."""

    kind = "upstream_error"
    body: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give the provider's own error body where there is one, else ours."""
        return self.body or super().as_dict()


class UpstreamKeyError(UpstreamError):
    """The provider wants another key of this server. Told as 502: a client takes a 401 for its own key's."""

    def __init__(self, message: str, headers: dict[str, str]) -> None:
        # Heeded by the official clients, which else ask a 502 again.
        super().__init__(502, "upstream_key_refused", message, {**headers, "x-should-retry": "false"})


class UpstreamClosedError(UpstreamError):
    """The provider stopped in the middle of its answer."""

    kind = "upstream_closed"

    def __init__(self, how: str) -> None:
        super().__init__(502, "upstream_closed", f"The model's provider {how} in the middle of its answer.")
