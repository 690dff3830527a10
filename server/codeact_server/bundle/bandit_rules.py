"""The files of Bandit whose rules the runtime's audit applies; see docs/adr/0011."""

from __future__ import annotations

from importlib import metadata

__all__ = ["bandit_rules"]

# As in codeact_runtime/bandit_rules.py; tests/unit/test_bundle_bandit.py compares.
_CORE = ("blacklisting", "constants", "context", "issue", "test_properties", "utils")
_PLUGINS = (
    "exec", "general_bad_file_permissions", "general_hardcoded_password", "hashlib_insecure_functions",
    "injection_shell", "injection_sql", "tarfile_unsafe_members", "trojansource", "yaml_load",
)  # fmt: skip
_WANTED = {
    "bandit/__init__.py",
    "bandit/blacklists/__init__.py",
    "bandit/blacklists/calls.py",
    "bandit/blacklists/utils.py",
    "bandit/core/__init__.py",
    "bandit/plugins/__init__.py",
    *(f"bandit/core/{name}.py" for name in _CORE),
    *(f"bandit/plugins/{name}.py" for name in _PLUGINS),
}


def bandit_rules() -> dict[str, bytes]:
    """Path → content, unchanged, with Bandit's license; raises KeyError if the installed Bandit lacks one."""
    files = {path.as_posix(): path for path in metadata.files("bandit") or ()}
    license_path = next(path for path in files if path.endswith("/LICENSE"))
    wanted = {name: files[name] for name in _WANTED} | {"bandit/LICENSE": files[license_path]}
    return {name: path.read_binary() for name, path in sorted(wanted.items())}
