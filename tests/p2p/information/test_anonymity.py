"""Where identities are hidden, nothing that others are told says who is a robot, who is whom, or what he holds."""

from statistics import fmean, pstdev
from typing import Any, Literal

import msgspec
import pytest

from p2p.base.units import EXPERIMENTER, GATEWAY, Controller, Seat
from p2p.information.projection import Projector
from p2p.messages import Ask, Bid, Cancel, Contract, Joined, Left, Message, Open, Order, Quote, Start
from p2p.messages.envelope import Envelope
from p2p.protocol.codec import encode
from p2p.scenario.public_rules import public_rules
from p2p.scenario.robots import RobotRules
from p2p.scenario.schema import InstitutionRules, Scenario, Vacancies
from p2p.session.session import Session
from server.publishing.feeds import Feeds, spectator
from tests.plays.play import small as small_market

SCRIPT: tuple[tuple[int, type[Message], int], ...] = (
    (0, Bid, 80),
    (2, Ask, 120),
    (1, Bid, 90),
    (3, Ask, 85),
    (0, Bid, 130),
)
"""Who speaks, counted within buyers (0, 1) and sellers (2, 3), what and at which price: some trade, some rest."""
SEEDS = 400
SEATS_12 = small_market(buyers=((150,),) * 6, sellers=((50,),) * 6)


def market(name: str, identities: str, **changes: Any) -> Scenario:
    rules = InstitutionRules(1, 200, name=name)  # type: ignore[arg-type]
    settings = {"start": "experimenter", "identities": identities, "disclosure": "not_mentioned"}
    return msgspec.structs.replace(small_market(**settings), institution=rules, **changes)


def streams(
    scenario: Scenario, controllers: dict[Seat, Controller], meanwhile: Controller | None = None
) -> dict[Seat | str, list[bytes]]:
    """All that each seat, and the public, is told of a scripted session.

    `meanwhile`: the first buyer's line is lost, and who trades on his seat until he is back.
    """
    session, now = Session(scenario, 1), 0
    feeds = Feeds(session)
    tokens: dict[Any, int] = {}

    def hand_in(sender: Any, message: Message) -> None:
        nonlocal now
        now += 1_000
        tokens[sender] = tokens.get(sender, 0) + 1
        token = 0 if sender == GATEWAY else tokens[sender]
        feeds.publish(now, session.handle(Envelope(sender, message, token=token), now))

    hand_in(GATEWAY, Open())
    for seat in range(4):
        hand_in(GATEWAY, Joined(seat, controllers[seat]))
    hand_in(EXPERIMENTER, Start())
    roles = session.markets[0].environment.holdings  # type: ignore[attr-defined]
    seats = sorted(roles, key=lambda seat: (roles[seat].role, seat))
    for who, kind, price in SCRIPT:
        hand_in(seats[who], kind(price))
    if meanwhile:
        hand_in(GATEWAY, Left(seats[0]))
        hand_in(GATEWAY, Joined(seats[0], meanwhile, stand_in=meanwhile == "robot"))
        hand_in(seats[0], Cancel(1))
        hand_in(GATEWAY, Joined(seats[0], "human"))
    viewers: list[Seat | str] = [*range(4), spectator(0)]
    return {viewer: feeds.after(viewer, 0, 10_000) for viewer in viewers}


@pytest.mark.parametrize("identities", ["hidden", "alias", "per_period"])
@pytest.mark.parametrize("name", ["standing", "continuous", "call"])
def test_who_is_a_robot_changes_nothing_that_anybody_is_told(name: str, identities: str) -> None:
    scenario = market(name, identities)
    people: dict[Seat, Controller] = dict.fromkeys(range(4), "human")
    told = streams(scenario, people)
    for seat in range(4):
        assert streams(scenario, people | {seat: "robot"}) == told
    assert streams(scenario, dict.fromkeys(range(4), "robot")) == told
    assert len(told[0]) > 10


def test_where_robots_are_told_of_their_number_is_all_that_is_told() -> None:
    scenario = market("continuous", "hidden", disclosure="told")
    one: dict[Seat, Controller] = {0: "robot", 1: "human", 2: "human", 3: "human"}
    other: dict[Seat, Controller] = {0: "human", 1: "human", 2: "human", 3: "robot"}
    assert streams(scenario, one)[spectator(0)][4:] == streams(scenario, other)[spectator(0)][4:], "once all are there"


def test_a_seat_that_changes_hands_is_known_to_its_owner_alone() -> None:
    takes_over = Vacancies(drop_out="robot")
    scenario = market("continuous", "hidden", disclosure="told", vacancies=takes_over)
    told = streams(scenario, dict.fromkeys(range(4), "human"), "robot")
    hands = [viewer for viewer, facts in told.items() if any(b"taken_over" in fact for fact in facts)]
    assert len(hands) == 1
    assert spectator(0) not in hands
    back = [viewer for viewer, facts in told.items() if any(b"handed_back" in fact for fact in facts)]
    assert back == hands


@pytest.mark.parametrize("name", ["standing", "continuous", "call"])
def test_where_robots_are_not_mentioned_a_seat_that_one_has_filled_is_as_any_other(name: str) -> None:
    scenario = market(name, "alias", vacancies=Vacancies(fill="zic"))
    people: dict[Seat, Controller] = dict.fromkeys(range(4), "human")
    robot, person = streams(scenario, people, "robot"), streams(scenario, people, "human")
    (owner,) = [viewer for viewer in robot if robot[viewer] != person[viewer]]
    assert owner in range(4)
    assert b"handed_back" in b"".join(robot[owner])


def test_where_robots_are_not_mentioned_how_fast_they_are_is_told_to_them_alone() -> None:
    fast = RobotRules(0.5, "fixed")
    quiet, plain = market("continuous", "hidden", robots=fast), market("continuous", "hidden")
    assert public_rules(quiet) == public_rules(plain)
    assert public_rules(quiet, to_robot=True).reaction == "fixed"
    assert public_rules(msgspec.structs.replace(quiet, disclosure="told")).reaction_mean_s == 0.5


async def test_a_robots_welcome_has_its_reaction_and_a_persons_has_not(host, small) -> None:
    quiet = msgspec.structs.replace(small, disclosure="not_mentioned", robots=RobotRules(0.5, "fixed"))
    async with host(quiet) as hosted:
        robot, person = await hosted.join(0, "robot"), await hosted.join(1)
        assert (robot.welcome.rules.reaction, person.welcome.rules.reaction) == ("fixed", "exponential")


@pytest.mark.parametrize("name", ["standing", "continuous"])
def test_hidden_identities_leave_no_seat_in_what_others_are_told(name: str) -> None:
    told = streams(market(name, "hidden"), dict.fromkeys(range(4), "human"))
    for fact in told[spectator(0)]:
        message = msgspec.json.decode(fact)
        assert not {"trader", "buyer", "seller", "mine"} & set(message["payload"])


@pytest.mark.parametrize("identities", ["alias", "per_period"])
def test_aliases_say_nothing_of_role_value_or_seat(identities: Literal["alias", "per_period"]) -> None:
    """Over many seeds a buyer's alias is as high as a seller's and goes with no seat; nor do seats go with roles."""
    scenario = msgspec.structs.replace(SEATS_12, identities=identities)
    aliases, by_seat, seats = [], [], []
    for seed in range(SEEDS):
        session, views = Session(scenario, seed), Projector(scenario, seed)
        dealt = session.markets[0].environment.dealt(1)  # type: ignore[attr-defined]
        names = views.aliases[0]
        buyers = [seat for seat, (role, _) in dealt.items() if role == "buyer"]
        aliases.append(fmean(names[seat] for seat in buyers))
        seats.append(fmean(buyers))
        by_seat.append(sum((seat - 5.5) * (names[seat] - 6.5) for seat in names))
    assert unbiased(aliases, 6.5)
    assert unbiased(seats, 5.5)
    assert unbiased(by_seat, 0.0)


def unbiased(sample: list[float], mean: float) -> bool:
    """Within four standard errors of what it is where nothing leaks; the seeds are always the same."""
    return abs(fmean(sample) - mean) < 4 * pstdev(sample) / len(sample) ** 0.5


def test_the_measure_sees_an_alias_that_goes_with_the_role() -> None:
    skewed = [6.5 + (0.5 if seed % 4 == 0 else 0.0) for seed in range(SEEDS)]
    assert not unbiased(skewed, 6.5)


def test_the_script_makes_quotes_orders_and_contracts() -> None:
    told = b"".join(streams(market("continuous", "alias"), dict.fromkeys(range(4), "human"))[spectator(0)])
    for kind in (Quote, Order, Contract):
        assert encode(kind.directive) in told
