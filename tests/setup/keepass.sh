#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Puts KeePassXC on a Debian machine, and a screen that nobody sees with a window for it to type into, for
# tests/integration/work_order/test_keepassxc.py and test_autotype.py. Run it as root; a second run changes nothing.
# Where it cannot work it says why and ends with status 0: the tests then skip what is not there.

set -eu

export DEBIAN_FRONTEND=noninteractive

give_up() {
    echo "keepass: $1; the tests of KeePass files with KeePassXC will be skipped"
    exit 0
}

complete() {
    for program in keepassxc-cli Xvfb xdotool openbox; do
        command -v "$program" >/dev/null || return 1
    done
    # The window is a program for Debian's own Python, whatever `python3` is here.
    /usr/bin/python3 -c "import tkinter" 2>/dev/null
}

install() {
    apt-get -q install -y --no-install-recommends "$@"
}

if complete; then
    echo "keepass: KeePassXC, a screen and a window are there"
    exit 0
fi

[ "$(id -u)" = 0 ] || give_up "not root"
command -v apt-get >/dev/null || give_up "no apt-get here"
apt-get -q update || give_up "the package index cannot be reached"
install keepassxc || give_up "the package cannot be installed"
# Reading the file needs no screen.
install xvfb xdotool openbox python3-tk || {
    echo "keepass: KeePassXC is there, but no screen can be installed; the tests of what it types will be skipped"
    exit 0
}

echo "keepass: KeePassXC, a screen and a window are installed"
