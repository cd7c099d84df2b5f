#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Puts more real mail servers on a Debian machine, for tests/integration/smtp: Courier, OpenSMTPD, Sendmail and Dovecot's
# submission server from Debian, Haraka and smtp-server from npm. Nothing is installed or started: each is unpacked into a
# directory of its own, and the tests run it in a root file system of its own. A second run changes nothing. Where
# something cannot be had it says why and ends with status 0: the tests then skip what is not there.

set -eu

SERVERS=${FINCON_TEST_SERVERS:-/opt/fincon-test/servers}

skip() {
    echo "more-mail-servers: $1; its tests will be skipped"
}

# unpacked NAME PACKAGE...: whether they are there. What an older version of this script has unpacked may lack a package.
unpacked() {
    name=$1
    shift
    [ "$(cat "$SERVERS/$name/packages" 2>/dev/null)" = "$*" ]
}

# unpack NAME PACKAGE...: the files of Debian packages, below $SERVERS/NAME
unpack() {
    ! unpacked "$@" || return 0
    name=$1
    shift
    work=$(mktemp -d)
    (cd "$work" && apt-get -q download "$@") >"$work/log" 2>&1 || {
        skip "$name cannot be downloaded"
        rm -r "$work"
        return 0
    }
    for package in "$work"/*.deb; do
        dpkg -x "$package" "$work/root"
    done
    # On a Debian of today these folders are links into /usr.
    for folder in lib bin sbin; do
        if [ -d "$work/root/$folder" ]; then
            mkdir -p "$work/root/usr/$folder"
            cp -a "$work/root/$folder/." "$work/root/usr/$folder/"
            rm -r "$work/root/$folder"
        fi
    done
    chmod 755 "$work/root"
    echo "$*" >"$work/root/packages"
    rm -rf "${SERVERS:?}/$name"
    mv "$work/root" "$SERVERS/$name"
    rm -r "$work"
}

# unpack_with_backports NAME PACKAGE...: the same, while apt knows Debian 12 and its backports and nothing else
unpack_with_backports() (
    ! unpacked "$@" || return 0
    apt=$(mktemp -d)
    trap 'rm -r "$apt"' EXIT
    mkdir -p "$apt/lists/partial" "$apt/archives/partial"
    printf 'deb http://deb.debian.org/debian %s main\n' bookworm bookworm-backports >"$apt/sources.list"
    cat >"$apt/apt.conf" <<EOF
Dir::Etc::SourceList "$apt/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::State::Lists "$apt/lists";
Dir::Cache "$apt";
EOF
    export APT_CONFIG="$apt/apt.conf"
    apt-get -q update >"$apt/log" 2>&1 || true
    unpack "$@"
)

[ "$(id -u)" = 0 ] || {
    skip "not root"
    exit 0
}
mkdir -p "$SERVERS"

if ! command -v apt-get >/dev/null; then
    skip "no apt-get here"
else
    # With the libraries that a plain Debian may lack.
    unpack courier courier-mta courier-base courier-authlib courier-authlib-userdb libcourier-unicode4 libgdbm6 libidn12 libltdl7
    unpack dovecot dovecot-core dovecot-imapd dovecot-submissiond libwrap0 libexttextcat-2.0-0 liblua5.4-0 libsodium23 libstemmer0d
    unpack sendmail sendmail-base sendmail-bin sendmail-cf m4 libsigsegv2 libwrap0 liblockfile1
    # Debian 12's own fails in each TLS handshake: https://github.com/OpenSMTPD/OpenSMTPD/issues/1171
    unpack_with_backports opensmtpd opensmtpd/bookworm-backports libevent-2.1-7
fi

if [ ! -e "$SERVERS/node/ready" ]; then
    if ! command -v npm >/dev/null; then
        skip "no npm here, for Haraka and smtp-server"
    elif npm install --silent --no-audit --no-fund --ignore-scripts --prefix "$SERVERS/node" Haraka@3.3.4 smtp-server@3.21.6; then
        touch "$SERVERS/node/ready"
    else
        skip "Haraka and smtp-server cannot be installed"
    fi
fi

echo "more-mail-servers: what could be had is in $SERVERS"
