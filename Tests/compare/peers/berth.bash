# shellcheck shell=bash
# berth, with its defaults: CI sends a drop over SSH and waits for the verdict.
# shellcheck disable=SC2016,SC2034,SC2154

title=berth
engine=docker
declare -A not_run=()

version() { berth --version; }

prepare() {
    compose_file | install -o deploy -g berth -m 0640 /dev/stdin "$folder/docker-compose.yml"
    install -d -o deploy -g berth -m 2770 /var/spool/berth/shop
    printf '%s\n' '[apps.shop]' "directory = \"$folder\"" "registry = \"$registry\"" >/etc/berth/conf.d/shop.toml
    systemctl reload berth
}

ci() {
    printf '%s\n' "IMAGE_TAG=$(tag "$1")" GITHUB_ACTOR=builder "GITHUB_TOKEN=$token" "$drop_lines" |
        timeout 180 berth receive shop
}

# It is the agent that deploys; CI's command only waits for it.
kill_deployment() { systemctl kill --signal=KILL --kill-whom=main berth; }

told() {
    case $1 in
    0) echo deployed ;;
    10) echo "refused (10)" ;;
    11) echo "failed (11)" ;;
    12) echo "rolledBack (12)" ;;
    13) echo "unhealthy (13)" ;;
    14) echo "rollbackFailed (14)" ;;
    15) echo "superseded (15)" ;;
    *) echo "exit $1" ;;
    esac
}
