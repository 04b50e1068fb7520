"""The source of a cell as Python (goes into the sandbox, too)."""

import ast
import re

MAGIC = re.compile(r"([ \t]*)(?:[%!?].*|[\w.]+\?{1,2}[ \t]*)")
ASSIGNED_MAGIC = re.compile(r"([ \t]*[\w, ]+=[ \t]*)[%!].*")
CELL_MAGIC = re.compile(r"\s*%%(\w+).*\n?")
KEEPS_PYTHON = {"time", "timeit", "capture", "prun"}
MOST_MAGICS = 200


def parsed(source: str, name: str) -> ast.Module:
    """Return the tree of a cell, in which IPython's own lines do nothing; SyntaxError for none."""
    if whole := CELL_MAGIC.match(source):
        source = source[whole.end() :] if whole[1] in KEEPS_PYTHON else ""
    lines = source.splitlines()
    for _ in range(MOST_MAGICS):
        try:
            return ast.parse(source, name)
        except SyntaxError as error:
            at = (error.lineno or 0) - 1
            if not 0 <= at < len(lines):
                raise
            plain = without_magic(lines[at])
            if plain == lines[at]:
                raise
            lines[at] = plain
            source = "\n".join(lines)
    return ast.parse(source, name)


def without_magic(line: str) -> str:
    """Return a line that is a magic as one that does nothing, any other as it is."""
    if found := ASSIGNED_MAGIC.fullmatch(line):
        return f"{found[1]}None"
    if found := MAGIC.fullmatch(line):
        return f"{found[1]}pass"
    return line


def is_stub(function: ast.FunctionDef) -> bool:
    """Tell whether a function does nothing but raise NotImplementedError."""
    body = [one for one in function.body if not isinstance(one, ast.Expr)]
    return len(body) == 1 and isinstance(body[0], ast.Raise) and "NotImpl" in ast.unparse(body[0])
