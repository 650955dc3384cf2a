# The test host itself: that what the other scenarios stand on is real.
# shellcheck disable=SC2030,SC2031,SC2154  # each test is a subshell by design; lib.bash sets `host`
load lib

# On an instance of its own, since it stops what the others need.
setup_file() {
    export BERTH_HOST_NAME=${BERTH_HOST_NAME:-test}-proof
    "$BATS_TEST_DIRNAME/host" boot
}

teardown_file() { "$BATS_TEST_DIRNAME/host" end; }

login() { inside docker login --username ci --password-stdin 127.0.0.1:5000 <<<"${1-ci-token-1}"; }

compose() { inside docker compose --project-directory "/srv/$1" "${@:2}"; }

state() { inside docker inspect --format "$2" "$1"; }

@test "systemd is PID 1 and everything runs" {
    equal "$(inside cat /proc/1/comm)" systemd
    equal "$(inside systemctl is-system-running)" running
}

# bats test_tags=both-hosts
@test "Docker, Compose and the image store are those of the flavour" {
    local -A has=([trixie]="26.1 2.26 overlay2" [forky]="28.5 2.40 overlayfs")
    equal "$(inside docker version --format '{{.Server.Version}}' | cut -d. -f-2) $(inside docker compose version --short |
        cut -d. -f-2) $(inside docker info --format '{{.Driver}}')" "${has[${BERTH_HOST_FLAVOUR:-trixie}]}"
}

@test "a service starts over the bus and its exit code comes back" {
    inside busctl status --quiet org.freedesktop.systemd1 >/dev/null
    run inside systemd-run --quiet --wait --property=DynamicUser=yes sh -c 'exit 3'
    equal "$status" 3
}

@test "run passes on input, exit code and arguments, and no environment" {
    equal "$(inside cat <<<'two  words')" 'two  words'
    equal "$(inside printf '%s|' 'a b' '' '*')" 'a b||*|'
    run inside sh -c 'exit 7'
    equal "$status" 7
    SECRET=outside run inside printenv SECRET
    equal "$status" 1
}

@test "copy brings a file or a folder in, owned by root" {
    mkdir "$BATS_TEST_TMPDIR/folder"
    echo text >"$BATS_TEST_TMPDIR/folder/file"
    "$host" copy "$BATS_TEST_TMPDIR/folder" /var/copied
    "$host" copy "$BATS_TEST_TMPDIR/folder/file" /var/copied/renamed
    equal "$(inside cat /var/copied/file /var/copied/renamed)" $'text\ntext'
    equal "$(inside stat --format %U /var/copied/file)" root
}

@test "nothing outside can be reached" {
    equal "$(inside ip route show default)" ""
    equal "$(inside ip -brief link | inside grep --count --invert-match --extended-regexp '^(lo|docker0|br-|veth)')" 0
}

@test "the journal takes fields, and an entry can be awaited" {
    cursor=$(journal_cursor)
    await_journal "$cursor" BERTH_APP=shop BERTH_VERDICT=deployed >"$BATS_TEST_TMPDIR/entry" &
    printf 'MESSAGE=one\nBERTH_APP=shop\n' | inside logger --journald
    printf 'MESSAGE=two\nBERTH_APP=shop\nBERTH_VERDICT=deployed\n' | inside logger --journald
    wait $!
    equal "$(inside jq --raw-output .MESSAGE <"$BATS_TEST_TMPDIR/entry")" two
    AWAIT_SECONDS=1 run await_journal "$(journal_cursor)" BERTH_APP=shop
    equal "$status" 1
}

@test "the registry refuses a wrong password and one that was revoked" {
    run login wrong-token
    [[ $status != 0 && $output == *401* ]]
    login
    "$host" registry-password ci ci-token-2
    run login
    [[ $status != 0 && $output == *401* ]]
    login ci-token-2
    "$host" registry-password ci ci-token-1
}

@test "without a login nothing is pulled; with one a tag is, and after it moved it is another image" {
    "$host" image moving:latest
    inside docker logout 127.0.0.1:5000
    run inside docker pull --quiet 127.0.0.1:5000/moving:latest
    [[ $status != 0 && $output == *'no basic auth credentials'* ]]
    login
    inside docker pull --quiet 127.0.0.1:5000/moving:latest
    before=$(inside docker image inspect --format '{{.Id}}' 127.0.0.1:5000/moving:latest)
    "$host" image moving:latest
    inside docker pull --quiet 127.0.0.1:5000/moving:latest
    [[ $(inside docker image inspect --format '{{.Id}}' 127.0.0.1:5000/moving:latest) != "$before" ]]
}

@test "an image tells where it comes from, and takes variables" {
    "$host" image labelled:v1 healthy GREETING=hei
    login
    inside docker pull --quiet 127.0.0.1:5000/labelled:v1
    labels='{{index .Config.Labels "org.opencontainers.image.source"}} {{index .Config.Labels "org.opencontainers.image.revision"}}'
    equal "$(inside docker image inspect --format "$labels" 127.0.0.1:5000/labelled:v1)" \
        "https://example.org/shop/app $(printf labelled:v1 | sha1sum | cut -d ' ' -f 1)"
    # shellcheck disable=SC2016  # expanded in the container
    equal "$(inside docker run --rm 127.0.0.1:5000/labelled:v1 sh -c 'echo $GREETING')" hei
}

@test "an app comes up by Compose, serves its version and is seen in the Engine" {
    login
    app shop
    release shop v1
    inside sh -c 'echo IMAGE_TAG=v1 >>/srv/shop/.env'
    compose shop up --detach --wait --quiet-pull
    equal "$(serves shop backend)" v1
    equal "$(serves shop frontend)" v1
    equal "$(containers shop | inside jq --compact-output 'map([.service, .number, .state])')" \
        '[["backend","1","running"],["frontend","1","running"]]'
    equal "$(running_images shop | head -n 1)" "backend $(inside docker image inspect --format '{{.Id}}' 127.0.0.1:5000/shop-backend:v1)"
    compose shop down
}

@test "a published port answers on loopback, with the container's environment" {
    "$host" image web:v1
    login
    inside docker run --detach --name web --publish 8080:8000 --env GREETING=moin 127.0.0.1:5000/web:v1
    equal "$(inside curl --silent --fail --retry 5 --retry-connrefused http://127.0.0.1:8080/version)" v1
    inside curl --silent http://127.0.0.1:8080/env | grep --line-regexp GREETING=moin
    inside docker rm --force web
}

@test "backends behave as their image says" {
    login
    app moods
    for mood in unhealthy slow:1 dies:1 crash; do
        release moods "${mood%:*}" "$mood"
    done
    since=$(engine_now)
    for mood in unhealthy slow dies crash; do
        inside env IMAGE_TAG=$mood docker compose --project-directory /srv/moods --project-name $mood up --detach --quiet-pull backend
    done
    equal "$(await_event crash "$since" event=die | inside jq --raw-output .Actor.Attributes.exitCode)" 1
    equal "$(await_event dies "$since" event=die | inside jq --raw-output .Actor.Attributes.exitCode)" 1
    await_event slow "$since" 'event=health_status: healthy'
    await_event unhealthy "$since" 'event=health_status: unhealthy'
    for mood in unhealthy slow dies crash; do compose moods --project-name $mood down --timeout 1; done
}

@test "a memory limit ends an app that wants more, and a one-shot its own way" {
    "$host" image greedy:v1 oom
    "$host" image good:v1 exit0
    login
    run inside docker run --name greedy --memory 32m 127.0.0.1:5000/greedy:v1
    equal "$status" 137
    equal "$(state greedy '{{.State.OOMKilled}}')" true
    inside docker run --rm 127.0.0.1:5000/good:v1
    inside docker rm greedy
}

@test "of flaky replicas the second one is not healthy, also after a new release" {
    login
    app flaky
    since=$(engine_now)
    for tag in v1 v2; do
        release flaky $tag flaky-replica
        inside env IMAGE_TAG=$tag docker compose --project-directory /srv/flaky up --detach --quiet-pull --scale backend=2 backend
        await_event flaky "$since" 'event=health_status: unhealthy'
        await_event flaky "$since" 'event=health_status: healthy'
        equal "$(containers flaky | inside jq --raw-output '.[] | "\(.number) \(.status | capture("\\((?<health>.*)\\)").health)"')" \
            $'1 healthy\n2 unhealthy'
        since=$(engine_now)
    done
    compose flaky down
}

@test "an app stops at once, unless it hangs" {
    "$host" image quick:v1
    "$host" image stuck:v1 hang
    login
    for name in quick stuck; do
        inside docker run --detach --name $name --health-cmd /bin/health --health-interval 1s 127.0.0.1:5000/$name:v1
        inside docker stop --time 1 $name
    done
    equal "$(state quick '{{.State.ExitCode}}')" 0
    equal "$(state stuck '{{.State.ExitCode}}')" 137
    inside docker rm quick stuck
}

@test "CI's drop arrives by rename, rsync and scp, and berth's group may read and remove it" {
    app drops
    for way in drop drop_rsync drop_scp; do
        $way drops "IMAGE_TAG=$way" GITHUB_ACTOR=ci
        equal "$(inside cat /var/spool/berth/drops/.env.deploy)" "IMAGE_TAG=$way"$'\nGITHUB_ACTOR=ci'
        equal "$(inside stat --format %U:%G /var/spool/berth/drops/.env.deploy)" deploy:berth
        inside setpriv --reuid=nobody --regid=berth --clear-groups sh -ec '
            cd /var/spool/berth/drops
            cat .env.deploy >/dev/null
            mv .env.deploy .claimed
            rm .claimed'
    done
    equal "$(inside ls --almost-all /var/spool/berth/drops)" ""
}

@test "a slow drop can be seen half written" {
    app slow
    drop_begin slow
    drop_write 'IMAGE_TAG='
    equal "$(inside cat /var/spool/berth/slow/.env.deploy)" IMAGE_TAG=
    drop_write 'v2\n'
    drop_end
    equal "$(inside cat /var/spool/berth/slow/.env.deploy)" IMAGE_TAG=v2
    drop_slowly slow IMAGE_TAG=v3 GITHUB_ACTOR=ci
    equal "$(inside cat /var/spool/berth/slow/.env.deploy)" $'IMAGE_TAG=v3\nGITHUB_ACTOR=ci'
}

@test "a verdict is awaited, even where the folder of its record is not there yet" {
    inside mkdir --parents /var/lib/berth
    await_verdict late 1 10 >"$BATS_TEST_TMPDIR/record" &
    inside sh -euc 'mkdir -p /var/lib/berth/late/deployments
        cd /var/lib/berth/late/deployments
        echo "{ \"verdict\": null }" >1.json
        echo "{ \"verdict\": \"deployed\" }" >.1.json
        mv .1.json 1.json'
    wait $!
    equal "$(inside jq --raw-output .verdict <"$BATS_TEST_TMPDIR/record")" deployed
    equal "$(record late 1)" '{ "verdict": "deployed" }'
    run await_verdict late 2 1
    equal "$status" 1
}

@test "the Engine and the registry go away and come back" {
    for _ in 1 2 3 4; do
        engine_stop
        run inside docker ps
        [[ $status != 0 ]]
        engine_start
        inside docker ps --quiet
    done
    registry_stop
    run inside curl --silent http://127.0.0.1:5000/v2/
    equal "$status" 7
    registry_start
    login
}

@test "the Engine can have a small disk, fill it, and have its own again" {
    "$host" image small:v1
    login
    inside docker pull --quiet 127.0.0.1:5000/small:v1
    engine_disk 40M
    equal "$(inside docker images --quiet)" ""
    inside docker pull --quiet 127.0.0.1:5000/small:v1
    run inside docker run --rm 127.0.0.1:5000/small:v1 dd if=/dev/zero of=/filled bs=1M count=60
    [[ $status != 0 && $output == *'No space left on device'* ]]
    engine_disk
    equal "$(inside docker run --rm 127.0.0.1:5000/small:v1 cat /www/version)" v1
}

@test "a second instance stands beside the first, and each boot is clean" {
    inside touch /srv/mine
    BERTH_HOST_NAME=$BERTH_HOST_NAME-second "$host" boot
    run env BERTH_HOST_NAME=$BERTH_HOST_NAME-second "$host" run test -e /srv/mine
    equal "$status" 1
    BERTH_HOST_NAME=$BERTH_HOST_NAME-second "$host" boot
    BERTH_HOST_NAME=$BERTH_HOST_NAME-second "$host" end
    BERTH_HOST_NAME=$BERTH_HOST_NAME-second "$host" end
    inside test -e /srv/mine
}

@test "a boot that fails leaves nothing behind" {
    export BERTH_HOST_NAME=$BERTH_HOST_NAME-broken
    mkdir "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/sh\nexit 1\n' >"$BATS_TEST_TMPDIR/bin/systemd-nspawn"
    chmod +x "$BATS_TEST_TMPDIR/bin/systemd-nspawn"
    PATH=$BATS_TEST_TMPDIR/bin:$PATH run "$host" boot
    equal "$status" 1
    run grep "host-$BERTH_HOST_NAME" /proc/mounts
    equal "$output" ""
    run "$host" status
    equal "$status" 3
}

@test "a boot that is interrupted leaves nothing behind" {
    export BERTH_HOST_NAME=$BERTH_HOST_NAME-interrupted
    "$host" boot 3>&- &
    until "$host" status >/dev/null; do ((SECONDS < 30)); done
    kill -s TERM $!
    wait $! || equal $? 130
    run grep "host-$BERTH_HOST_NAME" /proc/mounts
    equal "$output" ""
    run "$host" status
    equal "$status" 3
}
