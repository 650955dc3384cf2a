# An app is set up by one command, and what could fail is named before the night.

load scenario

setup() {
    inside systemctl start docker berth
    clear_apps
}

# ask STATUS COMMAND…: berth's answer to the command, which must end with that exit code.
ask() {
    run inside berth "${@:2}"
    equal "$status" "$1"
}

# bare_app NAME: an app in a folder of root's own, which berth has never heard of.
bare_app() {
    new_app "$1"
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc '
        rm -r "/etc/berth/conf.d/$1.toml" "/var/spool/berth/$1"
        chown -R root:root "/srv/$1"
        chmod u=rwx,g=,o=,g-s "/srv/$1"
        chmod 0600 "/srv/$1/.env" "/srv/$1/docker-compose.yml"
        systemctl reload berth' bare "$1"
}

# Whatever berth init could change.
everything() {
    inside find /srv /etc/berth /etc/passwd /etc/shadow /var/spool/berth /home -printf '%p %u:%g %m %T@ %C@\n' | sort
}

owns() { inside stat --format='%U:%G %a' "$1"; }

@test "init sets an app up from nothing; the line that it prints lets CI deploy" {
    bare_app own
    release own v1
    local before key line
    before=$(everything)
    ask 0 init own /srv/own --user ci-own --registry 127.0.0.1:5000 --dry-run
    equal "$(everything)" "$before"
    contains "$output" "Would be done:"
    contains "$output" "  user ci-own is made, with a home and without a password"
    contains "$output" "  /srv/own/.env is given to group berth, to read it (before: group root, mode 0600)"
    ask 0 init own /srv/own --user ci-own --registry 127.0.0.1:5000
    [[ $output != *"Would be done"* && $output != *"Left to you"* ]]
    contains "$output" "  note: own was never deployed by berth"
    equal "$(owns /srv/own) $(owns /srv/own/.env) $(owns /srv/own/docker-compose.yml) $(owns /var/spool/berth/own)" \
        "root:berth 750 root:berth 640 root:berth 640 ci-own:berth 2770"
    equal "$(inside cat /etc/berth/conf.d/own.toml)" '[apps.own]
directory = "/srv/own"
readers = ["ci-own"]
registry = "127.0.0.1:5000"'
    before=$(everything)
    ask 0 init own /srv/own --user ci-own --json
    equal "$(everything)" "$before"
    equal "$(jq -c '[.items[].outcome] | unique' <<<"$output")" '["right"]'
    # From here on as a person would: CI's key, with what stands before it.
    key=$(jq -r .authorizedKeys.file <<<"$output")
    line=$(jq -r .authorizedKeys.line <<<"$output")
    equal "$key" /home/ci-own/.ssh/authorized_keys
    inside berth receive --help | grep -q -- --summary || line=${line/ --summary/}
    # shellcheck disable=SC2016  # expanded inside
    inside bash -euc '
        /usr/local/lib/host/deploy-key
        rm -f /root/.ssh/own
        ssh-keygen -q -t ed25519 -N "" -C own -f /root/.ssh/own
        install -d -m 0700 -o ci-own -g ci-own "${1%/*}"
        install -m 0600 -o ci-own -g ci-own /dev/null "$1"
        echo "${2%ssh-ed25519*}$(</root/.ssh/own.pub)" >"$1"' key "$key" "$line"
    run inside ssh -q -i /root/.ssh/own -o IdentitiesOnly=yes ci-own@127.0.0.1 \
        < <(printf '%s\n' IMAGE_TAG=v1 "${login[@]}")
    equal "$status" 0
    contains "$output" "own #1: health"
    ends_as own 1 deployed
    runs own 1
    inside userdel --remove ci-own 2>/dev/null
}

@test "init keeps to the app's folder, to settings that are there, and to root" {
    bare_app tame
    inside sh -euc '
        install -d -o deploy -m 0700 /srv/trap
        ln -s /etc/shadow /srv/trap/.env
        ln /etc/shadow /srv/trap/compose.yaml'
    local shadow before
    shadow=$(owns /etc/shadow)
    ask 0 init trap /srv/trap
    contains "$output" "/srv/trap/.env is a symbolic link, and it is left alone"
    contains "$output" "/srv/trap/compose.yaml has 2 names, and it is left alone"
    equal "$(owns /etc/shadow)" "$shadow"
    inside rm -r /srv/trap /etc/berth/conf.d/trap.toml /var/spool/berth/trap
    reload
    inside ln -s /root /srv/alias
    before="$(everything) $(owns /root)"
    ask 69 init alias /srv/alias
    contains "$output" "folder /srv/alias is reached by a symbolic link, which init does not follow"
    contains "$output" "name /root itself"
    equal "$(everything) $(owns /root)" "$before"
    inside rm /srv/alias
    # What a service mounts may be a secret, and what lies above the app's folder is not the app's.
    inside sh -euc '
        sed -i "/^  frontend:/a\    volumes: [\"./keys:/keys:ro\"]" /srv/tame/docker-compose.yml
        install -d -m 0700 /srv/tame/keys'
    ask 0 init tame /srv/tame
    contains "$output" "warning: keys cannot be read by user berth"
    equal "$(owns /srv/tame/keys)" "root:root 700"
    inside sh -euc 'install -d -m 0700 /srv/closed; install -d /srv/closed/app'
    ask 0 init closed /srv/closed/app
    contains "$output" "error: /srv/closed cannot be searched by user berth"
    equal "$(owns /srv/closed)" "root:root 700"
    inside rm -r /srv/closed /etc/berth/conf.d/closed.toml /var/spool/berth/closed
    inside sh -euc '
        install -d /srv/stuck
        mount --bind /etc/berth/conf.d /etc/berth/conf.d
        mount -o remount,bind,ro /etc/berth/conf.d'
    ask 69 init stuck /srv/stuck --json
    inside umount /etc/berth/conf.d
    equal "$(jq -c '[.items[].outcome] | unique' <<<"$output")" '["done","failed","not-reached","open","right"]'
    contains "$(jq -r '.items[].problem // empty' <<<"$output")" "/etc/berth/conf.d/stuck.toml cannot be written"
    equal "$(owns /var/spool/berth/stuck)" "deploy:berth 2770"
    inside rm -r /srv/stuck /var/spool/berth/stuck
    inside mkdir -p /srv/other
    before=$(everything)
    ask 69 init tame /srv/other
    contains "$output" "app tame is in the settings already, with directory /srv/tame"
    ask 78 init second /srv/tame
    contains "$output" "/srv/tame is already the directory of app second"
    ask 69 init third /srv/nowhere
    contains "$output" "folder /srv/nowhere does not exist"
    inside sh -c 'echo "# by hand" >/etc/berth/conf.d/third.toml'
    ask 69 init third /srv/other
    contains "$output" "/etc/berth/conf.d/third.toml is there, and does not name app third"
    inside rm /etc/berth/conf.d/third.toml
    ask 64 init Third /srv/other
    ask 64 init third /srv/other --user root
    run as_deploy berth init third /srv/other
    equal "$status" 69
    contains "$output" "run it with sudo"
    equal "$(everything | grep -v '^/etc/berth/conf.d ')" "$(grep -v '^/etc/berth/conf.d ' <<<"$before")"
    inside rm -r /srv/other /var/spool/berth/tame
}

# errors: the errors that berth check names, one a line.
errors() { jq -r '.findings[] | select(.severity == "error") | "\(.area) \(.subject) \(.problem)"' <<<"$output"; }

warnings() { jq -r '.findings[] | select(.severity == "warning") | "\(.area) \(.subject) \(.problem)"' <<<"$output"; }

# names TEXT: check names it as its only error, in both forms.
names() {
    ask 1 check --json
    contains "$(errors)" "$1"
    equal "$(errors | wc -l)" 1
}

@test "check finds nothing on a good host, and names each thing that breaks it" {
    new_app sound
    release sound v1
    deploy sound 1 v1
    ask 0 check --json
    equal "$(errors)" ""
    ask 0 check
    [[ $output != *Errors:* ]]

    # As root berth would run Compose in the folder of another user.
    inside sed -i 's/^berth:/away:/' /etc/passwd
    names "agent user berth does not exist or cannot be taken on"
    inside sed -i 's/^away:/berth:/' /etc/passwd

    inside chmod 2777 /var/spool/berth/sound
    names "spool /var/spool/berth/sound can be written by every user of this host"
    inside sh -c 'chmod 2700 /var/spool/berth/sound'
    names "spool /var/spool/berth/sound belongs to deploy:berth with mode 02700: user berth cannot take drops from it"
    inside chmod 2770 /var/spool/berth/sound

    inside mv /srv/sound/.env /srv/sound/away
    names "folder /srv/sound/.env is missing"
    inside mv /srv/sound/away /srv/sound/.env
    inside chmod 0604 /srv/sound/.env
    names "folder /srv/sound/.env cannot be read"
    inside chmod 0640 /srv/sound/.env

    inside sh -c 'mkdir -p /etc/cron.d; printf "# weekly\n0 3 * * 0 root /usr/bin/docker system prune -af --volumes\n" >/etc/cron.d/clean'
    names "schedules /etc/cron.d/clean:2: docker system prune -af --volumes deletes volumes"
    ask 1 check
    contains "$output" "Errors:"
    contains "$output" "try: remove it: berth makes room by itself"
    inside rm /etc/cron.d/clean

    edit sound -e '/healthcheck: {/d' -e '$a\    ports: ["127.0.0.1:8081:8000"]'
    inside sh -c 'cd /etc/berth/conf.d && { cat sound.toml; echo "readers = [\"ghost\"]"; } >new && mv new sound.toml
        install -d -o berth -g berth /var/lib/berth/.docker
        printf %s "{\"auths\":{\"127.0.0.1:5000\":{\"auth\":\"$(printf ci:stale-word | base64)\"}}}" >/var/lib/berth/.docker/config.json'
    ask 0 check --json
    contains "$(warnings)" "settings readers names ghost"
    contains "$(warnings)" "services service frontend publishes a port and has no healthcheck"
    contains "$(warnings)" "logins login for 127.0.0.1:5000 in /var/lib/berth/.docker/config.json no longer works"
    [[ $output != *stale-word* ]]
    inside rm -r /var/lib/berth/.docker
    inside sed -i '/^readers/d' /etc/berth/conf.d/sound.toml

    inside sh -c 'echo "directory = 7" >/etc/berth/conf.d/wrong.toml'
    names "settings /etc/berth/conf.d/wrong.toml:1: directory: unknown key"
    inside rm /etc/berth/conf.d/wrong.toml
    reload

    run as_deploy berth check --json
    equal "$(jq -c '[.findings[] | select(.area == "unseen").subject] | length > 0' <<<"$output")" true

    inside systemctl stop berth
    names "agent berth.service is inactive"
    inside systemctl start berth

    inside systemctl kill --signal=STOP docker
    names "docker Docker Engine, GET /_ping no complete response after 10.0 seconds"
    inside systemctl kill --signal=CONT docker

    # shellcheck disable=SC2016  # expanded inside
    inside sh -c 'docker ps --all --quiet | xargs docker rm --force
        docker image ls --quiet | sort -u | xargs docker image rm --force' >/dev/null
    names "way-back the way back to #1 is not usable: image 127.0.0.1:5000/sound-backend:v1"

    engine_stop
    names "docker Docker Engine at /var/run/docker.sock cannot connect"
    engine_start
}
