"""check_institution and check_environment: the lab's own pass, and each kind of fault is found and named."""

import pytest

import p2p
from p2p.environments.induced_values import Induced
from p2p.environments.registry import environment_of
from p2p.institutions.continuous import ContinuousAuction
from p2p.institutions.registry import CLASSES
from p2p.institutions.standing import StandingAuction
from p2p.messages import Ask, Bid, Contract, EndPeriod
from p2p.messages.envelope import Refusal
from p2p.scenario.assignment import seats_of_markets
from p2p.testing import CheckFailed, check_environment, check_institution


@pytest.mark.parametrize("name", CLASSES)
def test_the_labs_own_institutions_pass(name) -> None:
    check_institution(CLASSES[name])


class Greedy(ContinuousAuction):
    """Sells one unit more than it was told."""

    def handle(self, message, sender):
        answer = super().handle(message, sender)
        if isinstance(answer, Refusal):
            return answer
        return [one._replace(message=_more(one.message)) for one in answer]


def _more(message):
    import msgspec

    if not isinstance(message, Contract):
        return message
    return msgspec.structs.replace(message, quantity=message.quantity + 4)


class OffTick(StandingAuction):
    """Trades a cent above the quote."""

    def handle(self, message, sender):
        import msgspec

        answer = super().handle(message, sender)
        if isinstance(answer, Refusal):
            return answer
        return [
            one._replace(message=msgspec.structs.replace(one.message, price=one.message.price + 1))
            if isinstance(one.message, Contract)
            else one
            for one in answer
        ]


class Forgets(StandingAuction):
    """Counts refusals, which are to change nothing."""

    refusals = 0

    def handle(self, message, sender):
        answer = super().handle(message, sender)
        self.refusals += isinstance(answer, Refusal)
        return answer

    def state(self):
        return [super().state(), self.refusals]


class NeverEnds(StandingAuction):
    """Goes on after the end of its period."""

    def handle(self, message, sender):
        return [] if isinstance(message, EndPeriod) else super().handle(message, sender)


class Moody(StandingAuction):
    """Another one each time."""

    made = 0

    def __init__(self):
        super().__init__()
        Moody.made += 1
        self.mood = Moody.made % 2

    def handle(self, message, sender):
        if self.mood and isinstance(message, Bid | Ask):
            return Refusal("not_open")
        return super().handle(message, sender)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Greedy, "trades no more than it holds"),
        (OffTick, "on the tick"),
        (Forgets, "A refusal changes nothing"),
        (NeverEnds, "ends the period"),
        (Moody, "same answers|end in contracts"),
    ],
)
def test_a_wrong_institution_is_found_and_named(wrong, said) -> None:
    with pytest.raises(CheckFailed, match=said):
        check_institution(wrong)


def of(name, kind=None):
    scenario = p2p.load_scenario(name)

    def make(seed):
        seats = seats_of_markets(scenario, seed)[0]
        return environment_of(scenario, seats, seed, 0) if kind is None else kind.of(scenario, seats, seed, 0)

    return make


@pytest.mark.parametrize("name", ["smith-1962-test-1", "open-book", "supply-shift", "energy-day"])
def test_the_labs_own_environments_pass(name) -> None:
    check_environment(of(name))


class Generous(Induced):
    """Adds a unit of money to every contract."""

    def handle(self, message, sender):
        answer = super().handle(message, sender)
        if isinstance(message, Contract):
            self.balance[message.buyer] = self.balance.get(message.buyer, 0) + 1
        return answer


def test_an_environment_that_gives_more_than_it_says_is_found() -> None:
    with pytest.raises(CheckFailed, match="gains what `gains` said"):
        check_environment(of("smith-1962-test-1", Generous))
