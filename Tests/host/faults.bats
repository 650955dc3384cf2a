# What a registry can do to a pull: each fault has its verdict, and the app stays as it was unless the release is deployed.
# `make crash` runs all of it.

load scenario

setup_file() {
    clear_apps
    inside systemd-run --quiet --collect --unit=faulty-registry "$tools/faulty-registry"
    inside sh -c 'until curl --silent --output /dev/null http://127.0.0.1:5001/v2/; do :; done'
    new_app faults
    edit faults 's|127.0.0.1:5000|127.0.0.1:5001|'
    inside sed -i 's|127.0.0.1:5000|127.0.0.1:5001|' /etc/berth/conf.d/faults.toml
    reload
    release faults v0
    deploy faults 1 v0
}

# The app stays from one row to the next.
setup() { number=$(inside sh -c 'ls /var/lib/berth/faults/deployments | sed "s/[.]json//" | sort -n | tail -n 1'); }

# spoil COUNT PATTERN FAULT VERDICT [CAUSE]: drops a release that the registry spoils so; each row has images of its own.
spoil() {
    local tag before spoiled
    number=$((number + 1)) tag=v$number
    release faults "$tag" PAD=1M
    before=$(serves faults backend)
    inside sh -c "rm -f /run/faults.log; echo '$1 $2 $3' >/run/faults"
    drop faults "IMAGE_TAG=$tag" "${login[@]}"
    AWAIT_SECONDS=90 await_end
    inside rm /run/faults
    spoiled=$(inside sh -c 'cat /run/faults.log 2>/dev/null | wc -l')
    printf '# %-12s %-22s %-32s %-9s %-20s %s times\n' "$1" "$2" "$3" "$(record faults "$number" | jq -r .verdict)" \
        "$(record faults "$number" | jq -r '.cause // "-"')" "$spoiled" >&3
    ends_as faults "$number" "$4" "${5-}"
    # The fault has come about.
    [[ $spoiled -ge 1 ]]
    if [[ $4 == deployed ]]; then before=$tag; fi
    equal "$(serves faults backend)" "$before"
    equal "$(containers faults | jq 'map(select(.state == "running")) | length')" 2
}

await_end() { await_verdict faults "$number" "$AWAIT_SECONDS" >/dev/null; }

# tries: how often the last deployment said that it tries again.
tries() {
    inside journalctl --output=cat BERTH_APP=faults "BERTH_DEPLOYMENT=$number" | grep -c 'trying again in' || :
}

@test "what a registry refuses fails at once" {
    for status in 401 404 ${WHOLE:+403}; do
        spoil '*' '^(GET|HEAD).*/manifests/' "$status" failed pull-failed
        equal "$(tries)" 0
    done
}

@test "what passes is tried again, and deployed" {
    spoil 3 '^(GET|HEAD).*/manifests/' '429 Retry-After: 1' deployed
    spoil 2 '^(GET|HEAD).*/manifests/' 'cut 0' deployed
    spoil 1 '^GET.*/blobs/' 'cut 100000' deployed
    [[ -n ${WHOLE-} ]] || return 0
    spoil 3 '^(GET|HEAD).*/manifests/' 500 deployed
    spoil 2 '^(GET|HEAD).*/manifests/' 503 deployed
    # By this the credential is asked about.
    spoil 2 '^GET\s/v2/$' 503 deployed
}

@test "what does not pass ends, after a few tries" {
    spoil '*' '^(GET|HEAD).*/manifests/' 500 failed pull-failed
    equal "$(tries)" 3
    [[ -n ${WHOLE-} ]] || return 0
    spoil '*' '^(GET|HEAD).*/manifests/' '429 Retry-After: 1' failed pull-failed
    equal "$(tries)" 3
    spoil '*' '^GET\s/v2/$' 503 failed registry-unreachable
    equal "$(tries)" 3
}
