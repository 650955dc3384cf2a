# The way back: its proof before anything is done, steps around the switch, what is remembered, and rollback by hand.

load scenario

start() {
    new_app "$1"
    release "$1" v1
    release "$1" v2
    deploy "$1" 1 v1
}

xberth() { printf '%s\n' x-berth: "${@:2}" | inside tee -a "/srv/$1/docker-compose.yml" >/dev/null; }

@test "a good release keeps its images under names of berth's own, and its Compose file without values" {
    start kept
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
    start few
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
    start gone
    deploy gone 2 v2
    release gone v3
    # The containers go first, as with a hand on the wrong host.
    inside sh -c 'cd /srv/gone && IMAGE_TAG=v2 docker compose down --remove-orphans 2>/dev/null
        docker image rm --force $(docker image inspect berth/gone/backend:2 --format "{{.Id}}")' >/dev/null
    drop gone IMAGE_TAG=v3 "${login[@]}"
    ends_as gone 3 refused
    contains "$(reason gone 3)" "no longer on the host"
    contains "$(reason gone 3)" "BERTH_FORCE=1"
    equal "$(containers gone)" "[]"
    deploy gone 4 v3 BERTH_FORCE=1
    equal "$(serves gone backend)" v3
}

@test "a Compose file of the last release that was changed by hand: refused" {
    start tampered
    local before
    before=$(ids tampered)
    inside sh -c 'echo "# changed" >>/var/lib/berth/tampered/compose/1.yaml'
    drop tampered IMAGE_TAG=v2 "${login[@]}"
    ends_as tampered 2 refused
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
    ends_as taken 1 refused
    contains "$(reason taken 1)" "BERTH_FORCE=1"
    equal "$(ids taken)" "$before"
    deploy taken 2 v2 BERTH_FORCE=1
    equal "$(serves taken backend)" v2
}

@test "the same bad release twice: the second is refused, and can be forced" {
    start twice
    release twice v3 unhealthy
    drop twice IMAGE_TAG=v3 "${login[@]}"
    ends_as twice 2 rolledBack
    local before
    before=$(ids twice)
    drop twice IMAGE_TAG=v3 "${login[@]}"
    ends_as twice 3 refused
    contains "$(reason twice 3)" "#2 was the same release and was rolled back"
    equal "$(ids twice)" "$before"
    drop twice IMAGE_TAG=v3 BERTH_FORCE=1 "${login[@]}"
    ends_as twice 4 rolledBack
    deploy twice 5 v2
}

@test "by hand: to the previous release, and to a number" {
    start hand
    deploy hand 2 v2
    drop hand BERTH_ROLLBACK_TO=previous
    ends_as hand 3 deployed
    equal "$(serves hand backend)" v1
    equal "$(record hand 3 | jq -c '[.rolledBackTo, .variables.IMAGE_TAG]')" '[1,"v1"]'
    drop hand BERTH_ROLLBACK_TO=2
    ends_as hand 4 deployed
    equal "$(serves hand backend)" v2
    drop hand BERTH_ROLLBACK_TO=77
    ends_as hand 5 refused
    # It works without the registry.
    registry_stop
    drop hand BERTH_ROLLBACK_TO=previous
    ends_as hand 6 deployed
    equal "$(serves hand backend)" v1
    registry_start
}

@test "a step before the switch that fails leaves the old containers as they are" {
    start migrate
    local before
    before=$(ids migrate)
    xberth migrate '  steps:' '    - { name: migrate, service: backend, command: [sh, -c, "echo migrating; exit 3"], when: before }'
    drop migrate IMAGE_TAG=v2 "${login[@]}"
    ends_as migrate 2 failed
    equal "$(ids migrate)" "$before"
    equal "$(record migrate 2 | jq -c '.steps[0] | [.name, .exitCode]')" '["migrate",3]'
    contains "$(reason migrate 2)" "step migrate failed"
    contains "$(inside journalctl -o cat BERTH_APP=migrate BERTH_PHASE=before)" "migrating"
}

@test "steps run around the switch: before it with the new image, after it in the running app" {
    start steps
    xberth steps '  steps:' \
        '    - { name: migrate, service: backend, command: [sh, -c, "grep v2 /www/version"], when: before }' \
        '    - { name: sync, service: backend, command: [sh, -c, "echo synced > /www/synced"], when: after }'
    deploy steps 2 v2
    equal "$(record steps 2 | jq -c '[.steps[] | [.name, .when, .exitCode]]')" '[["migrate","before",0],["sync","after",0]]'
    equal "$(inside docker exec steps-backend-1 cat /www/synced)" synced
    equal "$(containers steps | jq length)" 2
}

@test "a step after the switch that fails is rolled back" {
    start after
    xberth after '  steps:' '    - { name: sync, service: backend, command: ["false"], when: after }'
    drop after IMAGE_TAG=v2 "${login[@]}"
    ends_as after 2 rolledBack
    equal "$(serves after backend)" v1
}

@test "a step that takes too long is stopped, its container too" {
    start long
    xberth long '  steps:' '    - { name: forever, service: backend, command: [tail, -f, /dev/null], when: before, timeout: 2s }'
    drop long IMAGE_TAG=v2 "${login[@]}"
    ends_as long 2 failed
    contains "$(reason long 2)" "step forever failed"
    equal "$(containers long | jq length)" 2
    equal "$(serves long backend)" v1
}

@test "a step that an agent was killed in is waited for, and not started again" {
    start again
    inside mkdir -p /srv/again/steps
    edit_steps='s|^    env_file: .env|&\n    volumes: ["./steps:/steps"]|'
    inside sed -i "$edit_steps" /srv/again/docker-compose.yml
    xberth again '  steps:' \
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

@test "an unknown key in x-berth is refused by name" {
    start strict
    xberth strict '  rolback: never'
    drop strict IMAGE_TAG=v2 "${login[@]}"
    ends_as strict 2 refused
    contains "$(reason strict 2)" rolback
}
