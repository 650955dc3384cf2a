# bats file_tags=both-hosts
# What is stored of an app: its Compose file without any value of `.env`, so that it goes on working with today's values.

load scenario

# The values of vault's `.env`, which are found nowhere in what berth stores.
values=(hunter2-very-secret key-1234567890 subsecret-77aa conf-content-31 file-only-90ee second-line-5511)

# vault: an app with an included file, a service that extends another, variables that are passed through, secrets and
# configs from the environment, and an env_file.
vault() {
    new_app "$1"
    inside sh -c "cd /srv/$1 && cat >docker-compose.yml && chown deploy:berth docker-compose.yml" <<END
include: [db.yml]
services:
  backend:
    extends: { file: base.yml, service: base }
    image: 127.0.0.1:5000/$1-backend:\${IMAGE_TAG:-latest}
    restart: unless-stopped
    env_file: .env
    environment: [API_KEY, NOT_SET, MODE=plain]
    secrets: [key]
    configs: [{ source: conf, target: /conf }]
    healthcheck: { test: ["CMD", "/bin/health"], interval: 1s, timeout: 2s, retries: 3 }
secrets:
  key: { environment: API_KEY }
configs:
  conf: { environment: CONF }
END
    inside sh -c "cd /srv/$1 && cat >db.yml" <<END
services:
  frontend:
    image: 127.0.0.1:5000/$1-frontend:\${IMAGE_TAG:-latest}
    restart: unless-stopped
    environment: [DB_PASSWORD, SUB=literal]
    secrets: [inner]
    healthcheck: { test: ["CMD", "/bin/health"], interval: 1s }
secrets:
  inner: { environment: SUB_SECRET }
END
    inside sh -c "cd /srv/$1 && cat >base.yml" <<'END'
services:
  base:
    environment: [DB_PASSWORD]
END
    inside sh -c "cd /srv/$1 && cat >.env" <<'END'
DB_PASSWORD=hunter2-very-secret
API_KEY='key-1234567890'
export SUB_SECRET=subsecret-77aa # a comment
CONF=conf-content-31
ONLY_IN_FILE=file-only-90ee
LINES="first
second-line-5511"
END
    release "$1" v1
    release "$1" v2
}

# no_value_is_stored VALUE…: none is in the state folder, as it is or in base64.
no_value_is_stored() {
    local value
    for value; do
        [[ -z $(inside grep --recursive --fixed-strings --files-with-matches -e "$value" /var/lib/berth) ]] || return 1
        # base64 of a text within another depends on where it begins; these are the parts that do not.
        local shift encoded
        for shift in '' x xx; do
            encoded=$(printf %s "$shift$value" | base64 -w0)
            encoded=${encoded:4:$((${#encoded} - 8))}
            [[ -z $(inside grep --recursive --fixed-strings --files-with-matches -e "$encoded" /var/lib/berth) ]] || return 1
        done
    done
}

environment() { inside docker exec "$1-$2-1" env; }

@test "no value is stored of an app with include, extends, secrets and configs from the environment" {
    vault vault
    deploy vault 1 v1
    no_value_is_stored "${values[@]}"
    contains "$(environment vault frontend)" DB_PASSWORD=hunter2-very-secret
    contains "$(environment vault backend)" DB_PASSWORD=hunter2-very-secret
    equal "$(inside docker exec vault-backend-1 cat /run/secrets/key)" key-1234567890
    equal "$(inside docker exec vault-backend-1 cat /conf)" conf-content-31
}

@test "after a password was rotated, a rollback starts the old release with the new password" {
    vault rotated
    deploy rotated 1 v1
    inside sed -i 's/hunter2-very-secret/hunter3-fresh-secret/' /srv/rotated/.env
    release rotated v3 unhealthy
    drop rotated IMAGE_TAG=v3 "${login[@]}"
    ends_as rotated 2 rolledBack not-healthy
    runs rotated 1
    contains "$(environment rotated frontend)" DB_PASSWORD=hunter3-fresh-secret
    contains "$(environment rotated backend)" DB_PASSWORD=hunter3-fresh-secret
    no_value_is_stored "${values[@]}" hunter3-fresh-secret
}

@test "what is stored stands alone: the included and the extended file may go" {
    vault alone
    deploy alone 1 v1
    deploy alone 2 v2
    inside sh -c 'cd /srv/alone && mkdir away && mv db.yml base.yml docker-compose.yml away'
    drop alone BERTH_ROLLBACK_TO=1
    ends_as alone 3 deployed
    equal "$(serves alone frontend)" v1
}

@test "an included file with variables of an .env of its own: refused, and nothing is stored" {
    vault own
    deploy own 1 v1
    inside sh -c 'cd /srv/own && mkdir sub && cat >sub/c.yml && echo SUB_TAG=v2 >sub/.env' <<'END'
services:
  sub: { image: "127.0.0.1:5000/own-backend:${SUB_TAG}", environment: [SUB_TAG] }
END
    inside sed -i 's|\[db.yml\]|[db.yml, sub/c.yml]|' /srv/own/docker-compose.yml
    drop own IMAGE_TAG=v2 "${login[@]}"
    ends_as own 2 refused compose-not-storable
    equal "$(inside ls /var/lib/berth/own/compose)" 1.yaml
}

@test "the Compose file of a refused drop is not kept" {
    new_app bad
    release bad v1
    release bad v2 unhealthy
    deploy bad 1 v1
    drop bad IMAGE_TAG=v2 "${login[@]}"
    ends_as bad 2 rolledBack
    drop bad IMAGE_TAG=v2 "${login[@]}"
    ends_as bad 3 refused known-bad
    equal "$(record bad 3 | jq .compose)" null
    equal "$(inside ls /var/lib/berth/bad/compose)" $'1.yaml\n2.yaml'
}

@test "a dollar in a step is one dollar" {
    new_app dollar
    release dollar v1
    inside tee -a /srv/dollar/docker-compose.yml >/dev/null <<'END'
x-berth:
  steps:
    - { name: home, service: backend, command: [sh, -c, 'echo "tag=$$IMAGE_TAG"; test "$$IMAGE_TAG" = v1'], when: before }
END
    deploy dollar 1 v1
    contains "$(inside journalctl -o cat BERTH_APP=dollar BERTH_PHASE=before)" "tag=v1"
}
