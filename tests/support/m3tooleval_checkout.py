"""A miniature of the CodeAct authors' checkout: the shape of scripts/eval/m3tooleval, with tasks of our own."""

from __future__ import annotations

from pathlib import Path

__all__ = ["make_checkout"]

_BASE = """
import ast
from collections import namedtuple
from enum import Enum

from tqdm import tqdm
from .repl import PythonREPL

ToolType = namedtuple("ToolType", ["name", "description", "function", "fn_signature"])


class ActionMode(Enum):
    TEXT_AS_ACTION = "text_as_action"
    JSON_AS_ACTION = "json_as_action"
    CODE_AS_ACTION = "code_as_action"


class Task:
    def __init__(self, name, tools, instruction, expected_output, is_single_tool_task=True):
        self.name, self.tools, self.instruction = name, tools, instruction
        self.expected_output, self.is_single_tool_task = expected_output, is_single_tool_task
        print("made", name)
        self.reset()

    def reset(self):
        if callable(self.tools):
            self.tools = self.tools()
        self._ns = {name: tool.function for name, tool in self.tools.items()}

    def get_prompt(self, action_mode):
        tools = "; ".join(tool.fn_signature for tool in self.tools.values())
        return f"[{action_mode.value}] {tools} | {self.instruction}"

    def parse_generation(self, generation):
        if "Answer:" in generation:
            return {"type": "answer", "content": generation.split("Answer:")[1].strip(), "extra_info": None}
        if "Action:" in generation:
            action = generation.split("Action:")[1].split("End Action")[0].lstrip()
            return {"type": "action", "content": action, "extra_info": None}
        return {"type": "invalid", "content": "Neither an action nor an answer.", "extra_info": "Mind the format."}

    def check_answer(self, answer):
        if answer == self.expected_output or str(answer) == str(self.expected_output):
            return True
        try:
            return float(answer) == float(self.expected_output)
        except (TypeError, ValueError):
            return False

    def execute_action(self, action, action_mode):
        if action_mode is ActionMode.CODE_AS_ACTION:
            raise AssertionError("code is not run here")
        if action_mode is ActionMode.JSON_AS_ACTION:
            import json

            called = json.loads(action)
            name, args = called["tool"], called["args"]
        else:
            name, *args = [part.strip() for part in action.split(",")]
        if name not in self.tools:
            return f"no tool {name}"
        value = self.tools[name].function(*args)
        print("called", name)
        return str(value)


task_iterators = []


def register_task_iterator(tasks, length):
    task_iterators.append((tasks, length))
"""
_REPL = """
from IPython.core.interactiveshell import InteractiveShell


class PythonREPL:
    shell = InteractiveShell
"""
_DOMAIN = """
from ..base import Task, ToolType, register_task_iterator


def double(n):
    return 2 * int(n)


def calculator(expression):
    return eval(expression)


def largest(*args):
    return (max(args), len(args))


TOOLS = {
    "double": ToolType("double", "Doubles.", double, "double(n: int) -> int"),
    "calculator": ToolType("calculator", "Calculates.", calculator, "calculator(expression: str) -> float"),
    "max": ToolType("max", "Largest.", largest, "max(*args) -> (int, int)"),
}
TASKS = [
    Task("NAME/double", TOOLS, "Double 21.", double(21), False),
    Task("NAME/single", TOOLS, "Double 4.", 8),
]
register_task_iterator(TASKS, len(TASKS))
"""
_BROWSER = """
import json
import os

from ...base import Task, ToolType, register_task_iterator

with open(os.path.join(os.path.dirname(__file__), "web_pages.jsonl")) as file:
    PAGES = [json.loads(line) for line in file]


class Browser:
    def __init__(self):
        self.page = 0

    def view(self):
        return PAGES[self.page]["content"]

    def next_page(self):
        self.page += 1
        return self.view()


def create_tools():
    browser = Browser()
    return {
        "view": ToolType("view", "Shows.", browser.view, "view() -> str"),
        "next_page": ToolType("next_page", "Turns.", browser.next_page, "next_page() -> str"),
    }


TASKS = [Task("web_browsing/second_page", create_tools, "What is on page two?", "a hat", False)]
register_task_iterator(TASKS, len(TASKS))
"""


def make_checkout(folder: Path) -> Path:
    """Write it below ``folder``; gives the repository's folder."""
    tasks = folder / "code-act" / "scripts" / "eval" / "m3tooleval" / "tasks"
    files = {"base.py": _BASE, "repl.py": _REPL, "__init__.py": "raise AssertionError('it imports all domains')\n"}
    for domain in ("message_decoder", "dna_sequencer", "trade_calculator", "travel_itinerary_planning"):
        files[f"impl/{domain}.py"] = _DOMAIN.replace("NAME", domain)
    files["impl/web_browsing/__init__.py"] = _BROWSER
    files["impl/web_browsing/web_pages.jsonl"] = (
        '{"content": "a rabbit"}\n{"content": "a hat"}\n{"content": "a dove"}\n'
    )
    for name, text in files.items():
        path = tasks / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "code-act"
