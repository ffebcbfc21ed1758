"""Plain prose, checked: long sentences, and clauses whose subject is who, what, whoever or whatever.

Reads the docstrings of public names, the texts below fields and constants, comments, and the pages. Left out: code
between backticks, code blocks, examples, headings. An item of a list and a cell of a table are prose of their own.
"""

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from inspect import cleandoc

WORDS_MAX = 25
"""Words of a sentence that is understood at first reading (GOV.UK's limit)."""

KINDS = ("docstring", "text", "comment", "page")
"""Docstrings of public names, texts below fields and constants, comments, and docs/*.md with README.md."""


def _word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


NO_NOUNS = _word_set("""
    about after all although among and are as ask asks at be because been before between but by choose chooses
    counts decide decides depends does even for found from had has have if in is it know knows learn learns like
    matter matters mean means no nor not of on once only or over print prints said say says see sees set shows
    since so tell tells than that then though to told unless until upon was were when where whether while with
""")
"""Words before `who` that are no noun, so that `who` begins a clause of its own. `all who` is a noun's."""
VERBS = _word_set("""
    am are is was were be been being has had have can could may might must shall should will would does did do
    asks became becomes began begins belongs brings buys came changes changed comes costs counts cost depends
    differs ends ended falls fails failed follows followed gives goes happens happened heard hears holds keeps
    kept leaves left lets lies lasts makes matters means meets moves needs pays prints reads remains rests runs
    said says sees sells sent shows stands stays stood takes tells told took trades traded turns waits wants went
    works
""")
"""Verbs that make `what` before them their subject; an adverb may come between."""
ADVERBS = _word_set("""
    not never no longer already now then once alone ever always still also only really else
""")

CODE = re.compile(r"`[^`\n]*(?:\n[^`\n]*)?`")
CODES = re.compile(r"`code`(?:(?:,| and|, and| or|, or)? `code`)+")
"""Names in code that follow one another: one word, as a list of them is read."""
LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
FENCE = re.compile(r"^\s*```")
ITEM = re.compile(r"^\s*(?:[-*+]|\d+[.)])\s+")
ALIGNED = re.compile(r"^\s{2,}\S+(?: \S+)* {2,}\S")
"""A line of a table in columns."""
SECTION = re.compile(r"^(?:Args|Returns|Raises|Example|Examples|Source|Yields|Attributes):\s*$")
ARGUMENT = re.compile(r"^\s+\*{0,2}[\w, ]+:\s")
END = re.compile(r"(?<=[.!?])[)\"”*]*\s+(?=[\"“(*`]*[A-Z0-9`*])")
ABBREVIATED = re.compile(r"\b(?:e\.g|i\.e|cf|vs|al|No|pp|p|ch|eq|Eq|Fig)\.$")
RULE = re.compile(r"^(?:-{3,}|={3,})$")
WORD = re.compile(r"[^\W_]")
NO_PROSE = re.compile(r"^#\s*(?:noqa|type:|pragma|fmt:|ruff|!|-\*-|-{3,})")
"""Comments for tools, and headings between lines."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence that is not plain, with its place."""

    name: str
    line: int
    kind: str
    """`docstring` (of a public name), `text` (below a field or constant), `comment` or `page`."""
    fault: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.name}:{self.line}: {self.kind}: {self.fault}: {self.sentence}"


def blocks(text: str) -> Iterator[tuple[int, str]]:
    """Paragraphs, items and cells of a text, each with the number of its first line, from 0."""
    current: list[str] = []
    start = 0
    fenced = False
    item = False

    def flush() -> Iterator[tuple[int, str]]:
        nonlocal item
        if current:
            yield start, " ".join(current)
        current.clear()
        item = False

    for number, line in enumerate(text.splitlines()):
        bare = line.strip()
        if FENCE.match(line):
            yield from flush()
            fenced = not fenced
        elif fenced:
            continue
        elif bare.startswith("|"):
            yield from flush()
            for cell in re.split(r"(?<!\\)\|", CODE.sub("`code`", bare).strip("|")):
                if WORD.search(cell):
                    yield number, cell.strip()
        elif RULE.match(bare):
            current.clear()  # it was a heading
            yield from flush()
        elif not bare or bare.startswith(("#", "![")) or SECTION.match(bare):
            yield from flush()
        elif _is_code(line, bool(current)):
            continue
        else:
            if ITEM.match(line) or ARGUMENT.match(line):
                yield from flush()
                item = True
            elif item and not line.startswith(" "):
                yield from flush()
            if not current:
                start = number
            current.append(ITEM.sub("", line).strip())
    yield from flush()


def _is_code(line: str, in_prose: bool) -> bool:
    """Whether a line is an example: after a prompt, in columns, or indented where no prose goes on."""
    bare = line.strip()
    if bare.startswith((">>>", "...", "$ ")) or ALIGNED.match(line) or (" | " in line and "  " in line):
        return True
    return line.startswith("    ") and not in_prose and not ARGUMENT.match(line) and not bare[:1].isupper()


def sentences(block: str) -> list[str]:
    """The sentences of a block; code between backticks is one word."""
    plain = CODE.sub("`code`", LINK.sub(r"\1", block))
    found: list[str] = []
    for part in END.split(plain):
        if found and ABBREVIATED.search(found[-1]):
            found[-1] += " " + part
        else:
            found.append(part)
    return [part.strip() for part in found if WORD.search(part)]


def fault(sentence: str) -> str | None:
    """Why a sentence is not plain; None if it is."""
    words = [word for word in CODES.sub("`code`", sentence).split() if WORD.search(word)]
    if len(words) > WORDS_MAX:
        return f"{len(words)} words"
    if "?" in sentence:
        return None
    plain = [word.strip("()[]\"'“”*_.,;:!–").lower() for word in words]
    for place, word in enumerate(plain):
        if word in {"whoever", "whatever"}:
            return f"{word} as subject"
        before = words[place - 1] if place else ""
        if word == "who" and _begins_clause(before):
            return "who as subject"
        last = place == len(plain) - 1
        if (
            word == "what"
            and not last
            and (not place or before.endswith((":", ";")) or _verb_follows(plain[place + 1 :]))
        ):
            return "what as subject"
    return None


def _begins_clause(before: str) -> bool:
    """Whether `who` after that word has no noun to lean on."""
    if not before or before.endswith((":", ";", ".", "!")):
        return True
    noun = before.strip("()[]\"'“”*_,").lower()
    return noun in NO_NOUNS and noun != "all"


def _verb_follows(words: list[str]) -> bool:
    """Whether the next word that is no adverb is a verb."""
    return next((word for word in words if word not in ADVERBS), "") in VERBS


def of_text(name: str, first_line: int, kind: str, text: str) -> Iterator[Finding]:
    """Findings in a text that begins at a line of a file."""
    for offset, block in blocks(text):
        for sentence in sentences(block):
            why = fault(sentence)
            if why is not None:
                yield Finding(name, first_line + offset, kind, why, sentence)


def of_module(name: str, text: str) -> list[Finding]:
    """Findings in a module: docstrings of public names, texts below fields and constants, comments."""
    tree = ast.parse(text)
    found: list[Finding] = []
    public = not any(part.startswith("_") and part != "__init__.py" for part in name.split("/"))
    for line, kind, prose in _strings(tree, public):
        found += of_text(name, line, kind, prose)
    for line, prose in comments(text):
        found += of_text(name, line, "comment", prose)
    return sorted(found, key=lambda finding: finding.line)


def _strings(
    node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef, public: bool
) -> Iterator[tuple[int, str, str]]:
    """Line, kind and text of what is documented in a module or class; functions inside functions are nobody's."""
    first = node.body[0] if node.body else None
    if public and _string(first) is not None:
        assert first is not None
        yield first.lineno, "docstring", cleandoc(_string(first) or "")
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return
    for above, below in zip(node.body, node.body[1:], strict=False):
        prose = _string(below)
        if prose is not None and isinstance(above, ast.Assign | ast.AnnAssign):
            yield below.lineno, "text", cleandoc(prose)
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _strings(child, public and not child.name.startswith("_"))


def _string(node: ast.stmt | None) -> str | None:
    """The text of a statement that is a string alone."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
        return node.value.value
    return None


def comments(text: str) -> Iterator[tuple[int, str]]:
    """Comments of a module; lines that follow one another are one text."""
    current: list[str] = []
    start = last = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT or NO_PROSE.match(token.string):
            continue
        alone = not token.line[: token.start[1]].strip()
        if current and not (alone and token.start[0] == last + 1):
            yield start, "\n".join(current)
            current = []
        if not current:
            start = token.start[0]
        current.append(token.string.lstrip("#").strip())
        last = token.start[0] if alone else -1
    if current:
        yield start, "\n".join(current)


def all_findings(modules: Iterable[tuple[str, str]], pages: Iterable[tuple[str, str]]) -> list[Finding]:
    """Findings in modules and pages, each a name and its text."""
    found = [finding for name, text in modules for finding in of_module(name, text)]
    return found + [finding for name, text in pages for finding in of_text(name, 1, "page", text)]
