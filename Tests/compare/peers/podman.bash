# shellcheck shell=bash
# Podman: a systemd unit for each container (Quadlet), and `podman auto-update`, which restarts the units whose image is a
# newer one in the registry, and puts the old image back if the unit does not start. CI moves a tag, `live`.
# shellcheck disable=SC2016,SC2034,SC2154

title='`podman auto-update`'
engine=podman
declare -A not_run=(
    [hostile]='takes no drop: CI runs the commands'
)
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
moving_tag=live

version() { podman --version | sed 's/podman version/Podman/'; }

prepare() {
    local service
    install -d /etc/containers/systemd
    for service in $services; do quadlet "$service" >"/etc/containers/systemd/$service.container"; done
    systemctl daemon-reload
}

# `Notify=healthy`: the unit has started when the container is healthy.
quadlet() {
    printf '[Container]\nContainerName=%s\nAutoUpdate=registry\nEnvironmentFile=%s/.env\n' "$1" "$folder"
    case $1 in
    front) printf 'Image=%s/nginx:stable\nVolume=%s/nginx/conf.d:/etc/nginx/conf.d:ro\n' "$registry" "$folder" ;;
    *) printf 'Image=%s/%s:live\n' "$registry" "$1" ;;
    esac
    case $1 in
    gate | side)
        printf 'HealthCmd=/bin/health\nHealthInterval=1s\nHealthTimeout=2s\nHealthRetries=3\nNotify=healthy\n'
        ;;
    once) printf "Volume=%s/out:/out\nExec=sh -c 'echo \$\$RELEASE >/out/release'\n" "$folder" ;;
    esac
    printf '[Service]\nTimeoutStartSec=30\n'
    case $1 in
    once) printf 'Type=oneshot\nRemainAfterExit=yes\n' ;;
    *) printf 'Restart=always\n' ;;
    esac
    printf '[Install]\nWantedBy=multi-user.target\n'
}

# The first time the units are started.
ci() {
    podman login "$registry" --username builder --password-stdin <<<"$token"
    if [[ $1 == r1 ]]; then
        # shellcheck disable=SC2086  # several
        systemctl start $services
    else
        timeout 120 podman auto-update
    fi
}

containers() { podman ps --all --quiet --filter "name=^$1\$"; }

restart_all() {
    # shellcheck disable=SC2086  # several
    systemctl restart $services || true
}

gate_events() { podman events --since "${since%.*}" --stream=false --filter container=gate --format json; }

await_start() { await_podman start gate; }
await_switch() { await_podman died gate; }

# await_podman EVENT CONTAINER
await_podman() {
    local line
    exec {lines}< <(exec podman events --since "${since%.*}" --filter "event=$1" --filter "container=$2" --format json)
    read -r -t 60 -u "$lines" line
    exec {lines}<&-
}
