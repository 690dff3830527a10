"""Suites of tasks, run in the real sandbox and judged. Called by ``codeact-web eval``; CPython only."""
