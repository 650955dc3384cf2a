# A registry of one's own, as docs/registry.md sets it up: what is tried here is the text of that page.

load scenario

# block LANGUAGE N: the Nth fenced block of that language in docs/registry.md.
block() {
    awk -v fence="\`\`\`$1" -v n="$2" '
        /^```/ { open = !open && $0 == fence && ++count == n; next } open' "$BATS_TEST_DIRNAME/../../docs/registry.md"
}

# to PATH: standard input becomes a file on the host.
to() { inside sh -c "install -D -m 0644 /dev/stdin $1"; }

# The image registry:2.8.3, made of Debian's program of that version.
registry_image() {
    inside bash -euc '
        mapfile -t libraries < <(ldd /usr/bin/docker-registry | grep -o "/[^ ]* (" | cut -d" " -f1)
        layer=$(mktemp --directory)
        mkdir -p "$layer"/{bin,tmp,var/lib/registry}
        cp --parents --dereference "${libraries[@]}" "$layer"
        cp /usr/bin/docker-registry "$layer/bin/registry"
        tar --create --file=- --directory="$layer" . |
            docker import --change "ENV PATH=/bin" --change "VOLUME /var/lib/registry" - registry:2.8.3 >/dev/null
        rm -r "$layer"'
}

# A certificate of an authority of one's own, which Docker and curl on the host trust.
certificate() {
    inside bash -euc '
        cd "$(mktemp --directory)"
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -keyout key -out cert \
            -subj /CN=registry.example.com -addext subjectAltName=DNS:registry.example.com 2>/dev/null
        install -D -m 0644 cert /etc/ssl/certs/registry.example.com.pem
        install -D -m 0600 key /etc/ssl/private/registry.example.com.key
        install -D -m 0644 cert /etc/docker/certs.d/registry.example.com/ca.crt
        cat cert >>/etc/ssl/certs/ca-certificates.crt
        install -D -m 0644 -t /srv/registry/certs cert && mv /srv/registry/certs/{cert,registry.example.com.pem}
        install -m 0600 -t /srv/registry/certs key && mv /srv/registry/certs/{key,registry.example.com.key}
        ip address add 192.0.2.1/32 dev lo
        echo 192.0.2.1 registry.example.com >>/etc/hosts'
    # An address outside 127.0.0.0/8, where Docker would fall back to HTTP. The Engine reads /etc/hosts once in five seconds.
    engine_stop
    engine_start
}

# Users builder and server, and the password of builder where curl looks for it.
users() {
    "$host" registry-password builder builder
    "$host" registry-password server "$canary"
    inside sh -euc 'install -D -m 0600 -t /srv/registry/config /etc/docker/registry/htpasswd
        (umask 077; echo "machine registry.example.com login builder password builder" >/root/.netrc)'
}

# log_in USER PASSWORD: by Docker's own program, which keeps nothing.
log_in() {
    printf %s "$2" | inside sh -c 'DOCKER_CONFIG=$(mktemp --directory)
        export DOCKER_CONFIG
        docker login --username "$1" --password-stdin registry.example.com 2>&1' log "$1"
}

# answer USER PASSWORD METHOD PATH: the status of an answer through nginx.
answer() {
    inside curl --silent --output /dev/null --write-out '%{http_code}' --config - --request "$3" \
        "https://registry.example.com/v2/$4" <<<"user = \"$1:$2\""
}

# How many manifests, settings and layers are on the disk.
blobs() { inside sh -c 'find /var/lib/docker/volumes/registry_images -path "*/blobs/*" -name data | wc -l'; }

pushes() {
    inside bash -euc 'export DOCKER_CONFIG=$(mktemp --directory)
        docker login --username builder --password-stdin registry.example.com <<<builder >/dev/null 2>&1
        docker tag registry:2.8.3 registry.example.com/tools/registry:2.8.3
        docker push --quiet registry.example.com/tools/registry:2.8.3 >/dev/null
        docker image rm registry.example.com/tools/registry:2.8.3 >/dev/null'
}

# as_root COMMANDS: as a person types them.
as_root() { inside bash -euc "$1" </dev/null; }

in_registry_folder() { inside env --chdir=/srv/registry "$@"; }

@test "a registry as docs/registry.md has it: users, a push, berth's deployments, a deletion, and a rollback afterwards" {
    local output before login=(REGISTRY_USER=server "REGISTRY_PASSWORD=$canary")
    registry_stop
    registry_image
    block yaml 1 | to /srv/registry/docker-compose.yml
    block yaml 2 | to /srv/registry/config/config.yml
    block yaml 3 | to /srv/registry/tls.yml
    block nginx 1 | to /etc/nginx/conf.d/registry.conf
    certificate
    users
    in_registry_folder docker compose config --quiet
    in_registry_folder docker compose up --detach --quiet-pull registry 2>/dev/null
    inside "$tools/registry-answers"
    inside systemd-run --quiet --unit=proxy nginx -g 'daemon off;'
    inside timeout 10 sh -c 'until curl --silent --output /dev/null https://registry.example.com/v2/; do :; done'

    # Who may do what.
    if output=$(log_in server wrong); then return 1; fi
    contains "$output" "401 Unauthorized"
    contains "$(log_in server "$canary")" "Login Succeeded"
    equal "$(answer nobody nothing GET '')" 401
    equal "$(answer builder builder POST x/blobs/uploads/)" 202
    equal "$(answer server "$canary" POST x/blobs/uploads/)" 403
    equal "$(answer server "$canary" DELETE x/manifests/y)" 403

    # CI pushes, berth deploys.
    pushes
    app shop
    edit shop 's|127.0.0.1:5000|registry.example.com|'
    edit shop '/^  frontend:/,$ s|^    restart: unless-stopped|&\n    healthcheck: { test: ["CMD", "/bin/health"], interval: 1s }|'
    block toml 1 | to /etc/berth/conf.d/shop.toml
    reload
    release shop v1 PAD=1M
    release shop v2
    deploy shop 1 v1
    deploy shop 2 v2

    # Deleted: what runs, and what berth can go back to.
    before=$(blobs)
    as_root "$(block bash 1)"
    as_root "$(block bash 1 | sed 's|/v1"|/v2"|')"
    equal "$(answer server "$canary" GET shop-backend/manifests/v1)" 404
    equal "$(blobs)" "$before"
    as_root "$(block bash 2)" >/dev/null 2>&1
    # Of each release its manifest, its settings and the one layer that is no other image's.
    equal "$(blobs)" "$((before - 6))"

    # Deploying it anew fails, and leaves the app; going back needs no registry, and a restart none either.
    inside "$tools/registry-answers"
    drop shop IMAGE_TAG=v1 "${login[@]}"
    ends_as shop 3 failed pull-failed
    equal "$(serves shop backend)" v2
    in_registry_folder docker compose stop registry 2>/dev/null
    drop shop BERTH_ROLLBACK_TO=previous
    ends_as shop 4 deployed
    equal "$(serves shop backend)" v1
    runs shop 1
    inside sh -c 'cd /srv/shop && docker compose restart 2>/dev/null'
    equal "$(serves shop backend)" v1

    # The collection has left a whole registry.
    in_registry_folder docker compose start registry 2>/dev/null
    inside "$tools/registry-answers"
    pushes
    release shop v1
    deploy shop 5 v1

    # The registry with the certificate itself.
    inside systemctl stop proxy
    in_registry_folder docker compose -f docker-compose.yml -f tls.yml up --detach registry 2>/dev/null
    inside timeout 10 sh -c 'until curl -so /dev/null https://registry.example.com/v2/; do :; done'
    contains "$(log_in builder builder)" "Login Succeeded"
    in_registry_folder docker compose down 2>/dev/null
    equal "$(inside docker volume ls --quiet)" registry_images
}
