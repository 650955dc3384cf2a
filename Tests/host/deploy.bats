# bats file_tags=both-hosts
# The main job: a drop becomes a running release.

load scenario

@test "the first drop is deployed, with everything about it on record" {
    new_app first
    release first v1
    deploy first 1 v1 BERTH_REQUEST=run-1 GREETING=hello
    equal "$(serves first backend)" v1
    equal "$(serves first frontend)" v1
    runs first 1
    local record
    record=$(record first 1)
    equal "$(jq -c 'keys_unsorted' <<<"$record")" \
        '["app","number","request","by","verdict","cause","reason","hint","received","started","ended","variables","directives","services","images","docker","compose","project","releaseDigest","files","phases","resumed","steps","rolledBackTo","filesPutBack","running","evidence"]'
    equal "$(jq -c .variables <<<"$record")" '{"GREETING":"hello","IMAGE_TAG":"v1"}'
    equal "$(jq -r '.phases | map(.name) | join(" ")' <<<"$record")" "claim check login room pull up health settle"
    equal "$(jq -r .services.backend.source <<<"$record")" https://example.org/shop/app
    equal "$(jq -r .services.backend.revision <<<"$record")" "$(printf first-backend:v1 | sha1sum | cut -d' ' -f1)"
    equal "$(jq -r .services.backend.digest <<<"$record")" "127.0.0.1:5000/first-backend@$(digest first-backend v1)"
    equal "$(jq -c .running <<<"$record")" "$(jq -c '.services | map_values(.imageID)' <<<"$record")"
}

# digest NAME TAG: what the registry itself calls the image; each image store pushes a manifest of another kind.
digest() {
    inside curl -sI -u "ci:$canary" -H 'Accept: application/vnd.docker.distribution.manifest.v2+json' \
        -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://127.0.0.1:5000/v2/$1/manifests/$2" |
        tr -d '\r' | sed -n 's/^Docker-Content-Digest: //p'
}

@test "the journal tells the story with its fields" {
    new_app story
    release story v1
    local cursor entry
    cursor=$(journal_cursor)
    deploy story 1 v1 BERTH_REQUEST=run-9
    entry=$(await_journal "$cursor" BERTH_APP=story BERTH_VERDICT=deployed)
    equal "$(jq -r '[.SYSLOG_IDENTIFIER, .BERTH_DEPLOYMENT, .BERTH_REQUEST, .BERTH_IMAGE_TAG, .PRIORITY] | join(" ")' <<<"$entry")" \
        "berth 1 run-9 v1 5"
    equal "$(jq -r .MESSAGE_ID <<<"$entry")" 997c59e2ccca4d41986fa6d6722342bf
    # What Compose printed is there too, with the phase in which it did.
    entry=$(inside journalctl --after-cursor="$cursor" -o json BERTH_APP=story BERTH_PHASE=up)
    contains "$entry" "Container story-backend-1  Started"
    contains "$(inside journalctl -x --after-cursor="$cursor" BERTH_APP=story BERTH_VERDICT=deployed)" "story"
}

@test "a new tag replaces the release" {
    new_app tags
    release tags v1
    release tags v2
    deploy tags 1 v1
    local before
    before=$(ids tags)
    deploy tags 2 v2
    equal "$(serves tags backend)" v2
    equal "$(serves tags frontend)" v2
    runs tags 2
    [[ $(ids tags) != "$before" ]]
}

@test "a drop that changes nothing leaves the containers alone" {
    new_app same
    release same v1
    deploy same 1 v1
    local before
    before=$(ids same)
    deploy same 2 v1
    equal "$(ids same)" "$before"
}

@test "a moving tag is pulled anew and run" {
    new_app moving
    release moving latest
    deploy moving 1 latest
    local former
    former=$(running_images moving)
    release moving latest
    deploy moving 2 latest
    runs moving 2
    [[ $(running_images moving) != "$former" ]]
    # What the tag stood for before stays for the way back. Containerd's store calls it dangling beside its name; nothing else
    # is.
    equal "$(comm -23 <(inside docker images --quiet --filter dangling=true | sort -u) \
        <(inside docker images --quiet --filter 'reference=berth/moving/*' | sort -u))" ""
}

@test "without a credential the host's own logins serve" {
    new_app own
    release own v1
    # By the Engine, to which a registry without TLS on loopback is good enough.
    inside sh -c "printf %s '$canary' | runuser -u berth -G docker -- docker login -u ci --password-stdin 127.0.0.1:5000"
    drop own IMAGE_TAG=v1
    ends_as own 1 deployed
    inside rm -r /var/lib/berth/.docker
    runs own 1
}

@test "two apps deploy at the same time" {
    new_app left
    new_app right
    release left v1 slow:2
    release right v1 slow:2
    drop left IMAGE_TAG=v1 "${login[@]}"
    drop right IMAGE_TAG=v1 "${login[@]}"
    ends_as left 1 deployed
    ends_as right 1 deployed
    # Each began before the other had ended.
    [[ $(record left 1 | jq -r .started) < $(record right 1 | jq -r .ended) ]]
    [[ $(record right 1 | jq -r .started) < $(record left 1 | jq -r .ended) ]]
    equal "$(serves left backend) $(serves right backend)" "v1 v1"
}

@test "of three quick drops the first runs, the second is superseded, the third runs" {
    new_app quick
    release quick v1 slow:2
    release quick v2
    release quick v3
    local cursor
    cursor=$(journal_cursor)
    drop quick IMAGE_TAG=v1 "${login[@]}"
    await_journal "$cursor" BERTH_APP=quick BERTH_DEPLOYMENT=1 BERTH_PHASE=health >/dev/null
    drop quick IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=quick BERTH_DEPLOYMENT=2 >/dev/null
    drop quick IMAGE_TAG=v3 "${login[@]}"
    ends_as quick 2 superseded
    ends_as quick 1 deployed
    ends_as quick 3 deployed
    equal "$(serves quick backend)" v3
    contains "$(reason quick 2)" "#3"
    equal "$(record quick 2 | jq -c .started)" null
}

@test "a container that crashes without a healthcheck is no deployed release" {
    app crashing
    reload
    release crashing v1 crash
    inside sed -i '/healthcheck:/,/retries:/d' /srv/crashing/docker-compose.yml
    drop crashing IMAGE_TAG=v1 "${login[@]}"
    ends_as crashing 1 unhealthy
    contains "$(reason crashing 1)" backend
}
