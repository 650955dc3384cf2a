# What a drop would do, said beforehand.

load scenario

# plan APP [LINE…]: what berth says of a drop with these lines, as JSON.
plan() { printf '%s\n' "${@:2}" | inside berth plan "$1" - --json; }

# Everything that a plan may not change.
everything() {
    inside sh -c '
        docker image ls --all --digests --no-trunc --format "{{.Repository}}:{{.Tag}} {{.Digest}} {{.ID}}" | sort
        docker ps --all --no-trunc --format "{{.ID}} {{.Status}}" | cut -d" " -f1,2 | sort
        find /var/lib/berth /srv /var/spool/berth -type f | sort | xargs sha256sum
        find /run/berth /tmp -maxdepth 1 -name "*plan-*"
        docker volume ls --quiet; docker network ls --quiet --no-trunc'
}

@test "a plan names the new image, what runs now, and the way back, and changes nothing" {
    two_releases ahead
    local before cursor json text
    before=$(everything)
    cursor=$(journal_cursor)
    json=$(plan ahead IMAGE_TAG=v2 "${login[@]}")
    equal "$(jq -c '.services[] | [.service, .action, .image]' <<<"$json")" \
        '["backend","change","127.0.0.1:5000/ahead-backend:v2"]
["frontend","change","127.0.0.1:5000/ahead-frontend:v2"]'
    equal "$(jq -r '.services[] | "\(.service) \(.now.imageID)"' <<<"$json" | sort)" "$(running_images ahead | sort)"
    # The new images are in the registry alone.
    equal "$(jq -c '[.verdict, .services[].imageID]' <<<"$json")" '[null,null,null]'
    equal "$(jq -c '.wayBack | [.number, .imageTag]' <<<"$json")" '[1,"v1"]'
    equal "$(jq -c .wayBack.images <<<"$json")" "$(record ahead 1 | jq -c '.services | map_values(.imageID)')"
    equal "$(jq '.room.filesystems[0].percent <= 100' <<<"$json")" true
    text=$(inside sh -c 'echo IMAGE_TAG=v2 | berth plan ahead -')
    contains "$text" "A drop for ahead would go ahead."
    contains "$text" "Would go back to #1, IMAGE_TAG=v1:"
    equal "$(everything)" "$before"
    equal "$(inside journalctl --after-cursor="$cursor" --output=cat SYSLOG_IDENTIFIER=berth)" ""
    # And it was right.
    deploy ahead 2 v2
}

@test "without a drop it is the app as its folder is now, and a service that the Compose file has lost is removed" {
    two_releases folder
    inside sh -c "cd /srv/folder && sed -i '/^  frontend:/,\$d' docker-compose.yml && echo IMAGE_TAG=v1 >>.env"
    local json
    json=$(inside berth plan folder --json)
    equal "$(jq -c '[.services[] | [.service, .action]]' <<<"$json")" '[["backend","refresh"],["frontend","remove"]]'
    equal "$(jq -r '.services[0] | .imageID == .now.imageID' <<<"$json")" true
}

@test "steps, and why there is no way back" {
    two_releases staged
    printf '%s\n' x-berth: '  rollback: never' '  steps:' \
        '    - { name: migrate, service: backend, command: ["true"], when: before }' |
        inside tee -a /srv/staged/docker-compose.yml >/dev/null
    local json
    json=$(plan staged IMAGE_TAG=v2)
    equal "$(jq -c .steps <<<"$json")" '[{"in":"new","name":"migrate","service":"backend","when":"before"}]'
    equal "$(jq -c '[.wayBack, .noWayBack]' <<<"$json")" '[null,"the Compose file says rollback: never"]'
    new_app newborn
    equal "$(plan newborn IMAGE_TAG=v1 | jq -c '[.noWayBack, .services[0].action]')" '["this is the first deployment","add"]'
}

@test "a bad drop, a missing .env, a known bad release and a full disk are told as refused" {
    two_releases bad
    release bad v3 unhealthy
    # refuses CAUSE LINE…
    refuses() {
        run plan bad "${@:2}"
        equal "$status" 10
        equal "$(jq -r '"\(.verdict) \(.cause)"' <<<"$output")" "refused $1"
    }
    refuses name-barred IMAGE_TAG=v2 LD_PRELOAD=x
    refuses no-such-release BERTH_ROLLBACK_TO=7
    drop bad IMAGE_TAG=v3 "${login[@]}"
    ends_as bad 2 rolledBack
    # Its images are still here under their own names.
    refuses known-bad IMAGE_TAG=v3
    printf '%s\n' '[disk]' 'guard = 2' 'target = 1' 'refuse = 3' | inside tee /etc/berth/conf.d/disk.toml >/dev/null
    refuses no-room IMAGE_TAG=v2
    inside rm /etc/berth/conf.d/disk.toml
    inside sh -c 'echo "# changed" >>/var/lib/berth/bad/compose/1.yaml'
    refuses way-back-missing IMAGE_TAG=v2
    contains "$(plan bad IMAGE_TAG=v2 BERTH_FORCE=1 | jq -r .noWayBack)" "the drop is forced, and the way back to #1 is not usable"
    inside mv /srv/bad/.env /srv/bad/env
    refuses env-missing IMAGE_TAG=v2
    equal "$(inside ls /var/lib/berth/bad/deployments | wc -l)" 2
}

@test "a release that would be put back by hand" {
    two_releases returned
    deploy returned 2 v2
    local before json
    before=$(everything)
    json=$(plan returned BERTH_ROLLBACK_TO=previous)
    equal "$(jq -c '.putsBack | [.number, .imageTag]' <<<"$json")" '[1,"v1"]'
    equal "$(jq -c '[.services[].action]' <<<"$json")" '["putBack","putBack"]'
    equal "$(jq -r '.services[] | "\(.service) \(.imageID)"' <<<"$json")" \
        "$(record returned 1 | jq -r '.services | to_entries[] | "\(.key) \(.value.imageID)"' | sort)"
    equal "$(plan returned BERTH_ROLLBACK_TO=2 | jq -c '[.services[].action]')" '["stay","stay"]'
    equal "$(everything)" "$before"
}

@test "an app that is not there, and a drop that is not" {
    two_releases there
    run inside berth plan elsewhere
    equal "$status" 64
    equal "$output" $'berth: app elsewhere is not in the settings\ntry: the apps are there'
    run inside berth plan there /nowhere
    equal "$status" 66
    contains "$output" "/nowhere cannot be read"
}
