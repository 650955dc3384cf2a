# shellcheck shell=bash
# The program's size, and the time from its start to READY, by systemd's own moments.
# shellcheck disable=SC2034,SC2154

row_start() {
    local run
    new_app start
    watch_app start
    for ((run = 1; run <= runs; run++)); do
        start_agent
        sample start.ready "$(ready)"
    done
    sample start.binary "$(stat --format %s /usr/bin/berth)"
    unit B start.binary
    emit
}

# ready: how long the agent took to be ready.
ready() {
    local begun ended
    begun=$(systemctl show berth --property=ExecMainStartTimestampMonotonic --value)
    ended=$(systemctl show berth --property=ActiveEnterTimestampMonotonic --value)
    seconds "$begun" "$ended"
}
