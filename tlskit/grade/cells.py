"""The source of a cell as Python (goes into the sandbox, too)."""

import ast
import re

MAGIC = re.compile(r"^([ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)$", re.MULTILINE)
ASSIGNED_MAGIC = re.compile(r"^([ \t]*[\w, ]+=[ \t]*)[%!].*$", re.MULTILINE)
CELL_MAGIC = re.compile(r"\s*%%(\w+).*\n?")
KEEPS_PYTHON = {"time", "timeit", "capture", "prun"}


def without_magics(source: str) -> str:
    """Return a cell as plain Python: IPython's own lines do nothing."""
    if whole := CELL_MAGIC.match(source):
        body = source[whole.end() :]
        return without_magics(body) if whole[1] in KEEPS_PYTHON else ""
    return MAGIC.sub(r"\1pass", ASSIGNED_MAGIC.sub(r"\1None", source))


def parsed(source: str, name: str) -> ast.Module:
    """Return the tree of a cell; SyntaxError if it is no Python, with magics or without."""
    try:
        return ast.parse(source, name)
    except SyntaxError:
        plain = without_magics(source)
        if plain == source:
            raise
        return ast.parse(plain, name)


def is_stub(function: ast.FunctionDef) -> bool:
    """Tell whether a function does nothing but raise NotImplementedError."""
    body = [one for one in function.body if not isinstance(one, ast.Expr)]
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImpl" in ast.unparse(body[0])
