# shellcheck shell=bash
# Swarm, on one node: a stack whose services start the new task before they stop the old one, and go back by themselves.
# shellcheck disable=SC2016,SC2034,SC2154

title='`docker stack deploy` (Swarm)'
engine=docker
gate_label=com.docker.swarm.service.name=shop_gate
declare -A not_run=(
    [hostile]='takes no drop: CI runs the commands'
)

version() { echo "Docker $(docker version --format '{{.Server.Version}}')"; }

# The network is the bridge of this node: Swarm's own kind needs a module of the kernel that a throwaway host may lack.
prepare() {
    docker swarm init --advertise-addr 127.0.0.1 >>"$log"
    docker network create --driver bridge --scope swarm local >>"$log"
    stack_file >"$folder/stack.yml"
}

stack_file() {
    local service
    printf 'services:\n'
    for service in $services; do
        printf '  %s:\n    env_file: .env\n    networks: [local]\n' "$service"
        case $service in
        front)
            printf '    image: %s/nginx:stable\n' "$registry"
            printf '    configs: [{ source: front, target: /etc/nginx/conf.d/shop.conf }]\n'
            ;;
        *) printf "    image: %s/%s:\${IMAGE_TAG}\n" "$registry" "$service" ;;
        esac
        case $service in
        gate | side)
            printf '    healthcheck: { test: ["CMD", "/bin/health"], interval: 1s, timeout: 2s, retries: 3 }\n'
            ;;
        once)
            printf '    volumes: ["%s/out:/out"]\n' "$folder"
            printf "    command: [sh, -c, 'echo \$\$RELEASE >/out/release']\n"
            ;;
        esac
        printf '    deploy:\n'
        case $service in
        once) printf '      mode: replicated-job\n      restart_policy: { condition: none }\n' ;;
        *)
            printf '      update_config: { order: start-first, failure_action: rollback }\n'
            printf '      rollback_config: { order: start-first }\n'
            ;;
        esac
    done
    printf 'networks:\n  local: { external: true }\n'
    # A config never changes: one of each release has a name of its own.
    [[ " $services " != *" front "* ]] ||
        printf "configs:\n  front: { name: \"front-\${RELEASE}\", file: nginx/conf.d/shop.conf }\n"
}

ci() {
    cd "$folder" || return
    export RELEASE=$1
    IMAGE_TAG=$(tag "$1")
    export IMAGE_TAG
    docker login "$registry" --username builder --password-stdin <<<"$token"
    timeout 120 docker stack deploy --with-registry-auth --detach=false --resolve-image always --compose-file stack.yml shop
}

containers() { docker ps --all --quiet --filter "label=com.docker.swarm.service.name=shop_$1"; }
await_switch() { await_docker event=start label=com.docker.stack.namespace=shop; }

# The bridge of this node does not outlive a restart of the Engine in a Swarm, so it is the containers that end.
restart_all() {
    docker ps --quiet | xargs docker kill >>"$log"
    sleep 5
}
