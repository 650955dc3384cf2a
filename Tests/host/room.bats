# The disk guard, on a small filesystem of the Engine's own that really fills: what goes, what never does, and what happens
# when that is not enough.

load scenario

# The releases that every scenario deploys, under an app of its own; v1 is the large one.
setup_file() {
    load scenario
    clear_apps
    engine_disk 300M
    "$host" image room:v1 PAD=40M
    "$host" image room:v2 PAD=5M
    "$host" image room:v3 PAD=5M
    "$host" image room:v4 PAD=5M
    "$host" image room:bad unhealthy PAD=5M
}

teardown_file() {
    load scenario
    clear_apps
    engine_disk
}

# What a scenario has left, also one that failed. The records go too: the images of an app that has left the host's file are
# of no interest here.
setup() {
    clear_apps
    fill 0
    inside sh -euc '
        systemctl kill --signal=CONT docker-registry
        mount -o remount,nr_inodes=1000000 /var/lib/docker
        find /var/lib/berth -mindepth 1 -maxdepth 1 -type d -exec rm -r {} +
        docker image prune --all --force
        docker volume prune --all --force
        docker builder prune --all --force 2>&1' >/dev/null
}

# small_app NAME [KEEP]: an app of one service, which is deployed in a second or two; it keeps no release beside the last
# good one unless told.
small_app() {
    app "$1"
    inside sed -i '/^  frontend:/,$d; s/interval: 1s/&\n      start_period: 1s\n      start_interval: 100ms/; s|5000/.*-backend|5000/room|' "/srv/$1/docker-compose.yml"
    inside sh -c "echo 'keep = ${2-0}' >>/etc/berth/conf.d/$1.toml"
    reload
}

# start NAME: an app whose v2 runs, and which v1 is superseded for.
start() {
    small_app "$1"
    deploy "$1" 1 v1
    deploy "$1" 2 v2
}

# disk LINE…: what the host's file says of the disk.
disk() {
    printf '%s\n' '[disk]' "$@" | inside tee /etc/berth/conf.d/disk.toml >/dev/null
    reload
}

# Lets the guard take all that it may, however little is used.
hungry=("guard = 2" "target = 1" "refuse = 100")

fill() { inside "$tools/fill" "$1"; }

# used [i]pcent: how full the Engine's filesystem is, in percent.
used() { inside df --output="${1-pcent}" /var/lib/docker | tail -n 1 | tr -dc 0-9; }

local_image() { inside "$tools/local-image" "$@"; }

# An image without a name; prints its ID.
dangling_image() {
    inside sh -c 'tar --create --file=- --directory=/usr/local/lib/host/image bin/health | docker import - 2>/dev/null'
}

images() { inside docker image ls --format '{{.Repository}}:{{.Tag}}' | sort; }

volumes() { inside docker volume ls --quiet | sort; }

build_cache() { inside docker system df --format json | jq -r 'select(.Type == "Build Cache").TotalCount'; }

# An anonymous volume that nothing refers to; prints its name.
anonymous_volume() { inside docker volume create; }

# without LIST LINE…: the list's other lines.
without() { grep --invert-match --line-regexp --fixed-strings --file=<(printf '%s\n' "${@:2}") <<<"$1"; }

# with LIST LINE…
with() { printf '%s\n' "$@" | sort; }

# A database whose app is down: its volume, which the app's Compose file names, is what `keep` is about.
database_that_is_down() {
    small_app "$1"
    inside sh -c "sed -i 's|^    env_file: .env|&\n    volumes: [\"db:/data\"]|' /srv/$1/docker-compose.yml
        printf '%s\n' 'volumes:' '  db: $2' >>/srv/$1/docker-compose.yml"
    deploy "$1" 1 v2
    inside sh -c "cd /srv/$1 && docker compose down 2>/dev/null"
}

disk_guard=16b0b4601633420491d0ddb6a7c0e910

guard_ran() { await_journal "$1" MESSAGE_ID="$disk_guard" >/dev/null; }

guard_did_not_run() { equal "$(inside journalctl --after-cursor="$1" --output=cat --quiet MESSAGE_ID="$disk_guard")" ""; }

@test "at 79 % nothing but dangling images goes" {
    start below
    local_image old:1 "2 days ago" "2 days ago"
    local_image dangling:1 "2 days ago" "2 days ago"
    local before dangling cursor
    before=$(images)
    dangling=$(dangling_image)
    cursor=$(journal_cursor)
    fill 79
    deploy below 3 v3
    run inside docker image inspect "$dangling"
    [[ $status != 0 ]]
    equal "$(images)" "$(with "$(without "$before" berth/below/backend:2)" 127.0.0.1:5000/room:v3 berth/below/backend:3)"
    guard_did_not_run "$cursor"
}

@test "at 81 % the guard frees to the target, no further, and the drop is deployed" {
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
}

@test "under the greatest need all that anybody may still want is there afterwards" {
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

@test "build cache of today stays" {
    small_app built
    inside sh -euc 'mkdir -p /srv/cache
        cd /srv/cache
        cp /usr/bin/busybox .
        printf "FROM scratch\nCOPY busybox /busybox\n" >Dockerfile
        printf "services:\n  cache:\n    build: .\n    image: cache:1\n" >docker-compose.yml
        docker compose build --quiet'
    local before
    before=$(build_cache)
    [[ $before -gt 0 ]]
    disk "${hungry[@]}"
    deploy built 1 v2
    equal "$(build_cache)" "$before"
    contains "$(images)" cache:1
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
    ends_as "$1" "$2" refused
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
    contains "$(reason full 2)" "/var/lib/docker is 97 % full"
    fill 0
    deploy full 3 v3
}

@test "a disk that a container's log fills is refused with that log" {
    small_app talks
    deploy talks 1 v2
    # The Engine writes it at its own pace.
    inside timeout 20 sh -c '
        docker exec talks-backend-1 sh -c "yes \$(head -c 8000 /dev/zero | tr \\\\0 x) | head -n 10000 >/proc/1/fd/1"
        log=$(docker inspect --format "{{.LogPath}}" talks-backend-1)
        until test "$(stat --format %s "$log")" -gt 80000000; do inotifywait -qq -t 1 "$log" || :; done'
    disk "guard = 10" "target = 5" "refuse = 20"
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
    ends_as torn 2 failed
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

# What a dry run and a run say alike.
plan() { jq -c '[.removals[] | [.kind, .id, .names, .reason]]'; }

everything() {
    images
    inside sh -c 'docker image ls --all --quiet --no-trunc; docker volume ls --quiet; docker ps --all --quiet --no-trunc'
}

@test "berth prune does what its dry run says, which changes nothing" {
    start hand
    local_image old:1 "2 days ago" "2 days ago"
    local_image young:1 "10 minutes ago" "10 minutes ago"
    dangling_image >/dev/null
    anonymous_volume >/dev/null
    inside docker volume create named >/dev/null
    disk "${hungry[@]}" 'volumes = "anonymous"'
    local before dry real
    before=$(everything)
    dry=$(inside berth prune --dry-run --json)
    equal "$(everything)" "$before"
    # Each image and each volume is there once, with a reason.
    equal "$(jq -r '.removals[], .kept[] | select(.kind != "buildCache" and .reason != "") | .id' <<<"$dry" | sort)" \
        "$(inside sh -c 'docker image ls --quiet --no-trunc; docker volume ls --quiet' | sort -u)"
    equal "$(jq -c '[.after, (.removals | map(.outcome) | unique)]' <<<"$dry")" '[null,["planned"]]'
    equal "$(jq -r '.removals | map(.kind) | sort | join(" ")' <<<"$dry")" "image image image volume"
    real=$(inside berth prune --json)
    equal "$(plan <<<"$real")" "$(plan <<<"$dry")"
    equal "$(jq -c '.removals | map(.outcome) | unique' <<<"$real")" '["removed"]'
    equal "$(images) $(volumes)" $'127.0.0.1:5000/room:v2\nberth/hand/backend:2\nyoung:1 named'
    [[ $(jq '.after[].used' <<<"$real" | sort -n | head -n 1) -lt $(jq '.before[].used' <<<"$real" | sort -n | head -n 1) ]]
}

@test "berth prune waits for a pull of the agent" {
    start waits
    disk "${hungry[@]}"
    inside sh -c "printf %s '$canary' | runuser -u berth -- docker login -u ci --password-stdin 127.0.0.1:5000" 2>/dev/null
    inside systemctl kill --signal=STOP docker-registry
    local cursor
    cursor=$(journal_cursor)
    drop waits IMAGE_TAG=v3
    await_journal "$cursor" BERTH_APP=waits BERTH_DEPLOYMENT=3 BERTH_PHASE=pull >/dev/null
    local_image old:1 "2 days ago" "2 days ago"
    run inside timeout 1 berth prune
    equal "$status" 124
    contains "$(images)" old:1
    inside systemctl kill --signal=CONT docker-registry
    ends_as waits 3 deployed
    inside berth prune
    [[ $(images) != *old:1* ]]
    inside rm -r /var/lib/berth/.docker
}

# In each round what one app pulls is on the host only as what the guard wants to take of the other app at that moment, which
# is its release before the last one: with the same base (a, b), or the very same image (s).
@test "of fifty times two pulls, beside which the guard prunes for the other app, none loses a layer" {
    local base cursor round left=(s0 a1 a2 a3) right=(b2 b3 s0 b1)
    "$host" image room:s0 PAD=5M
    for base in 1 2 3; do
        "$host" image base:$base PAD=5M
        inside "$tools/image-onto" base:$base room:a$base room:b$base
    done
    small_app left
    small_app right
    disk "${hungry[@]}"
    cursor=$(journal_cursor)
    for round in {1..50}; do
        drop left "IMAGE_TAG=${left[round % 4]}" "${login[@]}"
        drop right "IMAGE_TAG=${right[round % 4]}" "${login[@]}"
        equal "$(await_verdict left "$round" | jq -r .verdict) $(await_verdict right "$round" | jq -r .verdict)" "deployed deployed"
        equal "$(serves left backend) $(serves right backend)" "${left[round % 4]} ${right[round % 4]}"
    done
    runs left 50
    runs right 50
    [[ $(inside journalctl --after-cursor="$cursor" --output=cat MESSAGE_ID="$disk_guard" | wc -l) -ge 50 ]]
    # Compose's own lines are the pull's, and its end is read before the pull counts as ended: nothing went in between.
    equal "$(inside journalctl --after-cursor="$cursor" --output=cat SYSLOG_IDENTIFIER=berth |
        awk '/ Pulling$/ { pulls++ } / Pulled$/ { pulls-- } /^Removed / && pulls')" ""
}
