# What `teardown` looks for after each scenario, it finds where it is.
# shellcheck disable=SC2030,SC2031  # each test is a subshell by design

load scenario

# finds PLACE: there alone, or there too.
finds() {
    run assert_no_canary
    equal "$status" 1
    contains "$output" "$1"
}

# keeps UNIT SCRIPT: a process that reads a secret from /run/secret, and removes that. The service manager does not know it.
keeps() {
    inside sh -c 'echo canary-token-0 >/run/secret'
    inside systemd-run --quiet --unit="$1" --description="$1" bash -c "$2"
    inside timeout 10 sh -c 'while test -e /run/secret; do :; done'
}

@test "a secret is found in the journal, in a file, in an argument and in an environment, and else nowhere" {
    assert_no_canary
    local secret
    for secret in canary-token-1 canary-key-shop "$(printf 'ci:canary-token-1' | base64)" "$(printf 'x canary-key-shop' | base64)"; do
        for file in /run/secret /var/log/secret/.name /tmp/secret /etc/secret /secret; do
            inside sh -c 'mkdir -p "$(dirname "$1")"; echo "x $2" >"$1"' place "$file" "$secret"
            finds "$file: x $secret"
            inside rm "$file"
        done
        inside sh -c 'printf "MESSAGE=hello\nSOME_FIELD=x %s\n" "$1" | logger --journald' say "$secret"
        finds "journal: SOME_FIELD=x $secret"
        assert_no_canary
    done
    # The journal takes a text with such a character for binary.
    inside sh -c 'printf "hello \001 canary-key-shop\n" | systemd-cat'
    finds "journal: "
    # shellcheck disable=SC2016  # expanded inside
    keeps argument 'read -r secret </run/secret; rm /run/secret; exec bash -c "sleep infinity; :" "$secret"'
    finds "/cmdline: "
    inside systemctl stop argument
    # shellcheck disable=SC2016  # expanded inside
    keeps environment 'read -r TOKEN </run/secret; rm /run/secret; export TOKEN; exec sleep infinity'
    finds "/environ: "
    inside systemctl stop environment
    assert_no_canary
}

@test "a secret is found in a memory, in an open file without a name, and a core is found" {
    # shellcheck disable=SC2016  # expanded inside
    keeps memory 'read -r secret </run/secret; rm /run/secret; coproc sleep infinity; wait'
    finds "(bash): "
    inside systemctl stop memory
    keeps nameless 'exec 3</run/secret; rm /run/secret; exec sleep infinity'
    finds "/fd/3: "
    inside systemctl stop nameless
    inside sh -c 'printf "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\4\0core" >/var/tmp/any-name'
    finds "/var/tmp/any-name: a core"
    inside rm /var/tmp/any-name
    assert_no_canary
}

@test "a value of .env is no find in an app's containers, and a token is" {
    new_app known
    release known v1
    deploy known 1 v1
    contains "$(inside docker logs known-backend-1)" canary-printed-known
    assert_no_canary
    inside sh -euc 'cd /srv/known
        echo GITHUB_TOKEN=canary-token-1 >>.env
        IMAGE_TAG=v1 docker compose up --detach --wait 2>/dev/null'
    finds /srv/known/.env
    inside sed -i /TOKEN/d /srv/known/.env
    finds /environ
    contains "$output" /var/lib/docker/containers/
    inside docker rm --force known-backend-1
}

@test "a value of .env is found in what is stored, as it is and in base64, and else nowhere" {
    app env
    local state=/var/find-env-values value
    inside mkdir -p "$state/folder"
    finds_value() { inside "$tools/find-env-values" "$state" /srv/env/.env; }
    inside tee "$state/folder/file" <<<'GREETING hello'
    run finds_value
    equal "$status $output" "1 "
    for value in canary-key-env canary-last-line-env postgres://env:canary-url-env@db.example/env; do
        for before in "" a aa; do
            printf '%s%s;' "$before" "$value" | base64 --wrap=0 | inside tee "$state/folder/file" >/dev/null
            [[ $(finds_value) == "$state/folder/file: "* ]]
        done
        inside tee "$state/folder/file" <<<"x${value}x"
        [[ $(finds_value) == "$state/folder/file: "* ]]
    done
}
