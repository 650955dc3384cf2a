# The agent as a service: what systemd sees of it, and how it lives through trouble.

load scenario

status_text() { inside systemctl show berth --property=StatusText --value; }

watchdog_time() { inside systemctl show berth --property=WatchdogTimestampMonotonic --value; }

@test "systemctl status tells what is done now and how it ended" {
    new_app status
    release status v1 slow:2
    contains "$(status_text)" "status: waiting for its first drop"
    local cursor
    cursor=$(journal_cursor)
    drop status IMAGE_TAG=v1 "${login[@]}"
    await_journal "$cursor" BERTH_APP=status BERTH_PHASE=health >/dev/null
    contains "$(status_text)" "status: #1 health"
    ends_as status 1 deployed
    contains "$(status_text)" "status: #1 deployed"
}

@test "a reload takes up a new app, and keeps the old settings, loudly, when the file is wrong" {
    new_app reloaded
    release reloaded v1
    local cursor pid entry
    cursor=$(journal_cursor)
    pid=$(main_pid)
    inside sh -c 'printf "[apps.reloaded]\ncolour = 1\n" >/etc/berth/conf.d/zz.toml'
    reload
    entry=$(await_journal "$cursor" MESSAGE_ID=55cb062ca7cc4d8a9e48a0664fea13e8)
    contains "$(jq -r .MESSAGE <<<"$entry")" "/etc/berth/conf.d/zz.toml:2: apps.reloaded.colour"
    equal "$(jq -r .PRIORITY <<<"$entry")" 3
    deploy reloaded 1 v1
    inside rm /etc/berth/conf.d/zz.toml
    reload
    equal "$(main_pid)" "$pid"
}

@test "an agent that hangs is restarted by the watchdog" {
    inside sh -c 'mkdir -p /run/systemd/system/berth.service.d
        printf "[Service]\nWatchdogSec=3s\nRestartSec=100ms\n" >/run/systemd/system/berth.service.d/quick.conf
        systemctl daemon-reload; systemctl restart berth'
    local cursor pid fed
    pid=$(main_pid)
    # While it lives it is fed, again and again.
    for _ in 1 2 3; do
        fed=$(watchdog_time)
        inside timeout 5 sh -c "until test \$(systemctl show berth -P WatchdogTimestampMonotonic) -gt $fed; do :; done"
    done
    equal "$(main_pid)" "$pid"
    cursor=$(journal_cursor)
    inside kill -STOP "$pid"
    AWAIT_SECONDS=20 await_journal "$cursor" MESSAGE_ID=9c27cdc45e0a4be0ae18daba2bc07836 >/dev/null
    [[ $(main_pid) != "$pid" ]]
    equal "$(inside systemctl show berth --property=Result --value)" success
    contains "$(inside journalctl -u berth --after-cursor="$cursor" -o cat)" "Watchdog timeout"
    inside sh -c 'rm -r /run/systemd/system/berth.service.d; systemctl daemon-reload; systemctl restart berth'
}

@test "an app that leaves the host's file and comes back while it deploys has one worker" {
    new_app leaving
    release leaving v1 slow:2
    release leaving v2
    local cursor
    cursor=$(journal_cursor)
    drop leaving IMAGE_TAG=v1 "${login[@]}"
    await_journal "$cursor" BERTH_APP=leaving BERTH_PHASE=health >/dev/null
    inside mv /etc/berth/conf.d/leaving.toml /tmp/leaving.toml
    reload
    inside mv /tmp/leaving.toml /etc/berth/conf.d/leaving.toml
    reload
    drop leaving IMAGE_TAG=v2 "${login[@]}"
    ends_as leaving 1 deployed
    ends_as leaving 2 deployed
    # One after the other.
    [[ ! $(record leaving 2 | jq -r .started) < $(record leaving 1 | jq -r .ended) ]]
}

@test "a record that cannot be read keeps nothing from its verdict" {
    new_app garbled
    release garbled v1
    deploy garbled 1 v1
    inside systemctl stop berth
    inside sh -c 'cd /var/lib/berth/garbled/deployments; jq ".verdict = null | .number = 3 | .phases = [{name: \"claim\", seconds: 0}]" 1.json >3.json
        echo garbage >2.json; chown berth:berth *.json'
    inside systemctl start berth
    ends_as garbled 3 failed agent-ended
    # It may have been the last good release: nobody knows the way back.
    drop garbled IMAGE_TAG=v1 "${login[@]}"
    ends_as garbled 4 refused record-unreadable
    contains "$(reason garbled 4)" "the record of #2 cannot be read"
    deploy garbled 5 v1 BERTH_FORCE=1
    deploy garbled 6 v1
}

@test "a drop that is linked into place is seen, and a folder of that name is reported" {
    new_app odd
    release odd v1
    local cursor
    cursor=$(journal_cursor)
    as_deploy mkdir /var/spool/berth/odd/.env.deploy
    await_journal "$cursor" BERTH_APP=odd MESSAGE_ID=2f94022a34c94956a315ed922c87218a >/dev/null
    as_deploy rmdir /var/spool/berth/odd/.env.deploy
    printf '%s\n' IMAGE_TAG=v1 "${login[@]}" | as_deploy sh -c 'umask 027; cd /var/spool/berth/odd; cat >.x; ln .x .env.deploy; rm .x'
    ends_as odd 1 deployed
}

@test "the Engine is restarted while the agent is idle" {
    new_app idle
    release idle v1
    release idle v2
    deploy idle 1 v1
    local pid
    pid=$(main_pid)
    inside systemctl reset-failed docker
    inside systemctl restart docker
    deploy idle 2 v2
    equal "$(serves idle backend)" v2
    equal "$(main_pid)" "$pid"
}

@test "an agent that starts without the Engine says so, waits for it, and deploys" {
    new_app patient
    release patient v1
    inside systemctl stop berth
    engine_stop
    local cursor
    cursor=$(journal_cursor)
    # Wants= would start the Engine along with it.
    inside systemctl start --job-mode=ignore-dependencies berth
    await_journal "$cursor" MESSAGE_ID=07a0a240ab504873b768b91a02a50d41 >/dev/null
    contains "$(status_text)" "Waiting for the Docker Engine"
    drop patient IMAGE_TAG=v1 "${login[@]}"
    await_journal "$cursor" BERTH_APP=patient BERTH_PHASE=check >/dev/null
    engine_start
    await_journal "$cursor" MESSAGE_ID=dbcdf9b9571240b68931adfe6b801cf7 >/dev/null
    ends_as patient 1 deployed
}

@test "a stop before the switch ends the drop as failed, and leaves the app alone" {
    new_app stopped
    release stopped v1
    deploy stopped 1 v1
    local before cursor
    before=$(ids stopped)
    cursor=$(journal_cursor)
    # An Engine that does not answer keeps the deployment in its check.
    inside sh -c 'kill -STOP $(systemctl show docker --property=MainPID --value)'
    drop stopped IMAGE_TAG=v1 "${login[@]}"
    await_journal "$cursor" BERTH_APP=stopped BERTH_PHASE=check >/dev/null
    inside systemctl stop berth
    inside sh -c 'kill -CONT $(systemctl show docker --property=MainPID --value)'
    ends_as stopped 2 failed agent-stopped
    equal "$(ids stopped)" "$before"
    inside systemctl start berth
}

@test "a stop during the health gate is resumed by the next agent" {
    new_app resumed
    release resumed v1 slow:2
    local cursor
    cursor=$(journal_cursor)
    drop resumed IMAGE_TAG=v1 "${login[@]}"
    await_journal "$cursor" BERTH_APP=resumed BERTH_PHASE=health >/dev/null
    inside systemctl restart berth
    ends_as resumed 1 deployed
    equal "$(record resumed 1 | jq -r '.phases | map(.name) | join(" ")')" \
        "claim check login room pull up health check up health settle"
}

# in_check APP: drops v1 at an Engine that does not answer, which keeps the deployment in its check.
in_check() {
    local cursor
    new_app "$1"
    release "$1" v1
    cursor=$(journal_cursor)
    inside sh -c 'kill -STOP $(systemctl show docker --property=MainPID --value)'
    drop "$1" IMAGE_TAG=v1 "${login[@]}"
    await_journal "$cursor" "BERTH_APP=$1" BERTH_PHASE=check >/dev/null
}

engine_goes_on() { inside sh -c 'kill -CONT $(systemctl show docker --property=MainPID --value)'; }

stored_drops() { inside systemctl show berth --property=NFileDescriptorStore --value; }

@test "an agent that is killed before the switch leaves its drop to the next one, which logs in with it" {
    in_check killed
    equal "$(stored_drops)" 1
    inside systemctl kill --signal=KILL berth
    engine_goes_on
    ends_as killed 1 deployed
    equal "$(record killed 1 | jq -r '.phases | map(.name) | join(" ")')" \
        "claim check check login room pull up health settle"
    equal "$(stored_drops)" 0
}

@test "an agent that is restarted before the switch leaves its drop to the next one, and one that waits too" {
    in_check handed
    drop handed IMAGE_TAG=v1 "${login[@]}" BERTH_FORCE=1
    await_journal "" BERTH_APP=handed BERTH_DEPLOYMENT=2 MESSAGE="handed #2: drop claimed" >/dev/null
    equal "$(stored_drops)" 2
    inside systemctl restart berth
    engine_goes_on
    ends_as handed 1 deployed
    ends_as handed 2 deployed
    equal "$(stored_drops)" 0
}

@test "docs/strict.conf closes what most servers do not need, and all works" {
    inside install -D /dev/stdin /run/systemd/system/berth.service.d/strict.conf <"$BATS_TEST_DIRNAME/../../docs/strict.conf"
    inside sh -c 'systemctl daemon-reload; systemctl restart berth'
    new_app strict
    release strict v1
    release strict v2 unhealthy
    deploy strict 1 v1
    policy strict '  steps:' \
        '    - { name: dump, service: backend, in: running, when: before, command: [echo, data], output: { file: dump } }'
    drop strict IMAGE_TAG=v2 "${login[@]}"
    ends_as strict 2 rolledBack not-healthy
    equal "$(serves strict backend)" v1
    equal "$(inside sh -c 'cat /var/backups/berth/strict/*')" data
    inside systemd-analyze security --threshold=13 --no-pager berth >/dev/null
    inside sh -c 'rm -r /run/systemd/system/berth.service.d; systemctl daemon-reload; systemctl restart berth'
}

@test "berth can be run by hand, and tells the same story on standard error" {
    local output
    output=$(inside sh -c 'berth agent 2>&1 || echo "exit $?"')
    contains "$output" "another agent"
    # systemd does not start such an agent again and again.
    contains "$output" "exit 75"
    equal "$(inside systemctl show berth --property=RestartPreventExitStatus --value)" "75 78"
    output=$(inside sh -c 'STATE_DIRECTORY=/tmp/state timeout --signal=INT 2 berth agent --config /tmp/none.toml 2>&1 || echo "exit $?"')
    contains "$output" "berth watches 0 apps"
    output=$(inside sh -c 'echo "colour = 1" >/tmp/bad.toml; STATE_DIRECTORY=/tmp/state berth agent --config /tmp/bad.toml 2>&1 || echo "exit $?"')
    contains "$output" "/tmp/bad.toml:1: colour: unknown key"
    contains "$output" "exit 78"
}
