# shellcheck shell=bash
# The agent at rest, after twenty deployments that each change the release.
# shellcheck disable=SC2034,SC2154

row_rest() {
    local run
    new_app rest
    release rest r0
    release rest r1
    # Its beats, one a minute, are none of the wake-ups that count; with an hour none falls into the time.
    set_watchdog 1h
    watch_app rest
    follow_verdicts
    for ((run = 0; run < 20; run++)); do deploy_berth rest "r$((run % 2))"; done
    # What follows the last verdict has ended.
    sleep 5
    sample rest.wakeups "$("$tools/count-wakeups" "$(agent)" 60)"
    memory rest
    sample rest.threads "$(find "/proc/$(agent)/task" -mindepth 1 -maxdepth 1 | wc -l)"
    unit n rest.wakeups rest.threads
    emit
    set_watchdog ''
}

# set_watchdog TIME: the unit's watchdog, and an agent that has just started; without TIME that of the unit as it is.
set_watchdog() {
    local folder=/run/systemd/system/berth.service.d
    rm -rf "$folder"
    if [[ -n $1 ]]; then
        mkdir -p "$folder"
        printf '[Service]\nWatchdogSec=%s\n' "$1" >"$folder/bench.conf"
    fi
    systemctl daemon-reload
    start_agent
}

# memory SERIES: what the agent has resident, and what of it is its own and written to.
memory() {
    local pid
    pid=$(agent)
    sample "$1.resident" "$(awk '/^Rss:/ { print $2 * 1024 }' "/proc/$pid/smaps_rollup")"
    sample "$1.dirty" "$(awk '/^Private_Dirty:/ { print $2 * 1024 }' "/proc/$pid/smaps_rollup")"
    unit B "$1.resident" "$1.dirty"
}
