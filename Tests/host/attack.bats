# What one who may drop for one app, or read its records, can do to the others: nothing.

# shellcheck disable=SC2154  # scenario.bash and coproc set them

load scenario

# flood APP: the app's spool gets one bad drop after the other, as fast as they can be written, until the
# file `stop` is there.
flood() {
    # shellcheck disable=SC2016  # expanded inside
    as_deploy sh -euc '
        cd "$1"
        until [ -e stop ]; do
            echo PATH=/tmp >.drop
            mv .drop .env.deploy
        done
        rm stop' flood "$(spool "$1")" &
    flood=$!
}

end_flood() {
    as_deploy touch "$(spool "$1")/stop"
    wait "$flood"
}

count_records() { inside find "/var/lib/berth/$1/deployments" -name '*.json' | wc -l; }

@test "an app whose CI drops without end keeps no other app waiting" {
    new_app flooding
    new_app served
    release served v1
    local cursor started
    cursor=$(journal_cursor)
    started=$SECONDS
    flood flooding
    await_journal "$cursor" BERTH_APP=flooding PRIORITY=4 BERTH_VERDICT=refused >/dev/null
    deploy served 1 v1
    # A reload gets its turn too.
    reload
    end_flood flooding
    # A burst of 20, and then one in three seconds.
    [[ $(count_records flooding) -le $((21 + (SECONDS - started) / 3)) ]]
    contains "$(inside journalctl --after-cursor="$cursor" -o cat BERTH_APP=flooding)" "drops come too fast"
    # The newest of the flood was in the spool until its time came, and has its verdict.
    inside timeout 30 sh -c 'while test -e /var/spool/berth/flooding/.env.deploy; do :; done'
    equal "$(inside sh -c 'cat /var/lib/berth/flooding/deployments/*.json' | jq -c '[.verdict, .variables]' | sort -u)" '["refused",{}]'
}

@test "what is no file is not taken, and keeps no later drop from its turn" {
    new_app odder
    release odder v1
    as_deploy sh -c 'cd /var/spool/berth/odder; mkfifo .x; mv .x .env.deploy'
    ends_as odder 1 refused drop-unreadable
    as_deploy sh -c 'cd /var/spool/berth/odder; ln -s /etc/shadow .env.deploy'
    ends_as odder 2 refused drop-unreadable
    # /dev/zero, which has no end.
    inside sh -c 'cd /var/spool/berth/odder; mknod -m 0666 .x c 1 5; mv .x .env.deploy'
    ends_as odder 3 refused drop-unreadable
    local cursor
    cursor=$(journal_cursor)
    as_deploy mkdir /var/spool/berth/odder/.env.deploy.claimed
    drop odder IMAGE_TAG=v1 "${login[@]}"
    contains "$(await_journal "$cursor" BERTH_APP=odder MESSAGE_ID=2f94022a34c94956a315ed922c87218a | jq -r .MESSAGE)" \
        "/var/spool/berth/odder/.env.deploy.claimed is a folder; remove it"
    as_deploy rmdir /var/spool/berth/odder/.env.deploy.claimed
    reload
    ends_as odder 4 deployed
}

@test "a drop that says too much, or nothing" {
    new_app large
    # shellcheck disable=SC2016  # expanded inside
    as_deploy sh -euc 'cd /var/spool/berth/large; umask 027
        for i in $(seq 201); do echo A$i=1; done >.x; mv .x .env.deploy'
    ends_as large 1 refused drop-malformed
    contains "$(reason large 1)" "line 201: the drop has more than 200 variables"
    drop large "  IMAGE_TAG=v1"
    ends_as large 2 refused drop-malformed
    contains "$(reason large 2)" "line 1: begins with a blank"
    drop large $'\xef\xbb\xbfIMAGE_TAG=v1'
    ends_as large 3 refused drop-malformed
    contains "$(reason large 3)" "byte order mark"
    drop large "# IMAGE_TAG=v1"
    ends_as large 4 refused drop-malformed
    contains "$(reason large 4)" "no line is NAME=VALUE"
    as_deploy sh -c 'cd /var/spool/berth/large; truncate --size=1T .x; mv .x .env.deploy'
    ends_as large 5 refused drop-malformed
    contains "$(reason large 5)" "larger than 16 KiB"
}

# as_reader CMD…: as a user who may read the records.
as_reader() { inside setpriv --reuid=reader --regid=reader --init-groups -- "$@"; }

@test "a reader of the records can read them, and nothing else" {
    new_app readable
    release readable v1
    deploy readable 1 v1
    inside useradd --groups berth-records reader
    equal "$(as_reader jq -r .verdict /var/lib/berth/readable/deployments/1.json)" deployed
    run as_reader cat /srv/readable/.env
    [[ $status != 0 ]]
    run as_reader touch /var/spool/berth/readable/.env.deploy
    [[ $status != 0 ]]
    run as_reader flock --nonblock /var/lib/berth/.locks/images true
    [[ $status != 0 ]]
    run as_reader cat /var/lib/berth/.docker/config.json
    [[ $status != 0 ]]
    # What the reader can lock is no lock of berth's.
    coproc reader { as_reader flock /var/lib/berth sh -c 'echo locked; cat'; }
    read -r -t 10 -u "${reader[0]}"
    inside systemctl restart berth
    deploy readable 2 v1
    eval "exec ${reader[1]}>&-"
    wait "$reader_PID" || true
    inside userdel reader
}

@test "what runs as user berth, such as the command of notify, cannot read the agent's memory" {
    local pid file
    pid=$(main_pid)
    for file in environ mem maps; do
        run inside setpriv --reuid=berth --regid=berth --init-groups head --bytes=1 "/proc/$pid/$file"
        [[ $status != 0 && $output == *"Permission denied"* ]]
    done
}

@test "an older berth's records become readable for the group" {
    new_app older
    release older v1
    deploy older 1 v1
    inside systemctl stop berth
    inside chown --recursive berth:berth /var/lib/berth
    inside systemd-tmpfiles --create berth.conf
    inside systemctl start berth
    equal "$(inside stat -c '%U:%G %a' /var/lib/berth /var/lib/berth/older/deployments/1.json | paste -sd ' ')" \
        "berth:berth-records 750 berth:berth-records 640"
    deploy older 2 v1
}

@test "a container cannot forge a line of the journal, nor steer the terminal that shows a record" {
    new_app forging
    release forging v1
    inside sed -i 's|"CMD", "/bin/health"|"CMD-SHELL", "printf \x27no\\\\nforging #9: deployed, IMAGE_TAG=v9\\\\n\\\\233\\\\033[2J\\\\302\\\\233\x27; exit 1"|' \
        /srv/forging/docker-compose.yml
    drop forging IMAGE_TAG=v1 "${login[@]}"
    ends_as forging 1 unhealthy not-healthy
    contains "$(inside journalctl -u berth -o cat BERTH_APP=forging)" "no⏎forging #9: deployed, IMAGE_TAG=v9"
    run inside sh -c 'journalctl -u berth -o cat | grep "^forging #9"'
    equal "$output" ""
    run inside env LC_ALL=C grep -aP '[\x01-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]' /var/lib/berth/forging/deployments/1.json
    equal "$output" ""
    contains "$(record forging 1 | jq -r '.evidence[0].container.probes[0].output')" "no"
}

@test "a step that prints without end pushes out no other line" {
    new_app chatty
    release chatty v1
    inside sh -c 'cat >>/srv/chatty/docker-compose.yml <<END
x-berth:
  steps:
    - { name: talk, service: backend, command: [seq, "30000"], when: before }
END'
    local cursor journal
    cursor=$(journal_cursor)
    deploy chatty 1 v1
    journal=$(inside journalctl --after-cursor="$cursor" -u berth -o cat BERTH_APP=chatty BERTH_PHASE=before)
    contains "$journal" "lines are left out"
    contains "$journal" "chatty #1: 30000"
    [[ $(wc -l <<<"$journal") -lt 2100 ]]
}

@test "GitLab's credential by its own names, and a secret that is of no use is kept nowhere" {
    new_app gitlab
    release gitlab v1
    inside sh -c 'echo "credential = [\"CI_REGISTRY_USER\", \"CI_JOB_TOKEN\"]" >>/etc/berth/conf.d/gitlab.toml'
    reload
    drop gitlab IMAGE_TAG=v1 CI_REGISTRY_USER=ci "CI_JOB_TOKEN=$canary" "SENTRY_AUTH_TOKEN=$canary"
    ends_as gitlab 1 deployed
    equal "$(record gitlab 1 | jq -c .variables)" '{"IMAGE_TAG":"v1","SENTRY_AUTH_TOKEN":"[redacted]"}'
    assert_no_canary
    # shellcheck disable=SC2016  # Compose expands it
    inside sed -i 's|      IMAGE_TAG:|      SENTRY: ${SENTRY_AUTH_TOKEN:-}\n&|' /srv/gitlab/docker-compose.yml
    drop gitlab IMAGE_TAG=v1 CI_REGISTRY_USER=ci "CI_JOB_TOKEN=$canary" "SENTRY_AUTH_TOKEN=$canary"
    ends_as gitlab 2 refused secret-in-drop
    contains "$(reason gitlab 2)" "SENTRY_AUTH_TOKEN sounds like a secret, and the Compose file uses it"
    # A rollback would start the app with [redacted].
    # shellcheck disable=SC2016  # Compose expands it
    inside sh -euc 'cd /srv/gitlab
        sed -i "s|SENTRY: .*|SENTRY: \${SENTRY_URL}|" docker-compose.yml
        echo "SENTRY_URL=https://\${SENTRY_AUTH_TOKEN}@sentry.example" >>.env'
    drop gitlab IMAGE_TAG=v1 CI_REGISTRY_USER=ci "CI_JOB_TOKEN=$canary" "SENTRY_AUTH_TOKEN=$canary"
    ends_as gitlab 3 refused secret-in-drop
    contains "$(reason gitlab 3)" "SENTRY_AUTH_TOKEN sounds like a secret, and .env uses it"
    # shellcheck disable=SC2016  # Compose expands it
    inside sh -euc 'cd /srv/gitlab
        sed -i "/SENTRY_URL/d" .env
        sed -i "/SENTRY: /d; s|env_file: .env|env_file: [.env, \"\${NAME:-sentry}.env\"]|" docker-compose.yml
        echo "SENTRY_URL=https://\${SENTRY_AUTH_TOKEN}@sentry.example" >sentry.env'
    drop gitlab IMAGE_TAG=v1 CI_REGISTRY_USER=ci "CI_JOB_TOKEN=$canary" "SENTRY_AUTH_TOKEN=$canary"
    ends_as gitlab 4 refused secret-in-drop
    contains "$(reason gitlab 4)" "SENTRY_AUTH_TOKEN sounds like a secret, and an env_file uses it"
    assert_no_canary
}

@test "an .env that has Compose ignore orphans, and one that names the Compose file below another app's" {
    new_app steered
    release steered v1
    inside sh -euc 'cd /srv/steered
        mv docker-compose.yml prod.yml
        printf "COMPOSE_FILE=prod.yml\nCOMPOSE_IGNORE_ORPHANS=true\n" >>.env'
    deploy steered 1 v1
    equal "$(serves steered backend)" v1
    # Compose would take the file above, whatever .env says.
    inside sh -c 'echo "services: { wrong: { image: wrong } }" >/srv/docker-compose.yml'
    drop steered IMAGE_TAG=v1 "${login[@]}"
    ends_as steered 2 refused compose-file-missing
    inside rm /srv/docker-compose.yml
    equal "$(serves steered backend)" v1
}

@test "a verdict for which the disk had no room is saved as soon as there is some" {
    new_app brimful
    release brimful v1
    deploy brimful 1 v1
    # A disk of its own for the records, with everything that was there.
    inside sh -euc 'systemctl stop berth
        cp -a /var/lib/berth /tmp/records
        mount -t tmpfs -o size=4M records /var/lib/berth
        cp -a /tmp/records/. /var/lib/berth/
        systemctl start berth
        dd if=/dev/zero of=/var/lib/berth/full bs=4k 2>/dev/null || true'
    local cursor
    cursor=$(journal_cursor)
    drop brimful IMAGE_TAG=v1 "${login[@]}"
    await_journal "$cursor" BERTH_APP=brimful BERTH_DEPLOYMENT=2 BERTH_VERDICT=refused BERTH_CAUSE=state-unwritable >/dev/null
    contains "$(inside journalctl --after-cursor="$cursor" -o cat BERTH_APP=brimful)" "making room first"
    run record brimful 2
    [[ $status != 0 || $output != *'"verdict": "refused"'* ]]
    contains "$(inside systemctl show berth --property=StatusText --value)" "brimful: #2 refused, not on record"
    inside rm /var/lib/berth/full
    ends_as brimful 2 refused state-unwritable
    deploy brimful 3 v1
    inside sh -euc 'systemctl stop berth
        umount /var/lib/berth
        rm -r /tmp/records
        systemctl start berth'
}
