# What a person and CI ask of the records: history, show, and the wait for a verdict.

load scenario

# Other scenarios need the agent, which one of them stops.
setup() {
    inside systemctl start berth
    clear_apps
}

start() {
    new_app "$1"
    release "$1" v1
    deploy "$1" 1 v1 BERTH_REQUEST=first
}

# ask STATUS COMMAND…: berth's answer to the command, which must end with that exit code.
ask() {
    run inside berth "${@:2}"
    equal "$status" "$1"
}

@test "history and show tell what the records have, also while the agent is down" {
    start asked
    release asked v2 unhealthy
    drop asked IMAGE_TAG=v2 "${login[@]}"
    ends_as asked 2 rolledBack
    inside systemctl stop berth
    ask 0 history asked --json
    equal "$(jq -c '[.app, [.deployments[] | [.number, .verdict, .imageTag, .request]], .unreadable]' <<<"$output")" \
        '["asked",[[2,"rolledBack","v2",null],[1,"deployed","v1","first"]],[]]'
    ask 0 history asked -n 1
    contains "${lines[1]}" "rolledBack"
    equal "${#lines[@]}" 2
    ask 0 show asked --json
    equal "$(jq -S . <<<"$output")" "$(record asked 2 | jq -S .)"
    ask 0 show asked
    contains "$output" "asked #2: rolledBack (not-healthy)"
    contains "$output" "backend is unhealthy: its healthcheck fails"
    contains "$output" "| unhealthy: starting"
    ask 66 show asked 7
    contains "$output" "asked has no record of #7"
    ask 64 history other
    contains "$output" "those with records are"
    inside systemctl start berth
}

@test "a wait ends with the verdict's exit code, and shows why" {
    start waited
    release waited v2 unhealthy
    ask 0 wait waited
    equal "${lines[-1]}" "waited #1: deployed"
    inside berth wait waited --request second >"$BATS_TEST_TMPDIR/wait" 2>&1 &
    drop waited IMAGE_TAG=v2 BERTH_REQUEST=second "${login[@]}"
    local status=0
    wait $! || status=$?
    equal "$status" 12
    equal "$(grep '^waited #2: ' "$BATS_TEST_TMPDIR/wait" | sed -n '1p; 8p; $p')" \
        $'waited #2: claim\nwaited #2: rollback\nwaited #2: rolledBack (not-healthy)'
    contains "$(<"$BATS_TEST_TMPDIR/wait")" "| unhealthy: starting"
    ask 10 wait waited 3 --timeout 60 < <(drop waited NOTHING)
    ask 75 wait waited 4 --timeout 0
}

@test "a reader of the records may ask, another user is told how to" {
    start read
    inside useradd --no-create-home --groups berth-records reader
    inside useradd --no-create-home stranger
    run inside setpriv --reuid=reader --regid=reader --init-groups -- berth show read
    equal "$status" 0
    run inside setpriv --reuid=stranger --regid=stranger --init-groups -- berth show read
    equal "$status" 69
    contains "$output" "join the group berth-records"
}

# receives APP [OPTION…]: gives CI a key whose forced command is `berth receive APP OPTION…`, with an option in a job of GitHub's.
receives() {
    # shellcheck disable=SC2016  # expanded inside
    inside bash -euc '
        /usr/local/lib/host/deploy-key
        echo "readers = [\"deploy\"]" >>"/etc/berth/conf.d/$1.toml"
        systemctl reload berth
        rm -f /root/.ssh/receive
        ssh-keygen -q -t ed25519 -N "" -C receive -f /root/.ssh/receive
        keys=/home/deploy/.ssh/authorized_keys
        sed -i "/ receive$/d" $keys
        echo "restrict,command=\"${2:+GITHUB_ACTIONS=true }berth receive $*\" $(</root/.ssh/receive.pub)" >>$keys' receives "$@"
}

# send_receive LINE…: a drop over ssh with that key; what CI asks to run beside is not run.
send_receive() {
    printf '%s\n' "$@" | inside ssh -q -i /root/.ssh/receive -o IdentitiesOnly=yes deploy@127.0.0.1 touch /tmp/run
}

@test "CI's user reads its own app's records, old and new ones, and nothing else" {
    start mine
    start theirs
    receives mine
    run as_deploy berth show mine --json
    equal "$(jq -r '.verdict' <<<"$output")" deployed
    deploy mine 2 v1
    run as_deploy berth wait mine 2
    equal "$status" 0
    run as_deploy berth show theirs
    equal "$status" 69
    local path
    for path in /var/lib/berth /var/lib/berth/mine /var/lib/berth/mine/compose /var/lib/berth/mine/files \
        /var/lib/berth/theirs/deployments; do
        run as_deploy ls "$path"
        contains "$output" "Permission denied"
    done
    run as_deploy cat /var/lib/berth/theirs/deployments/1.json
    contains "$output" "Permission denied"
    inside sed -i '/^readers/d' /etc/berth/conf.d/mine.toml
    reload
    run as_deploy berth show mine
    equal "$status" 69
}

@test "over ssh CI sends a drop and gets its verdict, with the failing container's last words" {
    new_app received
    release received v1
    release received v2 unhealthy
    receives received
    run send_receive IMAGE_TAG=v1 "${login[@]}" BERTH_REQUEST=run-1
    equal "$status ${lines[0]} ${lines[-1]}" "0 received #1: claim received #1: deployed"
    equal "$(record received 1 | jq -r .request)" run-1
    runs received 1
    run send_receive IMAGE_TAG=v2 "${login[@]}"
    equal "$status" 12
    contains "$output" "received #2: rolledBack (not-healthy)"
    contains "$output" "| unhealthy: starting"
    equal "$(serves received backend)" v1
    run send_receive "${login[@]}" PATH=/tmp
    equal "$status ${lines[-2]}" "10 received #3: refused (name-barred)"
    run send_receive NOTHING
    equal "$status" 10
    contains "$output" "no line is NAME=VALUE"
    run inside test -e /tmp/run
    equal "$status" 1
}

@test "over ssh a person's drop has the person's name, and the job gets its summary" {
    local log=$BATS_TEST_TMPDIR/log summary=$BATS_TEST_TMPDIR/summary status=0
    start named
    release named v2 unhealthy
    edit named 's|\["CMD", "/bin/health"\]|["CMD-SHELL", "echo \\"##[error]forged\\"; exec /bin/health"]|'
    receives named --summary --by alice
    send_receive IMAGE_TAG=v2 BERTH_BY=eve "${login[@]}" $'BERTH_BY=eve\r' >"$summary" 2>"$log" || status=$?
    equal "$status" 12
    equal "$(grep '^named #2: ' "$log" | sed -n '1p; $p')" $'named #2: claim\nnamed #2: rolledBack (not-healthy)'
    grep -qE '^  healthcheck, exit code 1.*: # #\[error\]forged no health from a unhealthy app$' "$log"
    contains "$(<"$log")" $'\n  | unhealthy: starting\n'
    contains "$(grep '^::' "$log")" "::error title=named #2%3A rolledBack::backend "
    equal "$(head -n 1 "$summary")" '## `named #2`: rolledBack (not-healthy)'
    contains "$(<"$summary")" $'\n- by: `alice (deploy)`\n'
    contains "$(<"$summary")" $'\n| unhealthy: starting\n'
    contains "$(grep '^| `backend`' "$summary")" '`127.0.0.1:5000/named-backend:v1` → `127.0.0.1:5000/named-backend:v2`'
    equal "$(grep -c '##\[' "$log" "$summary" | cut -d: -f2 | xargs)" "0 0"
    equal "$(record named 2 | jq -r .by)" "alice (deploy)"
    equal "$(await_journal "" BERTH_APP=named BERTH_DEPLOYMENT=2 BERTH_VERDICT=rolledBack | jq -r .BERTH_BY)" "alice (deploy)"
    ask 0 show named
    contains "$output" "by              alice (deploy)"
    equal "$(record named 1 | jq -r .by)" deploy
    run send_receive PATH=/tmp
    equal "$status $(record named 3 | jq -r .by)" "10 alice (deploy)"
    run inside env SUDO_USER=bob berth rollback named --wait --summary
    equal "$(record named 4 | jq -r .by)" "bob (root)"
}

@test "a connection that is lost stops no deployment, and its verdict can be had later" {
    new_app lost
    release lost v1
    release lost v2 slow:4
    inside sed -i 's|^      retries: 3|&\n      start_period: 60s|' /srv/lost/docker-compose.yml
    receives lost
    run send_receive IMAGE_TAG=v1 "${login[@]}"
    equal "$status" 0
    local cursor
    cursor=$(journal_cursor)
    send_receive IMAGE_TAG=v2 "${login[@]}" BERTH_REQUEST=cut >/dev/null &
    await_journal "$cursor" BERTH_APP=lost BERTH_PHASE=health >/dev/null
    inside pkill -KILL -f 'ssh -q -i /root/.ssh/receive'
    wait $! || true
    ask 0 wait lost --request cut
    equal "${lines[-1]}" "lost #2: deployed"
    runs lost 2
}

@test "by hand: a release, and the one before it again" {
    new_app hands
    release hands v1
    release hands v2
    inside sh -c "printf %s '$canary' | runuser -u berth -G docker -- docker login -u ci --password-stdin 127.0.0.1:5000" 2>/dev/null
    ask 0 deploy hands IMAGE_TAG=v1 --wait
    ask 0 deploy hands IMAGE_TAG=v2
    contains "$output" "berth wait hands --request berth-"
    ask 0 wait hands 2
    equal "$(serves hands backend)" v2
    ask 0 rollback hands --wait
    equal "${lines[-1]}" "hands #3: deployed"
    equal "$(serves hands backend)" v1
    ask 10 rollback hands 7 --wait
    contains "$output" "#7 is not a good release"
    ask 64 deploy hands IMAGE_TAG=v2 GITHUB_TOKEN=never-taken
    contains "$output" "others could see GITHUB_TOKEN in the command line"
    inside rm -r /var/lib/berth/.docker
}

@test "status: what runs, what is under way, and whether the agent does" {
    start seen
    release seen v2 unhealthy
    ask 0 status --json
    equal "$(jq -c '[.agentRuns, (.apps[] | select(.app == "seen") | .runs.number, .last.verdict, .current, .goesBackTo)]' <<<"$output")" \
        '[true,1,"deployed",null,1]'
    drop seen IMAGE_TAG=v2 "${login[@]}"
    await_journal "" BERTH_APP=seen BERTH_DEPLOYMENT=2 BERTH_PHASE=health >/dev/null
    ask 0 status seen
    contains "$output" "#2 health …"
    ends_as seen 2 rolledBack
    inside systemctl stop berth
    ask 0
    contains "$output" "The agent does not run"
    contains "$output" "#2 rolledBack"
}

@test "an app that is held refuses drops with the reason, but no rollback of root, until that ends" {
    start kept
    release kept v2
    ask 0 hold kept the database is being moved
    drop kept IMAGE_TAG=v2 "${login[@]}"
    ends_as kept 2 refused held
    contains "$(reason kept 2)" "kept is held: the database is being moved"
    equal "$(serves kept backend)" v1
    ask 10 plan kept
    ask 0 status
    contains "$output" "kept is held: the database is being moved"
    # CI may not go around it; the person who holds the app may.
    drop kept BERTH_ROLLBACK_TO=1
    ends_as kept 3 refused held
    ask 0 rollback kept 1 --wait
    contains "$output" "kept #4: deployed"
    ask 0 resume kept
    deploy kept 5 v2
    equal "$(serves kept backend)" v2
}

@test "logs has berth's own lines of a deployment, and no other program's" {
    start logged
    inside sh -c 'printf "MESSAGE=forged\nBERTH_APP=logged\nBERTH_DEPLOYMENT=1\n" | logger --journald'
    await_journal "" MESSAGE=forged >/dev/null
    ask 0 logs logged 1
    contains "$output" "logged #1: deployed, IMAGE_TAG=v1"
    [[ $output != *forged* ]]
    ask 0 logs logged -n 1
    ask 64 logs 'logged BERTH_APP=other'
}

@test "the commands of the message catalog work as they stand" {
    start told
    local command number=0
    # What changes something, or does not end, is left out.
    while read -r command; do
        run inside sh -c "$command" </dev/null
        # 1: something was found; 10: the plan of a drop that would be refused.
        [[ $status == 0 || $status == 1 || $status == 10 ]] || { echo "$command: $status: $output" >&2 && return 1; }
        number=$((number + 1))
    done < <(grep -hE '^    (sudo )?(berth|journalctl|docker|df|ls|systemctl) ' "$BATS_TEST_DIRNAME/../../systemd/berth.catalog" |
        grep -vE 'FOLDER|--follow|berth (rollback|hold)|systemctl (reload|restart|status)' |
        sed 's/^ *\(sudo \)\{0,1\}//; s/@BERTH_APP@/told/; s/@BERTH_DEPLOYMENT@/1/' | sort -u)
    [[ $number -ge 12 ]]
    contains "$(inside journalctl -x -n 1 BERTH_APP=told BERTH_VERDICT=deployed)" "sudo berth show told 1"
}
