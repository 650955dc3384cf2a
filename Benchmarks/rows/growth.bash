# shellcheck shell=bash
# How the time of a deployment grows with the images of others on the host, and with the app's services.
# shellcheck disable=SC2034,SC2154

row_growth() {
    local count contestant run
    new_app wide
    release wide r0
    watch_app wide
    follow_verdicts
    turn berth wide r0 warm
    samples=()
    for count in 0 100 200 400; do
        ((count == 0)) || other_images "$count"
        # What is deployed is what runs, so the two can have the same app. Three of each are enough for a picture.
        for ((run = 0; run < 3; run++)); do
            turn floor wide r0 growth.images.unchanged
            turn berth wide r0 growth.images.unchanged
        done
        emit "$count"
    done

    fresh
    for count in 1 2 4 8; do
        for contestant in floor berth; do
            new_app "tall$count-$contestant" "$count"
            release "tall$count-$contestant" r0 healthy "$count"
            release "tall$count-$contestant" r1 healthy "$count"
        done
        watch_app "tall$count-berth"
        both "tall$count" r0 warm
        both "tall$count" r1 warm
        samples=()
        for ((run = 0; run < 3; run++)); do
            both "tall$count" "r$((run % 2))" growth.services.changed
            both "tall$count" "r$((run % 2))" growth.services.unchanged
        done
        emit "$count"
    done
}

# both NAME TAG SERIES: each has an app of its own.
both() {
    turn floor "$1-floor" "$2" "$3"
    turn berth "$1-berth" "$2" "$3"
}
