# shellcheck shell=bash
# Twenty apps at once. berth takes each app's drop as it comes, so they are all deployed side by side, and so does the floor.
# The apps are the same ones in turn, and what is deployed is what runs.
# shellcheck disable=SC2034,SC2154

apps=20

row_burst() {
    local run
    for ((run = 1; run <= apps; run++)); do
        new_app "app$run" 1
        release "app$run" r0 healthy 1
    done
    for ((run = 1; run <= apps; run++)); do watch_app "app$run"; done
    follow_verdicts
    for ((run = 0; run <= runs; run++)); do
        at_once_berth
        at_once_floor
        # The first one pulls, and starts the containers.
        ((run)) || samples=()
    done
    emit
}

at_once_berth() {
    local index last=0 begun
    for ((index = 1; index <= apps; index++)); do place_drop "app$index" r0; done
    begun=${EPOCHREALTIME/./}
    for ((index = 1; index <= apps; index++)); do
        mv "/var/spool/berth/app$index/.drop" "/var/spool/berth/app$index/.env.deploy"
    done
    for ((index = 1; index <= apps; index++)); do
        await_verdict ''
        ((logged <= last)) || last=$logged
    done
    sample burst.berth "$(seconds "$begun" "$last")"
    sleep 2
}

at_once_floor() {
    local index begun pids=()
    begun=${EPOCHREALTIME/./}
    for ((index = 1; index <= apps; index++)); do
        two_commands "app$index" r0 &
        pids+=($!)
    done
    wait "${pids[@]}"
    sample burst.floor "$(seconds "$begun" "${EPOCHREALTIME/./}")"
    sleep 2
}
