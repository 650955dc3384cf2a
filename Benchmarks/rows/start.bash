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
    with_bare_unit bare_starts
    sample start.binary "$(stat --format %s /usr/bin/berth)"
    unit B start.binary
    emit
}

# with_bare_unit COMMAND…: runs it while another program, which is ready at once, is in the place of the agent.
with_bare_unit() {
    local folder=/run/systemd/system/berth.service.d
    mkdir -p "$folder"
    printf '[Service]\nExecStart=\nExecStart=%s\n' "$here/ready" >"$folder/bare.conf"
    systemctl daemon-reload
    "$@"
    rm "$folder/bare.conf"
    systemctl daemon-reload
}

bare_starts() {
    local run
    for ((run = 1; run <= runs; run++)); do
        start_agent
        sample start.bare "$(ready)"
    done
}

# ready: how long the agent took to be ready.
ready() {
    local begun ended
    begun=$(systemctl show berth --property=ExecMainStartTimestampMonotonic --value)
    ended=$(systemctl show berth --property=ActiveEnterTimestampMonotonic --value)
    seconds "$begun" "$ended"
}
