"""A process that begins an answer and is killed in mid-answer: ``python -m support.quota_process URL SECONDS``."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass

from codeact_server.access import Caller
from codeact_server.quota_settings import QuotaSettings
from codeact_server.quotas import open_quotas
from pydantic import SecretStr


@dataclass
class _Asked:
    input_tokens: int = 1


async def _hold(url: str, lease_seconds: float) -> None:
    settings = QuotaSettings.model_validate({"store": SecretStr(url), "per_identity": {"streams": 1}})
    caller = Caller("user:alice", "192.0.2.1", "jwt")
    async with open_quotas(settings, lease_seconds) as quotas, quotas.admit(caller, _Asked(), None):
        print("begun", flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_hold(sys.argv[1], float(sys.argv[2])))
