# Debian's package on a host without berth: install, deploy, upgrade, remove, purge. The scenarios follow one another.

load scenario

bats_require_minimum_version 1.5.0

# The suite's host has berth already, by `make install`.
setup_file() {
    local file
    file=$(cd "$BATS_TEST_DIRNAME/../.." && make --no-print-directory package)
    "$host" boot
    "$host" registry-password ci "$canary"
    "$host" copy "$BATS_TEST_DIRNAME/../../$file" /root/berth.deb
}

setup() { :; }

teardown() {
    if [[ -z ${BATS_TEST_COMPLETED-} ]]; then
        inside journalctl -u berth --no-pager -n 40 -o short-precise | sed 's/^/# /'
    fi
    assert_no_canary
}

install_package() { inside apt-get install --yes --quiet "$1"; }

unit() { inside systemctl show berth.service --property="$1" --value; }

# The same package with a higher version, and nothing else changed.
next_version() {
    inside sh -euc '
        cd /root
        dpkg-deb --raw-extract berth.deb next
        sed -i "s/^Version: .*/&+next/" next/DEBIAN/control
        dpkg-deb --root-owner-group -Znone --build next next.deb
        rm -r next' >/dev/null
}

# What bash would offer for a line, the last word being the one to complete.
completes() {
    # shellcheck disable=SC2016  # expanded inside
    inside bash -euc '
        set +u
        . /usr/share/bash-completion/completions/berth
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
        _berth berth "${@: -1}" "${@: -2:1}" || true
        printf "%s\n" "${COMPREPLY[@]}"' completes "$@"
}

@test "apt installs the package, and the agent runs with its manual, catalog and completions" {
    run -127 inside berth --version
    install_package /root/berth.deb
    equal "$(inside systemctl is-active berth)" active
    equal "$(inside systemctl is-enabled berth)" enabled
    equal "$(unit Type)" notify-reload
    equal "$(unit NeedDaemonReload)" no
    equal "$(inside systemd-analyze verify berth.service 2>&1)" ""
    contains "$(inside sh -c 'MANWIDTH=80 man berth')" "deploy agent for Docker Compose apps"
    inside sh -euc 'for page in /usr/share/man/man?/berth*; do man -w "$(basename "${page%.?.gz}")"; done' >/dev/null
    contains "$(inside journalctl --list-catalog)" "berth has started"
    contains "$(completes berth '')" rollback
    contains "$(completes berth prune --)" --dry-run
    equal "$(inside stat -c '%U:%G %a' /var/lib/berth)" "berth:berth-records 750"
    equal "$(inside dpkg --verify berth)" ""
}

@test "from there it takes berth init and one drop to a deployed app" {
    local line
    app packaged
    edit packaged 's|^  frontend:|&\n    healthcheck: { test: ["CMD", "/bin/health"], interval: 1s }|'
    # Long enough for an upgrade: a scenario decides when the app becomes healthy.
    edit packaged 's/retries: 3/retries: 300/'
    printf 'volumes: { data: {} }\n' | inside tee -a /srv/packaged/docker-compose.yml >/dev/null
    edit packaged 's|^  backend:|&\n    volumes: [data:/data]|'
    # The folder is as a person made it who has not heard of berth.
    inside sh -euc '
        rm -r /etc/berth/conf.d/packaged.toml /var/spool/berth/packaged
        chown -R root:root /srv/packaged
        chmod -R u=rwX,g=,o=,g-s /srv/packaged'
    release packaged v1
    release packaged v2 unhealthy
    inside berth init packaged /srv/packaged --registry 127.0.0.1:5000
    # The reload was waited for.
    contains "$(unit StatusText)" "packaged: waiting for its first drop"
    contains "$(completes berth show '')" packaged
    line=$(inside berth init packaged /srv/packaged --registry 127.0.0.1:5000 --json | jq -r .authorizedKeys.line)
    inside "$tools/deploy-key"
    inside sed -i "s|^|${line%ssh-ed25519*}|" /home/deploy/.ssh/authorized_keys
    run inside ssh -q deploy@127.0.0.1 < <(printf '%s\n' IMAGE_TAG=v1 "${login[@]}")
    equal "$status" 0
    ends_as packaged 1 deployed
}

@test "an upgrade in mid-deployment ends in one verdict, and keeps the settings" {
    local cursor pid
    next_version
    inside sh -c 'printf "[disk]\nguard = 81\n" >>/etc/berth/berth.toml'
    pid=$(main_pid)
    cursor=$(journal_cursor)
    drop packaged IMAGE_TAG=v2 "${login[@]}"
    await_journal "$cursor" BERTH_APP=packaged BERTH_PHASE=health >/dev/null
    install_package /root/next.deb
    [[ $(main_pid) != "$pid" ]]
    contains "$(inside dpkg-query --show berth)" +next
    contains "$(inside cat /etc/berth/berth.toml)" "guard = 81"
    contains "$(inside journalctl -u berth --after-cursor="$cursor" -o cat)" "resumed: an earlier agent left it in phase"
    inside docker exec packaged-backend-1 sh -c 'echo ok >/www/health'
    ends_as packaged 2 deployed
    equal "$(inside journalctl -o json BERTH_APP=packaged BERTH_DEPLOYMENT=2 | jq -r '.BERTH_VERDICT // empty')" deployed
    equal "$(serves packaged backend)" v2
}

@test "remove leaves the app running and what berth knows of it, for the next install" {
    local before
    before=$(ids packaged)
    inside apt-get remove --yes --quiet berth
    equal "$(ids packaged)" "$before"
    equal "$(record packaged 2 | jq -r .verdict)" deployed
    equal "$(inside systemctl show berth.service --property=LoadState --value)" not-found
    run ! inside test -e /usr/lib/systemd/system/berth.service.d
    contains "$(inside cat /etc/berth/berth.toml)" "guard = 81"
    install_package /root/next.deb
    contains "$(unit StatusText)" "packaged: #2 deployed"
    equal "$(ids packaged)" "$before"
}

@test "purge removes what berth knows, and nothing of the app" {
    local before images
    before=$(ids packaged)
    images=$(inside docker image ls --quiet --no-trunc | sort -u)
    inside install -D -o berth -g berth -m 0600 /dev/null /var/backups/berth/packaged/1-shop.dump
    run inside apt-get purge --yes --quiet berth
    equal "$status" 0
    contains "$output" "the backups of the apps stay in /var/backups/berth"
    equal "$(ids packaged)" "$before"
    equal "$(serves packaged backend)" v2
    equal "$(inside docker image ls --quiet --no-trunc | sort -u)" "$images"
    contains "$(inside docker volume ls --quiet)" packaged_data
    inside test -e /var/backups/berth/packaged/1-shop.dump -a -e /srv/packaged/.env
    equal "$(inside sh -c 'ls -d /var/lib/berth /var/spool/berth /run/berth /etc/berth /usr/share/doc/berth 2>/dev/null')" ""
    equal "$(inside dpkg-query --list 'berth*' 2>/dev/null)" ""
}
