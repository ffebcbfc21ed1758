"""The plan of the house, measured: files, circles, imports upward, method names with too many meanings.

    python tools/house.py
    python tools/house.py --prose    # beside it, every sentence that tools/prose.py finds not to be plain

Reads the code without running it. Imports inside functions and under TYPE_CHECKING count, and folders count as files
do: a folder imports another where any file of it does. The floors are the `layers` contracts of pyproject.toml. Exit
status 1 on a circle, on an import upward, on a package with too many rooms, or on a sentence in a public docstring that
is not plain; in texts, comments and pages such sentences are counted.
"""

import ast
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
from tools import prose  # noqa: E402  (a script's own folder is on its path, not its parent)

PACKAGES = ("p2p", "recordings", "server", "bots", "tui")
ROOMS_MAX = 20
"""Files and folders at the top of a package: what a stranger takes in at a glance."""
CLASSES_MAX = 5
"""Unrelated classes that may share a method's name: more, and the name says nothing of what it does."""
LARGEST = 10
PLAIN_BASES = {
    "object",
    "Struct",
    "Enum",
    "IntEnum",
    "StrEnum",
    "Protocol",
    "NamedTuple",
    "Exception",
    "msgspec.Struct",
}
"""Bases that make no kin of the classes that have them."""
LARGE_BECAUSE = {
    "p2p/sim/face/functions.py": "the public functions, each with its whole docstring",
    "p2p/scenario/schema.py": "every key of a scenario, with its text",
    "server/connections/gateway.py": "one connection, from its log-in to its end",
    "p2p/information/trader_knowledge.py": "one fold of all facts of a seat",
    "tui/entry/console_acts.py": "every act of the console, its dead keys, its messages",
    "p2p/information/rules_text.py": "every public rule as a sentence",
    "p2p/information/untold.py": "every key of a scenario, and when it is told",
    "p2p/protocol/frames.py": "the frames of a connection",
    "p2p/session/session.py": "the state machine, with every command of its experimenter",
    "p2p/session/market.py": "one market: how its actors' messages reach one another",
    "p2p/information/view_state.py": "all structs of a screen, side by side",
    "p2p/information/view_fold.py": "one fold for all screens",
    "tui/entry/order_entry.py": "all that can be typed as an order, and why it cannot be sent",
    "p2p/information/console_fold.py": "one fold of all that a console is told",
    "tui/screens/console.py": "the console's screen and its keys",
    "tui/screens/trading.py": "the trading screen and its keys",
    "server/hosted_session.py": "a session with everything it needs, hosted",
    "server/publishing/feeds.py": "who is told what, and from where in the list",
    "server/mqtt/publisher.py": "one loop to a broker that comes and goes",
    "p2p/institutions/call.py": "one institution, one file",
    "p2p/institutions/continuous.py": "one institution, one file",
    "p2p/environments/prosumer.py": "one environment, one file",
    "recordings/docs/protocol_page.py": "one page, written from the code",
    "recordings/journal/format.py": "one format, written and read",
    "server/serve/serve_run.py": "what serve does round a session, from start to stop",
}

Graph = dict[str, set[str]]


def files() -> list[str]:
    """The project's own Python files in the packages."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return sorted(name for name in listed if name.split("/")[0] in PACKAGES and (ROOT / name).is_file())


def module_of(name: str) -> str:
    """`p2p/base/units.py` as `p2p.base.units`."""
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imports(tree: ast.Module, modules: dict[str, str]) -> Iterator[tuple[int, str]]:
    """Line and file of everything that a module imports from the packages, wherever in it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            wanted = [
                f"{node.module}.{alias.name}" if f"{node.module}.{alias.name}" in modules else node.module
                for alias in node.names
            ]
        else:
            continue
        for one in wanted:
            if one in modules:
                yield node.lineno, modules[one]


def graph_of(trees: dict[str, ast.Module]) -> dict[str, dict[str, int]]:
    """For each file the files that it imports, each with the line."""
    modules = {module_of(name): name for name in trees}
    graph: dict[str, dict[str, int]] = {name: {} for name in trees}
    for name, tree in trees.items():
        for line, target in imports(tree, modules):
            if target != name:
                graph[name].setdefault(target, line)
    return graph


def circles(graph: Graph) -> list[list[str]]:
    """The strongly connected parts with more than one member (Tarjan 1972)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for target in sorted(graph.get(node, ())):
            if target not in index:
                visit(target)
                low[node] = min(low[node], low[target])
            elif target in stack:
                low[node] = min(low[node], index[target])
        if low[node] == index[node]:
            part = []
            while True:
                part.append(stack.pop())
                if part[-1] == node:
                    break
            if len(part) > 1:
                found.append(sorted(part))

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found


def folded(graph: dict[str, dict[str, int]], folder: str) -> Graph:
    """The rooms directly below a folder and what they import of one another; a package's own __init__ is its roof."""
    prefix = f"{folder}/" if folder else ""

    def room(name: str) -> str | None:
        if not name.startswith(prefix) or name == f"{prefix}__init__.py":
            return None
        return prefix + name.removeprefix(prefix).split("/")[0]

    rooms: Graph = defaultdict(set)
    for name, targets in graph.items():
        own = room(name)
        if own is None:
            continue
        rooms[own] |= {other for target in targets if (other := room(target)) is not None and other != own}
    return rooms


def all_circles(graph: dict[str, dict[str, int]]) -> list[str]:
    """Circles of files, and of the rooms of every folder."""
    lines = [f"files: {' ↔ '.join(part)}" for part in circles({name: set(to) for name, to in graph.items()})]
    folders = {str(parent) for name in graph for parent in Path(name).parents}
    for folder in sorted(folders):
        base = "" if folder == "." else folder
        lines += [f"rooms of {folder}: {' ↔ '.join(part)}" for part in circles(folded(graph, base))]
    return lines


def layers() -> list[list[set[str]]]:
    """The floors of each `layers` contract, top first; rooms of one floor are in one set."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    houses = []
    for contract in contracts:
        if contract["type"] == "layers":
            container = contract.get("containers", [""])[0]
            floors = [
                {part.strip().strip("()") for part in floor.replace("|", ":").split(":")}
                for floor in contract["layers"]
            ]
            houses.append([{f"{container}.{part}" if container else part for part in floor} for floor in floors])
    return houses


def floor_of(module: str, house: list[set[str]]) -> int | None:
    """On which floor of a house a module is, 0 on top; None outside of it."""
    for number, floor in enumerate(house):
        if any(module == room or module.startswith(f"{room}.") for room in floor):
            return number
    return None


def upward(graph: dict[str, dict[str, int]]) -> list[str]:
    """Imports from a lower floor to a higher one."""
    lines = []
    for house in layers():
        for name, targets in graph.items():
            own = floor_of(module_of(name), house)
            for target, line in targets.items():
                other = floor_of(module_of(target), house)
                if own is not None and other is not None and other < own:
                    lines.append(f"{name}:{line} imports {target}, which lies above it")
    return lines


def crowded(names: Iterable[str]) -> list[str]:
    """Packages with more rooms at their top than a stranger takes in."""
    rooms: dict[str, set[str]] = defaultdict(set)
    for name in names:
        package, *rest = name.split("/")
        if rest[0] != "__init__.py":
            rooms[package].add(rest[0])
    return [f"{package} has {len(own)} rooms at its top" for package, own in rooms.items() if len(own) > ROOMS_MAX]


class Kin:
    """Classes by what they inherit: two are kin where a class of ours, or of a library's, is above both."""

    def __init__(self, trees: dict[str, ast.Module]) -> None:
        self.above: dict[str, set[str]] = {}
        self.methods: dict[str, set[str]] = {}
        for name, tree in trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef):
                    key = f"{node.name} ({name})"
                    self.above[key] = {node.name} | {self._base(base) for base in node.bases}
                    self.methods[key] = {
                        item.name
                        for item in node.body
                        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef) and not item.name.startswith("__")
                    }
        self._close()

    @staticmethod
    def _base(base: ast.expr) -> str:
        return ast.unparse(base.value if isinstance(base, ast.Subscript) else base)

    def _close(self) -> None:
        """Bases of bases are bases, too."""
        by_name: dict[str, set[str]] = defaultdict(set)
        for key, above in self.above.items():
            by_name[key.split(" ")[0]] |= above
        for above in self.above.values():
            while True:
                more = set().union(*(by_name.get(base, set()) for base in above)) - above
                if not more:
                    break
                above |= more
            above -= PLAIN_BASES

    def groups(self, keys: Iterable[str]) -> int:
        """How many families some classes are of."""
        families: list[set[str]] = []
        for key in keys:
            own = set(self.above[key])
            near = [family for family in families if family & own]
            families = [family for family in families if not family & own]
            families.append(own.union(*near))
        return len(families)


def shared_names(kin: Kin) -> list[tuple[int, str, list[str]]]:
    """Method names that more unrelated classes define than a word has meanings."""
    owners: dict[str, list[str]] = defaultdict(list)
    for key, methods in kin.methods.items():
        for method in methods:
            if method == "see" and "Agent" in kin.above[key]:
                continue  # documented for those who write agents
            if key.startswith("LabApp") and method == "on_event":
                continue  # the name is Textual's
            owners[method].append(key)
    counted = [(kin.groups(keys), method, sorted(keys)) for method, keys in owners.items()]
    return sorted((row for row in counted if row[0] > CLASSES_MAX), key=lambda row: (-row[0], row[1]))


def pages() -> list[str]:
    """The pages of the project: docs/*.md and README.md."""
    return [*sorted(str(page.relative_to(ROOT)) for page in (ROOT / "docs").glob("*.md")), "README.md"]


def prose_findings(texts: dict[str, str]) -> list[prose.Finding]:
    """Every sentence of the packages and pages that is not plain."""
    return prose.all_findings(texts.items(), [(name, (ROOT / name).read_text(encoding="utf-8")) for name in pages()])


def main() -> int:
    """Print the plan; exit status 1 where the house is not as it must be."""
    names = files()
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in names}
    trees = {name: ast.parse(text) for name, text in texts.items()}
    graph = graph_of(trees)
    sizes = sorted(((len(text.splitlines()), name) for name, text in texts.items()), reverse=True)
    print(f"{len(sizes)} files, median {median(lines for lines, _ in sizes):g} lines; the {LARGEST} largest:")
    for lines, name in sizes[:LARGEST]:
        print(f"  {lines:4} {name}: {LARGE_BECAUSE.get(name, 'no reason is given: tools/house.py')}")
    print(f"method names of more than {CLASSES_MAX} unrelated classes:")
    shared = shared_names(Kin(trees))
    for count, method, keys in shared:
        print(f"  {count} {method}: {', '.join(keys)}")
    unplain = prose_findings(texts)
    counts = Counter(finding.kind for finding in unplain)
    print("sentences that are not plain: " + ", ".join(f"{counts[kind]} {kind}s" for kind in prose.KINDS))
    for finding in unplain if "--prose" in sys.argv else ():
        print(f"  {finding}")
    wrong = [("circle", line) for line in all_circles(graph)]
    wrong += [("upward", line) for line in upward(graph)]
    wrong += [("crowded", line) for line in crowded(names)]
    wrong += [("shared", f"{method} is a method of {count} unrelated classes") for count, method, _ in shared]
    wrong += [("not plain", str(finding)) for finding in unplain if finding.kind == "docstring"]
    for kind, line in wrong:
        print(f"{kind}: {line}")
    print(
        f"{sum(kind == 'circle' for kind, _ in wrong)} circles,"
        f" {sum(kind == 'upward' for kind, _ in wrong)} imports upward"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
