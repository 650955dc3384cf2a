# What the Engine and the host can do to a deployment: each fault has its verdict, the app stays as it was unless the release
# is deployed, the agent goes on, and the next drop is deployed. `make crash` runs all of it.

load scenario

records=/var/lib/berth/engine/deployments
plugin=/usr/libexec/docker/cli-plugins/docker-compose

# The watchdog is quick, so that an agent which the Engine holds up would not be the same one afterwards.
setup_file() {
    clear_apps
    inside systemd-run --quiet --collect --unit=faulty-engine "$tools/faulty-engine" "$records"
    inside timeout 10 sh -c 'until test -S /run/faulty-engine.sock; do :; done'
    inside sh -c 'mkdir -p /run/systemd/system/berth.service.d
        printf "[Service]\nWatchdogSec=20s\nEnvironment=DOCKER_HOST=unix:///run/faulty-engine.sock\n" \
            >/run/systemd/system/berth.service.d/engine.conf
        systemctl daemon-reload
        systemctl restart berth'
    new_app engine
    app other
    inside mv /etc/berth/conf.d/other.toml /run/other.toml
    release engine v1
    release engine v2
    release engine v3 unhealthy
    deploy engine 1 v1
}

# The app stays from one row to the next.
setup() {
    number=$(inside sh -c "ls $records | sed 's/[.]json//' | sort -n | tail -n 1")
    tag=$(serves engine backend)
    agent=$(main_pid)
}

# The tag that is to be deployed next.
other() { if [[ $tag == v1 ]]; then echo v2; else echo v1; fi; }

# spoil COUNT PHASE PATTERN FAULT VERDICT [CAUSE]: drops TO, without it the other good release, and the Engine spoils it so.
spoil() {
    disturb "$1 $2 $3 $4"
    ends "$5" "${6-}" "$1 $2 $3 ${4:0:40}"
}

# disturb LINE…: these faults come about in the next deployment.
disturb() { printf '%s\n' "$@" | inside sh -c 'rm -f /run/engine-faults.log; cat >/run/engine-faults'; }

# ends VERDICT CAUSE NAME: drops TO, sees how it ends and that each fault has come about, and prints a row. MEND is run on
# the host after the verdict. If the release was not deployed, the next one is; without WHOLE, that is left to the next row.
ends() {
    local to=${TO:-$(other)} before after record
    before=$(ids engine)
    number=$((number + 1))
    cursor=$(journal_cursor)
    drop engine "IMAGE_TAG=$to" "${login[@]}" BERTH_FORCE=1
    record=$(await_verdict engine "$number" 300)
    # What follows the verdict may be what is spoiled.
    inside timeout 60 sh -c 'until ! grep -q "^[1-9]" /run/engine-faults && test -s /run/engine-faults.log; do :; done'
    [[ -z ${MEND-} ]] || inside sh -c "$MEND"
    printf '# %-72s %-14s %-20s %s s\n' "$3" "$(jq -r .verdict <<<"$record")" "$(jq -r '.cause // "-"' <<<"$record")" \
        "$(jq '[.phases[].seconds // 0] | add | floor' <<<"$record")" >&3
    equal "$(jq -r '[.verdict, .cause // ""] | join(" ")' <<<"$record")" "$1 $2"
    await_journal "$cursor" BERTH_APP=engine "BERTH_DEPLOYMENT=$number" "BERTH_VERDICT=$1" >/dev/null
    equal "$(inside journalctl --after-cursor="$cursor" --output=json BERTH_APP=engine "BERTH_DEPLOYMENT=$number" |
        jq -r 'select(.BERTH_VERDICT) | .BERTH_VERDICT')" "$1"
    after=$(ids engine)
    case $1 in
    deployed) tag=$to ;;
    rolledBack) ;;
    *) equal "$after" "$before" ;;
    esac
    runs_whole
    inside rm /run/engine-faults
    equal "$(main_pid)" "$agent"
    [[ $1 == deployed || -z ${WHOLE-} ]] || goes_on
}

# runs_whole: both services answer with the tag, and each has one container.
runs_whole() {
    equal "$(serves engine backend) $(serves engine frontend)" "$tag $tag"
    equal "$(containers engine | jq -r 'map("\(.service) \(.state)") | join(" ")')" "backend running frontend running"
}

# goes_on: the next good drop is deployed.
goes_on() {
    tag=$(other) number=$((number + 1))
    deploy engine "$number" "$tag" BERTH_FORCE=1
    runs_whole
}

# warns EVENT: the last deployment has this line, which is no verdict.
warns() { AWAIT_SECONDS=60 await_journal "$cursor" BERTH_APP=engine "BERTH_DEPLOYMENT=$number" "MESSAGE_ID=$1" >/dev/null; }

# berth's own looks at the app, and Compose's.
list='^GET.*/containers/json.*\sberth'
look='^GET.*/containers/[0-9a-f]+/json\sberth'
prune_failed=c0f0e252706846fda54942c4a0fc7204

@test "before the pull: what does not pass is refused, what passes is waited for" {
    local first=$((number + 1))
    spoil '*' check "$list" 'flood 500 900000' refused engine-failed
    # A reason has no more of the Engine's message than one can read.
    [[ $(record engine "$first" | wc -c) -lt 20000 ]]
    spoil 3 check '/_ping\sberth' 500 deployed
    [[ -n ${WHOLE-} ]] || return 0
    spoil '*' check "$list" 500 refused engine-failed
    spoil '*' check "$list" 'flood 500 3000000' refused engine-failed
    spoil 1 check "$list" garbage deployed
    spoil '*' check "$list" garbage refused engine-failed
    spoil '*' check "$list" 'say null' refused engine-failed
    spoil '*' check "$list" 'flood 200 70000000' refused engine-failed
    spoil '*' check '/_ping\sberth' garbage refused engine-failed
    spoil '*' check '/_ping\sberth' 'say OK' refused engine-too-old
    spoil '*' check '/_ping\sberth' 500 refused engine-failed
    spoil '*' check '/_ping\sberth' hang refused engine-unreachable
    spoil 1 check '/_ping\sberth' hang deployed
    spoil '*' check '/info\sberth' garbage deployed
    spoil '*' check '/info\scompose' 500 deployed
    spoil '*' check '/images/.*/json\sberth' 500 refused engine-failed
    spoil 1 check '^POST.*/auth' 500 deployed
    spoil '*' '*' '^POST.*/auth' '500 no such host' failed registry-unreachable
    spoil '*' '*' '^POST.*/auth' garbage failed engine-failed
    spoil '*' '*' '^POST.*/auth' hang failed engine-unreachable
}

@test "the disk guard: a prune that fails is a warning" {
    inside sh -c 'printf "[disk]\nguard = 2\ntarget = 1\n" >/etc/berth/conf.d/guard.toml'
    reload
    spoil '*' room '/images/json' 500 deployed
    warns "$prune_failed"
    if [[ -n ${WHOLE-} ]]; then
        spoil 1 room '/images/json' hang deployed
        warns "$prune_failed"
        spoil 1 room '/containers/json' garbage deployed
        warns "$prune_failed"
    fi
    inside rm /etc/berth/conf.d/guard.toml
    reload
}

@test "pull: an answer that breaks off is asked for again, an error is not" {
    spoil '*' pull '/images/.*/json\sberth' 500 failed engine-failed
    spoil 1 pull '^POST.*/images/create' 'cut 200' deployed
    [[ -n ${WHOLE-} ]] || return 0
    spoil '*' pull '^POST.*/images/create' 500 failed pull-failed
    spoil 1 pull '^POST.*/images/create' garbage failed pull-failed
    spoil '*' pull '/events' garbage deployed
    spoil '*' pull '/events' 'cut 0' deployed
    spoil 1 pull '/events' hang deployed
    spoil 1 pull '/images/127.*/json\sberth' 500 deployed
    spoil 1 pull '/images/127.*/json\sberth' hang deployed
    # What holds the images of the way back is a precaution.
    spoil '*' pull '^POST.*/containers/create\sberth' 500 deployed
    spoil 1 pull "$look" 500 failed engine-failed
}

@test "up: whatever Compose has done by then, the app goes back whole" {
    spoil 1 up '^POST.*/stop\S*\scompose' 500 rolledBack up-failed
    [[ -n ${WHOLE-} ]] || return 0
    spoil 1 up '^POST.*/start\scompose' 'cut 0' rolledBack up-failed
    spoil 1 up '^POST.*/containers/create\S*\scompose' 500 rolledBack up-failed
    spoil 1 up '^DELETE.*/containers/' 500 rolledBack up-failed
    spoil 1 up '^POST.*/rename' 500 rolledBack up-failed
    spoil 1 up '^POST.*/start\scompose' 500 rolledBack up-failed
    spoil 1 up '/containers/json\S*\scompose' garbage rolledBack up-failed
    spoil 1 up '^GET.*/images/\S*\scompose' 'flood 200 3000000' deployed
}

@test "health: only what the containers are decides" {
    spoil 2 health '/events' 'cut 0' deployed
    [[ -n ${WHOLE-} ]] || return 0
    spoil 1 health "$look" 500 deployed
    spoil '*' health '/events' 500 deployed
    spoil '*' health '/events' garbage deployed
    spoil 1 health '/events' 'cut 300' deployed
    spoil 1 health '/events' 'flood 200 2000000' deployed
    spoil 1 health '/events' hang deployed
    spoil 3 health "$list" garbage deployed
    spoil 1 health "$list" 'flood 200 70000000' deployed
    spoil 1 health "$look" 'say {}' deployed
    spoil 1 health "$look" hang deployed
    spoil '*' health '\sberth' 500 rolledBack engine-unreachable
    TO=v3 spoil 1 health "$look" garbage rolledBack not-healthy
    TO=v3 spoil 1 health '/events' hang rolledBack not-healthy
    TO=v3 spoil '*' health '/events' 500 rolledBack not-healthy
    TO=v3 spoil '*' health '/logs' 500 rolledBack not-healthy
    TO=v3 spoil '*' health '/logs' 'flood 200 3000000' rolledBack not-healthy
}

@test "rollback: the only attempt waits for the Engine" {
    TO=v3 spoil 2 rollback "$list" 500 rolledBack not-healthy
    [[ -n ${WHOLE-} ]] || return 0
    TO=v3 spoil 3 rollback '/_ping\sberth' 500 rolledBack not-healthy
    TO=v3 spoil 1 rollback "$look" 500 rolledBack not-healthy
    TO=v3 spoil 1 rollback "$look" hang rolledBack not-healthy
    TO=v3 spoil '*' rollback '^GET.*/images/\S*\sberth' 500 rolledBack not-healthy
    TO=v3 spoil 3 rollback '/events' 'cut 0' rolledBack not-healthy
}

@test "after the verdict: a prune that fails is a warning, and what it leaves goes with the next one" {
    spoil '*' over '^DELETE' 500 deployed
    goes_on
    equal "$(inside docker ps --all --quiet --filter label=berth.hold)" ""
    [[ -n ${WHOLE-} ]] || return 0
    spoil '*' over '/_ping' 500 deployed
    warns "$prune_failed"
    spoil '*' over '/images/json' 500 deployed
    warns "$prune_failed"
    spoil 1 over '/images/json' hang deployed
    warns "$prune_failed"
    spoil '*' over '/containers/json' garbage deployed
    spoil '*' over '/info\sberth' 500 deployed
    warns "$prune_failed"
}

# Commands for the faults: the Engine is started, which counts against systemd's limit, and stopped.
starts='systemctl reset-failed docker.socket docker; systemctl start docker.socket docker'
stops='systemctl stop docker.socket docker'

@test "an Engine that is down or hangs for a while" {
    disturb "1 check /_ping run $stops" '1 check /_ping run true' "1 check /_ping run $starts"
    ends deployed "" "the Engine is down, and started while the drop waits for it"
    [[ -n ${WHOLE-} ]] || return 0
    disturb "1 check /_ping run $stops"
    MEND=$starts ends refused engine-unreachable "the Engine is down"
    disturb '1 check /_ping run systemctl kill --signal=STOP docker' '1 check /_ping run systemctl kill --signal=CONT docker'
    ends deployed "" "the Engine hangs in the checks"
    disturb "1 health $list run systemctl kill --signal=STOP docker" "1 health $list run systemctl kill --signal=CONT docker"
    ends deployed "" "the Engine hangs in the gate"
}

@test "Compose, the Docker CLI or the Compose file disappears" {
    disturb "1 check /_ping run chmod a-x $plugin"
    MEND="chmod a+x $plugin" ends refused command-failed "Compose cannot be executed"
    disturb "1 pull $look run mv /srv/engine/docker-compose.yml /srv/engine/away"
    MEND='mv /srv/engine/away /srv/engine/docker-compose.yml' ends deployed "" "the Compose file is gone after the checks"
    [[ -n ${WHOLE-} ]] || return 0
    disturb "1 check /_ping run mv $plugin $plugin.away"
    MEND="mv $plugin.away $plugin" ends refused command-failed "Compose is gone"
    disturb "1 check /_ping run mv /usr/bin/docker /usr/bin/docker.away"
    MEND='mv /usr/bin/docker.away /usr/bin/docker' ends refused command-not-started "the Docker CLI is gone"
    disturb "1 pull $look run mv /usr/bin/docker /usr/bin/docker.away"
    MEND='mv /usr/bin/docker.away /usr/bin/docker' ends deployed "" "the Docker CLI is gone before the switch"
    # The switch does not begin.
    disturb "1 pull $look run mv $plugin $plugin.away"
    MEND="mv $plugin.away $plugin" ends failed command-not-started "Compose is gone before the switch"
}

@test "a reload in each phase: the deployment goes on to one verdict, and the new settings count" {
    disturb '1 check . run mv /run/other.toml /etc/berth/conf.d/; systemctl reload berth' \
        '1 pull . run systemctl reload berth' '1 up . run systemctl reload berth' '1 health . run systemctl reload berth' \
        '1 rollback . run systemctl reload berth' '1 over . run systemctl reload berth'
    TO=v3 ends rolledBack not-healthy "a reload in each phase of a bad release"
    drop other nonsense
    ends_as other 1 refused drop-malformed
}
