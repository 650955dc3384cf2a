# What hangs holds up its own app alone, and not for ever: a registry that sends no byte, a Compose that does not end. With WHOLE
# each is waited for to the end of its time, which takes half an hour; `make crash` does so.

load scenario

plugin=/usr/libexec/docker/cli-plugins/docker-compose

setup_file() {
    clear_apps
    inside systemd-run --quiet --collect --unit=faulty-registry "$tools/faulty-registry"
    inside sh -c 'until curl --silent --output /dev/null http://127.0.0.1:5001/v2/; do :; done'
}

setup() { clear_apps; }

teardown() {
    inside sh -c "rm -f /run/faults; [ ! -e $plugin.away ] || mv $plugin.away $plugin"
    nothing_is_left
    no_env_value_is_stored
}

# behind_proxy APP: an app with v1 deployed, whose registry can hang, and v2 in the registry.
behind_proxy() {
    two_releases "$1"
    edit "$1" 's|127.0.0.1:5000|127.0.0.1:5001|'
    inside sed -i 's|127.0.0.1:5000|127.0.0.1:5001|' "/etc/berth/conf.d/$1.toml"
    reload
}

# registry_hangs PATTERN: on these requests, until `goes_on`.
registry_hangs() { inside sh -c "rm -f /run/faults.log; echo '* $1 hang' >/run/faults"; }

is_hanging() { inside timeout 30 sh -c 'until test -s /run/faults.log; do :; done'; }

goes_on() { inside rm /run/faults; }

# compose_hangs WORD: the first Compose that is called with this word does not end.
compose_hangs() {
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc 'mv "$1" "$1.away"
        cat >"$1.new" <<END
#!/bin/sh
case " \$* " in
*" $2 "*) mkdir "/tmp/hung-$2" 2>/dev/null && exec sleep infinity ;;
esac
exec $1.away "\$@"
END
        chmod 0755 "$1.new"
        mv "$1.new" "$1"' hang "$plugin" "$1"
}

# stays APP BEFORE: its containers are the same ones.
stays() { equal "$(ids "$1")" "$2"; }

# ends_untouched APP BEFORE SECONDS VERDICT CAUSE: so ends the app's second drop, and its containers are the same ones as before.
ends_untouched() {
    await_verdict "$1" 2 "$3" >/dev/null
    ends_as "$1" 2 "$4" "$5"
    stays "$1" "$2"
}

@test "a registry that hangs holds up its own app alone, until it answers" {
    local before
    behind_proxy held
    before=$(ids held)
    registry_hangs '^GET.*/blobs/'
    drop held IMAGE_TAG=v2 "${login[@]}"
    is_hanging
    stays held "$before"
    equal "$(record held 2 | jq -r '.phases[-1].name')" pull

    new_app beside
    release beside v1
    deploy beside 1 v1

    goes_on
    ends_as held 2 deployed
    equal "$(serves held backend)" v2
}

@test "a registry that hangs while the credential is checked" {
    local before
    [[ -n ${WHOLE-} ]] || skip "takes half a minute"
    behind_proxy checked
    before=$(ids checked)
    registry_hangs '^GET\s/v2/$'
    drop checked IMAGE_TAG=v2 "${login[@]}"
    is_hanging
    ends_untouched checked "$before" 300 failed registry-unreachable
    goes_on
    deploy checked 3 v2
}

@test "Compose hangs in the checks" {
    local before
    [[ -n ${WHOLE-} ]] || skip "takes a minute"
    two_releases asked
    before=$(ids asked)
    compose_hangs config
    drop asked IMAGE_TAG=v2 "${login[@]}"
    ends_untouched asked "$before" 300 refused command-failed
    contains "$(reason asked 2)" "timed out"
}

@test "a registry that hangs to the end: the pull is ended after a quarter of an hour without progress" {
    local before
    [[ -n ${WHOLE-} ]] || skip "takes a quarter of an hour"
    behind_proxy ended
    before=$(ids ended)
    registry_hangs '^GET.*/blobs/'
    drop ended IMAGE_TAG=v2 "${login[@]}"
    ends_untouched ended "$before" 1200 failed pull-failed
    contains "$(reason ended 2)" "printed nothing for"
    goes_on
    deploy ended 3 v2
}

@test "Compose hangs in the switch: it is ended after its time, and the app goes back" {
    [[ -n ${WHOLE-} ]] || skip "takes a quarter of an hour"
    two_releases switched
    compose_hangs up
    drop switched IMAGE_TAG=v2 "${login[@]}"
    await_journal "" BERTH_APP=switched BERTH_DEPLOYMENT=2 BERTH_PHASE=up >/dev/null
    await_verdict switched 2 1500 >/dev/null
    ends_as switched 2 rolledBack up-failed
    equal "$(serves switched backend)" v1
}
