# shellcheck shell=bash
# The failures: a table, and a function for each. r1 runs when the function is called; r2 is the release that CI deploys
# next. `before_NAME` changes what r1 finds. `cell` and `compare` read this file.
# shellcheck disable=SC2016,SC2034,SC2154

# name | what should serve afterwards: old, new, or whole for either | runs
failures=(
    'good           new 1'
    'wrong_token    old 1'
    'registry_down  old 1'
    'never_healthy  old 1'
    'crash_loop     old 1'
    'dies           old 1'
    'one_shot       new 1'
    'one_of_three   old 1'
    'moving_tag     old 1'
    'registry_dies  old 3'
    'prune_between  old 1'
    'prune_in_gate  old 3'
    'disk           new 1'
    'two_at_once    new 3'
    'killed         whole 3'
    'no_env         old 1'
    'hostile        whole 1'
    'broken_config  old 1'
)

declare -A titles=(
    [good]='nothing fails'
    [wrong_token]='the registry refuses the token'
    [registry_down]='the registry is down'
    [never_healthy]='`gate` is never healthy'
    [crash_loop]='`tail` ends with 1 at once, again and again'
    [dies]='`tail` ends with 1 after 2 s, again and again'
    [one_shot]='a good release with a one-shot that ends with 0'
    [one_of_three]='one of three services is never healthy'
    [moving_tag]='never healthy, under the same tag `latest`'
    [registry_dies]='never healthy, and the registry is down from the start of `gate` on'
    [prune_between]='never healthy, after `image prune -af`'
    [prune_in_gate]='never healthy, and `image prune -af` one second after the start of `gate`'
    [disk]='a good release on a disk that is 86 % full, beside a database that is stopped'
    [two_at_once]='two good releases, the second (*new*) 0.3 s after the first'
    [killed]='`kill -9` of the deployment when it stops or starts the first container'
    [no_env]='`.env` is missing'
    [hostile]='a drop with `$(touch …)` and `LD_DEBUG_OUTPUT`'
    [broken_config]="nginx's mounted configuration is broken; then every container starts anew"
)

good() {
    build r2
    deploy r2
}

wrong_token() {
    build r2
    token=wrong
    deploy r2
}

registry_down() {
    build r2
    registry_stop
    deploy r2
}

never_healthy() {
    build r2 gate=unhealthy
    deploy r2
}

crash_loop() {
    build r2 tail=crash
    deploy r2
}

dies() {
    build r2 tail=dies:2
    deploy r2
}

before_one_shot() { services="gate tail once"; }

one_shot() {
    build r2
    deploy r2
}

before_one_of_three() { services="gate tail side"; }

one_of_three() {
    build r2 side=unhealthy
    deploy r2
}

before_moving_tag() { moving_tag=${moving_tag:-latest}; }

moving_tag() { never_healthy; }

registry_dies() {
    { await_start && registry_stop; } &
    never_healthy
    wait
}

prune_between() {
    $engine image prune --all --force >>"$log"
    never_healthy
}

prune_in_gate() {
    { await_start && sleep 1 && $engine image prune --all --force; } >>"$log" 2>&1 &
    never_healthy
    wait
}

# The database has data in a named and in an anonymous volume, and is stopped.
before_disk() {
    engine_disk 300M
    host-image database:1 >/dev/null
    pull_as_builder "$registry/database:1"
    $engine run --detach --name database --volume data:/data --volume /more "$registry/database:1" >>"$log"
    $engine exec database sh -c 'echo customers | tee /data/table >/more/table'
    anonymous=$($engine inspect database | jq --raw-output '.[0].Mounts[] | select(.Destination == "/more").Name')
    $engine stop --time 1 database >>"$log"
}

disk() {
    build r2
    /usr/local/lib/host/fill 86
    export DISK=/var/lib/docker
    deploy r2
    local lost=()
    $engine container inspect database >/dev/null 2>&1 || lost+=("the database's container")
    $engine volume inspect data >/dev/null 2>&1 || lost+=("its named volume")
    $engine volume inspect "$anonymous" >/dev/null 2>&1 || lost+=("its anonymous volume")
    [[ ${#lost[@]} == 0 ]] || harm="lost: $(printf '%s, ' "${lost[@]}" | sed 's/, $//')"
}

two_at_once() {
    new=r3
    build r2
    # Where both have one tag, the second can only be built when the first is under way.
    [[ -n $moving_tag ]] || build r3
    deploy_begins r2
    local first=$deployment start=$begun
    sleep 0.3
    [[ -z $moving_tag ]] || build r3
    deploy r3
    deployment=$first begun=$start
    deploy_ends
    # In the order in which they were sent.
    codes=("${codes[1]}" "${codes[0]}")
}

killed() {
    build r2
    deploy_begins r2
    await_switch
    kill_deployment
    deploy_ends
    # Time to be finished by another.
    sleep 20
}

no_env() {
    build r2
    rm "$folder/.env"
    deploy r2
}

# LD_DEBUG_OUTPUT makes the loader of each program that is started write a file in a place of the drop's choosing.
hostile() {
    build r2
    drop_lines=$'NOTE=$(touch /var/tmp/executed)\nLD_DEBUG=libs\nLD_DEBUG_OUTPUT=/var/tmp/steered'
    deploy r2
    [[ -z $(find /var/tmp -name executed) ]] || harm="a command of the drop was executed"
    [[ -z $(find /var/tmp -name 'steered.*') ]] || harm="the drop wrote files as root, where it wanted"
}

before_broken_config() { services="gate tail front"; }

broken_config() {
    configure_front 'server { listen 80; location / { return 200 r2; }'
    build r2
    deploy r2
    judge 2
    note="before the restart: $(jq --raw-output .detail <<<"$verdict")"
    restart_all
    serve_again
}

# Returns when every service serves, be it another release; or after 40 seconds.
serve_again() {
    local deadline=$((SECONDS + 40))
    until judge 1 && [[ $serves =~ ^(old|new|mixed)$ ]]; do
        ((SECONDS < deadline)) || return 0
        sleep 1
    done
}

# pull_as_builder IMAGE
pull_as_builder() {
    case $engine in
    docker) DOCKER_CONFIG=/usr/local/lib/host/docker docker pull --quiet "$1" ;;
    podman) podman pull --quiet --authfile /usr/local/lib/host/docker/config.json "$1" ;;
    esac >>"$log" 2>&1
}
