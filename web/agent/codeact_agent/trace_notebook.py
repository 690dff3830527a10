"""A trace as a Jupyter notebook that re-runs offline, with the tools' recorded values. Portable.

The format is nbformat 4.5: https://nbformat.readthedocs.io/en/latest/format_description.html
"""

import json

from codeact_agent.trace_code import as_text, is_refused, replayed_tools, sources_of
from codeact_agent.trace_markdown import fenced, quoted, summary

__all__ = ["as_notebook"]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_WARNING = (
    "**The code below was written by a language model, and ran in a sandbox. Here it runs with your rights: "
    "read it first.** The first code cell makes the tools answer as they did in the run."
)


def as_notebook(document: dict[str, "Any"]) -> dict[str, "Any"]:
    """The notebook: a cell with the tools, then thought and code of each step with what it put out."""
    cells = [
        _markdown("task", [quoted(document["task"] or ""), summary(document), _WARNING]),
        _code("tools", replayed_tools(document), None, []),
    ]
    cells[-1]["metadata"] = {"jupyter": {"source_hidden": True}, "tags": ["replayed-tools"]}
    sources = sources_of(document)
    for step, source in zip(document["steps"], sources):  # noqa: B905 - MicroPython's zip has no strict
        cells.extend(_step(step, source))
    if document["answer"]:
        cells.append(_markdown("answer", ["## Answer", fenced(document["answer"]["text"])]))
    elif document["error"]:
        cells.append(_markdown("answer", ["## No answer", quoted(document["error"]["message"])]))
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            "codeact_web": {"program": document["program"], "model": document["model"]},
        },
        "cells": cells,
    }


def _step(step: dict[str, "Any"], source: str) -> list["Any"]:
    number = step["step"]
    words = [f"## Step {number}"]
    if step["plan"]:
        words.extend(["Plan:", quoted(step["plan"]["text"])])
    words.append(quoted(step["thought"]))
    approval = step["approval"] or {}
    if approval.get("decision") == "edit":
        words.append("The person changed the code before it ran.")
    if approval.get("decision") == "deny":
        words.extend(
            ["The person denied this code:", fenced(step["code"], "python"), quoted(approval["reason"] or "")]
        )
    cells = [_markdown(f"step-{number}", words)]
    if source:
        outputs = _outputs(step)
        failed = any(each["output_type"] == "error" for each in outputs)
        refused = failed and is_refused(step)
        cell = _code(f"step-{number}-code", as_text(source) if refused else source, number, outputs)
        if failed and not refused:
            cell["metadata"] = {"tags": ["raises-exception"]}  # so that running all goes on
        cells.append(cell)
    return cells


def _outputs(step: dict[str, "Any"]) -> list["Any"]:
    outputs: list[Any] = []
    for index in range(len(step["output"]) + 1):
        for each in step["displayed"]:
            if each["after"] == index:
                outputs.append({"output_type": "display_data", "data": _data(each["bundle"]), "metadata": {}})
        if index < len(step["output"]):
            chunk = step["output"][index]
            outputs.append({"output_type": "stream", "name": chunk["stream"], "text": chunk["text"]})
    result = step["result"] or {}
    for bundle in result.get("results") or []:
        outputs.append(
            {
                "output_type": "execute_result",
                "execution_count": step["step"],
                "data": _data(bundle),
                "metadata": {},
            }
        )
    error = result.get("error")
    if error:
        outputs.append(_error(error["name"], error["value"], error["traceback"]))
    elif step["error"]:
        outputs.append(_error(step["error"]["kind"], step["error"]["message"], step["error"]["message"]))
    return outputs


def _error(name: str, value: str, traceback: str) -> dict[str, "Any"]:
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": traceback.split("\n")}


def _data(bundle: dict[str, "Any"]) -> dict[str, "Any"]:
    """A MIME bundle as notebooks have it: JSON as values."""
    data = dict(bundle)
    for mime in data:
        if (mime == "application/json" or mime.endswith("+json")) and isinstance(data[mime], str):
            data[mime] = json.loads(data[mime])
    return data


def _markdown(name: str, parts: list[str]) -> dict[str, "Any"]:
    text = "\n\n".join([part for part in parts if part])
    return {"id": name, "cell_type": "markdown", "metadata": {}, "source": text}


def _code(name: str, source: str, count: int | None, outputs: list["Any"]) -> dict[str, "Any"]:
    return {"id": name, "cell_type": "code", "metadata": {}, "source": source, "execution_count": count,
            "outputs": outputs}  # fmt: skip
