#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The daily look at a fleet, for cron, which sets no PATH and asks nobody for a vault password. It mails when anything is
# not in sync, and ends with a status of docs/exit-status.md.
#
#   30 5 * * *  fincon  /srv/fincon/fincon-daily.sh

FINCON_HOME=${FINCON_HOME:-/srv/fincon}
FINCON_REPORTS=${FINCON_REPORTS:-$FINCON_HOME/reports}
FINCON_MAIL_TO=${FINCON_MAIL_TO:-ops@example.co.za}
FINCON_LONGEST=${FINCON_LONGEST:-14}
# Where ansible-playbook is, and the vault password: both are yours to set.
PATH=${FINCON_PATH:-/opt/ansible/bin}:/usr/local/bin:/usr/bin:/bin
ANSIBLE_VAULT_PASSWORD_FILE=${ANSIBLE_VAULT_PASSWORD_FILE:-$FINCON_HOME/.vault-password}
export PATH ANSIBLE_VAULT_PASSWORD_FILE
[ -e "$ANSIBLE_VAULT_PASSWORD_FILE" ] || unset ANSIBLE_VAULT_PASSWORD_FILE

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
cd "$FINCON_HOME" && mkdir -p "$FINCON_REPORTS" || exit 14
start=$(date +%s)
log=$FINCON_REPORTS/daily.log

ansible-playbook -i fleet/fincon.yml fincon.mail.drift -e "fincon_report_dir=$FINCON_REPORTS" > "$log" 2>&1
ansible-playbook -i fleet/fincon.yml fincon.mail.status -e "fincon_status_file=$FINCON_REPORTS/status.json" >> "$log" 2>&1

"$here/exit_status.py" --since "$start" --longest "$FINCON_LONGEST" \
  --drift "$FINCON_REPORTS/drift-report.json" --status "$FINCON_REPORTS/status.json" > "$FINCON_REPORTS/daily.txt"
status=$?
if [ "$status" -eq 14 ]; then
  # The report is not of today, so that it is not in the mail; what was printed says why.
  tail -n 40 "$log" >> "$FINCON_REPORTS/daily.txt"
fi
if [ "$status" -ne 0 ]; then
  mail -s "$(head -n 1 "$FINCON_REPORTS/daily.txt")" "$FINCON_MAIL_TO" < "$FINCON_REPORTS/daily.txt"
fi
exit "$status"
