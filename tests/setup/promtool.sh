#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Puts promtool on a Debian machine, for tests/unit/metrics/test_promtool.py, and nothing else of Prometheus, which would
# start as a service. Run it as root; a second run changes nothing. Where it cannot work it says why and ends with status
# 0: the tests then skip what is not there.

set -eu

export DEBIAN_FRONTEND=noninteractive

give_up() {
    echo "promtool: $1; the tests of metrics and alerts with promtool will be skipped"
    exit 0
}

if command -v promtool >/dev/null; then
    echo "promtool: it is there"
    exit 0
fi

[ "$(id -u)" = 0 ] || give_up "not root"
command -v apt-get >/dev/null || give_up "no apt-get here"
apt-get -q update || give_up "the package index cannot be reached"

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
chmod 755 "$folder"
cd "$folder"
apt-get -q download prometheus || give_up "the package prometheus cannot be downloaded"
dpkg-deb --extract prometheus_*.deb unpacked || give_up "the package prometheus cannot be unpacked"
install unpacked/usr/bin/promtool /usr/local/bin/promtool

echo "promtool: it is installed"
