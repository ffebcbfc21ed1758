"""The sheet of a scenario as JSON: its entry in the catalogue, and the competitive figures of each period."""

import msgspec

from p2p.scenario.schema import Scenario
from p2p.sim.library.entries import entry
from p2p.sim.library.figures import figures


def sheet_data(name: str, rules: Scenario, seed: int) -> str:
    """One line. `periods` are the first market's; where markets are arms, `arms` has the periods of each."""
    data = msgspec.structs.asdict(entry(name, rules))
    first, *_ = own = [figures(one, seed) for one in rules.variants]
    data |= {"seed": seed, "extends": rules.extends, "p0_published": rules.p0_published}
    data["trading_periods"], data["periods"] = data["periods"], first
    if rules.has_market_arms:
        data["arms"] = [{"name": arm.name, "periods": rows} for arm, rows in zip(rules.arms, own, strict=True)]
    return msgspec.json.encode(data).decode()
