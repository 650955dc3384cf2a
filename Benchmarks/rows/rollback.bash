# shellcheck shell=bash
# A release that is never healthy: how long after the event that decides it berth begins to go back, and how long until the
# first container of the old release is made, against a bare `docker compose up -d` of that release.
# shellcheck disable=SC2034,SC2154

row_rollback() {
    local run
    new_app swift 2 "$healthcheck_fast"
    release swift good
    for ((run = 0; run <= runs; run++)); do release swift "bad$run" unhealthy; done
    watch_app swift
    follow_verdicts
    deploy_berth swift good
    for ((run = 0; run <= runs; run++)); do
        goes_back "bad$run"
        by_hand "bad$run"
        # The first one finds nothing in memory.
        ((run)) || samples=()
    done
    emit
}

# goes_back TAG: berth deploys the bad release.
goes_back() {
    local decided
    place_drop swift "$1"
    begun=${EPOCHREALTIME/./}
    mv /var/spool/berth/swift/.drop /var/spool/berth/swift/.env.deploy
    await_entry swift MESSAGE_ID
    [[ $entry == *"$rolling_back"* ]]
    local began=$logged
    await_verdict swift rolledBack
    decided=$(($(events swift "$begun" "$logged" 'health_status: unhealthy' | head -n 1) / 1000))
    sample verdict.rollback "$(seconds "$decided" "$began")"
    sample rollback.berth "$(seconds "$decided" "$(first_created "$decided" "$logged")")"
    rest
}

# by_hand TAG: the bad release is up again, and then the old one is brought back by hand. Its tag was let go, hence the pull.
by_hand() {
    cd /srv/swift || return
    IMAGE_TAG=$1 docker compose pull --quiet >>"$log" 2>&1
    IMAGE_TAG=$1 docker compose up -d >>"$log" 2>&1
    rest
    begun=${EPOCHREALTIME/./}
    IMAGE_TAG=good docker compose up -d >>"$log" 2>&1
    ended=${EPOCHREALTIME/./}
    sample rollback.up "$(seconds "$begun" "$(first_created "$begun" "$ended")")"
    rest
}

# first_created FROM TO: when the first container was made in this time.
first_created() { echo $(($(events swift "$1" "$2" create | head -n 1) / 1000)); }
