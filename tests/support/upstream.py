"""The scripted model under its former name, for tests that are still to be changed."""

from codeact_web.testing import Received, Reply, ScriptedModel

__all__ = ["Received", "Reply", "ScriptedUpstream"]


class ScriptedUpstream(ScriptedModel):
    enqueue = ScriptedModel.reply
