#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Gives Ansible the vault password: in CI from a secret variable, elsewhere from a file in your home. If you keep it in
# a password manager, replace the last lines, for example with: exec pass show fincon/vault

if [ -n "${FINCON_VAULT_PASSWORD:-}" ]; then
    printf '%s\n' "$FINCON_VAULT_PASSWORD"
    exit 0
fi
file=${FINCON_VAULT_PASSWORD_FILE:-$HOME/.config/fincon/vault-password}
if [ ! -r "$file" ]; then
    echo "There is no vault password: $file cannot be read. Copy it there from whoever has it, with mode 0600," \
        "or set FINCON_VAULT_PASSWORD." >&2
    exit 1
fi
exec cat "$file"
