# shellcheck shell=bash
# The app that each peer deploys, and CI's part in it. What a failure changes is in exported variables: `deploy` runs CI's
# command as a process of its own, which reads this file again. `cell` reads this file.
# shellcheck disable=SC2034,SC2154

folder=/srv/shop
registry=127.0.0.1:5000

# `gate` has a healthcheck, as `side` has; `tail` has none; `once` writes its release to a file and ends with 0; `front` is
# nginx with a mounted configuration, and has the same image in each release.
export services=${services-gate tail}
# The registry's user is `builder`, and so is the password.
export token=${token-builder}
# A tag that each release has, instead of one of its own.
export moving_tag=${moving_tag-}
# More lines of the drop.
export drop_lines=${drop_lines-}

# Lays out the folder as a server has it, and the files of r1.
lay_out() {
    install -d -o deploy -g berth -m 2750 "$folder"
    install -o deploy -g berth -m 0640 /dev/stdin "$folder/.env" <<<"GREETING=hello"
    install -d -m 0777 "$folder/out"
    [[ " $services " != *" front "* ]] || {
        /usr/local/lib/host/nginx-image stable >/dev/null
        configure_front "server { listen 80; location / { return 200 r1; } }"
    }
}

# configure_front TEXT: CI delivers the configuration of `front`.
configure_front() {
    install -d -o deploy -g berth -m 2750 "$folder/nginx" "$folder/nginx/conf.d"
    install -o deploy -g berth -m 0644 /dev/stdin "$folder/nginx/conf.d/shop.conf" <<<"$1"
}

tag() { echo "${moving_tag:-$1}"; }

# build RELEASE [SERVICE=BEHAVIOUR…]: the images of a release, in the registry. RELEASE is in each image's environment.
build() {
    local release=$1 service behaviour exception
    shift
    for service in $services; do
        [[ $service != front ]] || continue
        behaviour=healthy
        for exception; do [[ $exception != "$service="* ]] || behaviour=${exception#*=}; done
        host-image "$service:$(tag "$release")" "$behaviour" RELEASE="$release" >/dev/null
    done
}

# For whatever reads Compose files.
compose_file() {
    local service
    printf 'name: shop\n\nservices:\n'
    for service in $services; do
        printf '  %s:\n    env_file: .env\n' "$service"
        case $service in
        front) printf '    image: %s/nginx:stable\n    volumes: ["./nginx/conf.d:/etc/nginx/conf.d:ro"]\n' "$registry" ;;
        *) printf "    image: %s/%s:\${IMAGE_TAG:-latest}\n" "$registry" "$service" ;;
        esac
        case $service in
        once)
            printf '    restart: "no"\n    volumes: ["./out:/out"]\n'
            printf "    command: [sh, -c, 'echo \$\$RELEASE >/out/release']\n"
            ;;
        *) printf '    restart: unless-stopped\n' ;;
        esac
        case $service in
        gate | side)
            printf '    healthcheck: { test: ["CMD", "/bin/health"], interval: 1s, timeout: 2s, retries: 3 }\n'
            ;;
        esac
    done
}

# --- deployments: each adds to `codes` and sets `seconds`

codes=()
seconds=0

# deploy RELEASE: what CI runs, to its end.
deploy() {
    deploy_begins "$1"
    deploy_ends
}

# The command has a session of its own, so that it can be killed as a whole; `deployment` is its process.
deploy_begins() {
    begun=$EPOCHREALTIME
    setsid "$here/cell" --ci "$peer" "$1" >>"$log" 2>&1 &
    deployment=$!
}

deploy_ends() {
    local code=0
    wait "$deployment" || code=$?
    seconds=$(jq --null-input "$EPOCHREALTIME - $begun | . * 10 | round / 10")
    codes+=("$code")
}

# --- what a peer may say otherwise

# A deployment is killed by the death of CI's command, with all that it has started.
kill_deployment() { pkill --signal KILL --session "$deployment"; }

# The server's next start, as far as containers see it.
restart_all() {
    engine_stop
    engine_start
}

# What has happened to the containers of `gate` since then, as the engine tells it, one JSON object after the other.
gate_label=com.docker.compose.service=gate
gate_events() {
    docker events --since "$since" --until "$(date +%s.%N)" --filter "label=$gate_label" --format '{{json .}}'
}

# Containers of a service, by the labels of Compose.
containers() { docker ps --all --quiet --filter label=com.docker.compose.project=shop --filter "label=com.docker.compose.service=$1"; }

# await_start, await_switch: returns when the new gate has started, and when the switch has begun; `since` is before it.
await_start() { await_docker event=start "label=$gate_label"; }
await_switch() { await_docker event=kill label=com.docker.compose.project=shop; }

await_docker() { /usr/local/lib/host/await-event '' "$since" 60 "$@" >/dev/null; }

told() { [[ $1 == 137 ]] && echo "nothing (killed)" || echo "exit $1"; }
