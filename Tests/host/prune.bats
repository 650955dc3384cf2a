# What is removed from the disk by hand, and that nothing is while anybody pulls.

load room

# What a dry run and a run say alike.
plan() { jq -c '[.removals[] | [.kind, .id, .names, .reason]]'; }

everything() {
    images
    inside sh -c 'docker image ls --all --quiet --no-trunc; docker volume ls --quiet; docker ps --all --quiet --no-trunc'
}

@test "berth prune does what its dry run says, which changes nothing" {
    needs_old_images
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
    needs_old_images
    start waits
    disk "${hungry[@]}"
    inside sh -c "printf %s '$canary' | runuser -u berth -G docker -- docker login -u ci --password-stdin 127.0.0.1:5000" 2>/dev/null
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

@test "below the guard a deployment does not wait for another app's pull" {
    small_app passes
    deploy passes 1 v2
    pull_begins
    deploy passes 2 v3
    pull_ends
    equal "$(serves passes backend)" v3
    equal "$(record passes 2 | jq '.phases | map(.seconds) | max < 5')" true
}

@test "above the guard a deployment waits for another app's pull, and then prunes" {
    start patient
    fill 81
    local before after
    before=$(journal_cursor)
    pull_begins
    drop patient IMAGE_TAG=v3 "${login[@]}"
    waits_in_room patient 3
    guard_did_not_run "$before"
    contains "$(images)" room:v1
    after=$(journal_cursor)
    pull_ends
    ends_as patient 3 deployed
    guard_ran "$after"
    [[ $(images) != *room:v1* ]]
}

@test "an image that was built on the host stays for the deployment that is about to need it" {
    needs_old_images
    local_image builds-backend:latest "2 days ago" "2 days ago"
    local_image old:1 "2 days ago" "2 days ago"
    small_app builds
    inside sed -i 's|image: .*|build: .\n    command: tail -f /dev/null|; s|/bin/health|/bin/true|' \
        /srv/builds/docker-compose.yml
    small_app other
    disk "${hungry[@]}"
    pull_begins
    drop builds RUN=1
    drop other IMAGE_TAG=v2 "${login[@]}"
    waits_in_room builds 1
    waits_in_room other 1
    equal "$(inside berth prune --dry-run --json | jq -r '.kept[] | select(.names | index("builds-backend:latest")).reason')" \
        "deployment #1 of builds is under way"
    pull_ends
    ends_as other 1 deployed
    ends_as builds 1 deployed
    contains "$(images)" builds-backend:latest
    [[ $(images) != *old:1* ]]
}

@test "after a berth prune by a root who lets nobody read what it makes, the agent deploys all the same" {
    inside sh -euc '
        rm -f /var/lib/berth/.locks/images /var/lib/berth/images.json
        umask 077
        berth prune'
    small_app first
    deploy first 1 v2
    inside runuser -u berth -- jq --exit-status length /var/lib/berth/images.json
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
        has_verdict "$(await_verdict left "$round")" deployed
        has_verdict "$(await_verdict right "$round")" deployed
        equal "$(serves left backend) $(serves right backend)" "${left[round % 4]} ${right[round % 4]}"
    done
    runs left 50
    runs right 50
    # What one guard takes, the other finds gone.
    [[ $(inside journalctl --after-cursor="$cursor" --output=cat BERTH_PHASE=room | grep -c '^Removed ') -ge 50 ]]
    # Compose's own lines are the pull's, and its end is read before the pull counts as ended: nothing went in between.
    equal "$(inside journalctl --after-cursor="$cursor" --output=cat SYSLOG_IDENTIFIER=berth |
        awk '/ Pulling$/ { pulls++ } / Pulled$/ { pulls-- } /^Removed / && pulls')" ""
}
