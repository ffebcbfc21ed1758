"""The lines of `pit serve` that say where to join: link, code, projector, and a QR code where others can reach it."""

from typing import Any

import pytest

from server.connections.transport import Transport
from server.hosted_session import HostedSession, Joining, SessionParts, open_new
from server.serve import serve_run
from server.serve.listen_address import HERE, Address
from server.serve.serve_run import ServeRun


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """`said(opened, where)`: the lines, in a terminal that shows QR codes; this machine is 10.0.0.7 for others."""
    monkeypatch.setattr(serve_run, "for_terminal", lambda link, *size: [f"QR of {link}"])
    monkeypatch.setattr(serve_run, "from_outside", lambda host: "10.0.0.7" if host == "0.0.0.0" else None)

    def lines(opened: SessionParts, where: Address) -> list[str]:
        hosted = HostedSession(opened)
        ServeRun(opened, [], False, (), Transport(), where=where)._say_where(hosted, "ws://127.0.0.1:8765", [], [])
        return capsys.readouterr().out.splitlines()

    return lines


async def test_a_class_is_told_the_link_with_its_code_and_a_qr_code(small, tmp_path, said) -> None:
    opened = open_new(small, "small", 1, tmp_path, "test", joining=Joining(class_code=True))
    code, lines = opened.doors.class_code, said(opened, Address(8765, "0.0.0.0", True))
    assert lines[0].startswith(f"page          http://10.0.0.7:8765/#{code}")
    assert f"http://10.0.0.7:8765/watch#{code}" in next(line for line in lines if line.startswith("projector"))
    assert lines[-1] == f"QR of http://10.0.0.7:8765/#{code}"


async def test_a_seats_code_is_in_no_link_that_all_can_see(opened: SessionParts, said) -> None:
    lines = said(opened, Address(8765, "0.0.0.0", True))
    assert lines[0].startswith("page          http://10.0.0.7:8765/ ")
    assert lines[-1] == "QR of http://10.0.0.7:8765/"


async def test_a_server_of_this_machine_alone_shows_no_qr_code(opened: SessionParts, said) -> None:
    lines = said(opened, HERE)
    assert lines[0].startswith("page          http://127.0.0.1:8765/ ")
    assert not any("QR of" in line for line in lines)
