# shellcheck shell=bash
# deploy.sh, by hand or over SSH: CI sends .env.deploy, then runs the script.
# shellcheck disable=SC2016,SC2034,SC2154

title='`deploy.sh`'
engine=docker
declare -A not_run=()

version() { echo "Docker $(docker version --format '{{.Server.Version}}'), Compose $(docker compose version --short)"; }

prepare() {
    compose_file >"$folder/docker-compose.yml"
    cp "$here/deploy.sh" "$folder/deploy.sh"
}

ci() {
    printf '%s\n' "IMAGE_TAG=$(tag "$1")" GITHUB_ACTOR=builder "GITHUB_TOKEN=$token" "REGISTRY=$registry" "$drop_lines" \
        >"$folder/.env.deploy"
    timeout 120 "$folder/deploy.sh"
}
