# shellcheck shell=bash
# What is compared: each deploys TAG of app NAME by `deploy_<contestant> NAME TAG`, and sets `begun` and `ended`. `measure`
# reads this file.
# shellcheck disable=SC2034,SC2154

# --- floor: the two commands, typed by hand by a person who is logged in and sees on the event stream when all is healthy

two_commands() {
    cd "/srv/$1" || return
    IMAGE_TAG=$2 docker compose pull --policy always >>"$log" 2>&1
    IMAGE_TAG=$2 docker compose up -d --remove-orphans >>"$log" 2>&1
}

deploy_floor() {
    begun=${EPOCHREALTIME/./}
    two_commands "$1" "$2"
    ended=${EPOCHREALTIME/./}
    enter bench $$
    await_healthy "$1"
}

# await_healthy NAME: waits until each container is healthy that has started since `begun`, and sets `ended` to the moment of the
# last such event, as the Engine has it; for an unchanged app it leaves `ended`. The stream tells again what has happened, so
# that nothing is asked while the commands run.
await_healthy() {
    local line started=()
    local filters="\"label\":[\"com.docker.compose.project=$1\"],\"type\":[\"container\"]"
    while read -r line; do
        [[ $line =~ \"Action\":\"start\",\"Actor\":\{\"ID\":\"([0-9a-f]+) ]] && started+=("${BASH_REMATCH[1]}")
    done < <(engine /events "since=$(as_since "$begun")" "until=$EPOCHREALTIME" "filters={$filters,\"event\":[\"start\"]}")
    ((${#started[@]})) || return 0
    local waiting=" ${started[*]} " stream
    exec {stream}< <(exec curl --silent --no-buffer --get --unix-socket /run/docker.sock http://localhost/events \
        --data-urlencode "since=$(as_since "$begun")" --data-urlencode "filters={$filters,\"event\":[\"health_status\"]}")
    local curl=$!
    while [[ $waiting != *( ) ]] && read -r -t 60 -u "$stream" line; do
        [[ $line =~ \"Action\":\"health_status:\ healthy\",\"Actor\":\{\"ID\":\"([0-9a-f]+) ]] || continue
        waiting=${waiting/ ${BASH_REMATCH[1]} / }
        [[ $line =~ \"timeNano\":([0-9]+) ]] && ended=$((BASH_REMATCH[1] / 1000))
    done
    kill "$curl"
    exec {stream}<&-
    [[ $waiting == *( ) ]]
}

# --- up --wait: the same, and Compose waits

deploy_wait() {
    cd "/srv/$1" || return
    begun=${EPOCHREALTIME/./}
    IMAGE_TAG=$2 docker compose pull --policy always >>"$log" 2>&1
    IMAGE_TAG=$2 docker compose up -d --remove-orphans --wait >>"$log" 2>&1
    ended=${EPOCHREALTIME/./}
}

# --- script: under a path unit; its service tells when the script has ended

prepare_script() {
    install -m 0755 "$here/deploy.sh" "/srv/$1/deploy.sh"
    mkdir -p /run/bench
    [[ -p /run/bench/ended ]] || mkfifo /run/bench/ended
    printf '%s\n' '[Path]' "PathExists=/srv/$1/.env.deploy" >/run/systemd/system/bench-script.path
    printf '%s\n' '[Unit]' StartLimitIntervalSec=0 '[Service]' Type=oneshot Environment=HOME=/root \
        "ExecStart=/bin/bash -c 'echo \$\$\$\$ >$(group script)/cgroup.procs; /srv/$1/deploy.sh && echo \$\$EPOCHREALTIME >/run/bench/ended'" \
        >/run/systemd/system/bench-script.service
    systemctl daemon-reload
    systemctl restart bench-script.path
}

deploy_script() {
    local moment
    printf '%s\n' "IMAGE_TAG=$2" GITHUB_ACTOR=builder GITHUB_TOKEN=builder "REGISTRY=$registry" >"/srv/$1/.drop"
    begun=${EPOCHREALTIME/./}
    mv "/srv/$1/.drop" "/srv/$1/.env.deploy"
    read -r -t 120 moment </run/bench/ended
    ended=${moment/./}
}

# --- berth: from the rename of the drop to the verdict's entry in the journal

deploy_berth() {
    place_drop "$1" "$2"
    begun=${EPOCHREALTIME/./}
    mv "/var/spool/berth/$1/.drop" "/var/spool/berth/$1/.env.deploy"
    await_verdict "$1"
    ended=$logged
}

# --- a turn

# What a deployment leaves running, such as a prune after the verdict, must not burden the next one.
rest() { sleep 0.5; }

# turn CONTESTANT NAME TAG SERIES: a sample of `SERIES.CONTESTANT`, and of `SERIES.cpu.CONTESTANT`, of what it and its
# children have used, until they rest.
turn() {
    local before after
    before=$(used "$1")
    [[ $1 == script || $1 == berth ]] || enter "$1" $$
    "deploy_$1" "$2" "$3"
    enter bench $$
    rest
    after=$(used "$1")
    sample "$4.$1" "$(seconds "$begun" "$ended")"
    sample "$4.cpu.$1" "$(seconds "$before" "$after")"
}
