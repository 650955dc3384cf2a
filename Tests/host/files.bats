# The files of a release: what goes back with it, what is data, what is the server's, and what was changed by hand.

# bats file_tags=both-hosts
load scenario

setup_file() { inside /usr/local/lib/host/nginx-image stable >/dev/null; }

# start APP: an app with an nginx beside it, which mounts nginx/conf.d read-only and data for writing, runs as #1.
start() {
    new_app "$1"
    inside sh -euc '
        cd "/srv/$1"
        cat >>docker-compose.yml <<END
  nginx:
    image: 127.0.0.1:5000/nginx:stable
    restart: unless-stopped
    volumes:
      - ./nginx/conf.d:/etc/nginx/conf.d:ro
      - ./data:/data
x-berth:
  health: { stable: 2s }
END
        install -d -o deploy -g berth -m 2750 nginx nginx/conf.d
        mkdir -m 0700 data
        head -c 5M /dev/urandom >data/big
        mkfifo data/pipe' start "$1"
    site "$1" v1
    release "$1" v1
    deploy "$1" 1 v1
    equal "$(serves "$1" nginx)" v1
}

# deliver APP FILE: CI brings a file with what comes on standard input, as rsync does.
deliver() {
    # shellcheck disable=SC2016  # expanded inside
    as_deploy sh -euc 'umask 027; cd "/srv/$1"; cat >"$2.new"; mv "$2.new" "$2"' deliver "$1" "$2"
}

# site APP VERSION: what nginx answers.
site() {
    deliver "$1" nginx/conf.d/site.conf <<<"server { listen 8000; location = /version { return 200 '$2'; } }"
}

# folder APP: names, modes, owners, times and contents of all files that are not the Compose file.
folder() {
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc '
        cd "/srv/$1"
        find nginx -printf "%p %M %u %g\n" | sort
        find nginx -type f -printf "%p %Ts\n" | sort
        find nginx -type f -exec sha256sum {} + | sort' folder "$1"
}

# data APP: what a writable mount has, down to its inodes.
data() {
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc 'cd "/srv/$1/data"; stat -c "%n %i %a %u %Z" . *; sha256sum big' data "$1"
}

nothing_to_unpack_is_left() {
    equal "$(inside docker ps --all --quiet --filter name=berth-files)" ""
    equal "$(inside docker image ls --quiet 'berth-files-*')" ""
}

@test "a release that breaks nginx's files and an image at once: both go back, data does not" {
    start both
    local folder data
    folder=$(folder both)
    data=$(data both)
    release both v2 unhealthy
    deliver both nginx/conf.d/site.conf <<<'nonsense'
    deliver both nginx/conf.d/evil.conf <<<'more nonsense'
    drop both IMAGE_TAG=v2 "${login[@]}"
    ends_as both 2 rolledBack not-healthy
    equal "$(folder both)" "$folder"
    equal "$(data both)" "$data"
    equal "$(serves both nginx)" v1
    equal "$(serves both backend)" v1
    contains "$(reason both 2)" "its files are back: nginx/conf.d/evil.conf, nginx/conf.d/site.conf"
    equal "$(record both 1 | jq -c .files.paths)" '["nginx/conf.d"]'
    equal "$(inside stat -c '%a %U' /var/lib/berth/both/files/1.tar)" "600 berth"
    nothing_to_unpack_is_left
    # CI's next rsync over them finds them as it left them.
    site both v3
    release both v3
    deploy both 3 v3
    equal "$(serves both nginx)" v3
}

@test "a service that Compose would leave alone starts again when its files change, forward and back" {
    start alone
    local nginx
    nginx=$(ids alone | grep nginx)
    site alone v2
    deploy alone 2 v1
    equal "$(serves alone nginx)" v2
    equal "$(ids alone | grep nginx)" "$nginx"
    site alone broken
    deliver alone nginx/conf.d/site.conf <<<'nonsense'
    drop alone IMAGE_TAG=v1 "${login[@]}"
    ends_as alone 3 rolledBack not-healthy
    equal "$(serves alone nginx)" v2
    equal "$(ids alone | grep nginx)" "$nginx"
    drop alone BERTH_ROLLBACK_TO=1
    ends_as alone 4 deployed
    equal "$(serves alone nginx)" v1
    contains "$(inside cat /srv/alone/nginx/conf.d/site.conf)" v1
}

@test "a mounted file, and a config from a file" {
    new_app single
    inside sh -euc 'cd /srv/single; cat >>docker-compose.yml <<END
  nginx:
    image: 127.0.0.1:5000/nginx:stable
    volumes: ["./site.conf:/etc/nginx/conf.d/site.conf:ro"]
    configs: [{ source: types, target: /etc/nginx/mime.types }]
configs: { types: { file: ./types } }
x-berth:
  health: { stable: 2s }
END'
    deliver single types <<<'types { text/one conf; }'
    deliver single site.conf <<<"server { listen 8000; location = /version { return 200 'v1'; } }"
    release single v1
    deploy single 1 v1
    deliver single types <<<'nonsense'
    deliver single site.conf <<<'nonsense'
    drop single IMAGE_TAG=v1 "${login[@]}"
    ends_as single 2 rolledBack not-healthy
    equal "$(serves single nginx)" v1
    contains "$(inside cat /srv/single/types)" text/one
    equal "$(record single 1 | jq -c .files.paths)" '["site.conf","types"]'
}

@test "what was changed by hand is kept, and the verdict says where" {
    start byhand
    release byhand v2 unhealthy
    local cursor
    cursor=$(journal_cursor)
    drop byhand IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=byhand BERTH_PHASE=health >/dev/null
    site byhand mine
    ends_as byhand 2 rolledBack
    equal "$(serves byhand nginx)" v1
    contains "$(reason byhand 2)" "what was changed by hand is in /var/lib/berth/byhand/files/2-by-hand.tar"
    contains "$(inside tar -xOf /var/lib/berth/byhand/files/2-by-hand.tar nginx/conf.d/site.conf)" mine
}

@test "CI delivers the next release while the bad one is in its gate: that drop is refused, and the job runs again" {
    start meanwhile
    release meanwhile v2 unhealthy
    release meanwhile v3
    local cursor
    site meanwhile v2
    cursor=$(journal_cursor)
    drop meanwhile IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=meanwhile BERTH_PHASE=health >/dev/null
    site meanwhile v3
    deliver meanwhile nginx/conf.d/new.conf <<<'# v3'
    drop meanwhile IMAGE_TAG=v3 "${login[@]}"
    ends_as meanwhile 2 rolledBack
    ends_as meanwhile 3 refused files-replaced
    equal "$(reason meanwhile 3)" \
        "#2 has put the files of #1 back, over those that came with this drop; run the CI job again"
    equal "$(record meanwhile 2 | jq -c .filesPutBack)" '["nginx/conf.d/site.conf"]'
    equal "$(serves meanwhile nginx)" v1
    contains "$(inside tar -xOf /var/lib/berth/meanwhile/files/2-by-hand.tar nginx/conf.d/site.conf)" v3
    site meanwhile v3
    deploy meanwhile 4 v3
    equal "$(serves meanwhile nginx)" v3
}

@test "the new release writes to a folder among the files of the old one: nothing that it has written is lost" {
    start writes
    local inode
    inode=$(inside stat -c %i /srv/writes/nginx/conf.d)
    release writes v2 unhealthy
    inside sh -euc 'cd /srv/writes
        sed -i "s|- ./data:/data|- ./nginx/conf.d/cache:/cache|" docker-compose.yml'
    deliver writes nginx/conf.d/more.txt <<<'v2'
    local cursor
    cursor=$(journal_cursor)
    drop writes IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=writes BERTH_PHASE=health >/dev/null
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc 'echo data >"/proc/$(docker inspect --format "{{.State.Pid}}" writes-nginx-1)/root/cache/x"'
    ends_as writes 2 rolledBack
    equal "$(inside stat -c %i /srv/writes/nginx/conf.d)" "$inode"
    equal "$(inside cat /srv/writes/nginx/conf.d/cache/x)" data
    contains "$(reason writes 2)" "so they stay: nginx/conf.d/more.txt"
    equal "$(serves writes nginx)" v1
}

@test "files that cannot be put back: the good images run all the same, and by hand nothing is switched" {
    start stuck
    release stuck v2 unhealthy
    site stuck v2
    inside sh -euc 'cd /srv/stuck/nginx; mount --bind conf.d conf.d; mount -o remount,bind,ro conf.d'
    drop stuck IMAGE_TAG=v2 "${login[@]}"
    ends_as stuck 2 rollbackFailed files-not-restored
    contains "$(reason stuck 2)" "its images run again, but its files are not back"
    contains "$(reason stuck 2)" "read-only file system"
    equal "$(serves stuck backend)" v1
    equal "$(serves stuck nginx)" v2
    local ids
    ids=$(ids stuck)
    drop stuck BERTH_ROLLBACK_TO=previous
    ends_as stuck 3 failed files-not-restored
    equal "$(ids stuck)" "$ids"
    inside umount /srv/stuck/nginx/conf.d
    drop stuck BERTH_ROLLBACK_TO=previous
    ends_as stuck 4 deployed
    equal "$(serves stuck nginx)" v1
    nothing_to_unpack_is_left
}

@test "the agent is killed while files go back: the next one finishes" {
    start torn
    local folder from
    folder=$(folder torn)
    release torn v2 unhealthy
    deliver torn nginx/conf.d/site.conf <<<'nonsense'
    deliver torn nginx/conf.d/evil.conf <<<'nonsense'
    from=$(engine_now)
    drop torn IMAGE_TAG=v2 "${login[@]}"
    AWAIT_SECONDS=60 await_event "" "$from" container=berth-files-torn event=create >/dev/null
    inside systemctl kill --signal=KILL berth
    ends_as torn 2 rolledBack not-healthy
    equal "$(record torn 2 | jq '[.phases[] | select(.name == "rollback")] | length')" 2
    equal "$(folder torn)" "$folder"
    equal "$(serves torn nginx)" v1
    nothing_to_unpack_is_left
}

@test "a link that leads out of the folder leads nowhere" {
    start planted
    local folder
    folder=$(folder planted)
    inside touch /etc/stamp
    as_deploy sh -euc 'cd /srv/planted/nginx; rm -r conf.d; ln -s /etc conf.d'
    release planted v2 unhealthy
    drop planted IMAGE_TAG=v2 "${login[@]}"
    ends_as planted 2 rolledBack not-healthy
    equal "$(folder planted)" "$folder"
    equal "$(inside find /etc -newer /etc/stamp -name '*.conf')" ""
    equal "$(serves planted nginx)" v1
}

@test "too many or too big files: refused with a list, and nothing is touched" {
    start heavy
    release heavy v2
    local ids
    ids=$(ids heavy)
    as_deploy sh -euc 'cd /srv/heavy/nginx/conf.d; seq 600 | while read -r n; do : >"$n.txt"; done'
    drop heavy IMAGE_TAG=v2 "${login[@]}"
    ends_as heavy 2 refused files-too-big
    contains "$(reason heavy 2)" "nginx/conf.d (601 files, 0 KiB)"
    equal "$(ids heavy)" "$ids"
    as_deploy sh -euc 'cd /srv/heavy/nginx/conf.d; rm -- *.txt; mkdir big; head -c 5M /dev/zero >big/file'
    drop heavy IMAGE_TAG=v2 "${login[@]}"
    ends_as heavy 3 refused files-too-big
    contains "$(reason heavy 3)" "say \"!path\" in files of x-berth"
    equal "$(ids heavy)" "$ids"
    inside sh -euc 'echo "  files: [\"!nginx/conf.d/big\"]" >>/srv/heavy/docker-compose.yml'
    deploy heavy 4 v2
    equal "$(inside tar -tf /var/lib/berth/heavy/files/4.tar)" $'nginx/\nnginx/conf.d/\nnginx/conf.d/site.conf'
}

@test "what is the server's is not kept: environment files, keys, and what berth cannot read" {
    start servers
    release servers v2
    inside sh -euc '
        cd /srv/servers/nginx/conf.d
        echo SECRET=canary-value-1 >app.env
        printf -- "-----BEGIN PRIVATE KEY-----\ncanary-value-2\n-----END PRIVATE KEY-----\n" >key.pem
        echo canary-value-3 >closed
        chmod 0644 app.env key.pem
        chmod 0600 closed'
    deploy servers 2 v2
    equal "$(inside tar -tf /var/lib/berth/servers/files/2.tar)" $'nginx/\nnginx/conf.d/\nnginx/conf.d/site.conf'
    equal "$(inside grep -rl canary-value /var/lib/berth)" ""
    contains "$(inside journalctl -u berth --no-pager -o cat)" "nginx/conf.d/key.pem is not kept with the release: it is a private key"
    contains "$(inside journalctl -u berth --no-pager -o cat)" "nginx/conf.d/closed is not kept with the release: it cannot be read"
}

@test "a drop that changes nothing: the folder stays as CI left it, and the verdict says so" {
    start left
    site left v2
    local folder
    folder=$(folder left)
    drop left IMAGE_TAG=nowhere "${login[@]}"
    ends_as left 2 failed pull-failed
    equal "$(folder left)" "$folder"
    equal "$(serves left nginx)" v1
    contains "$(reason left 2)" "these files in /srv/left are not those of #1, which runs: nginx/conf.d/site.conf"
}

@test "drift is told once, and repaired never" {
    start drift
    local cursor plan
    inside sh -euc 'docker rm --force $(docker ps --quiet --filter label=com.docker.compose.project=drift \
        --filter label=com.docker.compose.service=nginx)' >/dev/null
    site drift v2
    plan=$(inside berth plan drift)
    contains "$plan" "nginx does not run"
    contains "$plan" "nginx/conf.d/site.conf differs"
    cursor=$(journal_cursor)
    drop drift IMAGE_TAG=nowhere "${login[@]}"
    ends_as drift 2 failed
    drop drift IMAGE_TAG=nowhere "${login[@]}"
    ends_as drift 3 failed
    equal "$(inside journalctl -u berth --after-cursor="$cursor" -o cat | grep -c 'differs from #1: nginx does not run')" 1
    equal "$(containers drift | jq '[.[] | select(.service == "nginx")] | length')" 0
}
