# The agent is killed, or the Engine restarted, at each moment of a deployment: one verdict, and a true one; no drop is
# lost, no step runs twice, and the token is on no disk. `make crash` runs all of it, and a hundred kills at random moments;
# without WHOLE, what good and bad deployments have in common is done once.

load scenario

agent_started=9c27cdc45e0a4be0ae18daba2bc07836

setup_file() {
    local step='    - { name: %s, service: backend, command: [sh, -c, "echo %s >> /steps/runs"], when: %s }\n'
    clear_apps
    new_app crash
    release crash v1
    release crash v2
    release crash v3 unhealthy
    inside install -d -o deploy -g berth -m 2775 /srv/crash/steps
    # shellcheck disable=SC2059  # the format is ours
    policy crash '  steps:' "$(printf "$step" first first before)" "$(printf "$step" last last after)"
    edit crash 's|^    env_file: .env|&\n    volumes: ["./steps:/steps"]|'
    deploy crash 1 v1
}

# The app stays from one row to the next.
setup() {
    number=$(inside sh -c 'ls /var/lib/berth/crash/deployments | sed "s/[.]json//" | sort -n | tail -n 1')
    tag=$(serves crash backend)
}

# try KIND TAG: drops the tag, and what `at_save` has arranged happens; sees how the deployment ends, and prints a row.
try() {
    local record
    number=$((number + 1))
    inside systemctl reset-failed berth docker
    inside rm -f /srv/crash/steps/runs
    cursor=$(journal_cursor)
    drop crash "IMAGE_TAG=$2" "${login[@]}" BERTH_FORCE=1
    record=$(await_verdict crash "$number")
    equal "$(timeout 30 head -n 1 <&"$disturbance")" "done"
    judge "$2" "$record" "$cursor"
    printf '# %-24s %-12s %-14s %s\n' "$1" "$(jq -r .verdict <<<"$record")" "$(jq -r '.cause // "-"' <<<"$record")" \
        "$(jq -r '[.phases[].name] | join(" ")' <<<"$record")" >&3
}

# judge TAG RECORD CURSOR: the verdict is the only one, and true to what runs.
judge() {
    local verdict runs
    verdict=$(jq -r .verdict <<<"$2")
    case $verdict in
    deployed) tag=$1 ;;
    failed | rolledBack) ;;
    *) jq . <<<"$2" >&2; return 1 ;;
    esac
    [[ $1 != v3 || $verdict != deployed ]]
    equal "$(inside "$tools/serves" crash backend)" "$tag"
    equal "$(inside "$tools/serves" crash frontend)" "$tag"
    AWAIT_SECONDS=40 await_journal "$3" BERTH_APP=crash "BERTH_DEPLOYMENT=$number" "BERTH_VERDICT=$verdict" >/dev/null
    # An agent that is killed right after it has told the verdict leaves the next one to tell the same again.
    equal "$(inside journalctl --after-cursor="$3" --output=json BERTH_APP=crash "BERTH_DEPLOYMENT=$number" |
        jq -r 'select(.BERTH_VERDICT) | .BERTH_VERDICT' | uniq)" "$verdict"
    assert_no_canary
    runs=$(inside sh -c 'sort /srv/crash/steps/runs 2>/dev/null || :')
    equal "$(uniq <<<"$runs")" "$runs"
}

# The tag that is to be deployed next.
other() { if [[ $tag == v1 ]]; then echo v2; else echo v1; fi; }

# at_save COUNT COMMAND…: arranges that the command runs at the COUNTth save of the next record, or at that of its `verdict`,
# before which there may be one save more or less.
at_save() {
    exec {disturbance}< <(inside "$tools/at-save" /var/lib/berth/crash/deployments "$((number + 1)).json" "$@")
    read -r -u "$disturbance"
}

# dies COUNT KIND TAG [DELAY]: the agent is killed at this save, or so many milliseconds later; another one has then started.
dies() {
    at_save "$1" kill "$(main_pid)" "${4:-0}"
    try "$2" "$3"
    AWAIT_SECONDS=40 await_journal "$cursor" "MESSAGE_ID=$agent_started" >/dev/null
}

@test "kill -9 at each save of a good deployment's record" {
    local count
    for count in {1..13} verdict; do
        dies "$count" "good, killed at save $count" "$(other)"
    done
}

@test "kill -9 at each save of a bad deployment's record" {
    local count first=9
    [[ -z ${WHOLE-} ]] || first=1
    for count in $(seq $first 11) verdict; do
        dies "$count" "bad, killed at save $count" v3
    done
}

# KILLS=100 SEED=7 runs more, and others.
@test "kill -9 at random moments" {
    local count to delay
    RANDOM=${SEED:-1}
    for ((count = 1; count <= ${KILLS:-5}; count++)); do
        to=$((RANDOM % 3 ? 1 : 0))
        delay=$((RANDOM % 2500))
        if [[ $to == 1 ]]; then
            dies 1 "good, killed after $delay ms" "$(other)" "$delay"
        else
            dies 1 "bad, killed after $delay ms" v3 "$delay"
        fi
    done
}

# restarts_engine COUNT KIND TAG
restarts_engine() {
    local before
    before=$(engine_pid)
    at_save "$1" systemctl restart docker
    try "$2" "$3"
    [[ $(engine_pid) != "$before" ]]
}

engine_pid() { inside systemctl show docker --property=MainPID --value; }

@test "the Engine is restarted at each save of a record" {
    local count pace=4
    [[ -z ${WHOLE-} ]] || pace=1
    for ((count = 1; count <= 13; count += pace)); do
        restarts_engine "$count" "good, Engine at save $count" "$(other)"
        # A bad one has twelve, of which the last is the verdict's.
        [[ $count -gt 10 ]] || restarts_engine "$((count + 1))" "bad, Engine at save $((count + 1))" v3
    done
}

@test "a drop that waits when the agent is killed has its turn afterwards" {
    local cursor
    inside systemctl reset-failed berth
    cursor=$(journal_cursor)
    release crash v4 slow:600
    drop crash IMAGE_TAG=v4 "${login[@]}"
    AWAIT_SECONDS=60 await_journal "$cursor" BERTH_APP=crash "BERTH_DEPLOYMENT=$((number + 1))" BERTH_PHASE=health >/dev/null
    drop crash "IMAGE_TAG=$(other)" "${login[@]}" BERTH_FORCE=1
    await_journal "$cursor" BERTH_APP=crash "BERTH_DEPLOYMENT=$((number + 2))" \
        MESSAGE_ID=e433f95ad483461a894fb9bab7166674 >/dev/null
    inside systemctl kill --kill-whom=main --signal=KILL berth
    ends_as crash $((number + 1)) rolledBack
    ends_as crash $((number + 2)) deployed
    equal "$(serves crash backend)" "$(other)"
}
