"""Every text that a user sees, collected from the program's syntax trees.

pyside6-lupdate finds only half of them. It misses texts of functions that stand for
`tr` in one context, templates and values of errors, and the registries of methods and
models. A call with anything but a literal is a problem: a text that cannot be collected
cannot be translated.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator

from bundle_parts import ROOT

# Sources of Learn, whose translations have a file of their own.
LEARN = ("vitviz/ui/learn/", "vitviz/lessons/", "vitviz/jobs/lessons.py")
# Sources that are not translated: scripts and manuals know the command line in English.
ENGLISH = ("vitviz/cli/", "vitviz/bench/")
# Sources whose texts go through `tr`; texts of all others are errors.
WINDOW = ("vitviz/ui/", "vitviz/export/")
# Of those, sources without `tr`, whose texts are errors.
NUMBERS = ("vitviz/export/numbers.py", "vitviz/export/metadata.py")
ERRORS, METHODS, CATALOGUE = "errors", "methods", "catalogue"
# A literal value of an error that consists of words, and is no name or number.
ERROR_VALUES_FIT = re.compile(r"[a-z].*[a-z ]", re.DOTALL)
# Functions that make errors, and what they put before the given template.
TEMPLATES = {"refusal": "{path} ", "refusal_of": "", "Phrase": ""}
# Outside of the window, a text with a name in braces is a template.
TEMPLATE = re.compile(r"\{\w+(:[^}]*)?\}")
# Variables and keywords that hold an error's template, or words for its values.
TEMPLATE_NAMES = {"template", "message", "hint", "reason", "kind", "kinds", "_REASONS"}
# Functions that return words for the values of an error.
WORDS_FUNCTIONS = {"_kind", "_reason"}

# (context, English source).
Text = tuple[str, str]


class Collector(ast.NodeVisitor):
    """Collector of the texts of one file, and of the problems in it."""

    def __init__(self, path: str, error_names: frozenset[str]) -> None:
        self.texts: set[Text] = set()
        self.problems: list[str] = []
        self._path = path
        self._errors = error_names
        self._is_core = path.startswith(NUMBERS) or not path.startswith(WINDOW)
        self._classes: list[str] = []
        # Identities of literals that are only a part of a template.
        self._parts: set[int] = set()
        # Name of the function that is being read.
        self._scope = ""
        self._wrappers: list[dict[str, str]] = [{}]

    def visit_Module(self, node: ast.Module) -> None:
        self._wrappers[0].update(_wrappers(node.body))
        self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._classes.append(node.name)
        self.generic_visit(node)
        self._classes.pop()

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        inner = _wrappers(node.body)
        # other names for the same function: tr = _tr
        for one in node.body:
            if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Name):
                if isinstance(one.value, ast.Name):
                    context = self._context(one.value.id)
                    if context is not None:
                        inner[one.targets[0].id] = context
            if isinstance(one, ast.Assign) and isinstance(one.targets[0], ast.Tuple):
                if isinstance(one.value, ast.Tuple):
                    for to, of in zip(one.targets[0].elts, one.value.elts, strict=True):
                        context = self._context(getattr(of, "id", ""))
                        if context is not None and isinstance(to, ast.Name):
                            inner[to.id] = context
        self._wrappers.append(inner)
        outer, self._scope = self._scope, node.name
        self.generic_visit(node)
        self._wrappers.pop()
        self._scope = outer

    def visit_Assign(self, node: ast.Assign) -> None:
        name = getattr(node.targets[0], "id", "")
        is_sentence = not self._scope and name.isupper()
        if self._is_core and (name in TEMPLATE_NAMES or is_sentence):
            for text in _literals(node.value):
                # the format of a log's lines is no text
                is_format = "%(" in text
                if text.count(" ") > (2 if is_sentence else 0) and not is_format:
                    self.texts.add((ERRORS, text))
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        function = node.func
        if isinstance(function, ast.Attribute):
            self._visit_method(node, function)
        elif isinstance(function, ast.Name):
            self._visit_function(node, function.id)
        for keyword in node.keywords:
            if self._is_core and keyword.arg in TEMPLATE_NAMES:
                # `kind` is also a parameter of sorts, dtypes and nodes
                if keyword.arg != "kind":
                    self._add_words(keyword.value)
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if self._is_core and self._scope in WORDS_FUNCTIONS and node.value:
            self._add_words(node.value)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        # a constant alone is a docstring
        if not isinstance(node.value, ast.Constant):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                self.visit(part.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        if self._is_core and isinstance(node.value, str):
            is_part = id(node) in self._parts
            if (
                TEMPLATE.search(node.value)
                and " " in node.value.strip()
                and not is_part
            ):
                self.texts.add((ERRORS, node.value))

    def _visit_method(self, node: ast.Call, function: ast.Attribute) -> None:
        owner = getattr(function.value, "id", "")
        if function.attr == "tr":
            if owner != "self" or not self._classes:
                self._complain(node, "call tr on self")
                return
            self._add(node, self._classes[-1], node.args[0])
        elif function.attr == "translate" and self._is_translator(function.value):
            context, text = node.args[:2]
            if isinstance(text, ast.Constant):
                self._add(node, str(getattr(context, "value", "")), text)
        elif function.attr == "__init__" and "Error" in "".join(self._classes[-1:]):
            self._add_error(node)
        elif function.attr == "__init__" and self._classes[-1:] == ["Cancelled"]:
            self._add_error(node)

    @staticmethod
    def _is_translator(owner: ast.expr) -> bool:
        """Return whether `owner` is QCoreApplication or `export.language`'s call."""
        if isinstance(owner, ast.Call):
            return getattr(owner.func, "id", "") == "translator"
        return getattr(owner, "id", "") == "QCoreApplication"

    def _visit_function(self, node: ast.Call, name: str) -> None:
        context = self._context(name)
        if context is not None:
            is_literal = isinstance(node.args[0], ast.Constant)
            if not is_literal and context in {CATALOGUE, METHODS}:
                return
            self._add(node, context, node.args[0])
        elif name in self._errors or name in TEMPLATES:
            self._add_error(node, TEMPLATES.get(name, ""))
        elif name == "Method":
            for text in node.args[1:6]:
                self._add(node, METHODS, text)
        elif name in {"MethodOption", "Choice"}:
            words = [k.value for k in node.keywords if k.arg == "caption"]
            for text in (*node.args[1:], *words):
                if isinstance(text, ast.Constant):
                    self._add(node, METHODS, text)
        elif name in {"QT_TRANSLATE_NOOP", "QT_TR_NOOP"}:
            first = node.args[0]
            own = self._classes[-1] if self._classes else ""
            context = str(getattr(first, "value", "")) if len(node.args) > 1 else own
            self._add(node, context, node.args[-1])

    def _context(self, name: str) -> str | None:
        for scope in reversed(self._wrappers):
            if name in scope:
                return scope[name]
        return None

    def _add(self, node: ast.Call, context: str, text: ast.expr) -> None:
        found = list(_literals(text))
        if not found:
            self._complain(node, "only a literal can be translated")
        for one in found:
            if one:
                self.texts.add((context, one))

    def _add_error(self, node: ast.Call, before: str = "") -> None:
        for argument in node.args:
            if before:
                self._parts.add(id(argument))
            for text in _literals(argument):
                self.texts.add((ERRORS, before + text))
        for keyword in node.keywords:
            self._add_words(keyword.value)

    def _add_words(self, node: ast.expr) -> None:
        for text in _literals(node):
            is_word = ERROR_VALUES_FIT.fullmatch(text) and "_" not in text
            if is_word or " " in text.strip():
                self.texts.add((ERRORS, text))

    def _complain(self, node: ast.Call, what: str) -> None:
        self.problems.append(f"{self._path}:{node.lineno}: {what}")


def _literals(node: ast.expr) -> Iterator[str]:
    """Yield the texts that an expression can be, as far as it is made of literals."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.IfExp):
        yield from _literals(node.body)
        yield from _literals(node.orelse)
    elif isinstance(node, ast.BoolOp):
        for one in node.values:
            yield from _literals(one)
    elif isinstance(node, ast.Dict):
        for one in node.values:
            yield from _literals(one)
    elif isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get":
        for one in node.args[1:]:
            yield from _literals(one)


def _wrappers(body: list[ast.stmt]) -> dict[str, str]:
    """Return the functions that only translate in one context, as {name: context}."""
    found = {}
    for node in body:
        if not isinstance(node, ast.FunctionDef) or len(node.args.args) != 1:
            continue
        last = node.body[-1]
        if not isinstance(last, ast.Return) or not isinstance(last.value, ast.Call):
            continue
        call = last.value
        if getattr(call.func, "attr", "") != "translate" or len(call.args) != 2:
            continue
        context, text = call.args
        is_own = getattr(text, "id", None) == node.args.args[0].arg
        if isinstance(context, ast.Constant) and is_own:
            found[node.name] = str(context.value)
    return found


def _error_names(trees: dict[str, ast.Module]) -> frozenset[str]:
    """Return the names of VitvizError and of all classes derived from it."""
    names = {"VitvizError"}
    classes = [
        (node.name, {getattr(base, "id", "") for base in node.bases})
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    ]
    size = 0
    while size != len(names):
        size = len(names)
        names |= {name for name, bases in classes if bases & names}
    return frozenset(names)


def _imported(trees: dict[str, ast.Module]) -> dict[str, dict[str, str]]:
    """Return the wrappers that files import from others: {path: {name: context}}."""
    own = {path: _wrappers(tree.body) for path, tree in trees.items()}
    found: dict[str, dict[str, str]] = {path: {} for path in trees}
    for path, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                source = node.module.replace(".", "/") + ".py"
                for alias in node.names:
                    context = own.get(source, {}).get(alias.name)
                    if context is not None:
                        found[path][alias.asname or alias.name] = context
    return found


def collect() -> tuple[dict[str, set[Text]], list[str]]:
    """Return all texts by translation file, {"vitviz": …, "learn": …}, and problems."""
    trees = {
        str(path.relative_to(ROOT)): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted((ROOT / "vitviz").rglob("*.py"))
        if not str(path.relative_to(ROOT)).startswith(ENGLISH)
    }
    names, imported = _error_names(trees), _imported(trees)
    texts: dict[str, set[Text]] = {"vitviz": set(), "learn": set()}
    problems = []
    for path, tree in trees.items():
        collector = Collector(path, names)
        collector._wrappers[0].update(imported[path])
        collector.visit(tree)
        of_learn = path.startswith(LEARN)
        texts["learn" if of_learn else "vitviz"] |= collector.texts
        problems += collector.problems
    texts["vitviz"] |= _catalogue()
    texts["learn"] -= texts["vitviz"]
    return texts, problems


def _catalogue() -> set[Text]:
    """Return the sentences of the catalogue of models."""
    path = ROOT / "resources" / "models.toml"
    if not path.is_file():
        return set()
    families = tomllib.loads(path.read_text(encoding="utf-8"))["family"]
    fields = ("source", "good_for")
    return {(CATALOGUE, f[key]) for f in families for key in fields if f.get(key)}
