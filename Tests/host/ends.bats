# How a deployment ends: the gate judges by the end and not by the way, and nothing keeps the agent from its work.

load scenario

# without_healthchecks APP: as `app` has it for the frontend.
without_healthchecks() { edit "$1" '/healthcheck:/d; /test: /d; /interval:/d; /timeout:/d; /retries:/d'; }

# restarts APP: how often the Engine has restarted the backend.
restarts() { inside docker inspect "$1-backend-1" --format '{{.RestartCount}}'; }

# hook APP NAME: a container as a failed `pre_start` hook of the backend leaves it.
hook() {
    inside docker run --name "$2" --label "com.docker.compose.project=$1" --label com.docker.compose.service=backend \
        --label com.docker.compose.hook=pre_start --entrypoint /bin/sh "127.0.0.1:5000/$1-backend:v1" \
        -c 'echo "the hook has failed" >&2; exit 1' || [[ $? == 1 ]]
}

@test "no number of a healthcheck stops the agent" {
    new_app huge
    release huge v1
    release huge v2
    edit huge '0,/retries: 3/ s|retries: 3|retries: ${RETRIES:-3}|; 0,/timeout: 2s/ s|timeout: 2s|timeout: 30s|'
    deploy huge 1 v1
    local pid
    pid=$(main_pid)
    deploy huge 2 v2 RETRIES=9223372036854775807
    equal "$(inside docker inspect huge-backend-1 --format '{{.Config.Healthcheck.Retries}}')" 9223372036854775807
    deploy huge 3 v1
    equal "$(main_pid)" "$pid"
}

@test "a container that had to wait for its database is deployed once it has stayed" {
    new_app waits
    release waits v1
    release waits v2 returns
    deploy waits 1 v1
    policy waits '  health: { stable: 3s }'
    deploy waits 2 v2
    equal "$(restarts waits)" 1
    runs waits 2
    # By the Engine's clock it had run for as long as `stable` says.
    local started ended
    started=$(inside sh -c 'date -d "$(docker inspect waits-backend-1 --format "{{.State.StartedAt}}")" +%s%N')
    ended=$(inside date -d "$(record waits 2 | jq -r '.ended')" +%s%N)
    [[ $((ended - started)) -ge 2900000000 ]]
}

@test "restarts: 0 takes the first restart for a failure" {
    new_app strict
    release strict v1
    release strict v2 returns
    deploy strict 1 v1
    policy strict '  health: { restarts: 0 }'
    drop strict IMAGE_TAG=v2 "${login[@]}"
    ends_as strict 2 rolledBack not-healthy
    contains "$(reason strict 2)" "backend was restarted once"
    equal "$(serves strict backend)" v1
}

@test "a server that ends with exit code 0 is not deployed, and the reason says what to do" {
    new_app clean
    release clean v1
    release clean v2 exit0
    without_healthchecks clean
    edit clean '0,/restart: unless-stopped/ s|restart: unless-stopped|restart: on-failure|'
    deploy clean 1 v1
    drop clean IMAGE_TAG=v2 "${login[@]}"
    ends_as clean 2 rolledBack not-healthy
    contains "$(reason clean 2)" "backend ended with exit code 0, but it ran all the time in the last good release"
    equal "$(serves clean backend)" v1
    deploy clean 3 v2 BERTH_FORCE=1
    # In the last good release it has ended, so it may.
    deploy clean 4 v2
    edit clean '0,/restart: on-failure/ s|restart: on-failure|restart: "no"\n    ports: ["127.0.0.1:8999:8000"]|'
    drop clean IMAGE_TAG=v2 "${login[@]}"
    ends_as clean 5 rolledBack not-healthy
    contains "$(reason clean 5)" "it publishes a port; if it is meant to end, publish no port"
}

@test "what another service awaits the end of may end, whatever it looks like" {
    new_app seeded
    release seeded v1
    "$host" image seeded-seed:v1 exit0 >/dev/null
    edit seeded 's|^services:|&\n  seed:\n    image: 127.0.0.1:5000/seeded-seed:${IMAGE_TAG}\n    healthcheck: { test: ["CMD", "/bin/health"] }|'
    edit seeded '/^  frontend:/,$ s|^      - backend|      backend: { condition: service_started }\n      seed: { condition: service_completed_successfully }|'
    deploy seeded 1 v1
    equal "$(containers seeded | jq -r '.[] | select(.service == "seed").state')" exited
}

@test "a failed hook's container beside a good app: deployed" {
    new_app hooked
    release hooked v1
    release hooked v2
    deploy hooked 1 v1
    hook hooked hooked-old
    deploy hooked 2 v2
    runs hooked 2
    equal "$(record hooked 2 | jq -c '.running | keys')" '["backend","frontend"]'
}

@test "a failed hook's container beside a bad release: evidence, and rolled back" {
    new_app snagged
    release snagged v1
    release snagged v2 unhealthy
    edit snagged '0,/retries: 3/ s|retries: 3|retries: 10|'
    deploy snagged 1 v1
    hook snagged snagged-old
    local cursor
    cursor=$(journal_cursor)
    drop snagged IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=snagged BERTH_PHASE=health >/dev/null
    hook snagged snagged-new
    ends_as snagged 2 rolledBack not-healthy
    equal "$(serves snagged backend)" v1
    equal "$(record snagged 2 | jq -r '.evidence[] | select(.problem | startswith("hook")) | .problem, .container.log[]')" \
        $'hook pre_start failed, exit code 1\nthe hook has failed'
    equal "$(inside docker ps --all --quiet --filter label=com.docker.compose.hook)" ""
    deploy snagged 3 v1
}

@test "an agent that is killed three times in the gate goes back, and does not try a fourth time" {
    new_app stubborn-gate
    release stubborn-gate v1
    release stubborn-gate v2 slow:600
    edit stubborn-gate '0,/retries: 3/ s|retries: 3|&\n      start_period: 600s|'
    deploy stubborn-gate 1 v1
    local cursor
    inside systemctl reset-failed berth
    cursor=$(journal_cursor)
    drop stubborn-gate IMAGE_TAG=v2 "${login[@]}"
    for _ in 1 2 3; do
        AWAIT_SECONDS=60 await_journal "$cursor" BERTH_APP=stubborn-gate BERTH_PHASE=health >/dev/null
        inside systemctl kill --kill-whom=main --signal=KILL berth
        cursor=$(journal_cursor)
    done
    ends_as stubborn-gate 2 rolledBack no-progress
    contains "$(reason stubborn-gate 2)" "the agent ended 3 times during health"
    equal "$(serves stubborn-gate backend)" v1
    equal "$(record stubborn-gate 2 | jq -c '[.phases[].name]')" \
        '["claim","check","login","room","pull","up","health","check","up","health","check","up","health","rollback"]'
    equal "$(inside systemctl show berth --property=Result --value)" success
}

@test "what is stopped does not run: neither for a first drop, nor for a step" {
    new_app halted
    release halted v1
    deploy halted 1 v1
    inside sh -c 'docker stop --time 1 $(docker ps --quiet --filter label=com.docker.compose.project=halted) >/dev/null'
    policy halted '  steps:' \
        '    - { name: ask, service: frontend, command: [wget, -q, -O, "-", "http://backend:8000/version"], when: before }'
    # The step needs the backend, so it is started.
    deploy halted 2 v1
    inside sh -c 'docker stop --time 1 $(docker ps --quiet --filter label=com.docker.compose.project=halted) >/dev/null
        systemctl stop berth; rm -r /var/lib/berth/halted; systemctl start berth'
    # berth knows no release of it, but nothing runs that could be lost.
    deploy halted 1 v1
}

@test "an agent that is held up for a while is not taken for dead" {
    equal "$(inside systemctl show berth --property=WatchdogUSec --value)" 3min
}
