# What a drop may choose: tags and plain values. The attacks come over the spool, as from a stolen CI key.

load scenario

# The victim's `.env`, which is to be found in no container of another app.
victim=victim-secret-4471

setup_file() {
    load scenario
    clear_apps
    new_app picky
    release picky v1
    release picky v2
    "$host" image evil-backend:v1 >/dev/null
    inside sh -c 'mkdir -p /srv/victim && echo "VICTIM=$1" >/srv/victim/.env && ln -s /srv/victim /srv/picky/link' sh "$victim"
    inside sed -i \
        -e 's|127.0.0.1:5000/picky-backend|127.0.0.1:5000/${OWNER:-picky}-backend|' \
        -e 's|    env_file: .env|    env_file: [.env, { path: ".env.${KIND:-none}", required: false }]\n    volumes: ["./data${SUB:-}:/data"]\n    privileged: ${POWER:-false}|' \
        /srv/picky/docker-compose.yml
    deploy picky 1 v1
}

setup() {
    before=$(ids picky)
    number=$(($(inside ls /var/lib/berth/picky/deployments | sort -n | tail -n 1 | cut -d. -f1) + 1))
}

# refuses CAUSE LINE…: a drop with these lines is refused, forced or not, by `berth plan` as well; nothing is touched.
refuses() {
    local cause=$1 force
    shift
    equal "$(printf '%s\n' "$@" | inside berth plan picky - --json | jq -r .cause)" "$cause"
    for force in BERTH_REQUEST=1 BERTH_FORCE=1; do
        drop picky "$@" "$force" "${login[@]}"
        ends_as picky "$number" refused "$cause"
        number=$((number + 1))
    done
    equal "$(ids picky)" "$before"
    equal "$(inside docker image ls --quiet 127.0.0.1:5000/evil-backend)" ""
    equal "$(inside ls /var/lib/berth/picky/compose | wc -l)" 1
}

@test "another repository: refused" {
    refuses repository-not-allowed IMAGE_TAG=v1 OWNER=evil
}

@test "a tag that is a repository: refused" {
    refuses repository-not-allowed IMAGE_TAG=5000/evil-backend
}

@test "an env_file of another app: refused, by .. and by a symbolic link" {
    refuses path-not-allowed IMAGE_TAG=v1 KIND=x/../../victim/.env
    refuses path-not-allowed IMAGE_TAG=v1 KIND=x/../link/.env
}

@test "a bind mount outside the folder: refused" {
    refuses path-not-allowed IMAGE_TAG=v1 SUB=/../../../etc
}

@test "privileged: refused" {
    refuses value-not-allowed IMAGE_TAG=v1 POWER=true
}

@test "a repository that the settings allow, and another one that they do not" {
    inside sh -c 'echo "images = [\"127.0.0.1:5000/ev*-backend\"]" >>/etc/berth/conf.d/picky.toml'
    reload
    refuses repository-not-allowed IMAGE_TAG=v1 OWNER=other
    equal "$(printf '%s\n' IMAGE_TAG=v1 OWNER=evil | inside berth plan picky - --json | jq -r .cause)" null
}

@test "two apps in folders of one name: the second is refused, and the first goes on" {
    app first /srv/one/same
    app second /srv/two/same
    inside sh -c 'sed -i "/^name:/d" /srv/one/same/docker-compose.yml /srv/two/same/docker-compose.yml'
    reload
    release first v1
    release second v1
    deploy first 1 v1
    before=$(ids same)
    drop second IMAGE_TAG=v1 BERTH_FORCE=1 "${login[@]}"
    ends_as second 1 refused project-taken
    contains "$(reason second 1)" /srv/one/same
    equal "$(ids same)" "$before"
}

@test "another project name than the last good release's: refused until the old one is gone" {
    new_app name
    release name v1
    deploy name 1 v1
    inside sed -i 's/^name: name/name: other/' /srv/name/docker-compose.yml
    before=$(ids name)
    drop name IMAGE_TAG=v1 BERTH_FORCE=1 "${login[@]}"
    ends_as name 2 refused project-renamed
    equal "$(ids name)" "$before"
    inside docker compose --project-name name down
    deploy name 3 v1
}

@test "a mended .env is a new try, and the same release is not, though CI's run has another number" {
    new_app mend
    release mend v1
    deploy mend 1 v1
    release mend v2 unhealthy
    drop mend IMAGE_TAG=v2 RUN=1 "${login[@]}"
    ends_as mend 2 rolledBack
    drop mend IMAGE_TAG=v2 RUN=2 "${login[@]}"
    ends_as mend 3 refused known-bad
    inside sh -c 'echo MENDED=1 >>/srv/mend/.env'
    drop mend IMAGE_TAG=v2 RUN=3 "${login[@]}"
    ends_as mend 4 rolledBack
    equal "$(inside stat -c '%a %s' /var/lib/berth/release.key)" "600 32"
}
