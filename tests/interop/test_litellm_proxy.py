"""LiteLLM's proxy as a real upstream of ours, asked by the official client through us."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from bench_proxy.processes import free_port, running
from codeact_server.serve import running_server
from codeact_server.settings import Settings, Upstream
from support.litellm_proxy import install_litellm

KEY = "sk-litellm-0123456789"
CONFIG = """
model_list:
  - model_name: words
    litellm_params: {model: openai/words, api_key: none, mock_response: "It has 20 degrees in Bern."}
  - model_name: calls
    litellm_params:
      model: openai/calls
      api_key: none
      mock_response: ""
      mock_tool_calls:
        [{id: call_1, type: function, function: {name: weather, arguments: '{"city": "Bern"}'}}]
  - model_name: busy
    litellm_params: {model: openai/busy, api_key: none, mock_response: "litellm.RateLimitError"}
  - model_name: broken
    litellm_params: {model: openai/broken, api_key: none, mock_response: "litellm.InternalServerError"}
  - model_name: full
    litellm_params: {model: openai/full, api_key: none, mock_response: "litellm.ContextWindowExceededError"}
router_settings: {num_retries: 0, disable_cooldowns: true}
general_settings: {master_key: %s}
"""
ASKED = [{"role": "user", "content": "How warm is it in Bern?"}]


@pytest.fixture(scope="module")
def litellm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("litellm")
    config, port = folder / "litellm.yaml", free_port()
    config.write_text(CONFIG % KEY)
    command = [str(install_litellm()), "--config", str(config), "--host", "127.0.0.1", "--port", str(port)]
    quiet = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}
    with running([*command, "--telemetry", "False"], port, folder, quiet):
        yield f"http://127.0.0.1:{port}/v1"


# One test, since tests of one module may run in several processes, and LiteLLM takes 15 s to start.
def test_it_is_asked_through_us(litellm: str, site: Path) -> None:
    upstream = Upstream(base_url=litellm, api_key=KEY, retries=0, breaker=0)
    with (
        running_server(Settings(site=site, upstream=upstream)) as url,
        openai.OpenAI(base_url=url + "/v1", api_key="none", max_retries=0, timeout=30) as client,
    ):
        assert {model.id for model in client.models.list()} == {"words", "calls", "busy", "broken", "full"}
        answer = client.chat.completions.create(model="words", messages=ASKED)
        assert answer.choices[0].message.content == "It has 20 degrees in Bern."
        chunks = client.chat.completions.create(model="words", messages=ASKED, stream=True)
        deltas = [chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices]
        assert len(deltas) > 2
        assert "".join(deltas) == "It has 20 degrees in Bern."
        calls = client.chat.completions.create(model="calls", messages=ASKED).choices[0].message.tool_calls
        assert calls is not None
        assert calls[0].function.arguments == '{"city": "Bern"}'
        refusals = {
            "busy": openai.RateLimitError,
            "broken": openai.InternalServerError,
            "full": openai.BadRequestError,
        }
        for model, kind in refusals.items():
            for stream in (False, True):
                with pytest.raises(kind) as caught:
                    client.chat.completions.create(model=model, messages=ASKED, stream=stream)
                assert KEY not in str(caught.value)
