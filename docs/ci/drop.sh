#!/bin/sh
# Drops a release on a server that runs berth, waits for the verdict, and ends with its exit code. For any CI that has a
# POSIX shell, ssh and rsync; action.yml runs it too. README.md beside it tells how to use it.
set -eu

usage() {
    cat <<'END'
usage: drop.sh [--receive] SERVER APP [LINE…]

Drops a release for APP on SERVER, waits for berth's verdict, and ends with its exit code.

  SERVER     where ssh goes: deploy@server.example
  APP        the app's name in berth's settings
  LINE       a line of the drop: NAME=VALUE, or NAME for the variable of that name in the environment. Give a token by
             its name, because others can read a command line.
  --receive  send the drop to the key's forced command, berth receive APP, instead of by rsync

Environment; each has a default:
  BERTH_SSH_KEY      the private key itself; without it ssh uses its own files or agent
  BERTH_KNOWN_HOSTS  lines of a known_hosts file, one of which must match the server; without it ssh's own files
  BERTH_SSH_PORT     ssh's port
  BERTH_LINES        more lines of the drop, NAME=VALUE each; a line break in a value would begin another one, so check
                     what comes from others
  BERTH_REQUEST      the name of the request; without it the CI's name for this run, and a random end
  BERTH_BY           who drops; without it the CI's user
  BERTH_SPOOL        the spool; without it /var/spool/berth/APP; not with --receive
  BERTH_TIMEOUT      how long to wait for the verdict, in seconds; without it 3600; not with --receive
  BERTH_SUMMARY      a file to which the verdict is appended in Markdown; without it GITHUB_STEP_SUMMARY, if that is set

Exit codes:
  0   deployed           13  unhealthy            1    the drop was not sent
  10  refused            14  rollbackFailed       64   the command line or the environment is wrong
  11  failed             15  superseded           255  the connection was lost; the deployment goes on
  12  rolledBack         75  no verdict in time        any other code is that of berth wait or berth receive
END
}

fail() { # EXIT_CODE MESSAGE
    echo "drop.sh: $2" >&2
    exit "$1"
}

misused() { fail 64 "$1; see drop.sh --help"; }

newline='
'

# Prints a line of the drop. A value with a line break would be two lines, the second one of its author's choice.
line() { # NAME=VALUE | NAME
    name=${1%%=*}
    case $name in '' | [0-9]* | *[!A-Za-z0-9_]*) misused "not a variable's name: $name" ;; esac
    case $1 in
    *=*) value=${1#*=} ;;
    *) value=$(printenv "$name") || misused "$name is not set" ;;
    esac
    case $value in *"$newline"*) misused "$name has a line break in its value" ;; esac
    printf '%s=%s\n' "$name" "$value"
}

drop() { # [LINE…]
    for each; do line "$each"; done
    [ -z "${BERTH_LINES-}" ] || printf '%s\n' "$BERTH_LINES"
    line "BERTH_REQUEST=$request"
    line "BERTH_BY=$by"
}

# What ssh and rsync are to do alike. ssh takes the first value that it reads of each option.
ssh_config() {
    echo "Host *
        BatchMode yes
        StrictHostKeyChecking yes
        ServerAliveInterval 15"
    [ -z "${BERTH_SSH_PORT-}" ] || echo "Port $BERTH_SSH_PORT"
    if [ -n "${BERTH_KNOWN_HOSTS-}" ]; then
        printf '%s\n' "$BERTH_KNOWN_HOSTS" >"$work/known_hosts"
        echo "UserKnownHostsFile \"$work/known_hosts\"
            GlobalKnownHostsFile none"
    fi
    if [ -n "${BERTH_SSH_KEY-}" ]; then
        printf '%s\n' "$BERTH_SSH_KEY" >"$work/key"
        echo "IdentityFile \"$work/key\"
            IdentitiesOnly yes"
    else
        echo 'Include ~/.ssh/config'
    fi
}

# Runs ssh. On standard output comes the summary, if one is wanted; the rest is on standard error.
ask() { # [COMMAND…]
    if [ -n "$summary" ]; then
        ssh -F "$work/config" "$server" "$@" >>"$summary"
    else
        ssh -F "$work/config" "$server" "$@"
    fi
}

# rsync's own exit codes have other meanings than berth's. With a key that is made for --receive it would wait for ever.
send() {
    rsync --timeout=30 --chmod=F640 -e "ssh -F '$work/config'" "$work/.env.deploy" "$server:$spool/.env.deploy" ||
        fail 1 'the drop was not sent'
}

# A connection that is lost stops no deployment, and the verdict can be asked for again.
await() {
    tries=5
    while :; do
        status=0
        ask "${GITHUB_ACTIONS:+GITHUB_ACTIONS=true }berth wait $app --request $request --timeout $timeout${summary:+ --summary}" \
            </dev/null || status=$?
        tries=$((tries - 1))
        [ $status -eq 255 ] && [ $tries -gt 0 ] || return $status
        echo 'drop.sh: the connection was lost; asking again' >&2
        sleep 3
    done
}

way=rsync
case ${1-} in
--help | -h) usage && exit ;;
--receive) way=receive && shift ;;
esac
[ $# -ge 2 ] || { usage >&2 && exit 64; }
server=$1 app=$2
shift 2

case $server in '' | -* | *[!A-Za-z0-9_.@-]*) misused "not a server: $server" ;; esac
case $app in '' | -* | *[!a-z0-9_-]*) misused "not an app's name: $app" ;; esac
if [ -n "${GITHUB_RUN_ID-}" ]; then
    run=$GITHUB_RUN_ID-${GITHUB_RUN_ATTEMPT-1} user=${GITHUB_TRIGGERING_ACTOR-}
elif [ -n "${CI_JOB_ID-}" ]; then
    run=job-$CI_JOB_ID user=${GITLAB_USER_LOGIN-}
elif [ -n "${CF_BUILD_ID-}" ]; then
    run=$CF_BUILD_ID user=${CF_BUILD_INITIATOR-}
else
    run=$(uname -n)-$(date +%s)-$$ user=$(id -un)
fi
# Two drops of one run are two requests: the second must not be told what became of the first.
request=${BERTH_REQUEST:-$run-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')} by=${BERTH_BY:-${user:-unknown}}
spool=${BERTH_SPOOL:-/var/spool/berth/$app}
timeout=${BERTH_TIMEOUT:-3600}
summary=${BERTH_SUMMARY:-${GITHUB_STEP_SUMMARY-}}
# These become words of a command on the server.
case $request in *[!A-Za-z0-9_.-]*) misused "BERTH_REQUEST may have letters, digits, dots, - and _: $request" ;; esac
case $timeout in *[!0-9]*) misused "BERTH_TIMEOUT is not a number of seconds: $timeout" ;; esac

umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

drop "$@" >"$work/.env.deploy"
ssh_config >"$work/config"
unset BERTH_SSH_KEY BERTH_LINES

status=0
if [ $way = rsync ]; then
    send
    rm "$work/.env.deploy"
    await || status=$?
else
    ask <"$work/.env.deploy" || status=$?
fi
[ $status -ne 255 ] || fail 255 "ssh failed; if the drop has arrived, the deployment goes on: ask berth show $app on the server"
exit $status
