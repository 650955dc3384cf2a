# shellcheck shell=bash
# What really serves: for each service the containers that the engine has, and what they answer over HTTP. It believes no
# tool's word. `cell` reads this file.
# shellcheck disable=SC2034,SC2154

# look SERVICE: what there is of a service at this moment, as JSON. `mark` changes with each start. Of the one-shot it is the
# release that ran last.
look() {
    local ids found
    if [[ $1 == once ]]; then
        jq --null-input --compact-output --arg release "$(cat "$folder/out/release" 2>/dev/null)" \
            '{ service: "once", $release, state: (if $release == "" then "down" else "up" end), mark: $release }'
        return
    fi
    mapfile -t ids < <(containers "$1")
    if ((${#ids[@]} == 0)); then
        found='{ "release": "", "state": "down", "mark": "" }'
    else
        found=$($engine inspect "${ids[@]}" 2>/dev/null | jq '
            def release: [.Config.Env[]? | select(startswith("RELEASE=")) | .[8:]] | first // "";
            (map(select(.State.Running)) | sort_by(.State.StartedAt)) as $running
            | ($running | last) // max_by(.Created)
            | { release: (if $running == [] then release else $running | map(release) | unique | join("+") end),
                mark: (.Id[:12] + " " + .State.StartedAt),
                health: (.State.Health.Status // ""), address: ([.NetworkSettings.Networks[]?.IPAddress] | first // ""),
                state: (if .State.Running then "up" else "down" end) }')
        found=$(answered "$1" "$found")
    fi
    jq --compact-output --arg service "$1" '{ $service, release, state, mark }' <<<"$found"
}

# answered SERVICE STATE: the state after a question over HTTP.
answered() {
    local address body
    address=$(jq --raw-output .address <<<"$2")
    case $1 in
    front)
        body=$(curl --silent --max-time 1 "http://$address/" || true)
        jq --arg body "$body" 'if .state == "up" then
            if $body == "" then .state = "silent" else .release = $body end else . end' <<<"$2"
        ;;
    *)
        body=$(curl --silent --max-time 1 "http://$address:8000/env" | sed -n 's/^RELEASE=//p' || true)
        jq --arg body "$body" 'if .state == "up" then
            if $body == "" or (.release | contains($body) | not) then .state = "silent"
            elif .health != "" and .health != "healthy" then .state = .health else . end else . end' <<<"$2"
        ;;
    esac
}

# judge LOOKS: sets `verdict`, and `serves` of it, by so many looks a second apart.
judge() {
    local looks='' service left
    for ((left = $1; left > 0; left--)); do
        for service in $services; do looks+=$(look "$service")$'\n'; done
        ((left == 1)) || sleep 1
    done
    verdict=$(jq --slurp --arg old "$old" --arg new "$new" '
        def name: if . == $old then "old" elif . == $new then "new" elif . == "r2" then "first" else . end;
        def steady: (map(.mark) | unique | length) == 1;
        def ok: last.state == "up" and steady and all(.state == "up" or .state == "starting");
        def fault:
            if all(.state == "down") then "down"
            elif steady and all(.state == "unhealthy" or .state == "starting") then "unhealthy"
            elif steady and all(.state == "silent") then "silent"
            else "restarts" end;
        [group_by(.service)[] | { service: .[0].service, release: (last.release | name), fault: (if ok then null else fault end) }]
        | { serves: (
                (map(select(.fault != "down" and .release != "").release) | unique) as $releases
                | if any(.fault == "down") then "down"
                  elif ($releases | length) > 1 then "mixed"
                  elif any(.fault) then "bad"
                  else $releases[0] end),
            detail: map([.service, if .fault == "down" then "down" else .release + (if .fault then ", " + .fault else "" end) end]
                | join(" ") | sub(" ,"; ",")) | join("; ") }' <<<"$looks")
    serves=$(jq --raw-output .serves <<<"$verdict")
}

# away: for how many seconds since `since` there was no healthy container of `gate`; "still" if there is none now. At the
# beginning there is one, `old`, of whose start the events do not tell.
away() {
    gate_events | jq --slurp --argjson since "$since" '
        map({ id: (.Actor.ID // .ID), time: (.timeNano / 1e9),
                kind: ((.Action // .Status) + if .health_status then ": " + .health_status else "" end) })
        | map(select(.time > $since)) | sort_by(.time)
        | reduce .[] as $event ({ healthy: ["old"], seen: [], from: null, sum: 0 };
            ($event.id as $id | if .seen | index($id) then $id else "old" end) as $who
            | if $event.kind == "start" then .seen += [$event.id]
              elif $event.kind == "health_status: healthy" then
                (if $who != "old" and .from then .sum += $event.time - .from | .from = null else . end)
                | if $who != "old" then .healthy |= (. + [$who] | unique) else . end
              elif $event.kind | IN("die", "died", "health_status: unhealthy") then .healthy -= [$who]
              else . end
            | if .healthy == [] and .from == null then .from = $event.time else . end)
        | if .from then "still" else .sum * 10 | round / 10 end'
}
