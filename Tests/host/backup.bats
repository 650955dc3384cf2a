# Backups: what a step writes becomes a file that is whole or not there, and a restore by hand brings back what a migration
# took.

load scenario

# steps APP STEP…: the steps of the app's next release, as YAML writes them in one line.
steps() {
    printf '%s\n' x-berth: '  steps:' "${@:2}" | sed '3,$s/^/    - /' |
        inside tee -a "/srv/$1/docker-compose.yml" >/dev/null
}

# dump SCRIPT [OUTPUT…]: a step that dumps by this script of the shell.
dump() {
    echo "{ name: dump, service: backend, in: running, when: before, command: [sh, -c, '$1'], output: { file: data.dump${2:+, $2} } }"
}

backups() { inside sh -c "ls -A /var/backups/berth/$1 2>/dev/null || :"; }

# fails APP CAUSE PROBLEM: the second drop fails for that reason, nothing is left of its dump, and what ran still runs.
fails() {
    local before
    before=$(ids "$1")
    drop "$1" IMAGE_TAG=v2 "${login[@]}"
    ends_as "$1" 2 failed "$2"
    contains "$(reason "$1" 2)" "$3"
    equal "$(backups "$1")" ""
    equal "$(ids "$1")" "$before"
}

# block N: a block of code in docs/backup.md, for the app `vault` and the test host's registry.
block() {
    awk -v n="$1" '/^```/ { if (open) { open = 0 } else { open = 1; count++ } next } open && count == n' \
        "$BATS_TEST_DIRNAME/../../docs/backup.md" |
        sed -e 's/shop/vault/g' -e 's|ghcr.io/acme/|127.0.0.1:5000/|' -e 's|image: postgres|image: 127.0.0.1:5000/postgres|'
}

@test "PostgreSQL as docs/backup.md has it: a migration drops a column, the release is rolled back, the restore brings it back" {
    local password=secret-of-the-vault-4711 dump reason
    inside "$tools/postgres-image" 17 >/dev/null
    inside "$tools/migrating-image" vault:v1 healthy \
        "CREATE TABLE customers (name text, email text); INSERT INTO customers VALUES ('Ada', 'ada@example.org')" >/dev/null
    inside "$tools/migrating-image" vault:v2 unhealthy 'ALTER TABLE customers DROP COLUMN email' >/dev/null
    app vault
    block 1 | inside tee /srv/vault/docker-compose.yml >/dev/null
    inside sh -c "printf '%s\n' 'POSTGRES_PASSWORD=$password' 'DATABASE_URL=postgres://vault:$password@db/vault' >/srv/vault/.env"
    reload
    drop vault IMAGE_TAG=v1 "${login[@]}"
    await_verdict vault 1 120 >/dev/null
    ends_as vault 1 deployed
    equal "$(record vault 1 | jq -c '[.steps[] | [.name, .exitCode]]')" '[["migrate",0]]'
    contains "$(inside journalctl -o cat BERTH_APP=vault)" "step dump is left out: service db has never run here"
    equal "$(customers)" "Ada|ada@example.org"

    drop vault IMAGE_TAG=v2 "${login[@]}"
    await_verdict vault 2 120 >/dev/null
    ends_as vault 2 rolledBack not-healthy
    equal "$(record vault 2 | jq -c '[.steps[] | [.name, .exitCode]]')" '[["dump",0],["dump-readable",0],["migrate",0]]'
    dump=/var/backups/berth/vault/2-vault.dump
    equal "$(inside stat -c '%U %a' /var/backups/berth/vault "$dump")" $'berth 700\nberth 600'
    equal "$(record vault 2 | jq -r '.steps[0].output | [.file, .size, .sha256] | @tsv')" \
        "$(inside sh -c "printf '%s\t%s\t%s' $dump \$(stat -c %s $dump) \$(sha256sum <$dump | cut -d' ' -f1)")"
    reason=$(reason vault 2)
    contains "$reason" "and step migrate was not undone (backup: $dump); "
    contains "$(inside journalctl -o cat BERTH_APP=vault BERTH_VERDICT=rolledBack)" "$dump"
    equal "$(serves vault app)" v1
    equal "$(customers)" Ada

    block 2 | sed "s|/12-|/2-|" | inside bash -eu
    equal "$(customers)" "Ada|ada@example.org"
    equal "$(serves vault app)" v1

    # The password of .env is in no file name, command line, journal or record.
    equal "$(inside find / -xdev -name "*$password*")" ""
    equal "$(where_is "$password")" ""
    # The search itself finds what is there.
    contains "$(where_is 'was not undone')" /tmp/journal
}

# where_is TEXT: the files of berth, the journal and the command lines that hold it. It is in no command line of this search.
where_is() {
    inside sh -c '
        journalctl --sync
        journalctl --output=export --all >/tmp/journal
        grep --recursive --no-messages --text --files-with-matches --file=- \
            /tmp/journal /var/lib/berth/vault /proc/[0-9]*/cmdline || :' <<<"$1"
}

# What the table has now, by the database's own client.
customers() {
    inside docker compose --project-directory /srv/vault exec --no-TTY db \
        psql --username=vault --tuples-only --no-align --command='SELECT * FROM customers' vault
}

@test "a dump without a byte fails, and so does one that is smaller than it must be" {
    two_releases empty
    steps empty "$(dump true)"
    fails empty backup-failed "would have 0 B, less than 1 B"
    two_releases small
    steps small "$(dump 'echo 12' 'atLeast: 1KiB')"
    fails small backup-failed "would have 3 B, less than 1 kB"
}

@test "a dump that ends with another exit code leaves no file" {
    two_releases wrong
    steps wrong "$(dump 'head -c 100000 /dev/zero; echo no such role >&2; exit 3')"
    fails wrong step-failed "step dump failed: exit code 3: no such role"
}

@test "a dump whose container dies in midstream leaves no file" {
    two_releases dies
    steps dies "$(dump 'head -c 100000 /dev/zero; kill -9 -1; cat /dev/zero')"
    drop dies IMAGE_TAG=v2 "${login[@]}"
    ends_as dies 2 failed step-failed
    equal "$(backups dies)" ""
}

@test "an agent that is killed in midstream leaves no file that looks whole, and the next one removes the half" {
    two_releases killed
    steps killed "$(dump 'head -c 100000 /dev/zero; tail -f /dev/null')"
    drop killed IMAGE_TAG=v2 "${login[@]}"
    inside timeout 60 sh -c 'until test -s /var/backups/berth/killed/.2-data.dump.part; do
        inotifywait -qq -t 1 /var/backups/berth 2>/dev/null || :; done'
    equal "$(backups killed)" .2-data.dump.part
    inside systemctl kill --kill-whom=main --signal=KILL berth
    ends_as killed 2 failed step-lost
    equal "$(backups killed)" ""
}

@test "a dump that fills its disk is ended, and the disk is as it was" {
    two_releases full
    inside install -d -o berth -g berth -m 0700 /var/backups/berth/full
    inside mount -t tmpfs -o size=4M,mode=0700,uid=berth,gid=berth full /var/backups/berth/full
    steps full "$(dump 'cat /dev/zero')"
    fails full backup-failed "/var/backups/berth/full"
    inside umount /var/backups/berth/full
}

@test "the room for a dump is that of the last one, and a fifth more" {
    two_releases large
    inside install -d -o berth -g berth -m 0700 /var/backups/berth/large
    inside mount -t tmpfs -o size=4M,mode=0700,uid=berth,gid=berth large /var/backups/berth/large
    steps large "$(dump 'head -c 2000000 /dev/zero' 'keep: 1')"
    deploy large 2 v2
    equal "$(backups large)" 2-data.dump
    drop large IMAGE_TAG=v1 "${login[@]}"
    ends_as large 3 refused no-room
    contains "$(reason large 3)" "there is no room for the backup: /var/backups/berth/large is"
    contains "$(inside berth plan large)" "A drop for large would be refused (no-room)"
    equal "$(backups large)" 2-data.dump
    inside umount /var/backups/berth/large
}

@test "older dumps go, but not those of releases that can come back; berth plan says where the next one will be" {
    new_app older
    inside sh -c 'echo "keep = 1" >>/etc/berth/conf.d/older.toml'
    reload
    release older v1
    release older v2
    deploy older 1 v1
    steps older "$(dump 'date' 'keep: 1')" '{ name: look, service: backend, in: running, when: before, command: [grep, -q, UTC], input: dump }'
    deploy older 2 v2
    deploy older 3 v1
    deploy older 4 v2
    # #3 is the last good release when #4 comes, and #2 is the one before.
    equal "$(backups older)" $'2-data.dump\n3-data.dump\n4-data.dump'
    deploy older 5 v1
    equal "$(backups older)" $'3-data.dump\n4-data.dump\n5-data.dump'
    contains "$(inside berth plan older)" /var/backups/berth/older/6-data.dump
    # The disk guard has nothing to do with them.
    inside berth prune >/dev/null
    equal "$(backups older)" $'3-data.dump\n4-data.dump\n5-data.dump'
}

@test "a service that is there but does not run is no reason to leave the dump out" {
    two_releases stopped
    steps stopped "$(dump date)"
    inside sh -c 'docker stop --time 1 $(docker ps --quiet --filter name=stopped-backend)' >/dev/null
    drop stopped IMAGE_TAG=v2 "${login[@]}"
    ends_as stopped 2 failed step-failed
    contains "$(reason stopped 2)" "is not running"
    equal "$(backups stopped)" ""
}
