# What is removed from the disk by hand, and that nothing is while anybody pulls.

load room

setup_file() {
    load room
    small_disk
}

teardown_file() {
    load room
    own_disk
}

# What a dry run and a run say alike.
plan() { jq -c '[.removals[] | [.kind, .id, .names, .reason]]'; }

everything() {
    images
    inside sh -c 'docker image ls --all --quiet --no-trunc; docker volume ls --quiet; docker ps --all --quiet --no-trunc'
}

@test "berth prune does what its dry run says, which changes nothing" {
    start hand
    local_image old:1 "2 days ago" "2 days ago"
    local_image young:1 "10 minutes ago" "10 minutes ago"
    dangling_image >/dev/null
    anonymous_volume >/dev/null
    inside docker volume create named >/dev/null
    disk "${hungry[@]}" 'volumes = "anonymous"'
    local before dry real
    before=$(everything)
    dry=$(inside berth prune --dry-run --json)
    equal "$(everything)" "$before"
    # Each image and each volume is there once, with a reason.
    equal "$(jq -r '.removals[], .kept[] | select(.kind != "buildCache" and .reason != "") | .id' <<<"$dry" | sort)" \
        "$(inside sh -c 'docker image ls --quiet --no-trunc; docker volume ls --quiet' | sort -u)"
    equal "$(jq -c '[.after, (.removals | map(.outcome) | unique)]' <<<"$dry")" '[null,["planned"]]'
    equal "$(jq -r '.removals | map(.kind) | sort | join(" ")' <<<"$dry")" "image image image volume"
    real=$(inside berth prune --json)
    equal "$(plan <<<"$real")" "$(plan <<<"$dry")"
    equal "$(jq -c '.removals | map(.outcome) | unique' <<<"$real")" '["removed"]'
    equal "$(images) $(volumes)" $'127.0.0.1:5000/room:v2\nberth/hand/backend:2\nyoung:1 named'
    [[ $(jq '.after[].used' <<<"$real" | sort -n | head -n 1) -lt $(jq '.before[].used' <<<"$real" | sort -n | head -n 1) ]]
}

@test "berth prune waits for a pull of the agent" {
    start waits
    disk "${hungry[@]}"
    inside sh -c "printf %s '$canary' | runuser -u berth -- docker login -u ci --password-stdin 127.0.0.1:5000" 2>/dev/null
    inside systemctl kill --signal=STOP docker-registry
    local cursor
    cursor=$(journal_cursor)
    drop waits IMAGE_TAG=v3
    await_journal "$cursor" BERTH_APP=waits BERTH_DEPLOYMENT=3 BERTH_PHASE=pull >/dev/null
    local_image old:1 "2 days ago" "2 days ago"
    run inside timeout 1 berth prune
    equal "$status" 124
    contains "$(images)" old:1
    inside systemctl kill --signal=CONT docker-registry
    ends_as waits 3 deployed
    inside berth prune
    [[ $(images) != *old:1* ]]
    inside rm -r /var/lib/berth/.docker
}

# In each round what one app pulls is on the host only as what the guard wants to take of the other app at that moment, which
# is its release before the last one: with the same base (a, b), or the very same image (s).
@test "of fifty times two pulls, beside which the guard prunes for the other app, none loses a layer" {
    local base cursor round left=(s0 a1 a2 a3) right=(b2 b3 s0 b1)
    "$host" image room:s0 PAD=5M
    for base in 1 2 3; do
        "$host" image base:$base PAD=5M
        inside "$tools/image-onto" base:$base room:a$base room:b$base
    done
    small_app left
    small_app right
    disk "${hungry[@]}"
    cursor=$(journal_cursor)
    for round in {1..50}; do
        drop left "IMAGE_TAG=${left[round % 4]}" "${login[@]}"
        drop right "IMAGE_TAG=${right[round % 4]}" "${login[@]}"
        equal "$(await_verdict left "$round" | jq -r .verdict) $(await_verdict right "$round" | jq -r .verdict)" "deployed deployed"
        equal "$(serves left backend) $(serves right backend)" "${left[round % 4]} ${right[round % 4]}"
    done
    runs left 50
    runs right 50
    [[ $(inside journalctl --after-cursor="$cursor" --output=cat MESSAGE_ID="$disk_guard" | wc -l) -ge 50 ]]
    # Compose's own lines are the pull's, and its end is read before the pull counts as ended: nothing went in between.
    equal "$(inside journalctl --after-cursor="$cursor" --output=cat SYSLOG_IDENTIFIER=berth |
        awk '/ Pulling$/ { pulls++ } / Pulled$/ { pulls-- } /^Removed / && pulls')" ""
}
