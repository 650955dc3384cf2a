# Where a secret could get out: what a container prints, a core of an agent that crashes, the memory of one that does not.
# `teardown` looks everywhere after these scenarios, as after each.

load scenario

@test "a secret that a container prints is in its own log, and in what berth says of it is a mark" {
    new_app talks
    release talks v1
    release talks v2 unhealthy
    deploy talks 1 v1
    drop talks IMAGE_TAG=v2 "${login[@]}"
    ends_as talks 2 rolledBack
    contains "$(inside docker logs talks-backend-1)" "session secret: canary-printed-talks"
    contains "$(record talks 2 | jq -r '.evidence[] | select(.service == "backend").container.log[]')" "session secret: [redacted]"
    contains "$(inside journalctl -o cat BERTH_APP=talks BERTH_DEPLOYMENT=2 BERTH_SERVICE=backend)" \
        "backend | session secret: [redacted]"
}

# hangs APP N: drops v2, whose pull does not end: the registry keeps the blobs to itself, until `goes_on`.
hangs() {
    inside sh -c 'rm -f /run/faults.log; echo "* ^GET.*/blobs/ hang" >/run/faults'
    drop "$1" IMAGE_TAG=v2 "${login[@]}"
    inside timeout 30 sh -c 'until test -s /run/faults.log; do :; done'
    equal "$(record "$1" "$2" | jq -r '.phases[-1].name')" pull
}

# A pull waits for the bytes that another one is getting, so what hangs must end.
goes_on() {
    inside rm /run/faults
    inside systemctl stop faulty-registry
    stands_in_front
}

stands_in_front() {
    inside systemd-run --quiet --collect --unit=faulty-registry "$tools/faulty-registry"
    inside timeout 10 sh -c 'until curl --silent --output /dev/null http://127.0.0.1:5001/v2/; do :; done'
}

# unit_has LINE…: what the unit says beside; without a line it is as it was.
unit_has() {
    # shellcheck disable=SC2016  # expanded inside
    inside bash -euc 'folder=/run/systemd/system/berth.service.d
        rm -rf "$folder"
        [[ $# == 0 ]] || { mkdir -p "$folder"; printf "%s\n" "[Service]" "$@" >"$folder/secrets.conf"; }
        systemctl daemon-reload
        systemctl reset-failed berth
        systemctl restart berth' unit "$@"
}

# crashes SIGNAL: prints how the agent has ended, as systemd saw it: `killed`, or `dumped` if it left a core.
crashes() {
    local cursor
    cursor=$(journal_cursor)
    inside systemctl kill --kill-whom=main --signal="$1" berth
    await_journal "$cursor" UNIT=berth.service MESSAGE_ID=98e322203f7a4ed290d09fe03c09fe15 | jq -r .EXIT_CODE
}

@test "an agent that crashes in the middle of a pull leaves no core" {
    local signal number=1
    stands_in_front
    new_app crashing
    edit crashing 's|127.0.0.1:5000|127.0.0.1:5001|'
    inside sed -i 's|127.0.0.1:5000|127.0.0.1:5001|' /etc/berth/conf.d/crashing.toml
    # In this folder it may write one.
    unit_has WorkingDirectory=/var/spool/berth/crashing
    release crashing v1
    deploy crashing 1 v1
    for signal in SEGV ABRT; do
        number=$((number + 1))
        release crashing v2
        hangs crashing $number
        [[ $(inside "$tools/find-canaries" "$(main_pid)") -gt 0 ]]
        equal "$(crashes "$signal")" killed
        goes_on
        ends_as crashing $number deployed
        assert_no_canary
    done

    # The agent itself forbids one too.
    unit_has WorkingDirectory=/var/spool/berth/crashing LimitCORE=infinity
    release crashing v2
    hangs crashing 4
    equal "$(crashes SEGV)" killed
    goes_on
    ends_as crashing 4 deployed
    assert_no_canary
    unit_has
    inside systemctl stop faulty-registry
}

# Of a good deployment, of one that goes back, and of a drop that is refused.
@test "after the verdict the agent's memory has the token nowhere" {
    two_releases forgets
    release forgets bad unhealthy
    deploy forgets 2 v2
    is_forgotten
    drop forgets IMAGE_TAG=bad "${login[@]}"
    ends_as forgets 3 rolledBack
    is_forgotten
    drop forgets IMAGE_TAG=v1 "${login[@]}" LD_PRELOAD=nothing
    ends_as forgets 4 refused
    is_forgotten
}

# The agent lets go of a drop a moment after it has told the verdict.
is_forgotten() {
    local look count
    for look in {1..50}; do
        count=$(inside "$tools/find-canaries" "$(main_pid)")
        [[ $count != 0 ]] || return 0
    done
    echo "after $look looks the token is there $count times" >&2
    return 1
}
