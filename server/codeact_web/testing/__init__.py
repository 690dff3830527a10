"""For tests of pages that embed the widget: pytest fixtures, a page object, a scripted model (docs/testing.md)."""

from codeact_web.testing.approval import ApprovalPage
from codeact_web.testing.deployment import Deployment, running_deployment
from codeact_web.testing.errors import RunFailed, WidgetError
from codeact_web.testing.happenings import Happening
from codeact_web.testing.model import Received, Reply, ScriptedModel
from codeact_web.testing.widget import WidgetPage

__all__ = [
    "ApprovalPage",
    "Deployment",
    "Happening",
    "Received",
    "Reply",
    "RunFailed",
    "ScriptedModel",
    "WidgetError",
    "WidgetPage",
    "running_deployment",
]
