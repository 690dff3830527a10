"""What can be wrong with an evaluation: each is the person's to mend, and each sentence says how."""

from __future__ import annotations

from codeact_agent.errors import AgentError

__all__ = ["ResultsError", "SuiteError"]


class SuiteError(AgentError):
    """A suite, or what belongs to it, cannot be used."""

    kind = "suite"


class ResultsError(AgentError):
    """The file of results cannot be gone on with, or not be written."""

    kind = "results"
