# The wall clock is set, by an hour ahead or back, in the middle of a deployment. Nothing that decides goes by it: the verdict
# is the same, and comes neither too soon nor too late. It is the agent's own wall clock that is set, by clock.c, since the
# machine's is everybody's; so the Engine's times and the agent's are an hour apart as well. WHOLE=1 runs all of it.

load scenario

records=/var/lib/berth/clock/deployments
preload=$tools/clock.so
drop_in=/run/systemd/system/berth.service.d/clock.conf

# Time alone decides here: a good release has to stay up, a bad one never says that it is ill. The watchdog is quick, so that
# an agent which the clock holds up would not be the same one afterwards.
setup_file() {
    clear_apps
    cc -shared -fPIC -O2 -Wall -Werror -o "$BATS_FILE_TMPDIR/clock.so" "$BATS_TEST_DIRNAME/clock.c"
    "$host" copy "$BATS_FILE_TMPDIR/clock.so" "$preload"
    inside "$tools/set-clock" 0
    inside systemd-run --quiet --collect --unit=faulty-engine "$tools/faulty-engine" "$records"
    inside timeout 10 sh -c 'until test -S /run/faulty-engine.sock; do :; done'
    printf '%s\n' '[Service]' WatchdogSec=20s Environment=DOCKER_HOST=unix:///run/faulty-engine.sock \
        "Environment=LD_PRELOAD=$preload" | inside install -D /dev/stdin "$drop_in"
    inside sh -c 'systemctl daemon-reload; systemctl restart berth'
    app clock
    edit clock 's/^      retries: 3/&\n      start_period: 60s/'
    policy clock '  health: { timeout: 6s, stable: 3s }'
    reload
    release clock v1
    release clock v2
    release clock v3 unhealthy
    deploy clock 1 v1
}

# The app stays from one row to the next.
setup() {
    number=$(inside sh -c "ls $records | sed 's/[.]json//' | sort -n | tail -n 1")
    tag=$(serves clock backend)
    agent=$(main_pid)
}

# The tag that is to be deployed next.
other() { if [[ $tag == v1 ]]; then echo v2; else echo v1; fi; }

# at COUNT PHASE PATTERN SECONDS: the line for `sets` by which the clock is set at such a request, before the Engine sees it.
at() { echo "$1 $2 $3 run $tools/set-clock $4"; }

# sets NAME TAG VERDICT LINE…: drops the tag; meanwhile the clock is set as the lines say. Sees how that ends, and prints a row.
sets() {
    local record cursor
    number=$((number + 1))
    printf '%s\n' "${@:4}" | inside sh -c 'rm -f /run/engine-faults.log; cat >/run/engine-faults'
    cursor=$(journal_cursor)
    drop clock "IMAGE_TAG=$2" "${login[@]}" BERTH_FORCE=1
    record=$(await_verdict clock "$number" 60)
    ! inside grep '^[1-9]' /run/engine-faults
    printf '# %-48s %-12s gate %s s\n' "$1" "$(jq -r .verdict <<<"$record")" \
        "$(jq '[.phases[] | select(.name == "health") | .seconds] | map(tostring) | join(" ")' -r <<<"$record")" >&3
    equal "$(jq -r '[.verdict, .cause // "-"] | join(" ")' <<<"$record")" "$3"
    [[ $3 != deployed* ]] || tag=$2
    equal "$(serves clock backend) $(serves clock frontend)" "$tag $tag"
    equal "$(main_pid)" "$agent"
    takes_its_time "$record" "$cursor"
}

# takes_its_time RECORD CURSOR: every time that is told is that of a clock which nobody has set.
takes_its_time() {
    local entry
    # A good gate waits for `stable`, a bad one for `timeout`, and a rollback's gate is a good one.
    jq -e '(.verdict == "deployed") as $good | .phases | map(.seconds) as $all | ($all | min >= 0 and add < 40) and
        (map(select(.name == "health").seconds) | all(. >= (if $good then 2.5 else 6 end) and . < 12)) and
        (map(select(.name == "rollback").seconds) | all(. >= 2.5 and . < 20))' <<<"$1" >/dev/null || { jq . <<<"$1" >&2; return 1; }
    entry=$(await_journal "$2" BERTH_APP=clock "BERTH_DEPLOYMENT=$number" "BERTH_VERDICT=$(jq -r .verdict <<<"$1")")
    entry=$(jq -r .MESSAGE <<<"$entry")
    [[ $entry =~ ,\ after\ ([0-9]+)[.0-9]*\ s && ${BASH_REMATCH[1]} -ge 2 && ${BASH_REMATCH[1]} -lt 40 ]] ||
        { echo "it took another time: $entry" >&2; return 1; }
    inside berth history clock --json | jq -e --argjson number "$number" '.deployments | map(.number) as $numbers |
        ($numbers | . == (sort | reverse)) and $numbers[0] == $number and all(.[]; .seconds >= 2 and .seconds < 40)' \
        >/dev/null || { inside berth history clock >&2; return 1; }
}

# The requests at which the clock is set: of the pull, of the switch, and of berth's looks at the app.
start='^POST.*/start'
create='^POST.*/images/create'
list='^GET.*/containers/json.*\sberth'
look='^GET.*/containers/[0-9a-f]+/json\sberth'

@test "the record shows that the clock was set, and nothing else does" {
    local ahead back
    sets "ahead in check" "$(other)" "deployed -" "$(at 1 check . 3600)"
    ahead=$(ended)
    sets "back in check" "$(other)" "deployed -" "$(at 1 check . 0)"
    back=$(ended)
    [[ $((ahead - back)) -gt 3500 ]]
    # What comes last is what has the highest number.
    equal "$(inside berth status clock --json | jq '.apps[0].last.number')" "$number"
    contains "$(inside berth status clock)" "#$number deployed"
    [[ $(inside berth history clock) != *" -"[0-9]* ]]
}

# When the last deployment ended, by the clock that was set, in seconds.
ended() { record clock "$number" | jq '.ended | .[:19] + "Z" | fromdate'; }

@test "the clock is set in the pull" {
    sets "ahead in pull" "$(other)" "deployed -" "$(at 1 pull "$create" 3600)"
    # With a clock that is behind, the Engine tells the agent all of the last hour again. The tag stands for its new image.
    release clock v2
    sets "back before pull, and the tag has moved" v2 "deployed -" "$(at 1 login . -3600)"
    runs clock "$number"
}

@test "the clock is set in the switch and in the gate of a good release, and a person waits" {
    local waits
    sets "ahead in the gate" "$(other)" "deployed -" "$(at 1 health "$look" 3600)"
    inside env "LD_PRELOAD=$preload" timeout 60 berth wait clock $((number + 1)) --timeout 30 \
        >"$BATS_TEST_TMPDIR/waits" 2>&1 &
    waits=$!
    sets "back in the gate" "$(other)" "deployed -" "$(at 1 health "$look" 0)"
    wait "$waits" || { cat "$BATS_TEST_TMPDIR/waits" >&2; return 1; }
    sets "ahead in up" "$(other)" "deployed -" "$(at 1 up "$start" 3600)"
    [[ -n ${WHOLE-} ]] || return 0
    sets "back in up" "$(other)" "deployed -" "$(at 1 up "$start" -3600)"
    sets "ahead to what it was, in up" "$(other)" "deployed -" "$(at 1 up "$start" 0)"
}

@test "the clock is set in the gate of a bad release, and on its way back" {
    sets "back in the gate, ahead on the way back" v3 "rolledBack not-healthy" "$(at 1 health "$look" -3600)" \
        "$(at 1 rollback "$look" 3600)"
    [[ -n ${WHOLE-} ]] || return 0
    sets "ahead in the gate" v3 "rolledBack not-healthy" "$(at 1 health "$look" 7200)"
    sets "back and ahead in the gate, and on the way back" v3 "rolledBack not-healthy" "$(at 2 health "$list" -3600)" \
        "$(at 1 health "$list" 3600)" "$(at 1 rollback "$list" 0)"
}
