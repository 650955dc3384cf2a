# The power goes in the middle of a deployment. Whatever the disk has of it by then, each drop ends in one verdict that is true
# to what runs. The token was in memory, so a drop that has not pulled is to be dropped again. WHOLE=1 runs all of it.

load scenario

agent_started=9c27cdc45e0a4be0ae18daba2bc07836
drop_in=/run/systemd/system/berth.service.d/power.conf
records=/var/lib/berth/power/deployments

# A cut must not look like a crash, after which systemd starts the agent with all that it has kept for it.
setup_file() {
    inside test -e /sys/block/loop0 || skip "this machine has no loop devices"
    clear_apps
    printf '%s\n' '[Service]' Restart=no | inside install -D /dev/stdin "$drop_in"
    inside systemctl daemon-reload
    truncate --size=24M "$BATS_FILE_TMPDIR/disk"
    mkfs.ext4 -q -E lazy_itable_init=0,lazy_journal_init=0 "$BATS_FILE_TMPDIR/disk"
    "$host" copy "$BATS_FILE_TMPDIR/disk" /run/empty-disk
    inside "$tools/own-disk" begin /run/empty-disk
    new_app power
    release power v1
    release power v2
    release power v3 unhealthy
    policy power '  steps:' '    - { name: first, service: backend, command: [echo, hello], when: before }'
    deploy power 1 v1
}

setup() { :; }

# The app stays from one row to the next.
look() {
    number=$(inside sh -c "ls $records | sed 's/[.]json//' | sort -n | tail -n 1")
    tag=$(serves power backend)
}

# The tag that is to be deployed next.
other() { if [[ $tag == v1 ]]; then echo v2; else echo v1; fi; }

# cut_at FILE COUNT TAG KIND: drops the tag, and the power is cut as FILE is there for the COUNTth time; then berth starts
# as in a boot. Sees that what the disk has is whole, and that the drop ends in a true verdict. Prints a row.
cut_at() {
    local cut cursor kept told verdict=lost record
    number=$((number + 1))
    inside sync
    exec {cut}< <(inside "$tools/at-save" "$records" "$number.$1" "$2" stop "$(main_pid)" "$tools/own-disk" cut)
    read -r -u "$cut"
    cursor=$(journal_cursor)
    drop power "IMAGE_TAG=$3" "${login[@]}" BERTH_FORCE=1
    equal "$(timeout 60 head -n 1 <&"$cut")" "done"
    exec {cut}<&-
    equal "$(inside systemctl show berth --property=NFileDescriptorStore --value)" 0
    kept=$(whole_records)$(left_drops)
    told=$(inside jq -r '.verdict // ""' "$records/$number.json" 2>/dev/null || :)
    inside systemctl start berth
    await_journal "$cursor" "MESSAGE_ID=$agent_started" >/dev/null
    if [[ $kept == *" $number "* || $kept == */.env.deploy* ]]; then
        record=$(await_verdict power "$number")
        verdict=$(jq -r '[.verdict, .cause // "-"] | join(" ")' <<<"$record")
        judge "$3" "$record" "$cursor" "$told"
    else
        # Neither CI's file nor a record of it was on the disk yet.
        number=$((number - 1))
    fi
    printf '# %-28s %-24s %s\n' "$4" "$verdict" "$(jq -r '[.phases[].name] | join(" ")' <<<"${record:-null}")" >&3
}

# The numbers of the records on the disk, each of which is whole.
whole_records() {
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc 'cd "$1"; for record in *.json; do
        jq --exit-status --raw-output ".number | select(\"\(.).json\" == \"$record\")" "$record"; done' whole "$records" |
        tr '\n' ' ' | sed 's/^/ /'
}

left_drops() { inside find /var/spool/berth -name '.env.deploy*'; }

# judge TAG RECORD CURSOR TOLD: the verdict is the only one, and true to what runs. If the record had it before the cut (TOLD),
# the journal may have lost its line: journald writes to the disk every five minutes.
judge() {
    local verdict hint
    verdict=$(jq -r .verdict <<<"$2")
    case $verdict in
    deployed) tag=$1 ;;
    rolledBack) ;;
    failed | refused)
        hint=$(jq -r '.hint // ""' <<<"$2")
        [[ $hint == *drop\ *\ again* ]] || { echo "no way on: $hint" >&2; return 1; }
        ;;
    *) jq . <<<"$2" >&2; return 1 ;;
    esac
    [[ $1 != v3 || $verdict != deployed ]]
    equal "$(serves power backend) $(serves power frontend)" "$tag $tag"
    [[ -n $4 ]] ||
        AWAIT_SECONDS=40 await_journal "$3" BERTH_APP=power "BERTH_DEPLOYMENT=$number" "BERTH_VERDICT=$verdict" >/dev/null
    equal "$(inside journalctl --after-cursor="$3" --output=json BERTH_APP=power "BERTH_DEPLOYMENT=$number" |
        jq -r 'select(.BERTH_VERDICT) | .BERTH_VERDICT' | cat - <([[ -z $4 ]] || echo "$4") | uniq)" "$verdict"
    equal "$(inside journalctl --unit=berth --after-cursor="$3" --output=cat | grep -F 'cannot be' || :)" ""
    inside berth history power -n 100 --json | jq -e --argjson number "$number" \
        '.unreadable == [] and (.deployments | map(.number) == [range($number; 0; -1)])' >/dev/null
    equal "$(left_drops)" ""
}

# Each save is looked at from both sides: with what it has saved, and, before the next one, with all that was done since.
@test "the power is cut at each save of a good deployment's record" {
    look
    local count cuts='5 9'
    [[ -z ${WHOLE-} ]] || cuts=$(seq 2 11)
    cut_at json.new 1 "$(other)" "good, before save 1"
    cut_at json 1 "$(other)" "good, at save 1"
    for count in $cuts; do
        cut_at json "$count" "$(other)" "good, at save $count"
        cut_at json.new $((count + 1)) "$(other)" "good, before save $((count + 1))"
    done
    cut_at json verdict "$(other)" "good, at the verdict's save"
}

@test "the power is cut at each save of a bad deployment's record" {
    look
    local count cuts=11
    [[ -z ${WHOLE-} ]] || cuts=$(seq 9 11)
    for count in $cuts; do
        cut_at json "$count" v3 "bad, at save $count"
        cut_at json.new $((count + 1)) v3 "bad, before save $((count + 1))"
    done
    [[ -z ${WHOLE-} ]] || cut_at json verdict v3 "bad, at the verdict's save"
}

@test "the power is cut when a person has held an app" {
    look
    inside berth hold power "the database is being moved"
    inside "$tools/own-disk" cut
    inside systemctl start berth
    number=$((number + 1))
    drop power "IMAGE_TAG=$(other)" "${login[@]}"
    ends_as power "$number" refused held
}

# Where the registry is elsewhere, it outlives berth when the host goes down.
registry_goes_last() {
    printf '%s\n' '[Unit]' Before=berth.service |
        inside install -D /dev/stdin /etc/systemd/system/docker-registry.service.d/last.conf
    inside systemctl daemon-reload
}

# two_under_way TAG: the release of `late` is in its gate, and that of `early` at the registry, which does not answer.
two_under_way() {
    local cursor
    cursor=$(journal_cursor)
    drop late "IMAGE_TAG=$1" "${login[@]}"
    AWAIT_SECONDS=30 await_journal "$cursor" BERTH_APP=late BERTH_PHASE=up >/dev/null
    inside systemctl kill --signal=STOP docker-registry
    drop early "IMAGE_TAG=$1" "${login[@]}"
    AWAIT_SECONDS=30 await_journal "$cursor" BERTH_APP=early BERTH_PHASE=login >/dev/null
    AWAIT_SECONDS=30 await_journal "$cursor" BERTH_APP=late BERTH_PHASE=health >/dev/null
}

# both_end N TAG CAUSE: the drop that had not pulled is lost, and that is said; the other one goes on, and is deployed.
both_end() {
    equal "$(await_verdict early "$1" | jq -r '[.verdict, .cause, .hint] | join(" ")')" "failed $3 drop it again"
    ends_as late "$1" deployed
    # Perhaps in the boot before, of which one who follows the journal hears nothing.
    equal "$(inside journalctl --output=json BERTH_APP=early "BERTH_DEPLOYMENT=$1" |
        jq -r 'select(.BERTH_VERDICT) | "\(.BERTH_VERDICT) \(.BERTH_CAUSE)"')" "failed $3"
    equal "$(record late "$1" | jq '.phases | map(select(.name == "health")) | length')" 2
    runs late "$1"
    equal "$(serves late backend) $(serves early backend)" "$2 v1"
}

@test "a boot, after a power cut and in good order" {
    inside "$tools/own-disk" end
    inside rm "$drop_in"
    registry_goes_last
    clear_apps
    new_app early
    new_app late
    edit late 's/^      retries: 3/&\n      start_period: 60s/'
    release early v1
    release late v1
    release late v2 slow:4
    release late v3 slow:4
    deploy early 1 v1
    deploy late 1 v1
    two_under_way v2
    "$host" reboot --force
    both_end 2 v2 agent-ended
    two_under_way v3
    "$host" reboot
    both_end 3 v3 agent-stopped
    release early v3
    deploy early 4 v3
}
