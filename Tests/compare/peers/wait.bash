# shellcheck shell=bash
# Compose alone: CI logs in, pulls, and lets Compose wait.
# shellcheck disable=SC2016,SC2034,SC2154

title='`docker compose up --wait`'
engine=docker
declare -A not_run=(
    [hostile]='takes no drop: CI runs the commands'
)

version() { echo "Docker $(docker version --format '{{.Server.Version}}'), Compose $(docker compose version --short)"; }

prepare() { compose_file >"$folder/docker-compose.yml"; }

ci() {
    cd "$folder" || return
    IMAGE_TAG=$(tag "$1")
    export IMAGE_TAG
    docker login "$registry" --username builder --password-stdin <<<"$token"
    docker compose pull --policy always
    docker compose up --detach --remove-orphans --wait --wait-timeout 60
}
