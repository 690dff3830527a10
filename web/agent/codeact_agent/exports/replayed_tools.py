"""What stands at the top of an exported trace: the tools, answering with what they answered in the run.

The exports write it out with RECORDED, TOOLS and ANSWERS (lists of JSON values) before it. It is for CPython,
with or without Jupyter, and needs nothing else: no sandbox, no network.
"""

import ast
import asyncio
import math
import traceback


class ToolError(RuntimeError):
    """A tool failed in the run."""


def _same(recorded, given):
    """Equal; numbers may differ in their last digits, which not every program writes out."""
    if isinstance(recorded, dict) and isinstance(given, dict):
        return recorded.keys() == given.keys() and all(_same(recorded[key], given[key]) for key in recorded)
    if isinstance(recorded, list) and isinstance(given, (list, tuple)):
        return len(recorded) == len(given) and all(map(_same, recorded, given))
    if isinstance(recorded, float) and isinstance(given, (int, float)):
        return math.isclose(recorded, given, rel_tol=1e-12)
    return recorded == given


def _replayed(name, parameters, description):
    """The tool ``name``: gives what it gave in the run to the same arguments, in order."""
    left = [each for each in RECORDED if each["name"] == name]

    def tool(*args, **kwargs):
        if len(args) > len(parameters):
            raise TypeError(f"{name}() takes {len(parameters)} arguments, not {len(args)}")
        arguments = {**dict(zip(parameters, args)), **kwargs}
        for call in left:
            if _same(call["arguments"], arguments):
                break
        else:
            raise ToolError(f"the run has no further call {name}({arguments})")
        left.remove(call)
        if call.get("error"):
            raise ToolError(call["error"]["message"])
        return call.get("value")

    async def aio(*args, **kwargs):
        return tool(*args, **kwargs)

    tool.__name__ = tool.__qualname__ = name
    tool.__doc__ = description
    tool.aio = aio
    return tool


for _tool in TOOLS:
    globals()[_tool["name"]] = _replayed(_tool["name"], _tool["parameters"], _tool["description"])


def tool(function):
    """Marks a function of the sandbox's own; here it is one anyway."""
    return function


def ask_user(question, choices=None):
    """What the person answered in the run."""
    for asked in ANSWERS:
        if asked["question"] == question:
            ANSWERS.remove(asked)
            return asked["answer"]
    raise ToolError(f"the run has no further answer to {question!r}")


def input(prompt=""):
    """The same, for code that reads a line."""
    return ask_user(prompt)


class FinalAnswer(SystemExit):
    """Ends the code that gave the answer, as in the sandbox."""


def final_answer(answer=None):
    """The answer of the run; the code ends here."""
    display(answer)
    raise FinalAnswer(0)


class _AsInTheSandbox(ast.NodeTransformer):
    """A tool that is awaited, or stands as an argument of asyncio.gather, gives an awaitable. An answer ends the
    code and is no error."""

    _TAKE_AWAITABLES = ("gather", "create_task", "ensure_future", "wait_for", "shield")

    def visit_Module(self, node):
        names = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
        self.generic_visit(node)
        if "final_answer" in names:
            given = ast.ExceptHandler(ast.Name("FinalAnswer", ast.Load()), None, [ast.Pass()])
            node.body = [ast.Try(node.body, [given], [], [])]
        return ast.fix_missing_locations(node)

    def visit_Await(self, node):
        node.value = self._awaitable(node.value)
        return self.generic_visit(node)

    def visit_Call(self, node):
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in self._TAKE_AWAITABLES:
            node.args = [self._awaitable(each) for each in node.args]
        return self.generic_visit(node)

    def _awaitable(self, node):
        if isinstance(node, ast.Starred):
            node.value = self._awaitable(node.value)
        elif isinstance(node, (ast.List, ast.Tuple, ast.Set)):
            node.elts = [self._awaitable(each) for each in node.elts]
        elif isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp)):
            node.elt = self._awaitable(node.elt)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if hasattr(globals().get(node.func.id), "aio"):
                node.func = ast.Attribute(node.func, "aio", ast.Load())
        return ast.fix_missing_locations(node)


def run_step(code):
    """Run a step that awaits something, or that ended with an error in the run: an error is shown, and what
    follows goes on."""
    try:
        tree = _AsInTheSandbox().visit(ast.parse(code))
        compiled = compile(tree, "<step>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        if compiled.co_flags & 0x80:  # a coroutine
            asyncio.run(eval(compiled, globals()))
        else:
            exec(compiled, globals())
    except Exception:
        traceback.print_exc()


try:
    _shell = get_ipython()
except NameError:
    _shell = None

if _shell is not None:
    from IPython.display import HTML, SVG, Image, display

    _shell.ast_transformers.append(_AsInTheSandbox())
    # What the model wrote is Python, and must not become a command of the shell.
    _shell.automagic = False
    _shell.input_transformer_manager.line_transforms.clear()
    _shell.input_transformer_manager.token_transformers.clear()
else:

    class _Shown:
        def __init__(self, data):
            self.data = data

        def __repr__(self):
            return f"{type(self).__name__} of {len(self.data):,}"

    class HTML(_Shown):
        """Markup, which a script can only mention."""

    class SVG(_Shown):
        """A drawing, which a script can only mention."""

    class Image(_Shown):
        """A picture, which a script can only mention."""

    def display(*values):
        """Print what would be shown."""
        for value in values:
            print(value if isinstance(value, str) else repr(value))
