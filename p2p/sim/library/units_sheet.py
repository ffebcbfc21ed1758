"""The sheet of a scenario: its terms of trade in words, and of units the equilibrium wherever it changes."""

from collections.abc import Iterator

import msgspec

from p2p.environments.base import schedules_of
from p2p.environments.registry import environment_of
from p2p.messages import Schedule
from p2p.scenario.charges import Charges
from p2p.scenario.overrides import Override
from p2p.scenario.schema import Scenario
from p2p.schedules.equilibrium import demand, equilibrium, supply
from p2p.schedules.rationing import Controlled, MarketRules, controlled, market_rules


def rules_lines(rules: Scenario) -> Iterator[str]:
    """Rules that differ from the defaults: terms of trade, the call, charges, losses, information and arms."""
    institution = rules.institution
    groups = {
        "terms": msgspec.to_builtins(institution.terms),
        "call": msgspec.to_builtins(institution.call) if institution.call else {},
        "charges": msgspec.to_builtins(rules.charges),
    }
    for name, settings in groups.items():
        if settings:
            said = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in settings.items())
            yield f"{name:12} {said}"
    losses = ["none for people"] if rules.no_loss == "people" else []
    losses += ["of people once confirmed"] if rules.loss_confirm and rules.no_loss == "off" else []
    losses += [f"down to {-rules.loss_floor} {rules.currency} a session"] if rules.loss_floor is not None else []
    if losses:
        yield f"losses       {', '.join(losses)}"
    if rules.has_market_arms:
        yield from _market_arms(rules)
    elif rules.arms:
        arms = ", ".join(f"{arm.name}: {arm.seats} seats with {arm.information}" for arm in rules.arms)
        yield f"arms         {arms} in each market, drawn by seed"
    else:
        yield f"information  {rules.information}"
    if rules.purpose != "research" or rules.disclosure != "told" or rules.spectators != "open":
        told = "told" if rules.disclosure == "told" else "not mentioned"
        yield f"session for  {rules.purpose}; robots are {told}; spectators: {rules.spectators}"
    if rules.vacancies.fill:
        yield f"empty seats  {rules.vacancies.fill} from the start"
    if rules.takes_over:
        yield f"drop-outs    {rules.vacancies.stand_in} after {rules.vacancies.grace_s:g} s, until they are back"


def _market_arms(rules: Scenario) -> Iterator[str]:
    """Each arm of markets: in how many, and what is its own."""
    block = f", in blocks of {rules.block}" if rules.block else ""
    yield f"arms         of markets, drawn by seed{block}"
    for arm in rules.arms:
        many = arm.markets or rules.markets // len(rules.arms)
        settings = {key: getattr(arm, key) for key in ("institution", "information", *_SETTINGS)}
        own = [f"{key} {_said(value)}" for key, value in settings.items() if value is not None]
        yield f"  {arm.name:10} {many} market{'s' if many > 1 else ''}: {'; '.join(own) or 'the rules above'}"


_SETTINGS = ("terms", "call", "posting", "charges", "robots")


def _said(value: str | msgspec.Struct) -> str:
    """A setting of an arm: a word, or the keys of a table that are not as by default."""
    if isinstance(value, str):
        return value
    keys = {one.name: one.default for one in msgspec.structs.fields(value)}
    named = ((key, getattr(value, key)) for key in keys)
    return ", ".join(f"{key.replace('_', ' ')} {own}" for key, own in named if own != keys[key]) or "as by default"


def units_sheet(rules: Scenario, seed: int) -> Iterator[str]:
    """Session, equilibria, and supply and demand unit by unit as they are in the first period."""
    yield (
        f"session      {rules.markets} × {rules.environment.sides()}, "
        f"{rules.periods} periods of {rules.period_s:g} s, {rules.break_s:g} s between"
    )
    for override in rules.overrides:
        where = "" if override.arm is None else f" in arm {override.arm}"
        yield f"treatment    from period {override.from_period} on{where}: {', '.join(_changed(override))}"
    yield from rules.environment.drawn(seed)
    names = [arm.name for arm in rules.arms] if rules.has_market_arms else [""]
    for name, own in zip(names, rules.variants, strict=True):
        yield from [f"arm          {name}"] if name else []
        changes = list(_changes(own, seed))
        for period, schedules in changes:
            when = f" in period {period}" if own.environment.anew else f" from period {period} on"
            yield from _equilibrium_lines(market_rules(own, period), schedules, "" if len(changes) == 1 else when)
    yield from _units(rules.variants[0], changes[0][1])


def _changed(override: Override) -> Iterator[str]:
    """The keys that an override changes, each with what it is from then on."""
    for key in override.named():
        table = override.terms if key.startswith("terms.") else override
        value = getattr(table, key.removeprefix("terms."))
        if isinstance(value, Charges):
            said = [f"{name} {due:+}" for name, due in msgspec.structs.asdict(value).items() if due]
            yield f"charges {', '.join(said) or 'none'}"
        else:
            yield f"{key} {'other schedules' if isinstance(value, tuple) else value}"


def _changes(rules: Scenario, seed: int) -> Iterator[tuple[int, list[Schedule]]]:
    """The schedules of the first period, and of each whose values or rules are not those of the one before."""
    environment = environment_of(rules, tuple(range(rules.traders)), seed, 0)
    before = None
    for period in range(1, rules.periods + 1):
        schedules = list(schedules_of(environment, period).values())
        dealt = [(one.role, one.steps) for one in schedules], market_rules(rules, period)
        if dealt != before:
            yield period, schedules
        before = dealt


def _equilibrium_lines(under: MarketRules, schedules: list[Schedule], when: str) -> Iterator[str]:
    """The competitive outcome as the rules leave it: a quantity stands beside the surplus of that quantity."""
    goal, found = equilibrium(schedules, under.taxes(schedules)), controlled(schedules, under)
    if goal.price is None:
        yield f"equilibrium  no trade{when}: no value reaches a cost"
        return
    tunnel = f"{goal.price_low} to {goal.price_high}, P0 = {goal.price:g}"
    surplus = goal.surplus_max if found.binds else found.attainable
    yield (
        f"equilibrium  price {tunnel}; quantity {goal.quantity} ({goal.quantity_gainful} with a gain); "
        f"surplus {surplus} a period{when}"
    )
    if surplus < goal.surplus_max:
        yield f"             without taxes {goal.surplus_max}: they cost {goal.surplus_max - surplus}"
    if found.binds:
        yield from _controlled(under, schedules, found)


def _controlled(rules: MarketRules, schedules: list[Schedule], found: Controlled) -> Iterator[str]:
    """What is wanted and offered at a price control that binds, and what is left of the surplus."""
    goal = found.equilibrium
    assert goal.price_low is not None
    price, taxes = goal.price_low, rules.taxes(schedules)
    wanted = sum(s.quantity for s in demand(schedules) if s.value - taxes.tax_buyer >= price)
    offered = sum(s.quantity for s in supply(schedules) if s.value + taxes.tax_seller <= price)
    name = "ceiling" if price == rules.ceiling else "floor"
    there = f"P0 = {price}, quantity {goal.quantity}"
    yield f"             the {name} of {price} binds: {wanted} wanted, {offered} offered there; {there}"
    yield f"             surplus with the best rationing {found.attainable}, with random rationing {found.random:g}"


def _units(rules: Scenario, schedules: list[Schedule]) -> Iterator[str]:
    goal = equilibrium(schedules, market_rules(rules).taxes(schedules))
    yield "\n unit   demand   supply"
    bids = [step.value for step in demand(schedules)]
    asks = [step.value for step in supply(schedules)]
    for k in range(max(len(bids), len(asks))):
        bid, ask = (str(side[k]) if k < len(side) else "" for side in (bids, asks))
        crosses = "  ←" if k == goal.quantity - 1 else ""
        yield f"{k + 1:5} {bid:>8} {ask:>8}{crosses}"
