"""Why there is no connection, as a sentence for the person who has typed the address."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from bots.no_connection import no_connection


async def test_a_name_that_is_none_of_the_servers_is_told_from_another_program(host):
    async with host() as hosted:
        port = hosted.url.rpartition(":")[2]
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"ws://market.example:{port}", host="127.0.0.1", proxy=None)
        assert "pit serve --host-name NAME" in no_connection(refused.value)
        with pytest.raises(InvalidStatus) as refused:
            await connect(f"{hosted.url}/healthz", proxy=None)
        assert no_connection(refused.value) == "another program answers there (HTTP 200)"
