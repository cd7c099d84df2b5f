#!/bin/sh
# Copyright (c) 2026, fincon.mail contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# An adapter of the command backend in plain sh and jq (1.5 or newer), one JSON file for each record:
#
#     installation: {backend: command, command: [/opt/fincon/shell.sh, /var/lib/fincon/branch]}
#
# The folder holds smtp_servers/ and users/. A file's name is that of its record, without case and URL-encoded; case is
# compared for ASCII letters only, since jq knows no others. List the Fincon users beforehand:
# users/THANDI.json with {"user": "THANDI"}. The files hold passwords, so the folder has mode 0700.
#
# Replace read_all and the lines that write files by what drives your Fincon; the rest is the protocol.

set -u
umask 077
folder=$1
command -v jq > /dev/null || { echo 'jq is needed and not installed' >&2; exit 1; }

# The request goes through pipes and builtins only: an argument of a program can be read by every user of the machine.
request=$(cat)
ask() { printf '%s' "$request" | jq -r "$@"; }

refuse() { # code, message
    jq -cn --arg code "$1" --arg message "$2" '{protocol: 1, error: {code: $code, message: $message}}'
    exit 0
}

read_all() {
    { find "$folder/smtp_servers" -name '*.json' -exec cat {} +
      echo '"users"'
      find "$folder/users" -name '*.json' -exec cat {} +
    } | jq -cs '
        map(if type == "object" then . + {password_set: ((.password // "") != "")} | del(.password) else . end)
        | index("users") as $middle
        | {protocol: 1, smtp_servers: .[:$middle], users: .[$middle + 1:]}'
}

# What has to be done for a change, in four lines: its id, what is wrong with it, resource and action, the file.
plan='
    def text: type == "string";
    def flag: type == "boolean";
    def number($least; $greatest): type == "number" and . == floor and . >= $least and . <= $greatest;
    def one_of($known): . as $word | any($known[]; . == $word);
    def fits($resource; $field):
        if $resource == "smtp_server" then
            if $field == "port" then number(1; 65535)
            elif $field == "timeout" then number(1; 600)
            elif $field | one_of(["authenticate", "use_tls"]) then flag
            else ($field | one_of(["mail_server", "username", "password", "bcc"])) and text end
        elif $resource == "mail_user" then
            ($field | one_of(["smtp_server", "username", "password", "sender_name", "sender_email", "job_title",
                              "telephone", "user_field_\(range(1; 7))"])) and text
        else $field == "email_enabled" and flag end;
    def wrong:
        if .resource | one_of(["smtp_server", "mail_user", "mail_enabled"]) | not then "unknown resource"
        elif .name | text and . != "" | not then "the record has no name"
        elif .action | one_of(["create", "update", "delete"]) | not then "unknown action"
        else .resource as $resource
            | [(.values // {}) | to_entries[] | .key as $field | select(.value | fits($resource; $field) | not) | $field]
            | if . == [] then "" else "\(.[0]) is not a field of this record, or its value does not fit" end end;
    def file:
        if .resource == "smtp_server" then "smtp_servers/\(.name | ascii_downcase | @uri).json"
        else "users/\(.name | ascii_upcase | @uri).json" end;
    wrong as $wrong
    | (.id | tojson), ($wrong | tojson), if $wrong == "" then "\(.resource) \(.action)", file else "", "" end'

# In one step: a call that is killed leaves a whole file, and at most one of another name, which nothing reads.
save() { # file, program; the record and the change on standard input
    jq -cs "$2" > "$1.new" && mv "$1.new" "$1"
}

apply_one() { # resource and action, file, change; prints why it cannot be done, or nothing
    case $1 in
        'smtp_server create')
            [ ! -e "$2" ] || { echo 'there is a definition of this name already'; return; }
            printf '%s' "$3" | save "$2" '.[0] | {name} + .values' || echo 'the file cannot be written' ;;
        'smtp_server delete') rm -f "$2" || echo 'the file cannot be removed' ;;
        'mail_enabled delete') echo 'the switch of a user cannot be deleted' ;;
        *)
            [ -e "$2" ] || { echo 'there is no such record'; return; }
            after='.[0] + .[1].values'
            [ "$1" != 'mail_user delete' ] || after='.[0] | {user, email_enabled: (.email_enabled // false)}'
            { cat "$2"; printf '%s' "$3"; } | save "$2" "$after" || echo 'the file cannot be written' ;;
    esac
}

apply() { # prints a result for each change, up to the first that fails
    ask -c '.changes[]' | while read -r change; do
        { read -r id; read -r why; read -r action; read -r file; } << LINES
$(printf '%s' "$change" | jq -r "$plan")
LINES
        [ "$why" != '""' ] || why=\"$(apply_one "$action" "$folder/$file" "$change")\"
        if [ "$why" != '""' ]; then
            printf '{"id": %s, "status": "error", "message": %s}\n' "$id" "$why"
            break
        fi
        printf '{"id": %s, "status": "done"}\n' "$id"
    done | jq -cs '{protocol: 1, results: .}'
}

verb=$(ask 'if type != "object" or .protocol != 1 then "other protocol" else .verb end' 2> /dev/null) || {
    echo 'the request is not JSON' >&2
    exit 2
}
case $verb in
    'other protocol') refuse protocol 'only version 1 of the protocol is spoken here' ;;
    describe) printf '%s\n' '{"protocol": 1, "name": "shell", "version": "1.0", "capabilities": {"delete": true}}' ;;
    read)
        [ -d "$folder/users" ] && [ -d "$folder/smtp_servers" ] || refuse unreachable "$folder has no users or no smtp_servers"
        read_all ;;
    apply) apply ;;
    *) refuse verb 'unknown verb' ;;
esac
