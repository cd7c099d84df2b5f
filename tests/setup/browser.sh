#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Puts a browser, its driver, and a reader of what it prints on a Debian machine, for
# tests/integration/work_order/test_browser.py. Run it as root; a second run changes nothing. Where it cannot work it says
# why and ends with status 0: the tests then skip what is not there.

set -eu

export DEBIAN_FRONTEND=noninteractive

give_up() {
    echo "browser: $1; the tests of the clerk's page in a browser will be skipped"
    exit 0
}

if command -v chromium >/dev/null && command -v chromedriver >/dev/null && command -v pdftotext >/dev/null; then
    echo "browser: Chromium is there"
    exit 0
fi

[ "$(id -u)" = 0 ] || give_up "not root"
command -v apt-get >/dev/null || give_up "no apt-get here"
apt-get -q update || give_up "the package index cannot be reached"
apt-get -q install -y --no-install-recommends chromium chromium-driver fonts-liberation poppler-utils ||
    give_up "the packages cannot be installed"

echo "browser: Chromium is installed"
