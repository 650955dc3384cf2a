# shellcheck shell=bash
# What the scenarios of the disk guard share: a small filesystem of the Engine's own, and apps that are deployed in a second
# or two; a file begins with `load room`.
# shellcheck disable=SC2154,SC2034  # lib.bash and scenario.bash set host, tools and login; the scenarios use the rest

load scenario

setup_file() { small_disk; }

teardown_file() { own_disk; }

# The releases are there for every scenario to deploy, under an app of its own; v1 is the large one.
small_disk() {
    clear_apps
    engine_disk 300M
    "$host" image room:v1 PAD=40M
    "$host" image room:v2 PAD=5M
    "$host" image room:v3 PAD=5M
}

own_disk() {
    clear_apps
    own_engine
    engine_disk
}

# What a scenario has left, also one that failed. The records go too: the images of an app that has left the host's file are
# of no interest here.
setup() {
    clear_apps
    own_engine
    fill 0
    inside sh -euc '
        systemctl kill --signal=CONT docker-registry
        mount -o remount,nr_inodes=1000000 /var/lib/docker
        find /var/lib/berth -mindepth 1 -maxdepth 1 -type d ! -name ".*" -exec rm -r {} +
        docker image prune --all --force
        docker volume prune --all --force
        docker builder prune --all --force 2>&1' >/dev/null
}

# other_engine FOLDER SETTING: an Engine with an empty filesystem at FOLDER, and with one more setting in daemon.json, as
# jq(1) writes an object's member; `own_engine` takes both away again.
other_engine() {
    inside systemctl stop docker.socket docker.service containerd.service
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc '
        cd /etc/docker
        cp -p daemon.json own.json
        jq ". + { $2 }" own.json >daemon.json
        mkdir -p "$1"
        mount -t tmpfs -o size=300M other-engine "$1"' other "$1" "$2"
    engine_start
}

own_engine() {
    inside test -e /etc/docker/own.json || return 0
    inside systemctl stop docker.socket docker.service containerd.service
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc 'umount $(findmnt --noheadings --raw --output TARGET --source other-engine)
        mv /etc/docker/own.json /etc/docker/daemon.json'
    engine_start
}

# small_app NAME [KEEP]: an app of one service, which is deployed in a second or two; it keeps no release beside the last
# good one unless told.
small_app() {
    app "$1"
    # shellcheck disable=SC2016  # for sed
    inside sed -i '/^  frontend:/,$d
        s/interval: 1s/&\n      start_period: 1s\n      start_interval: 100ms/
        s|5000/.*-backend|5000/room|' "/srv/$1/docker-compose.yml"
    inside sh -c "echo 'keep = ${2-0}' >>/etc/berth/conf.d/$1.toml"
    reload
}

# start NAME: an app whose v2 runs, by which v1 is superseded.
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

# Skips a scenario in which an old image goes: with containerd's store an image is as old as its name there, which cannot
# be set.
needs_old_images() {
    [[ ${BERTH_HOST_FLAVOUR:-trixie} == trixie ]] || skip "images can be made old with overlay2 alone"
}

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
drop_claimed=e433f95ad483461a894fb9bab7166674
prune_failed=c0f0e252706846fda54942c4a0fc7204

guard_ran() { await_journal "$1" MESSAGE_ID="$disk_guard" >/dev/null; }

guard_did_not_run() { equal "$(inside journalctl --after-cursor="$1" --output=cat --quiet MESSAGE_ID="$disk_guard")" ""; }

# --- the lock that keeps pulls and prunes apart

# Holds it as a pull does, until `pull_ends`, or until the scenario ends in whatever way.
pull_begins() {
    coproc holder { inside runuser -u berth -- flock --shared /var/lib/berth/.locks/images sh -c 'echo held; cat'; }
    read -r -t 5 -u "${holder[0]}"
}

pull_ends() {
    local pid=$holder_PID input=${holder[1]}
    exec {input}>&-
    wait "$pid"
}

# waits_in_room APP N: returns once the deployment has got so far, and the agent has the lock's file open.
waits_in_room() {
    # shellcheck disable=SC2016  # expanded inside
    inside timeout 20 bash -uc '
        record=/var/lib/berth/$1/deployments/$2.json
        agent=$(systemctl show --property=MainPID --value berth)
        until [[ $(jq -r ".phases[-1].name" "$record") == room && $(find "/proc/$agent/fd" -lname "*/.locks/images") ]]; do
            # Otherwise its exit code would end up as that of the loop.
            inotifywait -qq -t 1 /var/lib/berth/.locks/images || true
        done' room "$1" "$2" 2>/dev/null
}
