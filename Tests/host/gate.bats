# bats file_tags=both-hosts
# The health gate: what is deployed, what is not, and what happens then. In each scenario v1 is good and runs.

load scenario

# start APP [LINE…]: an app with v1 deployed; the lines are put into its Compose file as `x-berth`.
start() {
    new_app "$1"
    release "$1" v1
    [[ $# -eq 1 ]] || policy "$@"
    deploy "$1" 1 v1
    good=$(running_images "$1" | sort)
}

# comes_back APP N: the drop was rolled back, and exactly the good images run, under the names that the file gives them.
comes_back() {
    ends_as "$1" "$2" rolledBack
    equal "$(running_images "$1" | sort)" "$good"
    equal "$(serves "$1" backend)" v1
    equal "$(record "$1" "$2" | jq -c '.rolledBackTo, (.running | length > 0)')" $'1\ntrue'
    equal "$(record "$1" "$2" | jq -r '.phases[-1].name')" rollback
}

@test "an unhealthy backend is rolled back, with its probes and its log as evidence" {
    start ill
    release ill v2 unhealthy
    local cursor entry
    cursor=$(journal_cursor)
    drop ill IMAGE_TAG=v2 "${login[@]}"
    comes_back ill 2
    local evidence
    evidence=$(record ill 2 | jq -c '.evidence[0]')
    equal "$(jq -r '[.service, .container.state] | join(" ")' <<<"$evidence")" "backend running"
    equal "$(jq -c '.container.probes | length > 0 and all(.exitCode != 0)' <<<"$evidence")" true
    contains "$(jq -r '.container.log[]' <<<"$evidence")" "unhealthy: starting"
    entry=$(await_journal "$cursor" BERTH_APP=ill BERTH_VERDICT=rolledBack)
    equal "$(jq -r '[.PRIORITY, .MESSAGE_ID] | join(" ")' <<<"$entry")" "3 723e73d9b5224143b3a2e74928296afd"
    contains "$(inside journalctl --after-cursor="$cursor" BERTH_APP=ill BERTH_SERVICE=backend -o cat)" "unhealthy: starting"
}

@test "a crash loop without a healthcheck is rolled back" {
    start loop
    release loop v2 crash
    edit loop '/healthcheck:/,/retries:/d'
    drop loop IMAGE_TAG=v2 "${login[@]}"
    comes_back loop 2
}

@test "a container that dies five seconds after its start is rolled back" {
    start dying
    release dying v2 dies:5
    edit dying '/healthcheck:/,/retries:/d'
    drop dying IMAGE_TAG=v2 "${login[@]}"
    comes_back dying 2
    contains "$(record dying 2 | jq -r '.evidence[].container.log[]')" "fatal: lost what it needs"
}

@test "a container that runs out of memory is rolled back" {
    start hungry
    release hungry v2 oom
    edit hungry 's|^    restart: unless-stopped|&\n    mem_limit: 32m|'
    drop hungry IMAGE_TAG=v2 "${login[@]}"
    comes_back hungry 2
}

@test "a one-shot that ends well, and that nothing depends on, is deployed" {
    new_app once
    release once v1
    "$host" image once-job:v1 exit0 >/dev/null
    edit once 's|^services:|&\n  job:\n    image: 127.0.0.1:5000/once-job:${IMAGE_TAG}\n    restart: "no"|'
    deploy once 1 v1
    equal "$(containers once | jq -r '.[] | select(.service == "job").state')" exited
}

@test "a one-shot that fails is rolled back, and the whole app with it" {
    start shot
    release shot v2
    "$host" image shot-job:v2 exit1 >/dev/null
    edit shot 's|^services:|&\n  job:\n    image: 127.0.0.1:5000/shot-job:${IMAGE_TAG}\n    restart: "no"|'
    drop shot IMAGE_TAG=v2 "${login[@]}"
    comes_back shot 2
    equal "$(serves shot frontend)" v1
    # The service that the bad release added is gone.
    equal "$(containers shot | jq -r '[.[].service] | join(" ")')" "backend frontend"
}

@test "one bad service of three, and all three come back" {
    new_app three
    "$host" image three-worker:v1 >/dev/null
    "$host" image three-worker:v2 unhealthy >/dev/null
    release three v1
    release three v2
    edit three 's|^services:|&\n  worker:\n    image: 127.0.0.1:5000/three-worker:${IMAGE_TAG}\n    healthcheck: { test: ["CMD", "/bin/health"], interval: 1s }|'
    deploy three 1 v1
    good=$(running_images three | sort)
    drop three IMAGE_TAG=v2 "${login[@]}"
    comes_back three 2
    equal "$(record three 2 | jq -r '.evidence[].service' | sort -u)" worker
    equal "$(serves three worker) $(serves three frontend)" "v1 v1"
}

@test "an old container that will not stop is gone before the new release is deployed" {
    new_app stubborn
    release stubborn v1 hang
    release stubborn v2
    edit stubborn 's|^    restart: unless-stopped|&\n    stop_grace_period: 3s|'
    deploy stubborn 1 v1
    local old
    old=$(containers stubborn | jq -r '.[] | select(.service == "backend").id')
    drop stubborn IMAGE_TAG=v2 "${login[@]}"
    ends_as stubborn 2 deployed
    runs stubborn 2
    # By the Engine's clock the old one had died before the verdict.
    [[ $(inside docker events --since 5m --until "$(engine_now)" --filter "container=$old" --filter event=die --format '{{.TimeNano}}' | tail -n 1) \
        -lt $(inside date -d "$(record stubborn 2 | jq -r .ended)" +%s%N) ]]
}

@test "a moving tag comes back to the old image" {
    new_app tide
    release tide latest
    deploy tide 1 latest
    good=$(running_images tide | sort)
    release tide latest unhealthy
    drop tide IMAGE_TAG=latest "${login[@]}"
    ends_as tide 2 rolledBack
    equal "$(running_images tide | sort)" "$good"
    # The tag stands for what runs again, so that a restart by hand does not bring the bad image back.
    equal "backend $(inside docker image inspect 127.0.0.1:5000/tide-backend:latest --format '{{.Id}}')" \
        "$(grep backend <<<"$good")"
}

@test "a release with an added, a dropped and a renamed service is put back whole" {
    start shape
    release shape v2 unhealthy
    "$host" image shape-extra:v2 >/dev/null
    inside sh -c 'cp -p /srv/shape/docker-compose.yml /srv/shape/v1.yml'
    edit shape 's|^  frontend:|  web:|; s|^services:|&\n  extra:\n    image: 127.0.0.1:5000/shape-extra:${IMAGE_TAG}|'
    drop shape IMAGE_TAG=v2 "${login[@]}"
    comes_back shape 2
    equal "$(containers shape | jq -r '[.[].service] | join(" ")')" "backend frontend"
}

@test "changed variables come back too" {
    new_app vars
    release vars v1
    release vars v2 unhealthy
    edit vars 's|^    environment:|&\n      GREETING: ${GREETING}|'
    deploy vars 1 v1 GREETING=good
    drop vars IMAGE_TAG=v2 GREETING=bad "${login[@]}"
    ends_as vars 2 rolledBack
    equal "$(inside docker inspect vars-backend-1 --format '{{range .Config.Env}}{{println .}}{{end}}' | grep ^GREETING)" \
        "GREETING=good"
}

@test "with the registry down and the token dead after the pull, the way back still works" {
    start cut
    release cut v2 unhealthy
    local cursor
    cursor=$(journal_cursor)
    drop cut IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=cut BERTH_PHASE=up >/dev/null
    registry_stop
    "$host" registry-password ci revoked-for-now
    comes_back cut 2
    "$host" registry-password ci "$canary"
    registry_start
}

@test "a first deployment that is bad ends as unhealthy, and its fix is deployed" {
    new_app fresh
    release fresh v1 unhealthy
    release fresh v2
    drop fresh IMAGE_TAG=v1 "${login[@]}"
    ends_as fresh 1 unhealthy
    deploy fresh 2 v2
    runs fresh 2
}

@test "a fix over a broken release is deployed" {
    start broken '  rollback: never'
    release broken v2 unhealthy
    release broken v3
    drop broken IMAGE_TAG=v2 "${login[@]}"
    ends_as broken 2 unhealthy
    equal "$(serves broken backend)" v2
    deploy broken 3 v3
    equal "$(serves broken backend)" v3
}

@test "a rollback whose target is unhealthy too ends as rollbackFailed, after one attempt" {
    start doomed
    release doomed v2 unhealthy
    local cursor entry
    # Data that v1 needs is broken on the host meanwhile: its healthcheck reads a file that is no longer there.
    edit doomed 's|test: \["CMD", "/bin/health"\]|test: ["CMD", "/bin/sh", "-c", "/bin/health \&\& test -e /needed/file"]|; s|^    restart: unless-stopped|&\n    volumes: ["./needed:/needed"]|'
    inside sh -c 'mkdir /srv/doomed/needed; touch /srv/doomed/needed/file'
    deploy doomed 2 v1
    inside rm /srv/doomed/needed/file
    cursor=$(journal_cursor)
    drop doomed IMAGE_TAG=v2 "${login[@]}"
    ends_as doomed 3 rollbackFailed not-healthy
    entry=$(await_journal "$cursor" BERTH_APP=doomed BERTH_VERDICT=rollbackFailed)
    equal "$(jq -r .PRIORITY <<<"$entry")" 2
    equal "$(record doomed 3 | jq '[.phases[] | select(.name == "rollback")] | length')" 1
    contains "$(reason doomed 3)" "rollback to #2 failed"
}

@test "rollback: never, by the drop" {
    start never
    release never v2 unhealthy
    drop never IMAGE_TAG=v2 BERTH_ROLLBACK=never "${login[@]}"
    ends_as never 2 unhealthy
    equal "$(serves never backend)" v2
    equal "$(record never 2 | jq .rolledBackTo)" null
}

@test "a slow start within a long start period is not rolled back early" {
    start slowly
    release slowly v2 slow:8
    edit slowly 's|^      retries: 3|&\n      start_period: 60s|'
    deploy slowly 2 v2
    equal "$(serves slowly backend)" v2
}

@test "one bad replica of several is enough" {
    start scaled
    release scaled v2 flaky-replica
    edit scaled 's|^  backend:|&\n    scale: 3|'
    drop scaled IMAGE_TAG=v2 "${login[@]}"
    comes_back scaled 2
    equal "$(record scaled 2 | jq -r '.evidence[].service' | sort -u)" backend
}

@test "an Engine that is restarted in the middle of the gate does not decide it" {
    start restarted
    release restarted v2 slow:4
    edit restarted 's|^      retries: 3|&\n      start_period: 60s|'
    local cursor
    cursor=$(journal_cursor)
    drop restarted IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=restarted BERTH_PHASE=health >/dev/null
    inside systemctl reset-failed docker
    inside systemctl restart docker
    ends_as restarted 2 deployed
    equal "$(serves restarted backend)" v2
    runs restarted 2
}
