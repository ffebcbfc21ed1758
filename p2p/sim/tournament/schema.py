"""The columns of a tournament's two tables, as tables.py writes them; docs/tables.md is made from them."""

from p2p.sim.tables.schema import Column


def _mean(name: str, text: str) -> tuple[Column, ...]:
    ends = (Column(f"{name}_{end}", "number", "share", f"its {end} end") for end in ("low", "high"))
    return Column(name, "number", "share", text), *ends


TOURNAMENT: dict[str, tuple[Column, ...]] = {
    "ranking": (
        Column("rank", "count", "–", "place, by `gain`"),
        Column("agent", "word", "–", "the agent, as it was named"),
        *_mean("gain", "its gain in balanced groups with each of the others"),
        Column(
            "beaten", "count", "–", "how many of the others it beat there: the interval of the difference is above 0"
        ),
        *_mean("efficiency_alone", "the gains of all as a share of the possible ones, among its own"),
    ),
    "pairs": (
        Column("test", "word", "–", "balanced: half and half; one in many: one A among B"),
        Column("a", "word", "–", "agent A"),
        Column("b", "word", "–", "agent B"),
        Column("n", "count", "–", "sessions; of balanced groups pairs of sessions, with places changed"),
        *_mean("gain_a", "the gain of an A"),
        *_mean("gain_b", "the gain of a B; one in many: that of a B in A's seat among its own"),
        *_mean("difference", "the one less the other, session by session"),
    ),
}
