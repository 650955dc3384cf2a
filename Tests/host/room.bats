# The disk guard, on a small filesystem of the Engine's own that really fills: what goes, what never does, and what happens
# when that is not enough.

load room

setup_file() {
    small_disk
    "$host" image room:v4 PAD=5M
    "$host" image room:bad unhealthy PAD=5M
}

@test "at 79 % nothing but dangling images goes" {
    start below
    local_image old:1 "2 days ago" "2 days ago"
    local before dangling cursor from
    before=$(images)
    dangling=$(dangling_image)
    cursor=$(journal_cursor)
    fill 79
    from=$(engine_now)
    deploy below 3 v3
    await_event "" "$from" type=image event=delete "image=$dangling" >/dev/null
    equal "$(images)" "$(with "$(without "$before" berth/below/backend:2)" 127.0.0.1:5000/room:v3 berth/below/backend:3)"
    guard_did_not_run "$cursor"
}

@test "at 81 % the guard frees to the target, no further, and the drop is deployed" {
    # What node_exporter would be told of it.
    inside install -d -o berth /srv/metrics
    echo 'metrics = "/srv/metrics/berth.prom"' | inside tee /etc/berth/conf.d/0-host.toml >/dev/null
    start above
    local_image old:1 "2 days ago" "2 days ago"
    local before cursor
    before=$(images)
    cursor=$(journal_cursor)
    fill 81
    deploy above 3 v3
    equal "$(serves above backend)" v3
    # v1 was enough, hence the image that nobody uses stays.
    equal "$(images)" "$(with "$(without "$before" berth/above/backend:2 127.0.0.1:5000/room:v1)" \
        127.0.0.1:5000/room:v3 berth/above/backend:3)"
    [[ $(used) -le 70 ]]
    guard_ran "$cursor"
    contains "$(inside journalctl --after-cursor="$cursor" -o cat BERTH_APP=above BERTH_PHASE=room)" "superseded release #1 of above"
    # shellcheck disable=SC2016  # expanded inside
    inside timeout 10 bash -c '
        until grep -q "^berth_disk_guard_runs_total 1$" "$1" &&
            awk "/^berth_filesystem_used_ratio.*docker/ { ratio = \$2 } END { exit !(ratio > 0 && ratio <= 0.7) }" "$1"; do
            inotifywait -qq -t 1 -e moved_to "${1%/*}" || :
        done' metrics /srv/metrics/berth.prom
}

@test "under the greatest need all that anybody may still want is there afterwards" {
    needs_old_images
    database_that_is_down base '{}'
    start needy
    local_image old:1 "2 days ago" "2 days ago"
    local_image old:2 "3 hours ago" "61 minutes ago"
    local_image built:1 "10 minutes ago" "2 days ago"
    local_image tagged:1 "2 days ago" "10 minutes ago"
    # What the Engine knows of an image that was pulled or loaded: nothing but when it was built.
    local_image pulled:1 "2 days ago" never
    for name in exited created; do local_image $name:1 "2 days ago" "2 days ago"; done
    inside sh -euc 'docker run --name exited --volume /data exited:1 true
        docker create --name created --volume named:/data --volume /data created:1 true
        docker volume create other
        docker volume create' >/dev/null
    local images volumes
    images=$(images)
    volumes=$(volumes)
    disk "${hungry[@]}"
    deploy needy 3 v3
    equal "$(images)" "$(with "$(without "$images" berth/needy/backend:2 127.0.0.1:5000/room:v1 old:1 old:2)" \
        127.0.0.1:5000/room:v3 berth/needy/backend:3)"
    equal "$(volumes)" "$volumes"
    contains "$volumes" base_db
    inside sh -c 'docker start --attach exited && docker start --attach created'
    # And the database comes up again with what it had.
    deploy base 2 v2
}

# built_image NAME:TAG: an image that the host's own builder has made.
built_image() {
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc 'mkdir -p /srv/cache
        cd /srv/cache
        cp /usr/bin/busybox .
        printf "FROM scratch\nCOPY busybox /busybox\n" >Dockerfile
        printf "services:\n  cache:\n    build: .\n    image: %s\n" "$1" >docker-compose.yml
        docker compose build --quiet' build "$1"
}

@test "build cache of today stays" {
    small_app built
    built_image cache:1
    local before
    before=$(build_cache)
    [[ $before -gt 0 ]]
    disk "${hungry[@]}"
    deploy built 1 v2
    equal "$(build_cache)" "$before"
    contains "$(images)" cache:1
}

@test "build cache that was not used for a day goes" {
    built_image cache:1
    [[ $(build_cache) -gt 0 ]]
    inside docker image rm cache:1 >/dev/null
    disk "${hungry[@]}"
    fill 10
    local report
    report=$(inside "$tools/with-old-cache" berth prune --json)
    equal "$(jq -c '.removals[] | select(.kind == "buildCache") | [.reason, .outcome]' <<<"$report")" \
        '["unused for a day","removed"]'
    equal "$(build_cache)" 0
}

@test "of the volumes exactly the anonymous ones that nothing refers to go, where the host's file says so" {
    local idle declared before
    declared=$(anonymous_volume)
    database_that_is_down outer "{ external: true, name: $declared }"
    database_that_is_down inner '{}'
    small_app volumes
    local_image exited:1 "2 days ago" "2 days ago"
    inside sh -euc 'docker run --name exited --volume /data exited:1 true
        docker run --detach --name runs --volume /data exited:1 tail -f /dev/null
        docker volume create named
        docker volume create --label owner=somebody "$(printf named | sha256sum | cut -d " " -f 1)"' >/dev/null
    before=$(volumes)
    idle=$(anonymous_volume; anonymous_volume)
    disk "${hungry[@]}"
    deploy volumes 1 v2
    equal "$(volumes)" "$(with "$before" "$idle")"
    disk "${hungry[@]}" 'volumes = "anonymous"'
    deploy volumes 2 v3
    equal "$(volumes)" "$before"
}

# is_refused APP N TEXT: the drop is refused for a reason with TEXT, and neither the app nor any image is touched.
is_refused() {
    local ids images
    ids=$(ids "$1")
    images=$(images)
    drop "$1" IMAGE_TAG=v3 "${login[@]}"
    ends_as "$1" "$2" refused no-room
    contains "$(reason "$1" "$2")" "/var/lib/docker is "
    contains "$(reason "$1" "$2")" "$3"
    equal "$(ids "$1")" "$ids"
    equal "$(images)" "$images"
    equal "$(serves "$1" backend)" v2
}

@test "a disk that something else fills is refused with its size, and once it is emptied the drop is deployed" {
    small_app full
    deploy full 1 v2
    fill 97
    is_refused full 2 "outside Docker, 29"
    # What the Engine itself writes meanwhile may be the last bit of a percent.
    [[ $(reason full 2) == *"/var/lib/docker is 9"[78]" % full"* ]]
    fill 0
    deploy full 3 v3
}

@test "a disk that a container's log fills is refused with that log" {
    small_app talks
    deploy talks 1 v2
    fill 60
    # The Engine writes it at its own pace, and can send so much in two seconds, also where the other core is busy.
    inside timeout 20 sh -c '
        docker exec talks-backend-1 sh -c "yes \$(head -c 8000 /dev/zero | tr \\\\0 x) | head -n 2000 >/proc/1/fd/1"
        log=$(docker inspect --format "{{.LogPath}}" talks-backend-1)
        until test "$(stat --format %s "$log")" -gt 16000000; do inotifywait -qq -t 1 "$log" || :; done'
    disk "guard = 62" "target = 61" "refuse = 63"
    is_refused talks 2 "log of talks-backend-1"
}

@test "a disk that a named volume fills is refused with that volume" {
    small_app holds
    deploy holds 1 v2
    inside docker run --rm --volume holds_db:/data 127.0.0.1:5000/room:v2 sh -c 'head -c 80m /dev/zero >/data/rows'
    disk "guard = 10" "target = 5" "refuse = 20" 'volumes = "anonymous"'
    is_refused holds 2 "volume holds_db, 83.9 MB"
    contains "$(volumes)" holds_db
}

@test "after the guard the way back still works, by itself and by hand" {
    small_app back 1
    deploy back 1 v1
    deploy back 2 v2
    deploy back 3 v3
    fill 81
    drop back IMAGE_TAG=bad "${login[@]}"
    ends_as back 4 rolledBack
    [[ $(images) != *room:v1* ]]
    equal "$(serves back backend)" v3
    fill 81
    drop back BERTH_ROLLBACK_TO=previous
    ends_as back 5 deployed
    equal "$(serves back backend)" v2
}

@test "a disk that gets full in the middle of a pull ends as failed, and with room the next drop is deployed" {
    "$host" image room:large PAD=60M
    small_app torn
    deploy torn 1 v2
    local ids
    ids=$(ids torn)
    # Room for what is downloaded, not for what is in it.
    fill 65
    drop torn IMAGE_TAG=large "${login[@]}"
    ends_as torn 2 failed pull-failed
    contains "$(reason torn 2)" "no space left on device"
    equal "$(record torn 2 | jq -r '.phases[-1].name')" pull
    equal "$(ids torn)" "$ids"
    [[ $(used) -le 67 ]]
    fill 0
    deploy torn 3 large
    equal "$(serves torn backend)" large
}

@test "where inodes are scarce the guard starts, though there is space" {
    start inodes
    deploy inodes 3 v3
    inside sh -c 'mount -o remount,nr_inodes=$(($(df --output=iused /var/lib/docker | tail -n 1) * 100 / 85)) /var/lib/docker'
    [[ $(used) -lt 50 && $(used ipcent) -gt 80 ]]
    deploy inodes 4 v4
    [[ $(images) != *room:v1* ]]
    equal "$(serves inodes backend)" v4
}

@test "of two quick drops the first gets the room of a superseded release, though the second waits" {
    start quick
    disk "refuse = 90"
    fill 91
    local cursor
    cursor=$(journal_cursor)
    pull_begins
    drop quick IMAGE_TAG=v3 "${login[@]}"
    waits_in_room quick 3
    drop quick IMAGE_TAG=v4 "${login[@]}"
    await_journal "$cursor" MESSAGE_ID="$drop_claimed" BERTH_APP=quick BERTH_DEPLOYMENT=4 >/dev/null
    pull_ends
    ends_as quick 3 deployed
    [[ $(images) != *room:v1* ]]
    ends_as quick 4 deployed
    equal "$(serves quick backend)" v4
}
