#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Puts the YAML language server, which editors ask about YAML files, on a machine for tests/integration/editors: from npm,
# pinned with hashes by editors/package-lock.json. A second run changes nothing. Where it cannot work it says why and ends
# with status 0: the tests then skip what is not there.

set -eu

EDITORS=${FINCON_TEST_EDITORS:-/opt/fincon-test/editors}
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

give_up() {
    echo "editors: $1; the tests of the YAML language server will be skipped"
    exit 0
}

command -v npm >/dev/null || give_up "no npm here"
if ! cmp -s "$here/editors/package-lock.json" "$EDITORS/package-lock.json" || [ ! -e "$EDITORS/ready" ]; then
    mkdir -p "$EDITORS" || give_up "$EDITORS cannot be made"
    rm -f "$EDITORS/ready"
    cp "$here/editors/package.json" "$here/editors/package-lock.json" "$EDITORS"
    npm ci --silent --no-audit --no-fund --ignore-scripts --prefix "$EDITORS" || give_up "it cannot be installed"
    touch "$EDITORS/ready"
fi

echo "editors: the YAML language server is in $EDITORS"
