# shellcheck shell=bash
# The app that is deployed, and what a row begins with. `measure` reads this file.
# shellcheck disable=SC2034,SC2154

registry=127.0.0.1:5000
tools=/usr/local/lib/host

# Each row begins without apps, containers and images, with an agent that has just started; root is logged in.
fresh() {
    cd /
    systemctl stop berth
    rm -rf /etc/berth/conf.d/*.toml /var/lib/berth/{*,.[!.]*} /var/spool/berth/* /srv/*
    docker ps --all --quiet | xargs --no-run-if-empty docker rm --force
    ctr --namespace moby images list --quiet | sed -n '/^other:/p' | xargs --no-run-if-empty ctr --namespace moby images rm
    docker network prune --force
    docker image prune --all --force
    docker login --username builder --password-stdin "$registry" <<<builder
    start_agent
} >>"$log" 2>&1

# Starts the agent anew, as often as one likes, in a control group that counts its processor time.
start_agent() {
    systemctl reset-failed berth
    systemctl restart berth
    enter berth "$(agent)"
}

agent() { systemctl show berth --property=MainPID --value; }

# Healthchecks run every 200 ms until the container is healthy, and then so seldom that they take no part. An app for a bad
# release needs the same grain for what fails, hence FAST.
healthcheck='{ test: ["CMD", "/bin/health"], interval: 1h, timeout: 2s, retries: 3, start_period: 1h, start_interval: 200ms }'
healthcheck_fast='{ test: ["CMD", "/bin/health"], interval: 200ms, timeout: 2s, retries: 3 }'

# new_app NAME [SERVICES] [HEALTHCHECK]: an app as a server has it, in /srv/NAME, with so many services (2).
new_app() {
    local name=$1 count=${2:-2} check=${3:-$healthcheck} index
    install -d -o deploy -g berth -m 2750 "/srv/$name"
    install -o deploy -g berth -m 0640 /dev/stdin "/srv/$name/.env" <<<"GREETING=hello"
    {
        printf 'name: %s\n\nservices:\n' "$name"
        for ((index = 1; index <= count; index++)); do
            printf '  web%d:\n    image: %s/%s-web%d:${IMAGE_TAG:-latest}\n    env_file: .env\n' "$index" "$registry" "$name" "$index"
            printf '    restart: unless-stopped\n    healthcheck: %s\n' "$check"
        done
    } | install -o deploy -g berth -m 0640 /dev/stdin "/srv/$name/docker-compose.yml"
}

# watch_app NAME…: berth deploys these apps from now on.
watch_app() {
    local name
    for name; do
        install -d -o deploy -g berth -m 2770 "/var/spool/berth/$name"
        printf '[apps.%s]\ndirectory = "/srv/%s"\nregistry = "%s"\n' "$name" "$name" "$registry" >"/etc/berth/conf.d/$name.toml"
    done
    systemctl reload berth
}

# release NAME TAG [BEHAVIOUR] [SERVICES]: the app's images, in the registry; none of them has a layer of its own that another
# app's image has.
release() {
    local index
    for ((index = 1; index <= ${4:-2}; index++)); do
        host-image "$1-web$index:$2" ${3:+"$3"}
    done >>"$log"
}

# place_drop NAME TAG: what CI sends, beside the name that berth looks for.
place_drop() {
    printf '%s\n' "IMAGE_TAG=$2" GITHUB_ACTOR=builder GITHUB_TOKEN=builder |
        install -o deploy -g berth -m 0640 /dev/stdin "/var/spool/berth/$1/.drop"
}

# other_images COUNT: so many images that no app has. containerd itself takes them in, which is faster. The Engine lists them,
# in half the time of images that it has unpacked.
other_images() {
    local folder=/tmp/other-images digest
    rm -rf "$folder"
    mkdir -p "$folder/layer"
    echo other >"$folder/layer/other"
    tar --create --file="$folder/layer.tar" --directory="$folder/layer" other
    digest=$(sha256sum "$folder/layer.tar")
    jq --null-input --compact-output --argjson count "$1" --arg layer "sha256:${digest%% *}" '
        range($count) | { architecture: "amd64", os: "linux", config: { Labels: { other: "\(.)" } },
            created: "2020-01-01T00:00:00Z", rootfs: { type: "layers", diff_ids: [$layer] } }' |
        awk -v folder="$folder" '{ file = folder "/" NR ".json"; print > file; close(file) }'
    jq --null-input --argjson count "$1" '[range($count) | { Config: "\(. + 1).json", RepoTags: ["other:\(.)"], Layers: ["layer.tar"] }]' \
        >"$folder/manifest.json"
    tar --create --file=- --directory="$folder" . | ctr --namespace moby images import --no-unpack - >>"$log"
    rm -r "$folder"
}

# other_containers COUNT: so many containers that no app has, which never start.
other_containers() {
    local index
    host-image other-container:1 >>"$log"
    docker pull --quiet "$registry/other-container:1" >>"$log"
    for ((index = 1; index <= $1; index++)); do
        engine_post "/containers/create?name=other-$index" "{ \"Image\": \"$registry/other-container:1\" }"
    done
}

engine_post() {
    curl --silent --fail --show-error --output /dev/null --unix-socket /run/docker.sock --header 'Content-Type: application/json' \
        --data "$2" "http://localhost$1"
}
