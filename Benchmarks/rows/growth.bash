# shellcheck shell=bash
# How the time of a deployment grows with the images of others on the host, and with the app's services.
# shellcheck disable=SC2034,SC2154

row_growth() {
    local count
    new_app wide
    release wide r0
    watch_app wide
    follow_verdicts
    pair wide unchanged.warm r0
    samples=()
    local before=0
    for count in 0 500 1000 2000; do
        ((count == before)) || other_images "$count"
        before=$count
        unchanged wide growth.images
        emit "$count"
    done

    fresh
    for count in 1 2 4 8; do
        new_app "tall$count" "$count"
        release "tall$count" r0 healthy "$count"
        release "tall$count" r1 healthy "$count"
        watch_app "tall$count"
        pair "tall$count" growth.warm r0
        samples=()
        unchanged "tall$count" growth.services
        changed "tall$count" growth.services
        emit "$count"
    done
}

# The floor and berth take turns on the same app: what is deployed is what runs.
pair() {
    turn floor "$1" "$3" "$2"
    turn berth "$1" "$3" "$2"
}

# Three of each are enough for a picture.
unchanged() {
    local run
    for ((run = 0; run < 3; run++)); do pair "$1" "$2.unchanged" r0; done
}

# Each of the two changes the release in its turn.
changed() {
    local run
    for ((run = 0; run < 3; run++)); do
        turn floor "$1" r1 "$2.changed"
        turn berth "$1" r0 "$2.changed"
    done
}
