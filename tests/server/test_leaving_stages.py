"""People who leave a session of stages: what becomes of their connection and their seat."""

import asyncio

from p2p.messages import Accepted, Agree, PassedOn, Start, Withdraw
from p2p.scenario.parsing import parse
from server.session.credentials import DEVICES_MAX, SeatCredentials
from tests.plays.hosted import GUARD_S

CONSENT = """
title = "Consent"
purpose = "teaching"
start = "experimenter"
institution = { name = "continuous", price_min = 1, price_max = 200 }
environment = { buyers = [[150]], sellers = [[50]] }

[vacancies]
drop_out = "robot"

[[stage]]
kind = "consent"
text = "Do you agree?"

[[stage]]
kind = "trade"
"""


async def test_a_person_who_leaves_looks_on_while_a_robot_trades(host):
    async with host(parse(CONSENT)) as hosted, asyncio.timeout(GUARD_S):
        experimenter = await hosted.experimenter()
        declines, leaves = await hosted.join(0), await hosted.join(1)
        await experimenter.say(Start())
        for trader, said in ((declines, Agree(0, False)), (leaves, Withdraw())):
            assert isinstance(await trader.say(said), Accepted)
            await trader.until_told(PassedOn)
        assert set(hosted.host.seats.onlookers) == {0, 1}


def test_a_seats_own_code_said_by_ever_new_devices_fills_no_file(tmp_path):
    doors, _, _ = SeatCredentials.create(tmp_path, [0, 1], class_code=True)
    doors.seat_device("another's", 1)
    for number in range(100):
        doors.seat_device(f"device {number}", 0)
    kept = [number for number in range(100) if doors.device_seat(f"device {number}") == 0]
    assert kept == list(range(100 - DEVICES_MAX, 100))
    assert doors.device_seat("another's") == 1
