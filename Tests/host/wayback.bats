# bats file_tags=both-hosts
# The way back: its proof before anything is done, steps around the switch, what is remembered, and rollback by hand.

load scenario

@test "a good release keeps its images under names of berth's own, and its Compose file without values" {
    two_releases kept
    equal "$(inside docker image inspect berth/kept/backend:1 --format '{{.Id}}')" \
        "$(record kept 1 | jq -r .services.backend.imageID)"
    local file
    file=$(record kept 1 | jq -r .compose.file)
    equal "$(inside sha256sum "$file" | cut -d' ' -f1)" "$(record kept 1 | jq -r .compose.sha256)"
    # shellcheck disable=SC2016
    contains "$(inside cat "$file")" '${IMAGE_TAG:-latest}'
    [[ $(inside cat "$file") != *db.example* ]]
}

@test "beyond keep, the oldest release is let go" {
    two_releases few
    inside sh -c 'echo "keep = 1" >>/etc/berth/conf.d/few.toml'
    reload
    release few v3
    deploy few 2 v2
    deploy few 3 v3
    equal "$(inside docker image ls --format '{{.Repository}}:{{.Tag}}' 'berth/few/backend' | sort)" \
        $'berth/few/backend:2\nberth/few/backend:3'
    # Its own tag still names v1's image: that is the guard's business.
}

@test "a kept image that was deleted by hand: refused before anything changes, and forced" {
    two_releases gone
    deploy gone 2 v2
    release gone v3
    # The containers go first, as with a hand on the wrong host.
    inside sh -c 'cd /srv/gone && IMAGE_TAG=v2 docker compose down --remove-orphans 2>/dev/null
        docker image rm --force $(docker image inspect berth/gone/backend:2 --format "{{.Id}}")' >/dev/null
    drop gone IMAGE_TAG=v3 "${login[@]}"
    ends_as gone 3 refused way-back-missing
    contains "$(reason gone 3)" "no longer on the host"
    contains "$(reason gone 3)" "BERTH_FORCE=1"
    equal "$(containers gone)" "[]"
    deploy gone 4 v3 BERTH_FORCE=1
    equal "$(serves gone backend)" v3
}

@test "a Compose file of the last release that was changed by hand: refused" {
    two_releases tampered
    local before
    before=$(ids tampered)
    inside sh -c 'echo "# changed" >>/var/lib/berth/tampered/compose/1.yaml'
    drop tampered IMAGE_TAG=v2 "${login[@]}"
    ends_as tampered 2 refused way-back-missing
    contains "$(reason tampered 2)" "is not what was stored"
    equal "$(ids tampered)" "$before"
}

@test "an app that was deployed without berth is taken over when forced" {
    new_app taken
    release taken v1
    release taken v2
    inside sh -c "cd /srv/taken; printf %s '$canary' | docker login -u ci --password-stdin 127.0.0.1:5000 2>/dev/null
        IMAGE_TAG=v1 docker compose up --detach --quiet-pull 2>/dev/null; docker logout 127.0.0.1:5000" >/dev/null
    inside rm -rf /root/.docker
    local before
    before=$(ids taken)
    drop taken IMAGE_TAG=v2 "${login[@]}"
    ends_as taken 1 refused release-unknown
    contains "$(reason taken 1)" "BERTH_FORCE=1"
    equal "$(ids taken)" "$before"
    deploy taken 2 v2 BERTH_FORCE=1
    equal "$(serves taken backend)" v2
}

@test "the same bad release twice: the second is refused, and can be forced" {
    two_releases twice
    release twice v3 unhealthy
    drop twice IMAGE_TAG=v3 "${login[@]}"
    ends_as twice 2 rolledBack not-healthy
    local before
    before=$(ids twice)
    drop twice IMAGE_TAG=v3 "${login[@]}"
    ends_as twice 3 refused known-bad
    contains "$(reason twice 3)" "#2 was the same release and was rolled back"
    equal "$(ids twice)" "$before"
    drop twice IMAGE_TAG=v3 BERTH_FORCE=1 "${login[@]}"
    ends_as twice 4 rolledBack
    deploy twice 5 v2
}

@test "by hand: to the previous release, and to a number" {
    two_releases hand
    deploy hand 2 v2
    drop hand BERTH_ROLLBACK_TO=previous
    ends_as hand 3 deployed
    equal "$(serves hand backend)" v1
    equal "$(record hand 3 | jq -c '[.rolledBackTo, .variables.IMAGE_TAG]')" '[1,"v1"]'
    drop hand BERTH_ROLLBACK_TO=2
    ends_as hand 4 deployed
    equal "$(serves hand backend)" v2
    drop hand BERTH_ROLLBACK_TO=77
    ends_as hand 5 refused no-such-release
    # It works without the registry.
    registry_stop
    drop hand BERTH_ROLLBACK_TO=previous
    ends_as hand 6 deployed
    equal "$(serves hand backend)" v1
    registry_start
}

@test "a step before the switch that fails leaves the old containers as they are" {
    two_releases migrate
    local before
    before=$(ids migrate)
    policy migrate '  steps:' '    - { name: migrate, service: backend, command: [sh, -c, "echo migrating; exit 3"], when: before }'
    drop migrate IMAGE_TAG=v2 "${login[@]}"
    ends_as migrate 2 failed step-failed
    equal "$(ids migrate)" "$before"
    equal "$(record migrate 2 | jq -c '.steps[0] | [.name, .exitCode]')" '["migrate",3]'
    contains "$(reason migrate 2)" "step migrate failed"
    contains "$(inside journalctl -o cat BERTH_APP=migrate BERTH_PHASE=before)" "migrating"
}

@test "steps run around the switch: before it with the new image, after it in the running app" {
    two_releases steps
    policy steps '  steps:' \
        '    - { name: migrate, service: backend, command: [sh, -c, "grep v2 /www/version"], when: before }' \
        '    - { name: sync, service: backend, command: [sh, -c, "echo synced > /www/synced"], when: after }'
    deploy steps 2 v2
    equal "$(record steps 2 | jq -c '[.steps[] | [.name, .when, .exitCode]]')" '[["migrate","before",0],["sync","after",0]]'
    equal "$(inside docker exec steps-backend-1 cat /www/synced)" synced
    equal "$(containers steps | jq length)" 2
}

@test "a step after the switch that fails is rolled back" {
    two_releases after
    policy after '  steps:' '    - { name: sync, service: backend, command: ["false"], when: after }'
    drop after IMAGE_TAG=v2 "${login[@]}"
    ends_as after 2 rolledBack step-failed
    equal "$(serves after backend)" v1
}

@test "a step that takes too long is stopped, its container too" {
    two_releases long
    policy long '  steps:' '    - { name: forever, service: backend, command: [tail, -f, /dev/null], when: before, timeout: 2s }'
    drop long IMAGE_TAG=v2 "${login[@]}"
    ends_as long 2 failed step-failed
    contains "$(reason long 2)" "step forever failed"
    equal "$(containers long | jq length)" 2
    equal "$(serves long backend)" v1
}

@test "a step that an agent was killed in is waited for, and not started again" {
    two_releases again
    inside mkdir -p /srv/again/steps
    edit_steps='s|^    env_file: .env|&\n    volumes: ["./steps:/steps"]|'
    inside sed -i "$edit_steps" /srv/again/docker-compose.yml
    policy again '  steps:' \
        '    - { name: once, service: backend, command: [sh, -c, "echo x >> /steps/runs; until test -e /steps/go; do usleep 50000; done"], when: before }'
    local cursor
    cursor=$(journal_cursor)
    drop again IMAGE_TAG=v2 "${login[@]}"
    inside sh -c 'until test -s /srv/again/steps/runs; do inotifywait -qq -t 1 /srv/again/steps || :; done'
    inside systemctl kill --signal=KILL berth
    await_journal "$cursor" BERTH_APP=again BERTH_PHASE=before MESSAGE="again #2: step once still runs; waiting for it" >/dev/null
    inside touch /srv/again/steps/go
    ends_as again 2 deployed
    equal "$(inside cat /srv/again/steps/runs)" x
    equal "$(serves again backend)" v2
}

@test "a stop of the agent waits for a step, which is not told to stop, and the next agent goes on" {
    two_releases patience
    inside mkdir -p /srv/patience/steps
    inside sed -i 's|^    env_file: .env|&\n    volumes: ["./steps:/steps"]|' /srv/patience/docker-compose.yml
    policy patience '  steps:' \
        '    - { name: once, service: backend, command: [sh, -c, "trap \"echo told >> /steps/told\" TERM; echo x >> /steps/runs; until test -e /steps/go; do usleep 50000; done"], when: before }'
    drop patience IMAGE_TAG=v2 "${login[@]}"
    inside sh -c 'until test -s /srv/patience/steps/runs; do inotifywait -qq -t 1 /srv/patience/steps || :; done'
    inside systemctl --no-block restart berth
    inside sh -c 'until systemctl show berth -P ActiveState | grep -q deactivating; do :; done; touch /srv/patience/steps/go'
    ends_as patience 2 deployed
    equal "$(inside sh -c 'cat /srv/patience/steps/runs; ls /srv/patience/steps')" $'x\ngo\nruns'
    equal "$(serves patience backend)" v2
}

@test "an unknown key in x-berth is refused by name" {
    two_releases strict
    policy strict '  rolback: never'
    drop strict IMAGE_TAG=v2 "${login[@]}"
    ends_as strict 2 refused policy-invalid
    contains "$(reason strict 2)" rolback
}

@test "a volume that begins with a variable, which Compose's own template garbles, has a way back" {
    new_app volumes
    release volumes v1
    release volumes v2 unhealthy
    inside mkdir -p /srv/volumes-data
    # shellcheck disable=SC2016
    inside sed -i 's|^    env_file: .env|&\n    volumes: ["${DATA:-/srv/volumes-data}:/data:ro"]|' /srv/volumes/docker-compose.yml
    deploy volumes 1 v1
    drop volumes IMAGE_TAG=v2 "${login[@]}"
    ends_as volumes 2 rolledBack
    equal "$(serves volumes backend)" v1
}

@test "an image whose tag stands in .env comes back although .env has changed" {
    new_app env
    release env v1
    release env v2 unhealthy
    "$host" image env-proxy:1 >/dev/null
    "$host" image env-proxy:2 >/dev/null
    # shellcheck disable=SC2016
    inside sh -c 'sed -i "s|^services:|&\n  proxy:\n    image: 127.0.0.1:5000/env-proxy:\${PROXY}\n    healthcheck: { test: [\"CMD\", \"/bin/health\"], interval: 1s }|" /srv/env/docker-compose.yml
        echo PROXY=1 >>/srv/env/.env'
    deploy env 1 v1
    local good
    good=$(running_images env | sort)
    inside sed -i 's/PROXY=1/PROXY=2/' /srv/env/.env
    drop env IMAGE_TAG=v2 "${login[@]}"
    ends_as env 2 rolledBack
    equal "$(running_images env | sort)" "$good"
}

@test "nothing goes back across a release that forbids it, unless forced by hand" {
    two_releases barrier
    release barrier v3 unhealthy
    release barrier v4 unhealthy
    drop barrier IMAGE_TAG=v3 BERTH_ROLLBACK=never "${login[@]}"
    ends_as barrier 2 unhealthy
    # The fix that fails too may not bring the code from before the migration back.
    drop barrier IMAGE_TAG=v4 "${login[@]}"
    ends_as barrier 3 unhealthy
    equal "$(serves barrier backend)" v4
    drop barrier BERTH_ROLLBACK_TO=1
    ends_as barrier 4 refused rollback-forbidden
    contains "$(reason barrier 4)" "#2"
    drop barrier BERTH_ROLLBACK_TO=1 BERTH_FORCE=1
    ends_as barrier 5 deployed
    equal "$(serves barrier backend)" v1
}

@test "by hand it goes back although the delivered Compose file is broken" {
    two_releases mess
    deploy mess 2 v2
    inside sed -i '1i nonsense: [' /srv/mess/docker-compose.yml
    drop mess BERTH_ROLLBACK_TO=previous
    ends_as mess 3 deployed
    equal "$(serves mess backend)" v1
}

@test "where Compose itself waits in vain for a service, its container is evidence all the same" {
    two_releases waits
    release waits v3 unhealthy
    inside sed -i 's|^      - backend|      backend: { condition: service_healthy }|' /srv/waits/docker-compose.yml
    drop waits IMAGE_TAG=v3 "${login[@]}"
    ends_as waits 2 rolledBack up-failed
    equal "$(serves waits backend)" v1
    equal "$(record waits 2 | jq -r '.phases[-2].name')" up
    contains "$(record waits 2 | jq -r '.evidence[] | select(.service == "backend").container.log[]')" "unhealthy: starting"
}

@test "an Engine that is restarted during the switch does not cost the way back" {
    two_releases torn
    release torn v3 hang
    # A slow stop keeps the switch going for long enough to be hit.
    inside sed -i 's|^    restart: unless-stopped|&\n    stop_grace_period: 4s|' /srv/torn/docker-compose.yml
    deploy torn 2 v3
    local cursor verdict
    cursor=$(journal_cursor)
    drop torn IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=torn BERTH_PHASE=up >/dev/null
    inside systemctl reset-failed docker
    inside systemctl restart docker
    verdict=$(await_verdict torn 3 | jq -r .verdict)
    # Whether Compose had got through or not: what the verdict says is what runs, and it is no failed rollback.
    case $verdict in
        deployed) runs torn 3 ;;
        rolledBack) runs torn 2 ;;
        *) equal "$verdict" "deployed or rolledBack" ;;
    esac
}
