"""Who gains most: the lines of docs/validation.md that a tournament of `pit tournament` gives."""

import csv
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from p2p.sim.tables.estimate import Estimate

ROOT = Path(__file__).resolve().parent.parent
Line = tuple[str, str, str, str, str, str]
"""What, command and seeds, ours, published, source, verdict."""

ORDERED = ("aa", "gdx", "gd", "zip", "zic")
"""The published order, the best first."""
COMMAND = (
    "tournament",
    "smith-1962-test-1",
    "zic",
    "zip",
    "gd",
    "gdx",
    "aa",
    "sniper",
    "--sessions",
    "200",
    "--seed",
    "1",
)
DISPUTED = "De Luca & Cliff (2011); disputed: Vach (2015), Snashall & Cliff (2019)"


def said(mean: Estimate, digits: int = 1) -> str:
    """Mean and ends."""
    ends = "" if mean.low is None else f" ({mean.low:.{digits}f} to {mean.high:.{digits}f})"
    return f"{mean.mean:.{digits}f}{ends}"


def order() -> list[Line]:
    """Pairwise order in balanced groups, and the ranking, as the command gives them."""
    with TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "pit", *COMMAND, "--out", folder], cwd=ROOT, check=True)
        return order_of(Path(folder))


def order_of(folder: Path) -> list[Line]:
    """The lines of a tournament's tables."""
    pairs = {(row["test"], row["a"], row["b"]): row for row in _rows(folder / "pairs.csv")}
    command = f"`pit {' '.join(COMMAND)}`"
    lines: list[Line] = []
    for place, better in enumerate(ORDERED):
        for worse in ORDERED[place + 1 :]:
            found = pairs.get(("balanced", better, worse))
            mean = _difference(found or pairs["balanced", worse, better], 1 if found else -1)
            deviates = [
                (*two, _difference(pairs["one in many", *two], 1)) for two in ((better, worse), (worse, better))
            ]
            assert mean.low is not None
            assert mean.high is not None
            verdict = "agrees" if mean.low > 0 else "differs: the other way" if mean.high < 0 else "no clear difference"
            among = [f"one {one} among {many} {said(mean, 3)}" for one, many, mean in deviates]
            ours = f"{said(mean, 3)} of a trader's part; {', '.join(among)}"
            lines.append(
                (f"{better} gains more than {worse}, half and half", f"{command}, {mean.n} mirrored pairs",
                 ours, f"{better} > {worse}", DISPUTED, verdict)
            )  # fmt: skip
    for row in _rows(folder / "ranking.csv"):
        gain, alone = (
            Estimate(*(float(row[f"{name}{end}"]) for end in ("", "_low", "_high")), 0)
            for name in ("gain", "efficiency_alone")
        )
        lines.append(
            (f"place {row['rank']} of {len(COMMAND) - 6}: {row['agent']}", "the same, all balanced groups",
             f"{said(gain, 3)}, beats {row['beaten']}; among its own {said(alone, 3)}", "–", "–", "ours")
        )  # fmt: skip
    return lines


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _difference(row: dict[str, str], sign: int) -> Estimate:
    mean, *ends = (sign * float(row[f"difference{end}"]) for end in ("", "_low", "_high"))
    return Estimate(mean, min(ends), max(ends), int(row["n"]))
