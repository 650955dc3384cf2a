# shellcheck shell=bash
# An unchanged and a changed deployment, by each contestant in turn, and what follows from the changed ones: how long after
# the deciding event the verdict is.
# shellcheck disable=SC2034,SC2154

contestants=(floor script wait berth)

row_deploy() {
    local contestant run tag
    for contestant in "${contestants[@]}"; do
        new_app "shop-$contestant"
        for ((run = 0; run <= runs + 1; run++)); do release "shop-$contestant" "r$run"; done
    done
    prepare_script shop-script
    watch_app shop-berth
    follow_verdicts
    # The first deployment, and one more of each kind before what counts.
    for contestant in "${contestants[@]}"; do
        for tag in r0 r0 r1; do turn "$contestant" "shop-$contestant" "$tag" warm; done
    done
    samples=()
    for ((run = 1; run <= runs; run++)); do
        for contestant in "${contestants[@]}"; do turn "$contestant" "shop-$contestant" r1 unchanged; done
    done
    phases unchanged
    for ((run = 2; run <= runs + 1; run++)); do
        for contestant in "${contestants[@]}"; do
            turn "$contestant" "shop-$contestant" "r$run" changed
            [[ $contestant != berth ]] || after_event
        done
    done
    phases changed
    emit
}

# From the last event by which a container of berth's app became healthy, to the first line of the phase after the gate, and
# to the verdict.
after_event() {
    local event line
    event=$(($(events shop-berth "$begun" "$ended" 'health_status: healthy' | tail -n 1) / 1000))
    [[ $entry =~ \"BERTH_DEPLOYMENT\":\"([0-9]+)\" ]]
    line=$(journalctl --since="@$((begun / 1000000))" --output=json BERTH_APP=shop-berth \
        BERTH_DEPLOYMENT="${BASH_REMATCH[1]}" BERTH_PHASE=settle | jq --slurp --raw-output '.[0]._SOURCE_REALTIME_TIMESTAMP')
    sample gate.berth "$(seconds "$event" "$line")"
    sample verdict.berth "$(seconds "$event" "$ended")"
}

# phases SERIES: where berth's time went in the last deployments, as its records say.
phases() {
    local name value
    while read -r name value; do
        sample "$1.phase.$name" "$value"
    done < <(find /var/lib/berth/shop-berth/deployments -name '*.json' -printf '%f %p\n' | sort -n | tail -n "$runs" |
        while read -r _ file; do jq --raw-output '.phases[] | "\(.name) \(.seconds)"' "$file"; done)
}
