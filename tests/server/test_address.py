"""Where a session was listened for outlives the server, so that everybody's terminal finds it again by itself."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from p2p.messages import Joined
from recordings.journal.store import read_folder
from server.serve.listen_address import FILE, HOST, Address, from_outside, remember, remembered
from server.serve.serve_run import ServeRun
from tests.conftest import SMALL
from tests.plays.lab import journal_reaches, pit, serve

HERE_TOO = "127.0.0.2"
"""Another address of this machine's loopback."""


def test_a_server_that_takes_a_session_up_listens_where_the_one_before_it_did(tmp_path: Path):
    (tmp_path / "small.toml").write_text(SMALL)
    serving = serve("small.toml", "--port", "0", "--host", HERE_TOO, cwd=tmp_path)
    assert serving.where["url"].startswith(f"ws://{HERE_TOO}:")
    serving.kill()
    back = serve("--recover", str(serving.recording), cwd=tmp_path)
    assert back.where["url"] == serving.where["url"]
    back.kill()
    told = serve("--recover", str(serving.recording), "--host", HOST, cwd=tmp_path)
    assert told.where["url"] == serving.where["url"].replace(HERE_TOO, HOST)
    told.kill()


def test_robots_come_back_with_the_session_that_they_were_in(tmp_path: Path):
    (tmp_path / "small.toml").write_text(SMALL)
    serving = serve("small.toml", "--port", "0", "--bots", "zic:2", cwd=tmp_path)
    assert [one["seat"] for one in serving.where["seats"]] == [0, 1]
    journal_reaches(serving.recording, 4)
    serving.kill()
    back = serve("--recover", str(serving.recording), cwd=tmp_path)
    journal_reaches(serving.recording, 8)
    back.kill()
    assert "seats were robots'" not in (tmp_path / "serve.err").read_text()
    joined = [one.message for one in (record.envelope() for record in read_folder(serving.recording).records())]
    assert [one.seat for one in joined if isinstance(one, Joined)].count(3) == 2


def test_it_is_as_open_to_the_network_as_it_was_and_no_more(tmp_path: Path):
    (tmp_path / "small.toml").write_text(SMALL)
    serving = serve("small.toml", "--port", "0", "--host", HERE_TOO, cwd=tmp_path)
    serving.kill()
    assert remembered(serving.recording) == Address(int(serving.where["url"].rpartition(":")[2]), HERE_TOO)


def test_what_was_said_of_the_network_is_read_again_as_it_was_kept(tmp_path: Path):
    for where in (Address(1), Address(2, "0.0.0.0", insecure_lan=True), Address(3, "lab", False, "/c", "/k")):
        remember(tmp_path, where)
        assert remembered(tmp_path) == where
    assert remembered(tmp_path).certificate == (Path("/c"), Path("/k"))
    (tmp_path / "journal.jsonl").touch()
    assert remembered(tmp_path / "journal.jsonl") == remembered(tmp_path)


def test_students_are_told_an_address_that_they_can_reach_and_the_folder_is_said_before_anything_can_happen(
    tmp_path: Path, opened, monkeypatch, capsys
):
    monkeypatch.setattr("server.serve.serve_run.from_outside", {"0.0.0.0": "192.168.7.7"}.get)
    links = SimpleNamespace(page="")
    hosted: Any = SimpleNamespace(entrance=SimpleNamespace(url=""), requests=SimpleNamespace(links=links))
    for host, joined in (("0.0.0.0", "192.168.7.7"), ("127.0.0.1", "127.0.0.1")):
        ServeRun(opened, [], as_json=False, where=Address(0, host))._say_where(hosted, "ws://127.0.0.1:8765", [], [])
        said = capsys.readouterr().out.splitlines()
        assert said[0].startswith(f"page          http://{joined}:8765/ ")
        assert links.page == f"http://{joined}:8765/"
        assert said[1] == f"join at       ws://{joined}:8765   (pit trade ws://{joined}:8765)"
        assert said[3] == f"card 1        {opened.codes[0]}"
        assert "pit ctl ws://127.0.0.1:8765 " in said[2]
        assert said[-1].startswith(f"recording     {opened.store.folder}   (after a crash: pit serve --recover ")
        assert not any("other cards" in line for line in said)
    del opened.codes[0]
    ServeRun(opened, [], as_json=False)._say_where(hosted, "ws://127.0.0.1:8765", [], [])
    assert "other cards   have the codes that they had" in capsys.readouterr().out


def test_an_address_from_outside_is_no_loopback_and_is_asked_for_where_all_interfaces_are_meant():
    assert from_outside("127.0.0.1") is from_outside("lab.example") is None
    assert not (from_outside("0.0.0.0") or "").startswith("127.")


def test_where_another_server_listens_one_is_told_and_no_recording_of_nothing_is_left(tmp_path: Path):
    (tmp_path / "small.toml").write_text(SMALL)
    serving = serve("small.toml", "--port", "0", cwd=tmp_path)
    port = serving.where["url"].rpartition(":")[2]
    recordings = sorted((tmp_path / "recordings").iterdir())
    second = pit("serve", "small.toml", "--port", port, cwd=tmp_path)
    assert (second.returncode, second.stderr.count("\n")) == (2, 1)
    assert f"cannot listen on 127.0.0.1:{port}: another program listens there" in second.stderr
    assert "--port 0" in second.stderr
    assert sorted((tmp_path / "recordings").iterdir()) == recordings
    serving.kill()


def test_a_recording_that_was_joined_once_is_kept_whatever_keeps_a_server_from_taking_it_up(tmp_path: Path):
    (tmp_path / "small.toml").write_text(SMALL)
    serving, other = (serve("small.toml", "--port", "0", cwd=tmp_path) for _ in range(2))
    serving.kill()
    port = other.where["url"].rpartition(":")[2]
    for _ in ("as it was", "without its address, which may be deleted"):
        again = pit("serve", "--recover", str(serving.recording), "--port", port, cwd=tmp_path)
        assert (again.returncode, "another program listens there" in again.stderr) == (2, True)
        assert (serving.recording / "doors.json").exists()
        (serving.recording / FILE).unlink(missing_ok=True)
    other.kill()


@pytest.mark.parametrize("kept", [b'{"port":8765}', b"", b"[]", b"\xff", None])
def test_what_an_older_server_kept_or_nobody_can_read_is_this_machine_alone(tmp_path: Path, kept: bytes | None):
    if kept is not None:
        (tmp_path / FILE).write_bytes(kept)
    where = remembered(tmp_path)
    assert where in (None, Address(8765, HOST, False))
