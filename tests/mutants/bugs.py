# ruff: noqa: E501 (texts of code, as they stand there)
"""Bugs that are put back one at a time, and the test by which each must be noticed."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Bug:
    """Texts to be replaced in files, and the test that fails then."""

    name: str
    changes: tuple[tuple[str, str, str], ...]
    test: str


WRITE = """            await self._on_disk(self.store.append, b"".join(lines))
            self.metrics.synced(time.perf_counter() - began, len(lines))
            self._publish(happened)
"""
SAID_AGAIN = "tests/server/test_cuts.py::test_a_line_that_is_cut_forty_times_has_no_gap_and_no_double"
WORLD = "tests/simulation/test_whole_system.py::test_whatever_anybody_is_told_is_on_record_once_and_for_good[1]"
HALF_WAY = (
    "tests/server/test_hosting.py::"
    "test_a_batch_that_is_being_written_when_the_server_stops_is_written_whole_before_the_seal"
)
WORLDS = WORLD.removesuffix("[1]")
FAILS = "tests/server/test_disk_fails.py::test_a_disk_that_fails_stops_the_market_and_takes_nothing_back"

BUGS = (
    Bug(
        "publish before the journal",
        (
            (
                "server/session/sequencer.py",
                WRITE,
                "            self._publish(happened)\n" + WRITE.replace("self._publish(h", "(h"),
            ),
        ),
        WORLD,
    ),
    Bug(
        "acknowledge before the write is done",
        (
            (
                "server/session/sequencer.py",
                "            await self._on_disk(self.store.append, b",
                "            asyncio.ensure_future(self._on_disk(self.store.append, b",
            ),
            (
                "server/session/sequencer.py",
                '"".join(lines))\n            self.metrics',
                '"".join(lines)))\n            self.metrics',
            ),
        ),
        WORLD,
    ),
    Bug(
        "no sync",
        (("recordings/journal/store.py", "        self.disk.sync(self._file)\n", ""),),
        "tests/recordings/test_power_loss.py::test_no_boundary_of_a_write_or_a_sync_loses_what_was_acknowledged",
    ),
    Bug(
        "no sync of the folder",
        (("recordings/journal/store.py", "            disk.sync_folder(one)\n", "            pass\n"),),
        "tests/recordings/test_power_loss.py::test_a_recording_is_there_from_its_first_acknowledgement_with_all_its_folders",
    ),
    Bug(
        "repeats are known by line instead of by seat",
        (
            (
                "server/session/sequencer.py",
                "last = self.session.token(envelope.sender)",
                "last = getattr(arrival.speaker, 'last', 0)\n            if arrival.speaker:\n                arrival.speaker.last = envelope.token  # type: ignore[attr-defined]",
            ),
            (
                "p2p/session/session.py",
                "            if envelope.token <= self.token(sender):\n                return []\n",
                "",
            ),
        ),
        SAID_AGAIN,
    ),
    Bug(
        "resume off by one",
        (
            (
                "server/connections/gateway.py",
                "have = min(connection.login.have, ",
                "have = min(connection.login.have + 1, ",
            ),
        ),
        "tests/server/test_server.py::test_a_line_that_was_cut_resumes_without_gap_or_double",
    ),
    Bug(
        "project leaks what is one seat's own",
        (
            (
                "p2p/information/projection.py",
                "return Projection(market, None, {event.to: ",
                "return Projection(market, self._with_aliases(message, market), {event.to: ",
            ),
        ),
        "tests/server/test_server.py::test_nobody_is_told_another_ones_schedule_or_refusal",
    ),
    Bug(
        "one outbox for all",
        (("server/publishing/feeds.py", "defaultdict(_OwnFacts)", "defaultdict(lambda one=_OwnFacts(): one)"),),
        "tests/server/test_server.py::test_nobody_is_told_another_ones_schedule_or_refusal",
    ),
    Bug(
        "the wall clock for a deadline",
        (("server/session/clock.py", "time.monotonic_ns()", "time.time_ns()"),),
        "tests/server/test_clock.py::test_the_wall_clock_may_go_where_it_likes",
    ),
    Bug(
        "a full disk is passed over",
        (
            (
                "recordings/journal/store.py",
                "        while view:\n            view = view[self.disk.write(self._file, view) :]\n        self.disk.sync(self._file)\n",
                "        try:\n            while view:\n                view = view[self.disk.write(self._file, view) :]\n            self.disk.sync(self._file)\n        except OSError:\n            pass\n",
            ),
        ),
        FAILS + "[5-full]",
    ),
    Bug(
        "a failed sync is tried again",
        (
            (
                "recordings/journal/store.py",
                "        self.disk.sync(self._file)\n",
                "        try:\n            self.disk.sync(self._file)\n        except OSError:\n            self.disk.sync(self._file)\n",
            ),
        ),
        FAILS + "[5-sync]",
    ),
    Bug(
        "recipients in the order of a set",
        (("server/connections/fanout.py", "sorted(own, key=str)", "list(own)"),),
        "tests/simulation/test_whole_system.py::test_a_seed_plays_the_same_in_another_process_whatever_the_order_of_its_sets",
    ),
    Bug(
        "priority off by one: whoever comes last goes first",
        (
            (
                "p2p/orderbook/book.py",
                "level.orders.append(order)",
                "level.orders.insert(level.first, order)",
            ),
        ),
        "tests/p2p/orderbook/test_book.py::test_the_resting_order_sets_the_price_and_time_goes_before_size",
    ),
    Bug(
        "a hole that was acknowledged is taken for a torn tail",
        (("recordings/journal/format.py", "if durable >= hole:", "if durable > hole + 4:"),),
        "tests/recordings/test_power_loss.py::test_one_later_line_is_enough_to_tell_corruption_from_debris",
    ),
    Bug(
        "whoever comes back may flood again",
        (
            (
                "server/connections/gateway.py",
                "self._paces[connection.who].take(",
                "connection.__dict__.setdefault('pace', MessageRateLimit()).take(",
            ),
        ),
        "tests/server/test_floods.py::test_a_flood_is_closed_and_the_seat_is_not_faster_when_it_comes_back",
    ),
    Bug(
        "resume tokens are kept readably",
        (
            (
                "server/session/credentials.py",
                "self._doors.tokens[str(who)] = _hashed_token(token)",
                "self._doors.tokens[str(who)] = token",
            ),
        ),
        "tests/server/test_server.py::test_neither_codes_nor_tokens_are_written_readably",
    ),
    Bug(
        "the words of an announcement are journaled",
        (("server/publishing/announcements.py", "return Announce(digest=digest)", "return Announce(text, digest)"),),
        "tests/server/test_conduct.py::test_words_to_everybody_are_heard_and_stay_out_of_the_journal",
    ),
    Bug(
        "an order overtakes an alarm that is due",
        (("server/session/sequencer.py", "            self._ring(now, happened, lines)\n", ""),),
        WORLD,
    ),
    Bug(
        "an alarm rings when it is heard, not when it is due",
        (("server/session/sequencer.py", "max(due, self.session.now), happened", "now, happened"),),
        WORLD,
    ),
    Bug(
        "a pause does not stop the clock",
        (
            (
                "p2p/session/alarms.py",
                "{market: (self.now + left[market], what) for market, (_, what) in",
                "{market: (due, what) for market, (due, what) in",
            ),
        ),
        "tests/p2p/session/test_session.py::test_a_pause_keeps_the_time_that_is_left",
    ),
    Bug(
        "a crash is no pause",
        (
            (
                "server/hosted_session.py",
                "first = [Envelope(GATEWAY, Pause())] if running else []",
                "first: list[Envelope] = []",
            ),
        ),
        WORLD,
    ),
    Bug(
        "a time nobody saw is played",
        (("server/session/sequencer.py", "if gap is not None:", "if gap is None and now < 0:"),),
        "tests/server/test_clock.py::test_so_is_one_whose_monotonic_clock_stood_while_it_slept",
    ),
    Bug(
        "a batch is left half way when the server stops",
        (
            (
                "server/hosted_session.py",
                "            self.sequencer.stop()\n            await sequencing\n",
                "            sequencing.cancel()\n            await asyncio.wait([sequencing])\n            sequencing.cancelled() or sequencing.result()\n",
            ),
        ),
        HALF_WAY,
    ),
    Bug(
        "what a failed sync has dropped is gone on with",
        (
            (
                "recordings/journal/store.py",
                "                self.disk.replace(path, data, JOURNAL_MODE)\n",
                "                pass\n",
            ),
        ),
        WORLD,
    ),
    Bug(
        "the public form instead of one's own, in frames that are joined for all",
        (("server/publishing/feeds.py", "own.instead_until > i or ", ""),),
        WORLD,
    ),
    Bug(
        "a welcome tells a token that is not durable yet",
        (
            (
                "server/connections/gateway.py",
                "token=self.fanout.token(viewer)",
                "token=self.status._session.token(viewer)",
            ),
        ),
        "tests/recordings/test_recover.py::test_a_welcome_tells_no_token_that_is_not_on_record_yet",
    ),
    Bug(
        "an older line that ends takes the newer one's place along",
        (
            (
                "server/connections/seat_table.py",
                "        if not self.holds(connection):\n            return False\n",
                "        if connection.who not in self.connections:\n            return False\n",
            ),
        ),
        "tests/server/test_server.py::test_a_second_login_takes_the_seat_and_the_older_line_is_told",
    ),
    Bug(
        "the token of before still opens a seat that was given to another",
        (
            (
                "server/session/credentials.py",
                "            self._doors.tokens.pop(str(seat), None)\n",
                "            pass\n",
            ),
        ),
        "tests/recordings/test_recover.py::test_a_robots_seat_has_a_new_code_after_a_crash_and_its_old_ones_are_void",
    ),
    Bug(
        "the token lent to a robot stays good when the owner is back",
        (("server/session/credentials.py", "        self._lent.pop(seat, None)\n", "        return\n"),),
        WORLDS,
    ),
    Bug(
        "unpaid goes by who holds the seat, not by who said the order",
        (
            (
                "p2p/session/stand_ins.py",
                "        speaker, robot = self._speaker\n",
                "        return seat in self.seats\n",
            ),
        ),
        WORLD,
    ),
    Bug(
        "a grace goes on through a pause",
        (
            (
                "server/session/vacant_seats.py",
                "not self.status.clock_runs",
                'self.status.phase not in ("trading", "break")',
            ),
            ("server/session/vacant_seats.py", "isinstance(event.message, Paused)", "False"),
        ),
        WORLD,
    ),
    Bug(
        "a hand-back clears the quotes",
        (
            (
                "p2p/session/market.py",
                "        told, sent = self.stand_ins.change_holder(",
                "        if seat in self.stand_ins.seats and not stand_in and hasattr(self.institution, '_clear'):\n            self.institution._clear()\n        told, sent = self.stand_ins.change_holder(",
            ),
        ),
        WORLD,
    ),
    Bug(
        "two robots are sent for one seat",
        (("server/session/vacant_seats.py", "            elif seat not in self._waiting:\n", "            else:\n"),),
        WORLD,
    ),
    Bug(
        "a takeover is not journaled",
        (
            (
                "server/connections/gateway.py",
                "        self.inbox.put(InboxItem(Envelope(GATEWAY, joined), None, _once(told)))\n",
                "        if connection.stands_in:\n            told.set_result(None)\n            return told\n        self.inbox.put(InboxItem(Envelope(GATEWAY, joined), None, _once(told)))\n",
            ),
        ),
        WORLD,
    ),
    Bug(
        "who has come and gone in one batch was not there",
        (("server/session/vacant_seats.py", "            self._forget(message.seat)\n", ""),),
        "tests/server/test_vacancies.py::test_the_grace_begins_anew_however_short_what_broke_it_was",
    ),
    Bug(
        "a robot that was sent while the owner was at the door may come later",
        (
            (
                "server/session/vacant_seats.py",
                "            if not message.stand_in:\n                self.recall(message.seat)\n",
                "",
            ),
        ),
        "tests/server/test_vacancies.py::test_a_robot_that_was_sent_while_the_owner_was_at_the_door_is_called_back",
    ),
    Bug(
        "a robot's setting outlives its time",
        (("p2p/session/stand_ins.py", "            if setting not in now:\n", "            if setting in now:\n"),),
        "tests/p2p/session/test_stand_ins.py::test_who_comes_back_finds_what_he_had_set_himself",
    ),
    Bug(
        "what was said before a robot took the seat is said again",
        (
            (
                "p2p/protocol/client_connection.py",
                "        if welcome.stood_in:\n",
                "        if welcome.stood_in and not self.pending:\n",
            ),
        ),
        WORLD,
    ),
    Bug(
        "a loss is sent without a question",
        (("tui/screens/trading.py", "        if risk and message != self._asked:\n", "        if risk and False:\n"),),
        "tests/tui/test_typing.py::test_a_loss_is_sent_when_the_same_key_is_pressed_again",
    ),
    Bug(
        "a robot in a person's place is asked about a loss",
        (("p2p/session/market.py", "not self.roster.is_trading(seat)", "not self.roster.is_a_persons(seat)"),),
        "tests/p2p/session/test_confirmed_losses.py::test_a_robot_in_a_persons_place_is_not_asked_and_its_owner_is_again",
    ),
    Bug(
        "a better price makes a second order",
        (("tui/entry/order_entry.py", "if quantity_text or len(orders) != 1", "if orders or len(orders) != 1"),),
        "tests/tui/test_typing.py::test_a_better_price_takes_the_place_of_ones_only_order_and_says_so",
    ),
    Bug(
        "an acceptance counts without the open orders",
        (("tui/entry/order_entry.py", "        bound = [new, *own]\n", "        bound = [new]\n"),),
        "tests/tui/test_typing.py::test_an_acceptance_that_would_leave_an_open_order_at_a_loss_is_told_before_it_is_sent",
    ),
    Bug(
        "what follows Esc is a sign of a Mac",
        (("tui/apps/base.py", "        read_escape_plainly()\n", ""),),
        "tests/tui/test_terminal_life.py::test_digits_within_the_escape_time_of_a_terminal_are_never_lost[0]",
    ),
    Bug(
        "keys wait while the digits after them are typed",
        (
            (
                "tui/screens/trading.py",
                "            event.stop()\n            await self.run_action(bound.binding.action)\n",
                "",
            ),
        ),
        "tests/tui/test_typing.py::test_keys_in_one_burst_act_in_their_order",
    ),
    Bug(
        "a paste is cut to a price",
        (
            (
                "tui/screens/trading.py",
                "        fits = len(text) <= 2 * TYPED_MAX and ",
                "        text = text[:3]\n        fits = ",
            ),
        ),
        "tests/tui/test_typing.py::test_a_paste_that_is_no_price_is_refused_whole_and_never_cut",
    ),
    Bug(
        "a signal ends the program with the screen as it is",
        (("tui/apps/terminal_life.py", "            loop.add_signal_handler(", "            (lambda *_: None)("),),
        "tests/tui/test_terminal_life.py::test_a_signal_to_end_leaves_the_terminal_as_it_was",
    ),
    Bug(
        "nobody looks whether the terminal is gone",
        (("tui/apps/terminal_life.py", "    if not is_gone(keys):\n", "    if is_gone(keys):\n"),),
        "tests/tui/test_terminal_life.py::test_a_vanished_terminal_ends_the_program_though_hangups_are_ignored",
    ),
    Bug(
        "words stand for ever",
        (("p2p/information/standing_words.py", " if now - words.at < WORDS_US)", ")"),),
        "tests/tui/test_notice.py::test_words_leave_after_a_while_though_nothing_else_happens",
    ),
    Bug(
        "a refusal is cut at the edge",
        (("tui/widgets/wrapped_line.py", "max(1, len(content.wrap(width)))", "1"),),
        "tests/tui/test_typing.py::test_the_longest_refusal_is_whole_above_the_keys",
    ),
    Bug(
        "a tax stands nowhere",
        (("tui/widgets/unit_list.py", "        terms = self.show_terms(view)\n", "        terms = 0\n"),),
        "tests/tui/test_charges_shown.py::test_tax_commission_ceiling_and_floor_stand_beside_ones_units",
    ),
)
