"""How much each caller may have: requests, answers at once, tokens and dollars."""

from codeact_server.quotas.quota import Quotas, Spending, open_quotas

__all__ = ["Quotas", "Spending", "open_quotas"]
