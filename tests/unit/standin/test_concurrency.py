# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients at once: nothing is lost, mixed up or left open."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ansible_collections.fincon.mail.tests.standin import StandIn

BRANCHES = 50


def test_fifty_branches_write_and_read_their_own_at_the_same_time(connect):
    companies = {f"B{number:04}": ["U001", "U002"] for number in range(BRANCHES)}
    with StandIn(companies=companies, max_sessions=BRANCHES) as standin:

        def set_up(company):
            client = connect(standin).log_in(company)
            client.ask("CreateSmtpDefinition", {"SMTPName": company, "MailServer": f"{company}.example"})
            for user in ("U001", "U002"):
                client.ask("UpdateMailUser", {"UserName": user, "SMTPName": company, "SenderName": f"{user} {company}"})
            rows = client.ask("GetMailUsers", "U", "V", 0, 0)["MailUsers"]
            client.ask("Logout")
            return [(row["SMTPName"], row["SenderName"]) for row in rows]

        with ThreadPoolExecutor(BRANCHES) as pool:
            found = list(pool.map(set_up, companies))
        assert found == [[(name, f"U001 {name}"), (name, f"U002 {name}")] for name in companies]
        assert standin.sessions() == []
        assert set(standin.counts().values()) == {6}


def test_a_race_for_the_slots_never_gives_out_one_too_many(connect):
    with StandIn(companies={"CAPETOWN": []}, max_sessions=7) as standin:

        def try_to_log_in(_number):
            return connect(standin).call("Login", "CAPETOWN", "ANSIBLE", "demo1234", False)["ConnectID"]

        with ThreadPoolExecutor(30) as pool:
            granted = [connect_id for connect_id in pool.map(try_to_log_in, range(30)) if connect_id]
        assert len(set(granted)) == len(granted) == 7


def test_a_slow_answer_for_one_holds_up_nobody_else(standin, connect):
    slow, quick = connect(standin).log_in(), connect(standin, timeout=1).log_in("DURBAN")
    standin.fault("slow", seconds=30, company="CAPETOWN", method="KeepAlive")
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(slow.ask, "KeepAlive")
        while not standin.requests(method="KeepAlive"):
            quick.ask("GetLocations")
        assert quick.ask("GetLocations")["ErrorInfo"] == ""
        assert not waiting.done()
        standin.stop()
        assert isinstance(waiting.exception(timeout=5), Exception)
