"""Bandit's rules without Bandit's command, whose imports cost more than all the rest of this runtime (ADR 11).

Bandit's plugins are plain functions of a context. They are loaded here from the files of the distribution, past
the packages' own ``__init__``, which would pull in the command, rich, stevedore and YAML.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple

__all__ = ["Bandit", "Rule", "load"]

Rule = Callable[[Any], Any]
"""Takes a context; gives an issue with ``test_id``, ``severity`` and ``text``, or None."""


class Bandit(NamedTuple):
    """``rules`` by kind of node, and the class of what they take: a dict of Bandit's keys makes one."""

    rules: dict[str, list[Rule]]
    context: Callable[[dict[str, Any]], Any]


# Literals longer than this are no arguments a rule looks into, and Bandit's way of reading them is quadratic.
_LONG = 50

# Those that can say something about code in this sandbox; the others are about packages and servers it has not.
_PLUGINS = (
    "exec", "general_bad_file_permissions", "general_hardcoded_password", "hashlib_insecure_functions",
    "injection_shell", "injection_sql", "tarfile_unsafe_members", "trojansource", "yaml_load",
)  # fmt: skip
_CORE = ("constants", "utils", "issue", "test_properties", "context", "blacklisting")
# Of the tables of calls: B311, `random` is no cryptography, would stand at every simulation.
_SILENT = {"B311"}


def load() -> Bandit:
    """The rules with Bandit's default configuration; raises ModuleNotFoundError if its files are not there."""
    before = _take_out()
    try:
        return _load()
    finally:
        # Nobody finds these by name: neither the model's code nor one that wants Bandit itself.
        _take_out()
        sys.modules.update(before)


def _take_out() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] == "bandit"]
    return {name: sys.modules.pop(name) for name in names}


def _load() -> Bandit:
    bandit = _bare_package("bandit")
    core = _bare_package("bandit.core")
    for name in _CORE:
        module = importlib.import_module(f"bandit.core.{name}")
        setattr(core, name, module)
        vars(bandit).update({key: value for key, value in vars(module).items() if not key.startswith("_")})
    rules: dict[str, list[Rule]] = {}
    for name in _PLUGINS:
        module = importlib.import_module(f"bandit.plugins.{name}")
        for rule in vars(module).values():
            if hasattr(rule, "_test_id") and rule.__module__ == module.__name__:
                for kind in rule._checks:
                    rules.setdefault(kind, []).append(_configured(rule, module))
    rules["Call"].append(_listed_calls(core))
    _freeze_ast()
    return Bandit(rules, _bounded(core.context.Context))


def _bounded(context: type) -> type:
    """Bandit's context, but for long literals."""

    class Context(context):  # type: ignore[misc]
        def _get_literal_value(self, literal: Any) -> Any:
            parts = getattr(literal, "elts", None) or getattr(literal, "keys", None) or ()
            return None if len(parts) > _LONG else super()._get_literal_value(literal)

    return Context


def _bare_package(name: str) -> ModuleType:
    """The package ``name`` without running its ``__init__``."""
    outer, _, last = name.rpartition(".")
    if outer:
        places = [f"{place}/{last}" for place in sys.modules[outer].__path__]
    else:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.submodule_search_locations is None:
            raise ModuleNotFoundError(
                f"no module named {name!r}: its files belong beside codeact_runtime", name=name
            )
        places = list(spec.submodule_search_locations)
    package = ModuleType(name)
    package.__path__ = places
    sys.modules[name] = package
    return package


def _configured(rule: Any, module: ModuleType) -> Rule:
    if not hasattr(rule, "_takes_config"):
        return _named(rule, rule._test_id)
    config = module.gen_config(rule._takes_config)
    if rule._takes_config != "shell_injection":
        return _named(lambda context: rule(context, config), rule._test_id)
    functions = frozenset(name for names in config.values() for name in names)

    # Six rules, the dearest of all, that look at nothing else.
    def starts_process(context: Any) -> Any:
        named = context.call_function_name_qual in functions
        return rule(context, config) if named or "shell" in context.call_keywords else None

    return _named(starts_process, rule._test_id)


def _listed_calls(core: ModuleType) -> Rule:
    """The table of calls, such as ``pickle.loads`` and ``eval``. That of imports is left to our own policy."""
    table = importlib.import_module("bandit.blacklists.calls").gen_blacklist()["Call"]
    config = {"Call": [entry for entry in table if entry["id"] not in _SILENT]}
    names = frozenset(name for entry in config["Call"] for name in entry["qualnames"])
    listed = core.blacklisting.blacklist

    def in_table(context: Any) -> Any:
        return listed(context, config) if context.call_function_name_qual in names else None

    return _named(in_table, "B001")


def _named(rule: Rule, test_id: str) -> Rule:
    def named(context: Any) -> Any:
        issue = rule(context)
        if issue is not None and not issue.test_id:
            issue.test_id = test_id
        return issue

    named.__name__ = test_id
    return named


def _freeze_ast() -> None:
    """Let the rules see `ast` as it is now, whatever the model's code does to the module later."""
    frozen = SimpleNamespace(**vars(ast))
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "bandit" and vars(module).get("ast") is ast:
            vars(module)["ast"] = frozen
