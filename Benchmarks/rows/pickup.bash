# shellcheck shell=bash
# From the rename of a drop to the first thing that is done with it: berth claims it by another rename, and so does the
# program of a path unit here. inotify tells of both; the clock is read just before the first rename, by the program that
# calls rename(2).
# shellcheck disable=SC2034,SC2154

row_pickup() {
    local run
    new_app pickup
    release pickup r0
    watch_app pickup
    follow_verdicts
    deploy_berth pickup r0
    rest

    mkdir -p /srv/path
    printf '%s\n' '[Path]' PathExists=/srv/path/.env.deploy >/run/systemd/system/bench-path.path
    printf '%s\n' '[Unit]' StartLimitIntervalSec=0 '[Service]' Type=oneshot \
        "ExecStart=/bin/mv /srv/path/.env.deploy /srv/path/.env.deploy.claimed" >/run/systemd/system/bench-path.service
    systemctl daemon-reload
    systemctl restart bench-path.path

    for ((run = 0; run <= runs; run++)); do
        place_drop pickup r0
        picked_up berth /var/spool/berth/pickup
        await_verdict pickup
        rest
        echo >/srv/path/.drop
        picked_up path /srv/path
        rest
        # The first one finds nothing in memory.
        ((run)) || samples=()
    done
    emit
}

# picked_up CONTESTANT FOLDER: renames the drop in the folder, and waits for the claim.
picked_up() {
    local moves line claimed
    exec {moves}< <(exec inotifywait --monitor --event moved_to --format %f "$2" 2>&1)
    local watcher=$!
    while read -r -u "$moves" line; do [[ $line != "Watches established." ]] || break; done
    # shellcheck disable=SC2016  # Perl's
    perl -MTime::HiRes=time -e '
        my $moment = time;
        rename "$ARGV[0]/.drop", "$ARGV[0]/.env.deploy" or die "rename: $!";
        printf "%d\n", $moment * 1e6' "$2" >/run/bench.renamed &
    local renamer=$!
    while read -r -t 10 -u "$moves" line; do [[ $line != .env.deploy.claimed ]] || break; done
    claimed=${EPOCHREALTIME/./}
    wait "$renamer"
    kill "$watcher"
    exec {moves}<&-
    sample "pickup.$1" "$(seconds "$(</run/bench.renamed)" "$claimed")"
}
