# shellcheck shell=bash
# How often the Engine is asked in an unchanged deployment, by berth and by the Compose that it starts: on a host of its own,
# and beside 200 images and 50 containers of others; and how many programs of Docker are started.
# shellcheck disable=SC2034,SC2154

row_requests() {
    new_app counted
    release counted r0
    watch_app counted
    follow_verdicts
    deploy_berth counted r0
    count_requests alone
    other_images 200
    other_containers 50
    count_requests beside
    "$here/count-processes" begin
    # The first one finds that Compose is another program.
    deploy_berth counted r0
    rest
    "$here/count-processes" begin
    deploy_berth counted r0
    rest
    sample processes.berth "$("$here/count-processes" end | tee -a "$log" | wc -l)"
    "$here/count-processes" begin
    deploy_floor counted r0
    sample processes.floor "$("$here/count-processes" end | tee -a "$log" | wc -l)"
    local series
    for series in "${!samples[@]}"; do unit n "$series"; done
    emit
}

# count_requests SERIES: also how many of them are lists of all images and of all containers.
count_requests() {
    local run kind list=/run/bench.requests
    for ((run = 1; run <= 3; run++)); do
        "$tools/count-requests" begin
        deploy_berth counted r0
        # What follows the verdict counts too.
        sleep 2
        "$tools/count-requests" end | tee "$list" >>"$log"
        sample "requests.$1" "$(wc -l <"$list")"
        for kind in images containers; do
            sample "requests.$1.$kind" "$(grep "^GET /$kind/json" "$list" | grep -vc 'filters=' || true)"
        done
    done
}
