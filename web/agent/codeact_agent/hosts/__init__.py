"""Where the loop runs: a page (MicroPython) or a script (CPython)."""
