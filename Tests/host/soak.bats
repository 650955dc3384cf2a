# Drops in a row, good and bad ones mixed, on several apps at once: no verdict is lost or untrue, and the agent holds no more
# after them than before. `make soak` runs a thousand on twenty apps; SEED=7 mixes others.

load scenario

setup_file() {
    local tag name
    clear_apps
    for tag in v1 v2 v3 v4 v5 v6; do "$host" image "soak:$tag" >/dev/null; done
    "$host" image soak:bad unhealthy >/dev/null
    for ((name = 1; name <= apps; name++)); do soak_app "soak$name"; done
    reload
}

if [[ -n ${WHOLE-} ]]; then apps=20 drops=1000 lot=100; else apps=4 drops=24 lot=8; fi
drops=${DROPS:-$drops}
seed=${SEED:-1}

# The apps stay until the end.
setup() { :; }

# soak_app NAME: an app of one service, which is healthy in a moment, and then hardly ever asked. All apps run the same
# images: a name that berth gives one for an app must not matter to another.
soak_app() {
    app "$1"
    # shellcheck disable=SC2016  # for Compose
    edit "$1" -e '/^  frontend:/,$d' -e "s|$1-backend|soak|" \
        -e 's|interval: 1s|interval: ${PACE:-1h}\n      start_period: ${GRACE:-1h}\n      start_interval: 200ms|'
}

# drop_lot FIRST LAST: drops them, and keeps the verdicts.
drop_lot() {
    printf '%s\n' "${login[@]}" |
        inside "$tools/drop-many" "$seed" "$1" "$2" "$apps" 6 >>"$BATS_FILE_TMPDIR/verdicts"
}

# held [APP]: what berth holds once it has done all that follows the last verdict; of the app it has let the names go too.
held() {
    local tries held kept
    kept=$(names)
    for ((tries = 0; tries < 100; tries++)); do
        held=$(inside "$tools/agent-holds")
        ! jq --exit-status --argjson kept "$kept" --arg of "berth/${1-/}/" '
            def own: map(select(startswith($of)));
            .stored == 0 and .holds == [] and .children == [] and .files == [] and (.names | own) == ($kept | own)' \
            <<<"$held" >/dev/null || break
    done
    printf '%s\n' "$held"
}

# names: the names that berth keeps on purpose: of each app, those of the newest four releases that differ by their images.
names() {
    inside sh -c 'cat /var/lib/berth/*/deployments/*.json' | jq --slurp --compact-output '
        map(select(.verdict == "deployed")) | group_by(.app) | map(
            sort_by(-.number) | reduce .[] as $record ([];
                if any(.[]; .services.backend.imageID == $record.services.backend.imageID) then . else . + [$record] end)
            | .[:4][] | "berth/\(.app)/backend:\(.number)") | sort'
}

# quiet: one drop for each app, one after the other. What a pull of another app has hindered is done after it: names that no
# kept release has go then.
quiet() {
    local name number
    for ((name = 1; name <= apps; name++)); do
        number=$(inside sh -c 'ls "$1" 2>/dev/null | wc -l' count "/var/lib/berth/soak$name/deployments")
        deploy "soak$name" $((number + 1)) v1 "BERTH_REQUEST=quiet-$name"
        held "soak$name" >/dev/null
    done
}

# row LAST: a line of the table.
row() {
    local counts verdict
    for verdict in deployed rolledBack failed refused superseded; do
        counts+=$(printf ' %10d' "$(grep -c " $verdict " "$BATS_FILE_TMPDIR/verdicts" || :)")
    done
    printf '# %6s %5d%s %11d %7d %11d %9d %6d\n' "$1" "$((SECONDS - begun))" "$counts" \
        "$(jq '[.descriptors[]] | add' <<<"$2")" "$(jq .threads <<<"$2")" "$(jq .containers <<<"$2")" \
        "$(jq '.names | length' <<<"$2")" "$(jq .private <<<"$2")" >&3
}

# same FIRST NOW: the agent is the same one, and holds as much as then.
same() {
    local what
    for what in .pid .threads .descriptors .stored .children .files .holds; do
        equal "$what $(jq --compact-output --sort-keys "$what" <<<"$2")" "$what $(jq --compact-output --sort-keys "$what" <<<"$1")"
    done
    # None is missing; what is left of others has gone in the end.
    equal "$(jq --compact-output --argjson kept "$(names)" '$kept - .names' <<<"$2")" "[]"
}

@test "drops in a row, good and bad ones: each has one verdict, a true one, and the agent holds no more than before" {
    local begun=$SECONDS last now first=""
    printf '# seed %d\n# %6s %5s %10s %10s %10s %10s %10s %11s %7s %11s %9s %6s\n' "$seed" drops s deployed rolledBack failed \
        refused superseded descriptors threads containers names KiB >&3
    inside "$tools/agent-holds" >"$BATS_FILE_TMPDIR/idle"
    for ((last = lot; last <= drops; last += lot)); do
        drop_lot $((last - lot + 1)) "$last"
        now=$(held)
        row "$last" "$now"
        first=${first:-$now}
        same "$(<"$BATS_FILE_TMPDIR/idle")" "$now"
    done
    # In a short run it has not settled.
    if [[ $drops -ge 200 ]]; then
        [[ $(jq .private <<<"$now") -le $(($(jq .private <<<"$first") * 11 / 10)) ]]
    fi
    quiet
    now=$(held)
    row "quiet" "$now"
    same "$(<"$BATS_FILE_TMPDIR/idle")" "$now"
    equal "$(jq --compact-output .names <<<"$now")" "$(names)"
}

@test "each of the drops has one record, whose verdict is the journal's" {
    equal "$(inside sh -c 'cat /var/lib/berth/*/deployments/*.json' |
        jq -r 'select(.request | startswith("soak-")) | "\(.request | ltrimstr("soak-")) \(.app) \(.verdict) \(.cause // "-")"' | sort -n)" \
        "$(cut -d ' ' -f 1,2,4- "$BATS_FILE_TMPDIR/verdicts" | sort -n)"
    equal "$(wc -l <"$BATS_FILE_TMPDIR/verdicts")" "$drops"
}
