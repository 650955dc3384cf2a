# shellcheck shell=bash
# The host's clock, the journal's and the Engine's times on it, and processor time. `measure` reads this file. A moment is
# in microseconds since 1970.
# shellcheck disable=SC2034,SC2154

# seconds FROM TO: as a decimal number.
seconds() { printf '%d.%06d' $((($2 - $1) / 1000000)) $((($2 - $1) % 1000000)); }

# as_since MOMENT: as the Engine takes a moment.
as_since() { printf '%d.%06d' $(($1 / 1000000)) $(($1 % 1000000)); }

# --- verdicts: one journalctl waits for all of them, and is asked nothing while a deployment runs

verdict_ids=(
    997c59e2ccca4d41986fa6d6722342bf 060629e763e74c58b39e21c72a411526 9f4ace3095974f4bba3110385ddf375f
    723e73d9b5224143b3a2e74928296afd 7882fbadb63d4f1c8d1626ba4f4a2580 705025dbe453422298c55f1ea67791c6
    122012b2ae7848ea893b24be95bbd06a
)
rolling_back=2e267d4b4bf74f37b43d63cc7c227b18
hello=8a9c1f6b0d5e4f0fb7a4a3d1c2e5f607

# follow_verdicts: opens the journal at its end; returns when an entry of ours has come through.
follow_verdicts() {
    exec {verdicts}< <(exec journalctl --follow --lines=0 --output=json "${verdict_ids[@]/#/MESSAGE_ID=}" \
        MESSAGE_ID="$rolling_back" MESSAGE_ID="$hello")
    follower=$!
    trap 'kill "$follower" 2>/dev/null || true' EXIT
    local entry
    until read -r -t 0.5 -u "$verdicts" entry; do
        printf '%s\n' "MESSAGE_ID=$hello" MESSAGE=hello | logger --journald
    done
}

# await_entry APP FIELD: the next entry about the app (an empty one: about any) that has the field; sets `entry`, and
# `logged`, when it was sent.
await_entry() {
    while read -r -t 120 -u "$verdicts" entry; do
        [[ $entry == *"\"BERTH_APP\":\"${1:+$1\"}"* && $entry == *"\"$2\":"* ]] || continue
        [[ $entry =~ \"_SOURCE_REALTIME_TIMESTAMP\":\"([0-9]+)\" ]]
        logged=${BASH_REMATCH[1]}
        return
    done
    echo "no entry about $1 with $2" >&2
    return 1
}

# await_verdict APP [VERDICT]: sets `logged`; another verdict ends the row.
await_verdict() {
    await_entry "$1" BERTH_VERDICT
    [[ $entry == *"\"BERTH_VERDICT\":\"${2:-deployed}\""* ]] && return
    echo "$1: $(jq --raw-output .MESSAGE <<<"$entry")" >&2
    return 1
}

# --- the Engine

# engine PATH [PARAMETER…]: asks the Engine.
engine() {
    local parameters=() parameter
    for parameter in "${@:2}"; do parameters+=(--data-urlencode "$parameter"); done
    curl --silent --fail --no-buffer --get --unix-socket /run/docker.sock "http://localhost$1" "${parameters[@]}"
}

# events APP FROM TO ACTION: the moments of an action on the app's containers, a line each, in nanoseconds.
events() {
    engine /events "since=$(as_since "$2")" "until=$(as_since "$3")" \
        "filters={\"label\":[\"com.docker.compose.project=$1\"],\"type\":[\"container\"]}" |
        jq --arg action "$4" 'select(.Action == $action).timeNano'
}

# --- processor time, of a control group that holds a process and all that it starts

# group NAME: makes a group, and prints its folder: of cgroup v1 where that is mounted, else of v2.
group() {
    local folder=/sys/fs/cgroup
    [[ ! -d $folder/cpuacct ]] || folder=$folder/cpuacct$(sed -n 's/^[0-9]*:[^:]*\<cpuacct\>[^:]*://p' /proc/1/cgroup)
    mkdir -p "$folder/bench-$1"
    echo "$folder/bench-$1"
}

# enter GROUP PID
enter() { echo "$2" >"$(group "$1")/cgroup.procs"; }

# used GROUP: its processor time so far, in microseconds.
used() {
    local folder
    folder=$(group "$1")
    if [[ -e $folder/cpuacct.usage ]]; then
        echo $(($(<"$folder/cpuacct.usage") / 1000))
    else
        sed -n 's/^usage_usec //p' "$folder/cpu.stat"
    fi
}
