"""The broker in the server's process, where the extra `broker` is installed."""

import pytest

from p2p.messages import Bid, End
from server.mqtt.publisher import published
from tests.plays.brokers import listening
from tests.plays.mqtt_plays import market, trade

pytest.importorskip("amqtt", reason="needs amqtt: pip install 'tradingpit[broker]'")

pytestmark = pytest.mark.filterwarnings("default")  # its warnings are not ours


async def test_the_embedded_broker_carries_a_session_to_late_listeners_too(host):
    async with host() as hosted, published(None, hosted.host) as publisher:
        assert publisher.broker.host == "127.0.0.1"
        async with listening(publisher.broker, name="early") as early:
            experimenter, buyer, seller = await market(hosted)
            await trade(buyer, seller, 80)
            await buyer.say(Bid(33))
            await early.until(lambda: early.last("standing").get("bid") == 33)
            assert [made["n"] for made in early.all("contract")] == [1]
        async with listening(publisher.broker, name="late") as late:
            await late.until(lambda: {"state", "standing", "rules", "period"} <= late.retained())
            assert late.all("standing")[0]["bid"] == 33
            assert await experimenter.say(End())
            assert await hosted.running == 0
            await late.until(lambda: late.last("state").get("phase") == "ended")
            await late.until(lambda: [one["contracts"] for one in late.all("interval")] == [1])


async def test_two_embedded_brokers_on_one_machine_do_not_meet(host):
    async with host() as hosted, published(None, hosted.host) as one, published(None, hosted.host) as other:
        assert one.broker.port != other.broker.port
