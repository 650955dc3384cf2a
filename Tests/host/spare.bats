# What the guard spares: what only a Compose file knows of, and everything where the disk is not to be measured. And the same
# guard on the Engine's other image store.

load room

# mentions NAME FILE LINE…: an app that berth has never deployed, with these lines in that Compose file after its one service,
# which has no volume.
mentions() {
    small_app "$1"
    inside rm "/srv/$1/docker-compose.yml"
    printf '%s\n' "name: $1" services: "  app: { image: app }" "${@:3}" | inside tee "/srv/$1/$2" >/dev/null
}

# in_profile VOLUME: a service that is not started, with that volume.
in_profile() { printf '%s\n' "  tool: { image: app, profiles: [tool], volumes: [\"$1:/data\"] }" "$(external "$1")"; }

external() { printf '%s\n' volumes: "  $1: { external: true }"; }

@test "an anonymous volume stays wherever a Compose file mentions it, be it for nothing that would be started" {
    local -A volume
    local app before
    for app in profile unused elsewhere includes hidden; do volume[$app]=$(anonymous_volume); done
    before=$(volumes)
    mentions profile docker-compose.yml "$(in_profile "${volume[profile]}")"
    mentions unused docker-compose.yml "$(external "${volume[unused]}")"
    mentions elsewhere production.yml "$(in_profile "${volume[elsewhere]}")"
    inside sh -c 'echo COMPOSE_FILE=production.yml >>/srv/elsewhere/.env'
    mentions includes docker-compose.yml "include: [tools.yml]"
    printf '%s\n' services: "$(in_profile "${volume[includes]}")" | inside tee /srv/includes/tools.yml >/dev/null
    mentions hidden docker-compose.yml "include: [{ path: tools.yml, env_file: tools.env }]"
    # shellcheck disable=SC2016
    printf '%s\n' services: '  tool: { image: app, profiles: [tool], volumes: ["data:/data"] }' \
        volumes: '  data: { external: true, name: "${DATA}" }' | inside tee /srv/hidden/tools.yml >/dev/null
    inside sh -c "echo DATA=${volume[hidden]} >/srv/hidden/tools.env"
    anonymous_volume >/dev/null
    disk "${hungry[@]}" 'volumes = "anonymous"'
    fill 10
    inside berth prune
    equal "$(volumes)" "$before"
}

@test "where an app's folder is missing no volume goes" {
    small_app missing
    inside rm -r /srv/missing
    local before
    anonymous_volume >/dev/null
    before=$(volumes)
    disk "${hungry[@]}" 'volumes = "anonymous"'
    fill 10
    local report
    report=$(inside berth prune 2>&1)
    contains "$report" "Volumes stay, since not every app's Compose file could be read"
    equal "$(volumes)" "$before"
}

@test "where nobody can tell how full the disk is, nothing is removed and the drop is deployed" {
    inside mkdir -p -m 0700 /srv/closed
    other_engine /srv/closed/docker '"data-root": "/srv/closed/docker"'
    small_app blind
    deploy blind 1 v2
    local dangling cursor
    dangling=$(dangling_image)
    cursor=$(journal_cursor)
    deploy blind 2 v3
    inside docker image inspect "$dangling" >/dev/null
    contains "$(await_journal "$cursor" MESSAGE_ID="$prune_failed" BERTH_APP=blind PRIORITY=4)" \
        "the disk at /srv/closed/docker is cannot be read: Permission denied"
}

@test "on the containerd image store the guard takes what is superseded, and the way back still works" {
    other_engine /var/lib/containerd '"features": { "containerd-snapshotter": true }'
    small_app stored 1
    for number in 1 2 3; do deploy stored $number v$number; done
    disk "${hungry[@]}"
    local report
    report=$(inside berth prune --json)
    equal "$(jq -c '[.before[].path]' <<<"$report")" '["/","/var/lib/docker","/var/lib/containerd"]'
    equal "$(jq -r '.removals[].reason' <<<"$report")" "superseded release #1 of stored"
    equal "$(images)" "$(with {127.0.0.1:5000/room:v,berth/stored/backend:}{2,3})"
    runs stored 3
    drop stored BERTH_ROLLBACK_TO=previous
    ends_as stored 4 deployed
    equal "$(serves stored backend)" v2
}
