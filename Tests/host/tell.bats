# What berth tells others than the journal: the metrics for node_exporter, and each verdict by the command that an app names
# in `notify`.

load scenario

folder=/var/lib/prometheus/node-exporter
prom=$folder/berth.prom

# The folder as Debian's node_exporter makes it, with the right that docs/metrics.md gives user berth.
setup_file() {
    inside sh -euc '
        echo "u prometheus -" | systemd-sysusers -
        install -d -o prometheus -g prometheus -m 0755 "$1"
        chgrp berth "$1"
        chmod g+rwx "$1"
        systemctl start receiver-http.socket receiver-mail.socket' folder "$folder"
    "$host" copy "$BATS_TEST_DIRNAME/../../docs/notify/." /usr/local/lib/berth
}

# measure: the metrics are written from now on.
measure() { echo "metrics = \"$prom\"" | inside tee /etc/berth/conf.d/0-host.toml >/dev/null; }

# notify APP COMMAND…: in the app's settings, as the words of a TOML array.
notify() {
    printf 'notify = [%s]\n' "$(printf '"%s", ' "${@:2}")" | inside tee -a "/etc/berth/conf.d/$1.toml" >/dev/null
    reload
}

# has LINE: returns as soon as the file has it.
has() {
    # shellcheck disable=SC2016  # expanded inside
    inside timeout 10 bash -c '
        until grep --quiet --no-messages --line-regexp --fixed-strings "$2" "$1"; do
            inotifywait -qq -t 1 -e moved_to "${1%/*}" || :
        done' has "$prom" "$1" && return
    printf 'not in the file: %s\n' "$1" >&2
    inside grep -v '^#' "$prom" >&2
    return 1
}

# value NAME LABELS: of a series.
value() { inside awk -v series="$1{$2}" '$1 == series { print $2 }' "$prom"; }

# seconds MOMENT: since 1970, as the metrics have it.
seconds() {
    jq -rn --arg moment "$1" '$moment | capture("(?<s>.*?)(\\.(?<ms>[0-9]+))?Z")
        | "\(.s + "Z" | fromdateiso8601).\(.ms // "0")" | tonumber'
}

# is_near RATIO PERCENT: they are the same, but for what has changed meanwhile.
is_near() { awk -v ratio="$1" -v percent="$2" 'BEGIN { d = ratio * 100 - percent; exit !(d * d <= 4) }'; }

# watches: how many folders' events the agent listens to (inotify(7)).
watches() { inside find "/proc/$(main_pid)/fd" -lname anon_inode:inotify | wc -l; }

@test "the metrics tell each verdict, the phases, the way back, a hold and drift" {
    inside systemctl restart berth
    # That of the spools.
    equal "$(watches)" 1
    measure
    two_releases told
    release told v3 unhealthy
    drop told IMAGE_TAG=v3 "${login[@]}"
    ends_as told 2 rolledBack
    drop told PATH=/tmp
    ends_as told 3 refused

    has 'berth_deployments_total{app="told",verdict="refused"} 1'
    has 'berth_deployments_total{app="told",verdict="deployed"} 1'
    has 'berth_deployments_total{app="told",verdict="rolledBack"} 1'
    has 'berth_deployments_total{app="told",verdict="failed"} 0'
    has 'berth_running_deployment{app="told"} 1'
    has 'berth_way_back_proven{app="told"} 1'
    has 'berth_drift{app="told"} 0'
    has "berth_build_info{version=\"$(inside berth --version)\"} 1"
    is_near "$(value berth_filesystem_used_ratio 'path="/"')" "$(inside df --output=pcent / | tr -dc 0-9)"
    local record=() phase number
    record=(- "$(record told 1)" "$(record told 2)" "$(record told 3)")
    for number in 1:deployed 2:rolledBack 3:refused; do
        equal "$(value berth_verdict_timestamp_seconds "app=\"told\",verdict=\"${number#*:}\"")" \
            "$(seconds "$(jq -r .ended <<<"${record[${number%:*}]}")")"
    done
    for phase in claim check login room pull up health rollback; do
        equal "$(value berth_deployment_phase_seconds "app=\"told\",phase=\"$phase\"")" \
            "$(jq --arg phase "$phase" '[.phases[] | select(.name == $phase).seconds] | add' <<<"${record[2]}")"
    done

    inside berth hold told "a migration by hand"
    has 'berth_held{app="told"} 1'
    equal "$(watches)" 2
    inside berth resume told
    has 'berth_held{app="told"} 0'

    inside docker stop --time 0 told-frontend-1 >/dev/null
    reload
    has 'berth_drift{app="told"} 1'
    # What a restart of the agent must not change.
    inside systemctl restart berth
    inside docker start told-frontend-1 >/dev/null
    reload
    has 'berth_drift{app="told"} 0'
    has 'berth_deployments_total{app="told",verdict="refused"} 1'
    has 'berth_way_back_proven{app="told"} 1'

    equal "$(inside stat --format '%a %U' "$prom")" "644 berth"
    inside setpriv --reuid=prometheus --regid=prometheus --clear-groups cat "$prom" |
        "$BATS_TEST_DIRNAME/../promtool" check metrics
}

@test "the metrics of an app that is gone go, and a folder that is closed is told once and harms nothing" {
    measure
    new_app closed
    release closed v1
    has 'berth_held{app="closed"} 0'
    local cursor
    cursor=$(journal_cursor)
    inside chmod g-w "$folder"
    deploy closed 1 v1
    deploy closed 2 v1
    await_journal "$cursor" MESSAGE_ID=23f474c85057428e852ada28d5ed7ea3 >/dev/null
    inside chmod g+w "$folder"
    reload
    has 'berth_deployments_total{app="closed",verdict="deployed"} 2'
    equal "$(inside journalctl --after-cursor="$cursor" -o cat MESSAGE_ID=23f474c85057428e852ada28d5ed7ea3 | wc -l)" 1
    inside rm /etc/berth/conf.d/closed.toml
    reload
    # shellcheck disable=SC2016  # expanded inside
    inside timeout 10 bash -c 'while grep -q closed "$1"; do inotifywait -qq -t 1 -e moved_to "${1%/*}" || :; done' gone "$prom"
    inside rm /etc/berth/conf.d/0-host.toml
    reload
    inside test ! -e "$prom"
}

# received TEXT: what the journal says of the receivers after CURSOR.
received() { await_journal "$1" SYSLOG_IDENTIFIER=receiver "MESSAGE=$2" >/dev/null; }

told() { inside cat "/srv/told/$1"; }

@test "each example of docs/notify tells a rollback, hostile words are plain text, and the record is all that it gets" {
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc '
        rm -rf /srv/told
        cd /etc/berth
        printf "%s\n" "url = \"http://127.0.0.1:8080/hook\"" "header = \"Authorization: Bearer of-the-hook\"" >webhook.curl
        printf "%s\n" "url = \"http://127.0.0.1:8080/ntfy\"" >ntfy.curl
        printf "%s\n" "url = \"smtp://127.0.0.1:2525\"" >mail.curl
        printf "%s\n" "url = \"http://127.0.0.1:8080/v1/traces\"" >otlp.curl
        chgrp berth ./*.curl
        chmod 0640 ./*.curl
        printf "%s\n" "#!/bin/bash" "set -euo pipefail" "record=\$(cat)" "cd /usr/local/lib/berth" \
            "{ id --user --name; env; } >/run/berth/notified" \
            "./webhook /etc/berth/webhook.curl <<<\"\$record\"" \
            "./ntfy /etc/berth/ntfy.curl deployments <<<\"\$record\"" \
            "./mail /etc/berth/mail.curl berth@server.example ops@example.com <<<\"\$record\"" \
            "./otlp /etc/berth/otlp.curl <<<\"\$record\"" >/usr/local/bin/tell-us
        chmod 0755 /usr/local/bin/tell-us'
    new_app heard
    notify heard /usr/local/bin/tell-us
    release heard v1
    release heard v2 unhealthy
    local cursor record
    cursor=$(journal_cursor)
    deploy heard 1 v1
    received "$cursor" "POST /v1/traces"
    equal "$(told hook/body | jq -r .text)" "heard #1 deployed"
    equal "$(told ntfy/body | jq -c '[.topic, .title, .priority]')" '["deployments","heard #1 deployed",2]'
    inside test ! -e /srv/told/mail

    cursor=$(journal_cursor)
    drop heard IMAGE_TAG=v2 "${login[@]}"
    ends_as heard 2 rolledBack
    received "$cursor" "POST /v1/traces"
    record=$(record heard 2)
    contains "$(told hook/head)" "Authorization: Bearer of-the-hook"
    equal "$(told hook/body | jq -r '.text, .cause, .reason')" \
        "$(jq -r '"\(.app) #\(.number) \(.verdict): \(.reason)", .cause, .reason' <<<"$record")"
    equal "$(told ntfy/body | jq -c '[.title, .priority, .tags, .message]')" \
        "$(jq -c '["heard #2 rolledBack", 4, ["leftwards_arrow_with_hook"], .reason]' <<<"$record")"
    equal "$(told mail/envelope)" $'MAIL FROM:<berth@server.example>\nRCPT TO:<ops@example.com>'
    contains "$(told mail/body)" $'\nSubject: heard #2 rolledBack\n'
    contains "$(told mail/body)" "$(jq -r .reason <<<"$record")"
    contains "$(told mail/body)" "IMAGE_TAG=v2"
    one_trace "$(told v1/traces/body)" "$record"
    hostile_words

    # shellcheck disable=SC2016  # expanded inside
    equal "$(inside sh -c 'sed "s/=.*//" /run/berth/notified | grep -v -e "^_$" -e SHLVL -e PWD | sort | tr "\n" " "')" \
        "BERTH_APP BERTH_CAUSE BERTH_DEPLOYMENT BERTH_VERDICT HOME LANG PATH berth "
    inside rm /run/berth/notified
    # Nor is a value of .env in what was sent.
    run inside sh -c "$tools/find-env-values /srv/told /srv/*/.env"
    equal "$status" 1
    equal "$(inside journalctl --after-cursor="$cursor" -o cat MESSAGE_ID=a7064387e35846f4bd4471946bd9f518)" ""
}

# hostile_words: of a variable, and of the container of a step, whose last line is in the reason; then a drop that is refused.
hostile_words() {
    # shellcheck disable=SC2016  # text
    local words='<!channel> <http://evil|x> & "$(touch /srv/pwned)" \n' note cursor record
    # shellcheck disable=SC2016  # text
    note='it'\''s "quoted", $(touch /srv/pwned), `touch /srv/pwned` and C:\new'
    inside tee -a /srv/heard/docker-compose.yml >/dev/null <<END
x-berth:
  steps:
    - name: migrate
      service: backend
      when: before
      command: [sh, -c, 'printf "%s\\n" "\$\$0" >&2; exit 3', '${words/\$/\$\$}']
END
    cursor=$(journal_cursor)
    drop heard IMAGE_TAG=v1 "NOTE=$note" "${login[@]}"
    ends_as heard 3 failed step-failed
    received "$cursor" "POST /v1/traces"
    record=$(record heard 3)
    contains "$(jq -r .reason <<<"$record")" "$words"
    contains "$(told hook/body | jq -r .text)" '&lt;!channel&gt; &lt;http://evil|x&gt; &amp; "$(touch /srv/pwned)" \n'
    equal "$(told hook/body | jq -r .text | tr -dc '<>')" ""
    equal "$(told ntfy/body | jq -r .message)" "$(jq -r .reason <<<"$record")"
    contains "$(told mail/body)" "NOTE=$note"
    contains "$(told mail/body)" "$words"
    equal "$(told v1/traces/body | jq -r '.resourceSpans[0].scopeSpans[0].spans[0].status.message')" \
        "$(jq -r .reason <<<"$record")"
    inside test ! -e /srv/pwned

    cursor=$(journal_cursor)
    drop heard PATH=/tmp
    received "$cursor" "POST /v1/traces"
    equal "$(told hook/body | jq -r .verdict)" refused
    equal "$(told ntfy/body | jq -r .title)" "heard #3 failed"
    contains "$(told mail/body)" $'\nSubject: heard #3 failed\n'
}

# one_trace BODY RECORD: the phases of the record as the spans of one trace, by the rules of OTLP's JSON: identifiers in
# hexadecimal, times as text, in order and within the whole.
one_trace() {
    local spans
    equal "$(jq -c '.resourceSpans[0].resource.attributes[0]' <<<"$1")" '{"key":"service.name","value":{"stringValue":"berth"}}'
    spans=$(jq -c '.resourceSpans[0].scopeSpans[0].spans' <<<"$1")
    equal "$(jq -c 'map(.name)' <<<"$spans")" "$(jq -c '["deploy \(.app)"] + [.phases[].name]' <<<"$2")"
    jq -e '
        .[0] as $whole
        | ([.[].traceId] | unique | length == 1) and ([.[].spanId] | unique | length) == length
        and all(.[]; (.traceId | test("^[0-9a-f]{32}$")) and (.spanId | test("^[0-9a-f]{16}$")) and .kind == 1
            and (.startTimeUnixNano | test("^[0-9]{19}$")) and (.startTimeUnixNano <= .endTimeUnixNano)
            and .startTimeUnixNano >= $whole.startTimeUnixNano and .endTimeUnixNano <= $whole.endTimeUnixNano)
        and all(.[1:][]; .parentSpanId == $whole.spanId) and ($whole | has("parentSpanId") | not)
        and $whole.status.code == 2 and ([.[1:][] | select(.status.code == 2).name] == ["health"])' <<<"$spans"
}

@test "a command that is missing, fails, floods or hangs harms nothing, and what a stop has cut off is told again" {
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc '
        printf "%s\n" "#!/bin/bash" "cat >/dev/null" "case \$(cat /srv/mode) in" \
            "fails) echo no route to host >&2; exit 7 ;;" \
            "floods) yes | head -n 200000 ;;" \
            "leaves) setsid sleep infinity & logger --tag receiver left ;;" \
            "hangs) trap \"\" TERM; echo hanging; sleep infinity ;;" \
            "works) logger --tag receiver \"told \$BERTH_DEPLOYMENT\" ;;" \
            esac >/usr/local/bin/odd
        chmod 0755 /usr/local/bin/odd'
    mode() { echo "$1" | inside tee /srv/mode >/dev/null; }
    failed() {
        await_journal "$cursor" MESSAGE_ID=a7064387e35846f4bd4471946bd9f518 BERTH_APP=odd "BERTH_DEPLOYMENT=$1" |
            jq -r .MESSAGE
    }
    new_app odd
    release odd v1
    local cursor
    cursor=$(journal_cursor)
    notify odd /nowhere/odd
    deploy odd 1 v1
    contains "$(failed 1)" "/nowhere/odd: cannot be started: /nowhere/odd was not found"
    inside sed -i '/^notify/d' /etc/berth/conf.d/odd.toml
    notify odd /usr/local/bin/odd

    mode fails
    drop odd PATH=/tmp
    ends_as odd 2 refused name-barred
    contains "$(failed 2)" "/usr/local/bin/odd: exit code 7: no route to host"

    mode floods
    drop odd PATH=/tmp
    await_journal "$cursor" BERTH_APP=odd BERTH_DEPLOYMENT=3 "MESSAGE=odd #3: … 197950 lines are left out" >/dev/null

    mode leaves
    drop odd PATH=/tmp
    received "$cursor" left

    mode hangs
    drop odd PATH=/tmp
    await_journal "$cursor" BERTH_APP=odd BERTH_DEPLOYMENT=5 "MESSAGE=odd #5: hanging" >/dev/null
    # The next drops do not wait for it.
    deploy odd 6 v1
    mode works
    inside timeout 20 systemctl restart berth
    received "$cursor" "told 6"
    equal "$(inside journalctl --after-cursor="$cursor" -o cat SYSLOG_IDENTIFIER=receiver)" $'left\ntold 5\ntold 6'
    equal "$(inside journalctl --after-cursor="$cursor" -o json MESSAGE_ID=a7064387e35846f4bd4471946bd9f518 |
        jq -r .BERTH_DEPLOYMENT | tr '\n' ' ')" "1 2 "
}
