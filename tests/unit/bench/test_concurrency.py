# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients at once: nothing is lost, mixed up or left open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ansible_collections.fincon.mail.tests.bench import Bench

BRANCHES = 50


def test_fifty_branches_write_and_read_their_own_at_the_same_time(connect):
    companies = {f"B{number:04}": ["U001", "U002"] for number in range(BRANCHES)}
    with Bench(companies=companies, max_sessions=BRANCHES) as bench:

        def set_up(company):
            client = connect(bench).log_in(company)
            client.ask("CreateSmtpDefinition", {"SMTPName": company, "MailServer": f"{company}.example"})
            for user in ("U001", "U002"):
                client.ask("UpdateMailUser", {"UserName": user, "SMTPName": company, "SenderName": f"{user} {company}"})
            rows = client.ask("GetMailUsers", "U", "V", 0, 0)["MailUsers"]
            client.ask("Logout")
            return [(row["SMTPName"], row["SenderName"]) for row in rows]

        with ThreadPoolExecutor(BRANCHES) as pool:
            found = list(pool.map(set_up, companies))
        assert found == [[(name, f"U001 {name}"), (name, f"U002 {name}")] for name in companies]
        assert bench.sessions() == []
        assert set(bench.counts().values()) == {6}


def test_a_race_for_the_slots_never_gives_out_one_too_many(connect):
    with Bench(companies={"CAPETOWN": []}, max_sessions=7) as bench:

        def try_to_log_in(_number):
            return connect(bench).call("Login", "CAPETOWN", "ANSIBLE", "demo1234", False)["ConnectID"]

        with ThreadPoolExecutor(30) as pool:
            granted = [connect_id for connect_id in pool.map(try_to_log_in, range(30)) if connect_id]
        assert len(set(granted)) == len(granted) == 7


def test_a_slow_answer_for_one_holds_up_nobody_else(bench, connect):
    slow, quick = connect(bench).log_in(), connect(bench, timeout=1).log_in("DURBAN")
    bench.fault("slow", seconds=30, company="CAPETOWN", method="KeepAlive")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow.ask, "KeepAlive")
        while not bench.requests(method="KeepAlive"):
            quick.ask("GetLocations")
        assert quick.ask("GetLocations")["ErrorInfo"] == ""
        assert not waiting.done()
        bench.stop()
        assert isinstance(waiting.exception(timeout=5), Exception)
