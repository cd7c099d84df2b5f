#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Puts real mail servers (Exim, Postfix) and the tools that the documentation compares with (swaks, check_smtp) on a
# Debian machine, for tests/integration/smtp. Nothing is started. Run it as root; a second run changes nothing.
# Where it cannot work it says why and ends with status 0: the tests then skip what is not there.
#
# Exim is installed. Debian lets no second mail server in beside it, so Postfix is unpacked into a directory of its own.

set -eu

POSTFIX_ROOT=${FINCON_TEST_POSTFIX:-/opt/fincon-test/postfix}
export DEBIAN_FRONTEND=noninteractive

give_up() {
    echo "mail-servers: $1; the tests against real mail servers will be skipped"
    exit 0
}

[ "$(id -u)" = 0 ] || give_up "not root"
command -v apt-get >/dev/null || give_up "no apt-get here"

if [ -x /usr/sbin/exim4 ] && [ -x /usr/bin/swaks ] && [ -x /usr/sbin/saslpasswd2 ] &&
    [ -x /usr/lib/nagios/plugins/check_smtp ] && [ -x "$POSTFIX_ROOT/usr/sbin/postfix" ]; then
    echo "mail-servers: everything is there"
    exit 0
fi

if [ -x /usr/sbin/postfix ]; then
    give_up "Postfix is installed on this machine, and Exim would replace it"
fi

apt-get -q update || give_up "the package index cannot be reached"

# Packages of servers start them on installation; this file is how Debian lets an administrator forbid that.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f "$policy"' EXIT
fi

apt-get -q install -y --no-install-recommends \
    exim4-daemon-heavy swaks libnet-ssleay-perl monitoring-plugins-basic sasl2-bin libsasl2-modules libsasl2-modules-db ||
    give_up "the packages cannot be installed"

if [ ! -x "$POSTFIX_ROOT/usr/sbin/postfix" ]; then
    # Postfix switches to this user and group; they are the ones that its package would make.
    getent passwd postfix >/dev/null ||
        adduser --system --group --no-create-home --home /nonexistent postfix
    getent group postdrop >/dev/null || addgroup --system postdrop
    work=$(mktemp -d)
    (cd "$work" && apt-get -q download postfix) || give_up "Postfix cannot be downloaded"
    mkdir -p "$POSTFIX_ROOT"
    dpkg -x "$work"/postfix_*.deb "$POSTFIX_ROOT"
    rm -r "$work"
fi

echo "mail-servers: Exim is installed, Postfix is in $POSTFIX_ROOT"
