# shellcheck shell=bash
# What the scenarios of berth itself share; a file begins with `load scenario`.

load lib

# CI's token in every scenario: it must be found nowhere afterwards. The registry knows it as the password of user `ci`.
canary=canary-token-6f1d0c2b9e

# new_app NAME: an app whose two services have a healthcheck, so that a deployment takes no longer than it must, and that
# berth knows already.
new_app() {
    app "$1"
    inside sed -i '/^  frontend:/,$ s|^    restart: unless-stopped|&\n    healthcheck: { test: ["CMD", "/bin/health"], interval: 1s }|' \
        "/srv/$1/docker-compose.yml"
    reload
}

reload() { inside systemctl reload berth; }

# two_releases APP: an app with v1 deployed, and v2 in the registry.
two_releases() {
    new_app "$1"
    release "$1" v1
    release "$1" v2
    deploy "$1" 1 v1
}

# edit APP SCRIPT…: changes the Compose file with sed, as a delivery by CI would.
edit() { inside sed -i "${@:2}" "/srv/$1/docker-compose.yml"; }

# policy APP LINE…: puts the lines into the Compose file as `x-berth`.
policy() { printf '%s\n' x-berth: "${@:2}" | inside tee -a "/srv/$1/docker-compose.yml" >/dev/null; }

main_pid() { inside systemctl show berth --property=MainPID --value; }

# The lines by which CI lends its login.
login=(GITHUB_ACTOR=ci "GITHUB_TOKEN=$canary")

# deploy APP N TAG [LINE…]: drops TAG, and sees that the app's Nth drop ends as deployed.
deploy() {
    drop "$1" "IMAGE_TAG=$3" "${login[@]}" "${@:4}"
    ends_as "$1" "$2" deployed
}

# ends_as APP N VERDICT [CAUSE]: the record says so, and the journal does.
ends_as() {
    local record entry
    record=$(await_verdict "$1" "$2")
    has_verdict "$record" "$3" "${4-}"
    entry=$(await_journal "" "BERTH_APP=$1" "BERTH_DEPLOYMENT=$2" "BERTH_VERDICT=$3")
    equal "$(jq -r .BERTH_CAUSE <<<"$entry")" "$(jq -r .cause <<<"$record")"
}

# has_verdict RECORD VERDICT [CAUSE]: if not, it tells what the record says of the reason.
has_verdict() {
    [[ $(jq --arg verdict "$2" --arg cause "${3-}" \
        '.verdict == $verdict and ($cause == "" or .cause == $cause)' <<<"$1") == true ]] && return
    printf 'expected: %s\n  actual: %s\n' "$2 ${3-}" \
        "$(jq -c '{app, number, verdict, cause, reason, evidence}' <<<"$1")" >&2
    return 1
}

# reason APP N: why the verdict is what it is.
reason() { record "$1" "$2" | jq -r .reason; }

contains() {
    [[ $1 == *"$2"* ]] && return
    printf 'not in: %s\nexpected: %s\n' "$1" "$2" >&2
    return 1
}

# ids APP: what would change if anybody touched the app's containers.
ids() { containers "$1" | jq -r '.[] | "\(.service) \(.id) \(.imageID) \(.state)"'; }

# The image IDs that the registry's tags stand for, by what the record says; `runs APP N` holds the Engine against it.
runs() {
    equal "$(running_images "$1" | sort -u)" \
        "$(record "$1" "$2" | jq -r '.services | to_entries[] | "\(.key) \(.value.imageID)"' | sort)"
}

# Nothing of a drop is left in any spool, and no secret is where it may not be.
nothing_is_left() {
    equal "$(inside find /var/spool/berth /srv -name '.env.deploy*')" ""
    equal "$(inside find /run/berth -mindepth 1)" ""
    assert_no_canary
}

# No value of any app's `.env` is among what berth keeps.
no_env_value_is_stored() {
    local found
    # shellcheck disable=SC2016  # expanded inside
    if found=$(inside bash -euc '
        mapfile -t files < <(find /srv -name .env)
        [[ ${#files[@]} == 0 ]] && exit 1
        exec "$1" /var/lib/berth "${files[@]}"' stored "$tools/find-env-values"); then
        printf 'a value of .env is stored:\n%s\n' "$found" >&2
        return 1
    elif [[ $? != 1 ]]; then
        return 1
    fi
}

# Each scenario begins without the apps of those before it, whose healthchecks would keep the host busy.
setup() { clear_apps; }

clear_apps() {
    # shellcheck disable=SC2016
    inside sh -c '
        rm -f /etc/berth/conf.d/*.toml
        systemctl reload berth
        containers=$(docker ps --all --quiet)
        [ -z "$containers" ] || docker rm --force $containers >/dev/null
        docker network prune --force >/dev/null'
}

teardown() {
    if [[ -z ${BATS_TEST_COMPLETED-} ]]; then
        inside journalctl -u berth --no-pager -n 40 -o short-precise | sed 's/^/# /'
    fi
    nothing_is_left
    no_env_value_is_stored
}
