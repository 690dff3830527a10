"""Why some modules and calls are refused, in words for the model; each says what to do instead."""

from __future__ import annotations

__all__ = ["CALLS", "INSTALLERS", "MODULES", "NETWORK_LIBRARIES", "SUBSTITUTES"]

_JAVASCRIPT = "this code cannot reach JavaScript: use plain Python, display(...) to show things, and your tools"
_NETWORK = "there is no network in this sandbox: use the tools you have, or data given in the task or in files"
_PROCESSES = "there are no other processes here: do it in Python itself"
_THREADS = "there are no threads or processes here: use a plain loop, or asyncio.gather for what is awaited"
_MEMORY = "reading and writing the interpreter's memory is not allowed: use struct, array or bytes"
_MACHINERY = "it is the sandbox's own machinery: what you need is built in, such as display and final_answer"
_NO_SCREEN = "there is no screen or terminal here: print(...), or display(...) a picture, SVG(...) or HTML(...)"
_NO_PASSWORDS = "nobody can type a password here, and none is needed: tools have what they need"
_THE_END = "it would end the interpreter and lose all variables: let the code end, or call final_answer(...)"


def _table(reasons: dict[str, str]) -> dict[str, str]:
    return {name: reason for names, reason in reasons.items() for name in names.split()}


INSTALLERS = frozenset({"micropip", "pip", "ensurepip", "piplite"})
"""Modules that install; what is asked of them is answered with what there is."""

MODULES = _table(
    {
        "js pyodide_js pyodide.ffi pyodide.code.run_js": _JAVASCRIPT,
        "pyodide _pyodide _pyodide_core codeact_runtime": _MACHINERY,
        "ctypes _ctypes cffi": _MEMORY,
        "socket _socket ssl _ssl select socketserver http.client http.server urllib.request xmlrpc ftplib smtplib "
        "imaplib poplib telnetlib nntplib webbrowser wsgiref pyodide.http": _NETWORK,
        "subprocess _posixsubprocess pty": _PROCESSES,
        "threading _thread multiprocessing _multiprocessing concurrent.futures concurrent.interpreters": _THREADS,
        "tkinter turtle curses idlelib readline": _NO_SCREEN,
        "getpass": _NO_PASSWORDS,
        "venv": "nothing can be installed here",
    }
)
"""Module (with what is in it) → reason. The longest name that fits counts."""

NETWORK_LIBRARIES = _table(
    {
        "requests httpx aiohttp urllib3 websockets websocket pycurl selenium playwright boto3 paramiko openai "
        "anthropic huggingface_hub yfinance wikipedia pyodide_http": _NETWORK
    }
)
"""Packages whose whole use is the network; refused with that reason unless the bundle has them."""

CALLS = _table(
    {
        "os.system os.popen os.fork os.forkpty os.posix_spawn os.posix_spawnp "
        "os.execv os.execve os.execvp os.execvpe os.execl os.execle os.execlp os.execlpe "
        "os.spawnv os.spawnve os.spawnvp os.spawnvpe os.spawnl os.spawnle os.spawnlp os.spawnlpe "
        "asyncio.create_subprocess_exec asyncio.create_subprocess_shell": _PROCESSES,
        "asyncio.to_thread": _THREADS,
        "asyncio.open_connection asyncio.start_server asyncio.open_unix_connection": _NETWORK,
        "os.kill os.killpg os._exit os.abort signal.raise_signal": _THE_END,
    }
)
"""Qualified name of a function → reason."""
CALLS |= {f"posix.{name.removeprefix('os.')}": reason for name, reason in CALLS.items() if name.startswith("os.")}

SUBSTITUTES = {
    "numpy": ("math", "statistics", "array", "fractions"),
    "pandas": ("csv", "sqlite3", "collections", "statistics"),
    "polars": ("csv", "sqlite3", "collections", "statistics"),
    "scipy": ("math", "statistics", "sympy"),
    "sklearn": ("statistics", "math", "random"),
    "matplotlib": ("plotly", "altair"),
    "seaborn": ("plotly", "altair"),
    "pylab": ("plotly", "altair"),
    "dateutil": ("datetime", "zoneinfo", "calendar"),
    "pytz": ("zoneinfo", "datetime"),
    "yaml": ("json", "tomllib"),
    "toml": ("tomllib", "json"),
    "simplejson": ("json",),
    "ujson": ("json",),
    "orjson": ("json",),
    "regex": ("re",),
    "bs4": ("html.parser", "re"),
    "lxml": ("xml.etree.ElementTree", "html.parser"),
    "xlrd": ("openpyxl", "csv"),
    "docx": ("zipfile", "xml.etree.ElementTree"),
    "PIL": ("base64", "zlib", "struct"),
    "cv2": ("base64", "zlib", "struct"),
    "sqlalchemy": ("sqlite3",),
    "duckdb": ("sqlite3",),
    "tabulate": ("textwrap", "string"),
    "prettytable": ("textwrap", "string"),
    "attr": ("dataclasses",),
    "pydantic": ("dataclasses", "json"),
    "mpmath": ("decimal", "fractions", "math"),
    "gmpy2": ("math", "fractions"),
    "torch": ("math", "random"),
    "tensorflow": ("math", "random"),
    "tqdm": (),
    "nltk": ("re", "collections", "difflib"),
    "Levenshtein": ("difflib",),
    "igraph": ("networkx",),
}
"""Package a model is likely to ask for → what does the same job, best first; only what is here is named."""
