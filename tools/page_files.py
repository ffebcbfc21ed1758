"""The page's scripts as they are served, packed from server/web/source: `python -m tools.page_files` writes them.

A phone on a slow net fetches half as much. Names and comments stay in the source. Packed files are in the repository:
only those who change a script need Node and `npm install --prefix tests/server/web`.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE, STATIC = ROOT / "server" / "web" / "source", ROOT / "server" / "web" / "static"
TERSER = ROOT / "tests" / "server" / "web" / "node_modules" / "terser" / "bin" / "terser"
OPTIONS = ("--module", "--ecma", "2020", "--compress", "passes=2", "--mangle", "--")
MISSING = "packing needs Node and terser: npm install --prefix tests/server/web"


class NoPacker(Exception):
    """Node or terser is not installed."""


def scripts() -> list[Path]:
    """The sources."""
    return sorted(SOURCE.glob("*.js"))


def heading(source: Path) -> str:
    """The first line of a packed file: where it comes from, and of which text."""
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:16]
    return f"// Packed from server/web/source/{source.name} ({digest}) by python -m tools.page_files\n"


def packed(source: Path) -> str:
    """A script as it is served; raises NoPacker."""
    node = shutil.which("node")
    if node is None or not TERSER.exists():
        raise NoPacker(MISSING)
    ran = subprocess.run([node, str(TERSER), *OPTIONS, str(source)], capture_output=True, text=True, encoding="utf-8")
    if ran.returncode:
        raise NoPacker(f"{source.name}: {ran.stderr.strip()}")
    return heading(source) + ran.stdout.rstrip("\n") + "\n"


def main() -> int:
    """Write the packed scripts."""
    try:
        for source in scripts():
            (STATIC / source.name).write_text(packed(source), encoding="utf-8")
    except NoPacker as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
