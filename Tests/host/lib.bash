# shellcheck shell=bash
# What scenarios say: an app on the test host, a drop as CI brings it, and what can then be seen in records, in the
# journal and in the Engine. A scenario file starts with `load lib`. See `host --help` for the host itself.

host=${BASH_SOURCE[0]%/*}/host
tools=/usr/local/lib/host

# Runs a command on the test host as root.
inside() { "$host" run "$@"; }

# Runs a command on the test host as CI's user.
as_deploy() { inside setpriv --reuid=deploy --regid=deploy --init-groups -- "$@"; }

# equal ACTUAL EXPECTED: fails, and shows both, unless they are the same.
equal() {
    [[ $1 == "$2" ]] && return
    printf 'expected: %s\n  actual: %s\n' "$2" "$1" >&2
    return 1
}

# app NAME [FOLDER]: makes an app with a backend, which has a healthcheck, and a frontend, which has none; with its `.env`,
# its spool and its entry in /etc/berth/conf.d.
app() { inside "$tools/new-app" "$1" "${2:-/srv/$1}"; }

# release NAME TAG [BEHAVIOUR] [KEY=VALUE…]: both images of an app; the behaviour is the backend's.
release() {
    local name=$1 tag=$2
    shift 2
    "$host" image "$name-backend:$tag" "$@" >/dev/null
    "$host" image "$name-frontend:$tag" >/dev/null
}

# --- drops: each takes the app's name and the lines of the drop

spool() { echo "/var/spool/berth/$1"; }

# Places a drop as a careful CI does: under another name first, then by rename.
drop() {
    # shellcheck disable=SC2016  # expanded inside
    printf '%s\n' "${@:2}" | as_deploy sh -euc '
        umask 027
        cd "$1"
        cat >.drop
        mv .drop .env.deploy' drop "$(spool "$1")"
}

# Sends a drop over ssh by the program that the first argument names; the file lives on CI's side only while it is sent.
send() {
    # shellcheck disable=SC2016  # expanded inside
    printf '%s\n' "${@:3}" | inside bash -euc '
        ci=$(mktemp --directory)
        trap "rm -r $ci" EXIT
        cat >"$ci/.env.deploy"
        "$1" -q "$ci/.env.deploy" "deploy@127.0.0.1:$2/.env.deploy"' send "$1" "$(spool "$2")"
}

# rsync writes under a name of its own and renames.
drop_rsync() { send rsync "$@"; }

# scp writes in place.
drop_scp() { send scp "$@"; }

# Writes a drop in place piece by piece, each line a write of its own. To look at what happens in between use the three
# steps one by one; `drop_write` takes a piece as printf's %b does, so that half a line is one too.
drop_slowly() {
    local line
    drop_begin "$1"
    for line in "${@:2}"; do drop_write "$line\n"; done
    drop_end
}

drop_begin() {
    # shellcheck disable=SC2016  # expanded inside
    coproc writer { as_deploy bash -euc '
        umask 027
        exec 9>"$1/.env.deploy"
        echo opened
        while IFS= read -r piece; do
            printf %b "$piece" >&9
            echo written
        done' write "$(spool "$1")"; }
    read -r -t 5 -u "${writer[0]}"
}

# Returns when the piece is in the file.
drop_write() {
    printf '%s\n' "$1" >&"${writer[1]}"
    read -r -t 5 -u "${writer[0]}"
}

# Returns when the file is closed.
drop_end() {
    # shellcheck disable=SC2154  # coproc sets it
    local pid=$writer_PID pieces=${writer[1]}
    exec {pieces}>&-
    wait "$pid"
}

# --- what berth wrote

# record APP N: the record of a deployment, as JSON.
record() { inside cat "/var/lib/berth/$1/deployments/$2.json"; }

# await_verdict APP N [SECONDS]: the record as soon as it holds a verdict.
await_verdict() { inside "$tools/await-verdict" "$1" "$2" "${3:-120}"; }

# The place in the journal that is now its end, to look from with `await_journal`.
journal_cursor() {
    inside sh -c 'journalctl --sync; journalctl --quiet --lines=1 --output=json | jq --raw-output .__CURSOR'
}

# await_journal CURSOR MATCH…: the first entry after CURSOR with all these FIELD=VALUEs, as JSON. AWAIT_SECONDS bounds the
# wait, 30 without it.
await_journal() { inside "$tools/await-journal" "$1" "${AWAIT_SECONDS:-30}" "${@:2}"; }

# --- what the Engine has

# containers APP: the id, service, number, image ID and state of each container of the app, as a JSON array.
containers() {
    inside curl --silent --fail --get --unix-socket /run/docker.sock 'http://localhost/containers/json?all=1' \
        --data-urlencode "filters={\"label\":[\"com.docker.compose.project=$1\"]}" |
        inside jq 'map({ id: .Id, service: .Labels["com.docker.compose.service"],
            number: .Labels["com.docker.compose.container-number"], imageID: .ImageID, state: .State, status: .Status })
            | sort_by(.service, .number)'
}

# running_images APP: a line `SERVICE IMAGE_ID` for each running container.
running_images() {
    containers "$1" | inside jq --raw-output '.[] | select(.state == "running") | "\(.service) \(.imageID)"'
}

# serves APP SERVICE: the tag that the service's containers answer with; several lines if they differ.
serves() { inside "$tools/serves" "$1" "$2"; }

# The Engine's time, to look from with `await_event`.
engine_now() { inside date +%s.%N; }

# await_event APP SINCE FILTER…: the Engine's first event since then about the app's containers that passes the filters
# of `docker events`, as JSON; without an app about anything. AWAIT_SECONDS bounds the wait, 30 without it.
await_event() { inside "$tools/await-event" "$1" "$2" "${AWAIT_SECONDS:-30}" "${@:3}"; }

# --- secrets

# Fails, and prints where, if a token, or a value of the `.env` that `app` makes, is in the journal, a file, a command line, an
# environment or a memory that may not have it, or if there is a core file; see find-canaries.
assert_no_canary() {
    local found
    if found=$(inside "$tools/find-canaries"); then
        printf 'a secret is in:\n%s\n' "$found" >&2
        return 1
    elif [[ $? != 1 ]]; then
        return 1
    fi
}

# --- outages: each returns when it is so

# Starts count against systemd's limit, which a scenario may pass where no server would.
engine_stop() { inside systemctl stop docker.socket docker.service; }

engine_start() {
    inside systemctl reset-failed docker.socket docker.service
    inside systemctl start docker.socket docker.service
}

# engine_disk SIZE: gives the Engine an empty filesystem of that size (`300M`), to fill it for real; without SIZE it has
# its former one again. Images are on it, in whichever of the two folders the flavour has them.
engine_disk() {
    engine_stop
    inside systemctl stop containerd
    if [[ -n ${1-} ]]; then
        # shellcheck disable=SC2016  # expanded inside
        inside sh -euc 'mount -t tmpfs -o "size=$1" engine-disk /var/lib/docker
            mkdir /var/lib/docker/containerd-root
            mount --bind /var/lib/docker/containerd-root /var/lib/containerd' disk "$1"
    else
        inside umount /var/lib/containerd /var/lib/docker
    fi
    engine_start
}

registry_stop() { inside systemctl stop docker-registry.service; }

registry_start() { inside systemctl start docker-registry.service; }
