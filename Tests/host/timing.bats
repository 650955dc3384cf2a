# bats file_tags=alone
# How fast the gate and the way back are, by the Engine's own timestamps, and what an agent costs that has nothing to do.

load scenario

rounds=5

# events APP FROM ACTION: when the Engine saw the action on a container of the app since FROM, in milliseconds, a line each.
events() {
    inside docker events --since "$2" --until "$(engine_now)" --filter "label=com.docker.compose.project=$1" \
        --filter "event=$3" --format '{{.TimeNano}}' | sed 's/......$//'
}

# logged CURSOR APP TEXT: when a line that begins so was logged, in milliseconds.
logged() {
    inside journalctl --after-cursor="$1" -o json BERTH_APP="$2" |
        jq -r --arg text "$3" 'select(.MESSAGE | startswith($text)) | .__REALTIME_TIMESTAMP' | head -n 1 | sed 's/...$//'
}

median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }

@test "the gate decides within 50 ms of the event that decides it, the rollback starts within 250 ms of a bare compose up" {
    new_app swift
    release swift v1
    deploy swift 1 v1
    local round from cursor decided began bare
    for round in $(seq 2 $((rounds + 1))); do
        release swift "bad$round" unhealthy
        from=$(engine_now)
        cursor=$(journal_cursor)
        drop swift "IMAGE_TAG=bad$round" "${login[@]}"
        ends_as swift "$round" rolledBack
        decided=$(events swift "$from" 'health_status: unhealthy' | head -n 1)
        began=$(logged "$cursor" swift "swift #$round: rolling back")
        echo $((began - decided)) >>"$BATS_TEST_TMPDIR/decision"
        echo $(($(events swift "$(bc_seconds "$began")" start | head -n 1) - began)) >>"$BATS_TEST_TMPDIR/rollback"
        # The same switch by hand: the bad release is up again, then Compose brings back the good one.
        by_hand "bad$round" >/dev/null
        bare=$(by_hand v1)
        echo "$bare" >>"$BATS_TEST_TMPDIR/bare"
    done
    decided=$(median <"$BATS_TEST_TMPDIR/decision")
    began=$(median <"$BATS_TEST_TMPDIR/rollback")
    bare=$(median <"$BATS_TEST_TMPDIR/bare")
    echo "# medians of $rounds: decided after $decided ms; first start after $began ms, bare compose up $bare ms" >&3
    [[ $decided -le 50 ]]
    [[ $((began - bare)) -le 250 ]]
}

@test "an idle agent has two threads, wakes up for its watchdog alone, and the journal has no line that berth did not write" {
    two_releases idle
    deploy idle 2 v2
    deploy idle 3 v2
    # A step is one more child.
    policy idle '  steps: [{ name: hello, service: backend, command: [echo, hello], when: before }]'
    deploy idle 4 v1
    equal "$(inside journalctl --output=json _SYSTEMD_UNIT=berth.service |
        jq -r 'select(._TRANSPORT != "journal" or .SYSLOG_IDENTIFIER != "berth") | .MESSAGE')" ""
    local wakeups
    wakeups=$(inside "$tools/count-wakeups" "$(main_pid)" 15)
    # A beat of the watchdog may fall into the time. An executor that looks for work each second wakes up fifteen times.
    echo "# woke up $wakeups times in 15 s" >&3
    [[ $wakeups -le 6 ]]
    equal "$(inside sh -c "ls /proc/$(main_pid)/task | wc -l")" 2
}

# Milliseconds as `docker events` takes them.
bc_seconds() { printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)); }

# by_hand TAG: milliseconds from the start of a bare `docker compose up` to the first container's start.
by_hand() {
    local from
    # The bad images' own tags were let go with the release; the registry has them.
    inside sh -c "printf %s '$canary' | docker login -u ci --password-stdin 127.0.0.1:5000 >/dev/null 2>&1
        cd /srv/swift && IMAGE_TAG=$1 docker compose pull --quiet 2>/dev/null; rm -rf /root/.docker"
    from=$(inside date +%s%3N)
    inside sh -c "cd /srv/swift && IMAGE_TAG=$1 docker compose up --detach --pull never 2>/dev/null"
    echo $(($(events swift "$(bc_seconds "$from")" start | head -n 1) - from))
}

# many_records APPS RECORDS FILE: so many apps that have nothing but so many records each, copies of this one of app `busy`.
many_records() {
    # shellcheck disable=SC2016  # expanded inside
    inside bash -euc 'systemctl stop berth
        for ((app = 1; app <= $1; app++)); do
            name=app$app
            install -d "/srv/$name"
            install -d -o berth -g berth -m 2770 "/var/spool/berth/$name"
            printf "[apps.%s]\ndirectory = \"/srv/%s\"\n" "$name" "$name" >"/etc/berth/conf.d/$name.toml"
            mkdir -p "/var/lib/berth/$name/deployments"
            for ((number = 1; number <= $2; number++)); do
                record=${3//busy/$name}
                printf "%s\n" "${record/\"number\": 1,/\"number\": $number,}" >"/var/lib/berth/$name/deployments/$number.json"
            done
        done
        chown --recursive berth:berth-records /var/lib/berth
        systemctl start berth' records "$@"
}

# The records in memory, so that no fsync takes its time.
records_in_memory() {
    inside sh -euc 'systemctl stop berth
        mkdir /run/records
        mount -t tmpfs records /run/records
        cp -a /var/lib/berth/. /run/records/
        chown --reference=/var/lib/berth /run/records
        chmod --reference=/var/lib/berth /run/records
        mount --bind /run/records /var/lib/berth
        systemctl start berth'
}

# longest_turn N TAG: of an agent that reads all records anew, and deploys once, in seconds.
longest_turn() {
    inside sh -euc 'systemctl stop berth
        rm -f /var/lib/berth/*/history /srv/metrics/berth.prom
        systemctl start berth'
    deploy busy "$1" "$2" >/dev/null
    # shellcheck disable=SC2016  # expanded inside
    inside timeout 10 sh -euc 'until grep -q "busy.*\"deployed\".* $1\$" /srv/metrics/berth.prom; do :; done
        sed -n "s/^berth_event_loop_longest_turn_seconds //p" /srv/metrics/berth.prom' longest "$1"
}

# What else the machine does can make a turn longer, but not each time.
@test "no turn of the agent's event loop takes longer than a tenth of a second: 10,000 records without an index, 10 MB of output" {
    local longest number tags=(- - v2 v1 v2)
    new_app busy
    release busy v1
    release busy v2
    deploy busy 1 v1
    records_in_memory
    many_records 50 200 "$(record busy 1)"
    inside install -d -o berth /srv/metrics
    echo 'metrics = "/srv/metrics/berth.prom"' | inside tee /etc/berth/conf.d/0-host.toml >/dev/null
    policy busy '  steps: [{ name: loud, service: backend, command: [/bin/sh, -c, "yes $(printf %0200d 0) | head -c 10000000"], when: before }]'
    for number in 2 3 4; do
        longest=$(longest_turn "$number" "${tags[number]}")
        equal "$(inside sh -c 'ls /var/lib/berth/app50/deployments | wc -l')" 200
        echo "# the longest turn took $longest s" >&3
        ! jq --null-input --exit-status --arg longest "$longest" '($longest | tonumber) < 0.1' >/dev/null || break
    done
    jq --null-input --exit-status --arg longest "$longest" '($longest | tonumber) < 0.1' >/dev/null
    inside sh -euc 'systemctl stop berth
        umount /var/lib/berth /run/records
        rm -r /etc/berth/conf.d /srv/metrics
        systemctl start berth'
}
