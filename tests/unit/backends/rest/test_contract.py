# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The names that a site gives to the mail contract."""

from __future__ import annotations

import pytest
from ansible_collections.fincon.mail.plugins.module_utils._backends.rest.contract import MailContract, contract_findings
from ansible_collections.fincon.mail.plugins.module_utils._core.errors import InvalidRecordsError


def test_all_faults_of_a_contract_are_found_at_once():
    contract = {"metods": {}, "methods": {"GetMailUser": "X", "Deleted": "Y"}, "fields": {"SMTPName": 5, "Port": "P"}}
    assert [str(finding) for finding in contract_findings(contract)] == [
        "installation.contract.metods: is not a known key; did you mean 'methods'?",
        "installation.contract.methods.GetMailUser: is not a name of the mail contract; did you mean 'GetMailUsers'?",
        "installation.contract.methods.Deleted: is not a name of the mail contract",
        "installation.contract.fields.SMTPName: must be the server's name, as a text",
    ]
    with pytest.raises(InvalidRecordsError):
        MailContract(contract)


@pytest.mark.parametrize("contract", ["X", ["methods"], {"methods": "X"}, {"fields": None}])
def test_a_contract_of_another_shape_is_a_finding(contract):
    assert len(contract_findings(contract)) == 1


def test_names_that_are_given_replace_those_of_the_contract():
    contract = MailContract({"methods": {"GetMailUsers": "Liste"}, "fields": {"Port": "P"}})
    assert (contract.method("GetMailUsers"), contract.method("GetSmtpDefinitions")) == ("Liste", "GetSmtpDefinitions")
    assert (contract.name("Port"), contract.name("BCC")) == ("P", "BCC")
