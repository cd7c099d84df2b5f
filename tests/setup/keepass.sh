#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Puts KeePassXC on a Debian machine, for tests/integration/work_order/test_keepassxc.py. Run it as root; a second run
# changes nothing. Where it cannot work it says why and ends with status 0: the tests then skip what is not there.

set -eu

export DEBIAN_FRONTEND=noninteractive

give_up() {
    echo "keepass: $1; the tests of KeePass files with KeePassXC will be skipped"
    exit 0
}

if command -v keepassxc-cli >/dev/null; then
    echo "keepass: KeePassXC is there"
    exit 0
fi

[ "$(id -u)" = 0 ] || give_up "not root"
command -v apt-get >/dev/null || give_up "no apt-get here"
apt-get -q update || give_up "the package index cannot be reached"
apt-get -q install -y --no-install-recommends keepassxc || give_up "the package cannot be installed"

echo "keepass: KeePassXC is installed"
