# bats file_tags=both-hosts
# An app that deploy.sh has started moves over to berth while it serves, as docs/from-deploy-sh.md says.

load scenario

# What the Engine has done to the app's containers since then, healthchecks aside.
touched() {
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc 'docker events --since "$2" --until "$(date +%s.%N)" --filter "label=com.docker.compose.project=$1" \
        --filter type=container --format "{{.Action}}" | grep -vE "^(exec_|health_status)" || true' touched "$1" "$2"
}

@test "an app that runs already moves over without a restart, and can then go forward and back" {
    local release since before
    app moved
    for release in v1 v2; do release moved "$release"; done
    # As the script left it: all of it CI's own, no spool, no settings, a prune by night, and the Engine logged out.
    # shellcheck disable=SC2016  # expanded inside
    inside bash -euc '
        rm -r /etc/berth/conf.d/moved.toml /var/spool/berth/moved
        cd /srv/moved
        sed -i "/^  frontend:/,$ s|^    restart: unless-stopped|&\n    healthcheck: { test: [CMD, /bin/health], interval: 1s }|" \
            docker-compose.yml
        chown -R deploy:deploy .
        chmod 0755 . docker-compose.yml
        chmod 0600 .env
        printf "#!/bin/sh\n" >deploy.sh
        mkdir -p /etc/cron.d
        echo "0 4 * * * root docker system prune -af --volumes" >/etc/cron.d/docker-prune
        docker login --username ci --password-stdin 127.0.0.1:5000 <<<"$1"
        IMAGE_TAG=v1 ENV=test docker compose up --detach --remove-orphans --wait
        docker logout 127.0.0.1:5000 >/dev/null
        rm -r /root/.docker' old "$canary"
    before=$(ids moved)
    since=$(engine_now)

    inside berth init moved /srv/moved --registry 127.0.0.1:5000
    run inside berth check
    contains "$output" /etc/cron.d/docker-prune
    inside sh -euc 'rm /etc/cron.d/docker-prune; mv /srv/moved/deploy.sh /root/deploy.sh.before-berth'
    run inside berth check --json
    [[ $output != *docker-prune* ]]

    local drop=(IMAGE_TAG=v1 ENV=test "${login[@]}")
    # berth has no record of what runs, so it knows no way back.
    run inside berth receive moved < <(printf '%s\n' "${drop[@]}")
    equal "$status" 10
    contains "$output" BERTH_FORCE=1
    run inside berth receive moved < <(printf '%s\n' "${drop[@]}" BERTH_FORCE=1)
    equal "$status ${lines[-1]}" "0 moved #2: deployed"
    equal "$(ids moved)" "$before"
    equal "$(touched moved "$since")" ""

    drop moved IMAGE_TAG=v2 ENV=test "${login[@]}"
    ends_as moved 3 deployed
    equal "$(serves moved backend)" v2
    contains "$(touched moved "$since")" start
    inside berth rollback moved --wait
    equal "$(serves moved backend)" v1
}
