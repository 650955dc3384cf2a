# What is not deployed, and leaves the running app exactly as it was.

load scenario

# The app of this file, with a release that runs.
setup_file() {
    load scenario
    clear_apps
    new_app calm
    release calm v1
    release calm v2
    deploy calm 1 v1
}

setup() {
    before=$(ids calm)
    number=$(($(inside ls /var/lib/berth/calm/deployments | sort -n | tail -n 1 | cut -d. -f1) + 1))
}

# is_left_alone VERDICT CAUSE TEXT: the drop ended so, with TEXT in its reason, and the app was not touched.
is_left_alone() {
    ends_as calm "$number" "$1" "$2"
    contains "$(reason calm "$number")" "$3"
    equal "$(ids calm)" "$before"
    equal "$(serves calm backend)" v1
}

# refuses LINE CAUSE TEXT: a drop with this line is refused for a reason with TEXT.
refuses() {
    drop calm IMAGE_TAG=v2 "$1"
    is_left_alone refused "$2" "$3"
    equal "$(record calm "$number" | jq -c '[.started, .services]')" '[null,{}]'
    number=$((number + 1))
}

@test "no .env" {
    inside mv /srv/calm/.env /srv/calm/env
    drop calm IMAGE_TAG=v2 "${login[@]}"
    is_left_alone refused env-missing "/srv/calm/.env is missing"
    inside mv /srv/calm/env /srv/calm/.env
}

@test "an .env that berth may not read" {
    inside chmod 0600 /srv/calm/.env
    drop calm IMAGE_TAG=v2 "${login[@]}"
    is_left_alone refused env-unreadable "chgrp berth /srv/calm/.env"
    inside chmod 0640 /srv/calm/.env
}

@test "a Compose file that is not valid" {
    inside cp -p /srv/calm/docker-compose.yml /srv/calm/good
    inside sed -i '1i nonsense: [' /srv/calm/docker-compose.yml
    drop calm IMAGE_TAG=v2 "${login[@]}"
    is_left_alone refused compose-invalid "compose"
    inside mv /srv/calm/good /srv/calm/docker-compose.yml
}

@test "an .env with a line that cannot be read: the line is not repeated" {
    inside sh -c "cp -p /srv/calm/.env /srv/calm/env; echo 'SOME WORDS $canary' >>/srv/calm/.env"
    drop calm IMAGE_TAG=v2 "${login[@]}"
    is_left_alone refused compose-invalid "compose"
    inside mv /srv/calm/env /srv/calm/.env
}

@test "a refused drop keeps CI's name for it" {
    drop calm PATH=/tmp BERTH_REQUEST=run-7
    is_left_alone refused name-barred PATH
    equal "$(record calm "$number" | jq -r .request)" run-7
}

@test "bad drops, each with its line and reason" {
    refuses "1X=1" drop-malformed "line 2"
    refuses "export A=1" drop-malformed "line 2"
    refuses "PATH=/tmp" name-barred "PATH"
    refuses "LD_PRELOAD=/tmp/x.so" name-barred "LD_PRELOAD"
    refuses "DOCKER_HOST=tcp://evil:2375" name-barred "DOCKER_HOST"
    refuses "COMPOSE_FILE=/tmp/evil.yml" name-barred "COMPOSE_FILE"
    refuses "BASH_ENV=/tmp/evil" name-barred "BASH_ENV"
    refuses "GITHUB_TOKEN=$canary" credential-incomplete "GITHUB_ACTOR"
    refuses "BERTH_NONSENSE=1" directive-invalid "BERTH_NONSENSE"
}

@test "a drop with a NUL byte, and one that is too large" {
    as_deploy sh -c "umask 027; printf 'IMAGE_TAG=v2\nA=\0\n' >/var/spool/berth/calm/.x; mv /var/spool/berth/calm/.x /var/spool/berth/calm/.env.deploy"
    is_left_alone refused drop-malformed NUL
    number=$((number + 1))
    as_deploy sh -c "umask 027; head -c 70000 /dev/zero | tr '\0' x >/var/spool/berth/calm/.x; mv /var/spool/berth/calm/.x /var/spool/berth/calm/.env.deploy"
    is_left_alone refused drop-malformed "16 KiB"
}

@test "a drop is never executed" {
    # shellcheck disable=SC2016
    drop calm 'IMAGE_TAG=$(touch /var/lib/berth/executed)' "${login[@]}"
    is_left_alone refused repository-not-allowed "repository"
    equal "$(inside find /var/lib/berth -name executed)" ""
}

@test "a drop that berth may not read, and one that is a symbolic link" {
    as_deploy sh -c 'umask 077; echo IMAGE_TAG=v2 >/var/spool/berth/calm/.x; mv /var/spool/berth/calm/.x /var/spool/berth/calm/.env.deploy'
    is_left_alone refused drop-unreadable "F640"
    number=$((number + 1))
    as_deploy sh -c 'cd /var/spool/berth/calm; ln -s /srv/calm/.env .x; mv .x .env.deploy'
    is_left_alone refused drop-unreadable "symbolic link"
    number=$((number + 1))
    as_deploy sh -c 'cd /var/spool/berth/calm; ln -s nowhere .x; mv .x .env.deploy'
    is_left_alone refused drop-unreadable "symbolic link"
}

@test "a variable that is not among the app's" {
    inside sh -c 'echo "variables = [\"IMAGE_TAG\"]" >>/etc/berth/conf.d/calm.toml'
    reload
    refuses "OTHER=1" name-not-allowed "OTHER"
    inside sed -i '/^variables/d' /etc/berth/conf.d/calm.toml
    reload
}

@test "a wrong token" {
    drop calm IMAGE_TAG=v2 GITHUB_ACTOR=ci "GITHUB_TOKEN=wrong-$canary"
    is_left_alone failed credential-refused "login refused"
    equal "$(record calm "$number" | jq -r '.phases[-1].name')" login
}

@test "a token that is good, and no such image" {
    drop calm IMAGE_TAG=none "${login[@]}"
    is_left_alone failed pull-failed ":none"
    contains "$(reason calm "$number")" "not found"
    equal "$(record calm "$number" | jq -r '.phases[-1].name')" pull
}

@test "a registry that is down" {
    registry_stop
    drop calm IMAGE_TAG=v2 "${login[@]}"
    is_left_alone failed registry-unreachable "127.0.0.1:5000"
    registry_start
}

@test "a registry that is down, without a credential" {
    registry_stop
    drop calm IMAGE_TAG=v2
    is_left_alone failed pull-failed "127.0.0.1:5000"
    equal "$(record calm "$number" | jq -r '.phases[-1].name')" pull
    registry_start
}

@test "afterwards a good drop goes through" {
    deploy calm "$number" v2
    equal "$(serves calm backend)" v2
}
