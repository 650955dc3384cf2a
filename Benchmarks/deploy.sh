#!/usr/bin/env bash
# A deploy.sh as many servers have it: logs in, prunes, pulls, switches, and asks every two seconds whether all is healthy.
set -euo pipefail
cd "$(dirname "$0")"

[ -f .env ] || { echo ".env missing" >&2; exit 1; }
if [ -f .env.deploy ]; then
    while IFS= read -r line || [ -n "$line" ]; do
        case "$line" in [A-Za-z0-9_]*=*) export "${line?}" ;; esac
    done <.env.deploy
    rm .env.deploy
fi

echo "$GITHUB_TOKEN" | docker login "${REGISTRY:-ghcr.io}" -u "$GITHUB_ACTOR" --password-stdin

docker image prune -f
usage=$(df / --output=pcent | tail -1 | tr -dc '0-9')
if [ "$usage" -gt 80 ]; then
    docker system prune -af --volumes
fi

docker compose pull --policy always
docker compose up -d --remove-orphans

for attempt in $(seq 30); do
    containers=$(docker compose ps -q)
    # shellcheck disable=SC2086  # several
    health=$(docker inspect -f '{{.State.Health.Status}}' $containers | sort -u)
    [ "$health" != healthy ] || break
    [ "$attempt" -lt 30 ] || { echo "not healthy: roll back manually" >&2; exit 1; }
    sleep 2
done

docker image prune -f
docker system prune -f
