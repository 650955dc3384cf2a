# shellcheck shell=bash
# Many apps and records: how long the agent takes to be ready, and what it has resident. The records are copies of a real one
# under other names and numbers.
# shellcheck disable=SC2034,SC2154
# shellcheck source=Benchmarks/rows/start.bash
source "$here/rows/start.bash"
# shellcheck source=Benchmarks/rows/rest.bash
source "$here/rows/rest.bash"

row_many() {
    local count
    new_app model
    release model r0
    watch_app model
    follow_verdicts
    deploy_berth model r0
    rest
    systemctl stop berth
    cp /var/lib/berth/model/deployments/1.json /run/bench.record
    rm -r /var/lib/berth/model /etc/berth/conf.d/model.toml

    for count in 0 50 100 150 200; do
        many_apps "$count"
        starts many.apps 3
        emit "$count"
    done
    for count in 0 2500 5000 7500 10000; do
        many_records 200 $((count / 200))
        # The index of the records is made at the first start, which reads each of them.
        start_agent
        sample many.first "$(ready)"
        # The last one is a figure of the table; three are enough for a picture.
        starts many.records "$((count == 10000 ? runs : 3))"
        emit "$count"
    done
}

# starts SERIES TIMES
starts() {
    local run
    for ((run = 1; run <= $2; run++)); do
        start_agent
        sample "$1.ready" "$(ready)"
        # What an agent does beside its start has ended.
        sleep 1
        memory "$1"
    done
}

# many_apps COUNT: so many apps in all.
many_apps() {
    local index
    for ((index = 1; index <= $1; index++)); do
        [[ ! -d /srv/app$index ]] || continue
        install -d -o deploy -g berth -m 2750 "/srv/app$index"
        install -d -o deploy -g berth -m 2770 "/var/spool/berth/app$index"
        cp /srv/model/.env "/srv/app$index/.env"
        sed "s/model/app$index/" /srv/model/docker-compose.yml >"/srv/app$index/docker-compose.yml"
        printf '[apps.app%d]\ndirectory = "/srv/app%d"\nregistry = "%s"\n' "$index" "$index" "$registry" \
            >"/etc/berth/conf.d/app$index.toml"
    done
}

# many_records APPS RECORDS: so many records of each app.
many_records() {
    systemctl stop berth
    awk -v apps="$1" -v records="$2" '
        { model = model $0 "\n" }
        END {
            for (app = 1; app <= apps; app++) {
                folder = "/var/lib/berth/app" app
                system("rm -f " folder "/history; mkdir -p " folder "/deployments")
                for (number = 1; number <= records; number++) {
                    record = model
                    gsub(/model/, "app" app, record)
                    sub(/"number": 1,/, "\"number\": " number ",", record)
                    gsub(/\/1\.yaml/, "/" number ".yaml", record)
                    file = folder "/deployments/" number ".json"
                    printf "%s", record >file
                    close(file)
                }
            }
        }' /run/bench.record
    chown --recursive berth:berth-records /var/lib/berth
}
