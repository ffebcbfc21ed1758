"""What the tests of server share with others."""

from p2p.messages import Accepted, Start, StartRound
from p2p.protocol.codec import encode


def roles(host, seats=range(4)):
    """Seats of buyers and of sellers, as dealt."""
    fix = host.opened.session.markets[0].environment.env["fix"]
    return [s for s in seats if fix[s]["type"] == "buyer"], [s for s in seats if fix[s]["type"] == "seller"]


def remembered(session):
    """All that matters of a session's state but who is there."""
    market = session.markets[0]
    return encode((market.institution.state(), market.environment.state(), sorted(session.tokens.items(), key=str)))


async def trading(hosted):
    """An experimenter and four traders, the first period open: buyers first."""
    experimenter = await hosted.experimenter()
    buyers, sellers = roles(hosted.host)
    traders = [await hosted.join(seat) for seat in buyers + sellers]
    assert isinstance(await experimenter.say(Start()), Accepted)
    for trader in traders:
        await trader.until_told(StartRound)
    return experimenter, traders
