"""Our sandbox in other agent libraries. CPython only."""
