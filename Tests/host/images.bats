# All images of a release, and what asks for them: what is pulled and what is not, steps before the switch, digests, and
# what another one's prune takes.
# bats file_tags=both-hosts

load scenario

# digest NAME:TAG: the registry's digest of a tag.
digest() {
    inside curl --silent --fail --head --user builder:builder \
        --header 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
        --header 'Accept: application/vnd.oci.image.manifest.v1+json' \
        "http://127.0.0.1:5000/v2/${1%:*}/manifests/${1##*:}" | tr -d '\r' | sed -n 's/^docker-content-digest: //Ip'
}

# No container of berth's own holds an image.
holds_nothing() { equal "$(inside docker ps --all --quiet --filter label=berth.hold)" ""; }

engine_has_image_volumes() {
    local version
    version=$(inside docker version --format '{{.Server.Version}}')
    ((${version%%.*} >= 28)) || skip "Engine $version has no volumes of type image"
}

@test "the record and the journal say what a deployment ran on" {
    new_app ran
    release ran v1
    deploy ran 1 v1
    local docker store
    docker=$(record ran 1 | jq -c .docker)
    equal "$(jq -r .engine <<<"$docker")" "$(inside docker version --format '{{.Server.Version}}')"
    equal "$(jq -r .api <<<"$docker")" "$(inside docker version --format '{{.Server.APIVersion}}')"
    contains "$(inside docker compose version --short)" "$(jq -r .compose <<<"$docker")"
    store=$(jq -r .imageStore <<<"$docker")
    if inside docker info --format '{{json .DriverStatus}}' | grep -q io.containerd.snapshotter; then
        equal "$store" containerd
    else
        equal "$store" "$(inside docker info --format '{{.Driver}}')"
    fi
    contains "$(inside journalctl -o cat BERTH_APP=ran BERTH_PHASE=check)" \
        "Docker Engine $(jq -r .engine <<<"$docker"), API $(jq -r .api <<<"$docker"), Compose $(jq -r .compose <<<"$docker"), image store $store"
}

@test "docker image prune -af in the middle of a bad release's gate: rolled back all the same" {
    new_app pruned
    release pruned v1
    release pruned v2 unhealthy
    deploy pruned 1 v1
    policy pruned '  health: { failFast: false, timeout: 20s }'
    local cursor
    cursor=$(journal_cursor)
    drop pruned IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=pruned BERTH_DEPLOYMENT=2 BERTH_PHASE=health >/dev/null
    equal "$(inside docker ps --all --filter label=berth.hold=pruned --format '{{.State}}' | sort -u)" created
    inside docker image prune --all --force >/dev/null
    ends_as pruned 2 rolledBack not-healthy
    equal "$(serves pruned backend)" v1
    equal "$(serves pruned frontend)" v1
    runs pruned 1
    holds_nothing
}

@test "what an agent that was killed held is released by the next one" {
    new_app killed
    release killed v1
    release killed v2
    deploy killed 1 v1
    policy killed '  health: { observe: 3s }'
    local cursor
    cursor=$(journal_cursor)
    drop killed IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=killed BERTH_DEPLOYMENT=2 BERTH_PHASE=health >/dev/null
    inside systemctl kill --signal=KILL berth
    ends_as killed 2 deployed
    holds_nothing
}

@test "images that were built with Compose carry its labels: what holds them is none of the app's containers" {
    new_app built-by
    local tag service
    for tag in v1 v2 bad; do
        for service in backend frontend; do
            # shellcheck disable=SC2046  # one word or none
            "$host" image "built-by-$service:$tag" $([[ $tag$service != badbackend ]] || echo unhealthy) \
                LABEL:com.docker.compose.project=built-by "LABEL:com.docker.compose.service=$service" \
                LABEL:com.docker.compose.version=2.40.3 >/dev/null
        done
    done
    deploy built-by 1 v1
    deploy built-by 2 v2
    runs built-by 2
    drop built-by IMAGE_TAG=bad "${login[@]}"
    ends_as built-by 3 rolledBack not-healthy
    runs built-by 2
    # Nor is what a person runs.
    inside docker run --detach --name by-hand 127.0.0.1:5000/built-by-backend:v1 >/dev/null
    deploy built-by 4 v1
    equal "$(record built-by 4 | jq -c '.running | keys')" '["backend","frontend"]'
    equal "$(record built-by 4 | jq -r .running.backend)" "$(record built-by 4 | jq -r .services.backend.imageID)"
    holds_nothing
}

@test "images pinned by digest go forward and back with the registry stopped" {
    new_app fixed
    release fixed v1
    release fixed v2
    release fixed bad unhealthy
    local tag pins
    # The Compose file names digests, and each release brings another one.
    # shellcheck disable=SC2016
    inside sed -i 's|\(image: .*\):${IMAGE_TAG:-latest}|\1@${DIGEST}|' /srv/fixed/docker-compose.yml
    # shellcheck disable=SC2016
    edit fixed 's|frontend@${DIGEST}|frontend@${OTHER}|'
    for tag in v1 v2 bad; do
        pins[${#pins[@]}]="DIGEST=$(digest "fixed-backend:$tag") OTHER=$(digest "fixed-frontend:$tag")"
    done
    # shellcheck disable=SC2086  # two lines
    deploy fixed 1 v1 ${pins[0]}
    # shellcheck disable=SC2086
    deploy fixed 2 v2 ${pins[1]}
    runs fixed 2
    # The bad one's images come here and stay, as does a good one's after the next.
    # shellcheck disable=SC2086
    drop fixed IMAGE_TAG=bad "${login[@]}" ${pins[2]}
    ends_as fixed 3 rolledBack not-healthy
    runs fixed 2
    registry_stop
    # Forward: what is named by its digest is here already, and needs neither registry nor login.
    # shellcheck disable=SC2086
    deploy fixed 4 v1 ${pins[0]}
    runs fixed 1
    contains "$(inside journalctl -o cat BERTH_APP=fixed BERTH_DEPLOYMENT=4 BERTH_PHASE=pull)" "nothing to pull"
    # Back.
    drop fixed BERTH_ROLLBACK_TO=previous
    ends_as fixed 5 deployed
    runs fixed 2
    registry_start
}

@test "a step before the switch asks no registry, though its service says pull_policy: always" {
    new_app offline
    release offline v1
    release offline v2
    # shellcheck disable=SC2016
    edit offline 's|^  backend:|&\n    pull_policy: always|'
    deploy offline 1 v1
    policy offline '  steps:' \
        '    - { name: migrate, service: backend, command: [sh, -c, "cat /www/version"], when: before }'
    deploy offline 2 v2
    contains "$(inside journalctl -o cat BERTH_APP=offline BERTH_DEPLOYMENT=2 BERTH_PHASE=before)" v2
    equal "$(serves offline backend)" v2
}

@test "a step runs in the image that was pulled, though its name stands for another one by then" {
    new_app moved
    release moved v1
    deploy moved 1 v1
    release moved v2
    inside mkdir -m 0777 /srv/moved/gate
    edit moved 's|^    env_file: .env|&\n    volumes: ["./gate:/gate"]|'
    policy moved '  steps:' \
        '    - { name: first, service: backend, command: [sh, -c, "touch /gate/here; until test -e /gate/go; do usleep 50000; done"], when: before }' \
        '    - { name: second, service: backend, command: [sh, -c, "echo runs $(cat /www/version)"], when: before }'
    drop moved IMAGE_TAG=v2 "${login[@]}"
    inside sh -c 'until test -e /srv/moved/gate/here; do inotifywait -qq -t 1 /srv/moved/gate || :; done'
    # Someone else gives the name to another image.
    inside docker tag 127.0.0.1:5000/moved-backend:v1 127.0.0.1:5000/moved-backend:v2
    inside touch /srv/moved/gate/go
    ends_as moved 2 deployed
    contains "$(inside journalctl -o cat BERTH_APP=moved BERTH_DEPLOYMENT=2 BERTH_PHASE=before)" "runs v2"
    equal "$(serves moved backend)" v2
}

@test "a step starts what is down of what it depends on, and leaves what runs as it is, though the release changes it" {
    new_app needs
    release needs v1
    release needs v2
    # The backend depends on two services of the frontend's image.
    # shellcheck disable=SC2016
    edit needs -e 's|^    env_file: .env|&\n    depends_on: { up: { condition: service_started }, down: { condition: service_healthy } }|' \
        -e '/^  frontend:/i\  up: \&other { image: "127.0.0.1:5000/needs-frontend:${IMAGE_TAG}", healthcheck: { test: ["CMD", "/bin/health"], interval: 1s } }\n  down: *other\n'
    deploy needs 1 v1
    inside docker stop needs-down-1 >/dev/null
    local before
    before=$(containers needs | jq -r '.[] | "\(.service) \(.id) \(.imageID)"')
    policy needs '  steps:' '    - { name: migrate, service: backend, command: [sh, -c, "wget -qO- http://down:8000/version; exit 3"], when: before }'
    drop needs IMAGE_TAG=v2 "${login[@]}"
    ends_as needs 2 failed step-failed
    contains "$(reason needs 2)" "step migrate failed: exit code 3"
    equal "$(containers needs | jq -r '.[] | "\(.service) \(.id) \(.imageID)"')" "$before"
    equal "$(inside docker inspect needs-down-1 --format '{{.State.Health.Status}}')" healthy
    contains "$(inside journalctl -o cat BERTH_APP=needs BERTH_DEPLOYMENT=2 BERTH_PHASE=before)" v1
    # The first deployment has none of them.
    inside docker compose --project-directory /srv/needs down 2>/dev/null
    edit needs 's|; exit 3||'
    deploy needs 3 v2
    runs needs 3
}

@test "a provider that a step's service depends on is started, and what else it depends on stays as it is" {
    local version
    version=$(inside docker compose version --short)
    [[ $version != 2.26* ]] || skip "Compose $version has no providers"
    new_app provided
    release provided v1
    release provided v2
    # What Compose runs for `provider: { type: tunnel }`.
    inside install -m 0755 /bin/true /usr/local/bin/tunnel
    edit provided -e 's|^    env_file: .env|&\n    depends_on: [tunnel, frontend]|' -e 's|^  frontend:|  tunnel: { provider: { type: tunnel } }\n\n&|' \
        -e '/^    depends_on:$/d; /^      - backend$/d'
    deploy provided 1 v1
    local frontend
    frontend=$(ids provided | grep frontend)
    policy provided '  steps:' '    - { name: tell, service: backend, command: ["false"], when: before }'
    drop provided IMAGE_TAG=v2 "${login[@]}"
    ends_as provided 2 failed step-failed
    contains "$(inside journalctl -o cat BERTH_APP=provided BERTH_DEPLOYMENT=2 BERTH_PHASE=before)" "step tell needs tunnel: starting"
    equal "$(ids provided | grep frontend)" "$frontend"
    inside journalctl -o cat BERTH_APP=provided BERTH_DEPLOYMENT=2 BERTH_PHASE=before | grep -q 'tunnel *Created'
}

@test "a step that fails leaves a changed network as it is" {
    new_app net
    release net v1
    release net v2
    deploy net 1 v1
    local before
    before=$(inside docker network inspect net_default --format '{{.Id}} {{json .Containers}}')
    edit net '$ a networks: { default: { labels: { x: "1" } } }'
    policy net '  steps:' '    - { name: migrate, service: backend, command: ["false"], when: before }'
    drop net IMAGE_TAG=v2 "${login[@]}"
    ends_as net 2 failed step-failed
    equal "$(inside docker network inspect net_default --format '{{.Id}} {{json .Containers}}')" "$before"
    equal "$(inside docker exec net-frontend-1 nslookup backend 127.0.0.11 | grep -c 'Name:.*backend')" 1
}

@test "an image that is built on the host is deployed if the Compose file says pull_policy: never" {
    new_app built
    release built v1
    inside "$tools/local-image" local/built:1 "2 hours ago" never
    edit built -e '/^  frontend:/a\    pull_policy: never' -e '/^  frontend:/,$ s|image: .*|image: local/built:1\n    command: [tail, -f, /dev/null]|' \
        -e '/healthcheck: { test/d'
    deploy built 1 v1
    runs built 1
    equal "$(record built 1 | jq -r .services.frontend.digest)" null
    [[ $(record built 1 | jq -r .services.backend.digest) == 127.0.0.1:5000/built-backend@sha256:* ]]
    # Without it, the pull fails.
    edit built '/pull_policy: never/d'
    drop built IMAGE_TAG=v1 "${login[@]}"
    ends_as built 2 failed pull-failed
    runs built 1
}

@test "a rollback that moves a name which another project uses is a warning" {
    new_app mine
    release mine v1
    release mine v2 unhealthy
    deploy mine 1 v1
    # The tag moves in the registry, and another project takes it from there.
    release mine v1
    inside sh -c "mkdir -p /srv/theirs; cd /srv/theirs
        printf '%s\n' 'services: { web: { image: \"127.0.0.1:5000/mine-backend:v1\" } }' >docker-compose.yml
        DOCKER_CONFIG=$tools/docker docker pull --quiet 127.0.0.1:5000/mine-backend:v1
        docker compose up --detach --quiet-pull 2>/dev/null" >/dev/null
    drop mine IMAGE_TAG=v2 "${login[@]}"
    ends_as mine 2 rolledBack
    runs mine 1
    contains "$(inside journalctl -o cat -p warning BERTH_APP=mine BERTH_DEPLOYMENT=2)" \
        "the name 127.0.0.1:5000/mine-backend:v1 stands for another image on this host from now on, and other projects use it: theirs-web-1 of project theirs"
}

# mount_assets APP: its backend gets a volume with the content of APP-assets:moving; each image has a /build of its own.
mount_assets() {
    # shellcheck disable=SC2016
    edit "$1" "s|^    env_file: .env|&\n    volumes: [{ type: image, source: \"127.0.0.1:5000/$1-assets:moving\", target: /assets }]|"
}

assets() { inside docker exec "$1-backend-1" cat /assets/build; }

@test "the image of a volume is pulled with the drop's login, recorded, put back, and kept" {
    engine_has_image_volumes
    new_app vol
    release vol v1
    release vol v2 unhealthy
    "$host" image vol-assets:moving >/dev/null
    mount_assets vol
    deploy vol 1 v1
    local first second
    first=$(assets vol)
    equal "$(record vol 1 | jq -r '.images | keys[]')" backend:/assets
    # A moving tag is refreshed, and the container has the new image though nothing else has changed.
    "$host" image vol-assets:moving >/dev/null
    deploy vol 2 v1
    second=$(assets vol)
    [[ $second != "$first" ]]
    # It goes back with the rest.
    "$host" image vol-assets:moving >/dev/null
    drop vol IMAGE_TAG=v2 "${login[@]}"
    ends_as vol 3 rolledBack not-healthy
    equal "$(assets vol)" "$second"
    # What ran before the next drop is what it went back to, and not what was given up with the image's third build.
    deploy vol 4 v1
    [[ $(assets vol) != "$second" ]]
    registry_stop
    drop vol BERTH_ROLLBACK_TO=1
    ends_as vol 5 deployed
    equal "$(assets vol)" "$first"
    registry_start
    # Nothing that a release needs goes with a prune.
    inside berth prune >/dev/null
    drop vol BERTH_ROLLBACK_TO=2
    ends_as vol 6 deployed
    equal "$(assets vol)" "$second"
}

@test "without its assets in the registry a release fails before anything is changed" {
    engine_has_image_volumes
    new_app bare
    release bare v1
    deploy bare 1 v1
    local before
    before=$(ids bare)
    mount_assets bare
    drop bare IMAGE_TAG=v1 "${login[@]}"
    ends_as bare 2 failed pull-failed
    equal "$(ids bare)" "$before"
    "$host" image bare-assets:moving >/dev/null
    deploy bare 3 v1
    equal "$(inside docker image inspect "127.0.0.1:5000/bare-assets:moving" --format '{{.Id}}')" \
        "$(record bare 3 | jq -r '.images["backend:/assets"].imageID')"
}

# docker_is: standard input becomes the agent's `docker`.
docker_is() { inside sh -euc 'install -D -m 0755 /dev/stdin /usr/local/only/docker'; }

@test "Compose is started itself, as berth's config.json has it, and by a docker that is a script with the same answers" {
    local own=/var/lib/berth/.docker reason
    new_app direct
    release direct v1
    inside cat /bin/false | docker_is
    # The plugin is in berth's own folder alone, and localhost is a registry whose login only a helper has.
    # shellcheck disable=SC2016  # expanded inside
    inside bash -euc '
        mkdir -p /run/systemd/system/berth.service.d "$1/cli-plugins"
        printf "[Service]\nEnvironment=PATH=/usr/local/only:/usr/bin:/bin\n" >/run/systemd/system/berth.service.d/only.conf
        mv /usr/libexec/docker/cli-plugins/docker-compose /opt/compose
        ln -s /opt/compose "$1/cli-plugins/docker-compose"
        echo "{\"currentContext\":\"elsewhere\",\"credHelpers\":{\"localhost:5000\":\"host\"}}" >"$1/config.json"
        chown -R berth: "$1"
        install -m 0755 /dev/stdin /usr/bin/docker-credential-host <<END
#!/bin/sh
echo "helper \$*" >>$1/asked
echo "{\"ServerURL\":\"localhost:5000\",\"Username\":\"builder\",\"Secret\":\"builder\"}"
END
        systemctl daemon-reload
        systemctl restart berth' own "$own"
    edit direct 's|127.0.0.1\(:5000/direct-frontend\)|localhost\1|'
    deploy direct 1 v1
    runs direct 1
    equal "$(inside sort -u "$own/asked")" "helper get"

    edit direct '1i x-needed: ${NEEDED:?is not set}'
    drop direct IMAGE_TAG=v1
    ends_as direct 2 refused compose-invalid
    reason=$(reason direct 2)
    contains "$reason" "docker compose --ansi never"
    contains "$reason" "required variable NEEDED is missing a value: is not set"

    docker_is <<END
#!/bin/sh
echo "docker \$1" >>$own/asked
exec /usr/bin/docker "\$@"
END
    drop direct IMAGE_TAG=v1
    ends_as direct 3 refused compose-invalid
    equal "$(reason direct 3)" "$reason"
    edit direct 1d
    deploy direct 4 v1
    equal "$(inside sort -u "$own/asked")" "$(printf '%s\n' "docker compose" "helper get")"

    # shellcheck disable=SC2016  # expanded inside
    inside bash -euc '
        mv /opt/compose /usr/libexec/docker/cli-plugins/docker-compose
        rm -r "$1" /usr/local/only /run/systemd/system/berth.service.d /usr/bin/docker-credential-host
        systemctl daemon-reload
        systemctl restart berth' own "$own"
}
