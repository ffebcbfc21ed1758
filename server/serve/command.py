"""The command `pit serve`."""

import asyncio
import contextlib
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TextIO

import click

from p2p.base.units import UNITS_MAX
from p2p.sim.shell.cli_options import Number

if TYPE_CHECKING:
    from server.limits import Limits

FILES_WANTED = 4_096
"""Descriptors asked for: two thousand lines, those that have not logged in, and files."""
ROOM_MIN = 16
"""Connections that a session must have room for: a few people, their experimenter, and those who come back."""


@click.command(
    epilog="Example: pit serve smith-1962-test-1 --bots zic:21 and, with the code shown, pit trade ws://127.0.0.1:8765"
)
@click.argument("scenario", required=False)
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1; recovered: as before, as securely]")
@click.option(
    "--port", type=click.IntRange(0, 65535), help="Port; 0: a free one.  [default: 8765; recovered: as before]"
)
@click.option(
    "--bots", default="", metavar="AGENT:COUNT,…", help="Robots on so many seats; * for the rest; recovered: as before."
)
@click.option("--recordings", default="recordings", show_default=True, type=click.Path(file_okay=False, path_type=Path))
@click.option("--recover", type=click.Path(path_type=Path), metavar="DIR", help="Take a cut session up again.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), help="The session's seed; drawn at random unless given.")
@click.option("--json", "as_json", is_flag=True, help="Say where to join in one line of JSON.")
@click.option("--mqtt", metavar="ADDRESS", help="Publish to a broker: mqtt://…, mqtts://…, or embedded.")
@click.option(
    "--mqtt-ca", type=click.Path(exists=True, dir_okay=False), help="The authority of a broker's certificate."
)
@click.option("--period-s", type=Number(0.1, 86_400), help="Length of a period, not the scenario's.")
@click.option("--break-s", type=Number(0, 86_400), help="Pause between periods, not the scenario's.")
@click.option("--periods", type=click.IntRange(1, 1_000), help="Number of periods, not the scenario's.")
@click.option("--reaction-s", type=Number(0.001, 86_400), help="Robots' mean reaction, not the scenario's.")
@click.option("--start", type=click.Choice(["when_full", "experimenter"]), help="When it starts, not the scenario's.")
@click.option("--advance", type=click.Choice(["all"]), help="Stages that wait for you go on when all are done.")
@click.option("--fill", metavar="AGENT", help="Robots on seats empty at the start, not the scenario's.")
@click.option(
    "--drop-out", type=click.Choice(["pass", "robot"]), help="What a drop-out's seat does, not the scenario's."
)
@click.option(
    "--on-gap",
    type=click.Choice(["pause", "resume"]),
    default="pause",
    show_default=True,
    help="After this machine has stood still: wait for the experimenter, or go on.",
)
@click.option("--disguise", is_flag=True, help="Add a constant, drawn by seed, to values, costs and prices alike.")
@click.option(
    "--seats",
    type=click.IntRange(2, 1_000),
    help="A market of so many: whole replicas of the schedules, then pairs that leave P0 where it is.",
)
@click.option("--seats-min", type=click.IntRange(1, 1_000), hidden=True, help="At least so many, schedules repeated.")
@click.option("--units", type=click.IntRange(1, UNITS_MAX), hidden=True, help="At least so many a trader and period.")
@click.option("--tls-cert", type=click.Path(dir_okay=False, path_type=Path), help="Certificate (chain), PEM.")
@click.option("--tls-key", type=click.Path(dir_okay=False, path_type=Path), help="Its key, PEM.")
@click.option("--tls-self-signed", is_flag=True, help="Make a certificate on this machine: each browser warns once.")
@click.option("--insecure-lan", is_flag=True, help="Listen on a network without TLS: all on it can read the codes.")
@click.option("--origin", "origins", multiple=True, help="A web page's origin that browsers may come from; repeatable.")
@click.option(
    "--host-name",
    "host_names",
    multiple=True,
    metavar="NAME",
    help="A name of this machine, for browsers and terminals that ask for it by that name; repeatable.",
)
@click.option(
    "--class-code/--no-class-code",
    default=None,
    help="One code for all, or one a seat.  [default: for all where the scenario is for teaching]",
)
@click.option(
    "--empty",
    type=click.Choice(["robots", "drop"]),
    help="With a class code, free seats at the start: robots', or rows are dropped.  [default: robots]",
)
@click.option(
    "--participants",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Labels of those who may join: a CSV with a column 'label', or one a line.",
)
@click.option(
    "--seats-sheet",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write cards to print, with address and codes: an HTML page.",
)
@click.option(
    "--stay/--no-stay",
    default=None,
    help="After the end, stay until `pit ctl URL close`.  [default: with a class code at a terminal]",
)
@click.option("--log", type=click.File("a", encoding="utf-8"), help="Log in JSON lines; - is standard output.")
def serve(
    scenario: str | None,
    host: str | None,
    port: int | None,
    bots: str,
    recordings: Path,
    recover: Path | None,
    seed: int | None,
    as_json: bool,
    mqtt: str | None,
    mqtt_ca: str | None,
    period_s: float | None,
    break_s: float | None,
    periods: int | None,
    reaction_s: float | None,
    start: Literal["when_full", "experimenter"] | None,
    advance: Literal["all"] | None,
    fill: str | None,
    drop_out: Literal["pass", "robot"] | None,
    on_gap: Literal["pause", "resume"],
    disguise: bool,
    seats: int | None,
    seats_min: int | None,
    units: int | None,
    tls_cert: Path | None,
    tls_key: Path | None,
    tls_self_signed: bool,
    insecure_lan: bool,
    origins: tuple[str, ...],
    host_names: tuple[str, ...],
    class_code: bool | None,
    empty: Literal["robots", "drop"] | None,
    participants: Path | None,
    seats_sheet: Path | None,
    stay: bool | None,
    log: TextIO | None,
) -> None:
    """Run the market of SCENARIO (a name or a file) and let traders join.

    Prints the address and a code for each seat, or one for all. It starts when all seats are taken, or on `pit ctl URL
    start`.
    """
    from server.connections.transport import TransportError, transport
    from server.serve.broker_option import brokers_of
    from server.serve.listen_address import HOST, PORT, address, remembered
    from server.serve.open_session import Changes, DoorOptions, opened_again, opened_new
    from server.serve.serve_run import ServeRun

    _within(files := _allow_many_files())
    brokers = brokers_of(mqtt, mqtt_ca)
    if (scenario is None) == (recover is None):
        raise click.UsageError("give a scenario (see pit scenarios list), or --recover DIR, one of them")
    before = remembered(recover) if recover is not None else None
    if before is not None and host is None and not (tls_cert or tls_key or tls_self_signed or insecure_lan):
        host, insecure_lan, (tls_cert, tls_key) = before.host, before.insecure_lan, before.certificate
    host, bots_before = host or HOST, before.bots if before else ""
    host_names = _host_names(host_names) or (before.host_names if before else ())
    try:
        if tls_self_signed:
            tls_cert, tls_key = _self_signed(host, host_names, tls_cert or tls_key)
        over = transport(host, tls_cert, tls_key, insecure_lan, origins, host_names)
    except TransportError as error:
        raise click.ClickException(str(error)) from error
    with contextlib.redirect_stdout(sys.stderr):  # an agent of one's own may print as it is imported
        if recover is not None:
            if class_code is not None or empty or participants:
                raise click.UsageError(
                    "a session that is taken up keeps its codes, its list of participants and its deal"
                )
            kept: dict[str, object] = {
                "--seed": seed,
                "--period-s": period_s,
                "--break-s": break_s,
                "--periods": periods,
            }
            kept |= {
                "--reaction-s": reaction_s,
                "--drop-out": drop_out,
                "--seats": seats,
                "--seats-min": seats_min,
                "--units": units,
            }
            _keeps_its_rules([*(name for name, value in kept.items() if value is not None), *["--disguise"] * disguise])
            opened, cast = opened_again(recover, bots, bots_before)
            if fill is not None and fill != opened.status.scenario.vacancies.fill:
                _keeps_its_rules(["--fill"])
        else:
            assert scenario is not None
            new = (period_s, break_s, periods, reaction_s, fill, drop_out)
            changes = Changes(
                *new,
                start=start,
                advance=advance,
                disguise=disguise,
                seats=seats or 0,
                seats_min=seats_min or 0,
                units=units or 0,
                published=bool(brokers),
            )
            door = DoorOptions(class_code, empty, participants)
            opened, cast = opened_new(scenario, changes, bots, seed, recordings, door)
    stays = bool(opened.doors.class_code) and sys.stdin.isatty() and not as_json if stay is None else stay
    opened = replace(opened, limits=_within(files, opened.limits), goes_on=on_gap == "resume", stays=stays)
    port = (before.port if before else PORT) if port is None else port
    where = address(host, insecure_lan, tls_cert, tls_key, bots or bots_before, host_names)
    run = ServeRun(opened, cast, as_json, brokers, over, tls_cert, log, where, fill or "", seats_sheet)
    sys.exit(asyncio.run(run.run(host, port)))


def _host_names(said: tuple[str, ...]) -> tuple[str, ...]:
    """Names of this machine as browsers say them; raises UsageError."""
    from server.web.host_names import given_name

    try:
        return tuple(given_name(name) for name in said)
    except ValueError as error:
        raise click.UsageError(f"--host-name: no name of a machine, such as lab.example.org: {error}") from error


def _self_signed(host: str, host_names: tuple[str, ...], given: Path | None) -> tuple[Path, Path]:
    """The files of a certificate of this machine's own, which is told of; raises TransportError, UsageError."""
    import datetime

    from server.serve.self_signed import self_signed, state_folder, wanted_names, what_phones_show
    from server.session.notices import notify

    if given is not None:
        raise click.UsageError("--tls-self-signed makes a certificate: leave --tls-cert and --tls-key out, or it")
    now = datetime.datetime.now(datetime.UTC)
    cert, key, fingerprint = self_signed(wanted_names(host, host_names), state_folder(), now)
    for line in what_phones_show(fingerprint):
        notify(line)
    return cert, key


def _keeps_its_rules(options: list[str]) -> None:
    """Options of a new session beside --recover; raises UsageError where there are any."""
    if options:
        raise click.UsageError(f"{', '.join(options)}: a session that is taken up keeps its rules and its seed")


def _allow_many_files() -> int:
    """A thousand lines are a thousand descriptors: ask for as many as the system lets us have; how many that is."""
    try:
        import resource
    except ImportError:  # not on Windows, which has no such limit
        return FILES_WANTED
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(soft, wanted)


def _within(files: int, limits: "Limits | None" = None) -> "Limits":
    """The server's limits with so many descriptors; raises ClickException where a session cannot be held with them."""
    from server.limits import DEFAULT, FILES_RESERVED

    room = files - FILES_RESERVED
    if room < ROOM_MIN:
        raise click.ClickException(
            f"this shell lets a program open {files} files; a session needs {FILES_RESERVED + ROOM_MIN}: ulimit -n 4096"
        )
    limits = limits or DEFAULT
    return replace(
        limits,
        open_max=min(limits.open_max, room),
        waiting_max=min(limits.waiting_max, room // 2),
        silent_max=min(limits.silent_max, room // 4),
    )
