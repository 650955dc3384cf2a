# What docs/ci and action.yml have CI run, as a job runs it: their own steps, over a real sshd, with a real rsync and registry.

load scenario

# The values that GitHub puts in place of `${{ … }}`, as a JSON object.
values() {
    # shellcheck disable=SC2016  # expanded inside
    inside sh -euc 'jq --null-input --rawfile key /root/.ssh/"$1" --rawfile host /root/.ssh/known_hosts --arg token "$2" "{
        \"secrets.DEPLOY_SSH_KEY\": \$key, \"vars.DEPLOY_KNOWN_HOSTS\": \$host, \"vars.DEPLOY_HOST\": \"127.0.0.1\",
        \"secrets.GITHUB_TOKEN\": \$token, \"github.run_id\": \"4711\", \"github.run_attempt\": \"2\"}"' \
        values "${key:-id_ed25519}" "$canary"
}

# steps FILE [VALUES]: the shell steps of a workflow's job `deploy`, or of an action, each as a line of JSON.
steps() {
    yq -c --argjson values "$(values | jq ". + ${2:-{\}}")" '
        (if .runs then .runs else .jobs.deploy end) as $job | $job.steps[] | select(.run)
        | { run, env: (($job.env // {}) + (.env // {})), always: (."if" == "always()") }
        | .env[] |= (tostring | gsub("\\$\\{\\{ *(?<it>.*?) *\\}\\}"; $values[.it] // error("no value for \(.it)")))' \
        "$BATS_TEST_DIRNAME/../../$1"
}

# job STEPS [NAME=VALUE…]: runs steps as a runner of GitHub does, with these in the environment, and ends with the exit code of
# the one that failed.
job() {
    local step env status=0 code
    while read -r step <&8; do
        [[ $status == 0 || $(jq .always <<<"$step") == true ]] || continue
        eval "env=($(jq -r '.env | to_entries | map("\(.key)=\(.value)") | @sh' <<<"$step"))"
        code=0
        inside env --chdir=/root/checkout GITHUB_ACTIONS=true GITHUB_ACTOR=ci GITHUB_TRIGGERING_ACTOR=octocat \
            GITHUB_REPOSITORY_OWNER=acme GITHUB_RUN_ID=4711 GITHUB_RUN_ATTEMPT=2 RUNNER_TEMP=/root/temp \
            GITHUB_STEP_SUMMARY=/root/summary GITHUB_ACTION_PATH=/root/action "${env[@]}" "${@:2}" \
            bash --noprofile --norc -eo pipefail -c "$(jq -r .run <<<"$step")" 8<&- || code=$?
        [[ $status != 0 ]] || status=$code
    done 8<<<"$1"
    return "$status"
}

# commands FILE PATH: the commands of another CI's step, but for those that install a package.
commands() { yq -r "$2 | map(select(startswith(\"apk \") | not)) | join(\"\n\")" "$BATS_TEST_DIRNAME/../../docs/ci/$1"; }

# A runner with a checkout, and a server whose user `deploy` may read the records of the app.
setup() {
    clear_apps
    inside sh -euc 'rm -rf /root/checkout /root/temp /root/summary /root/action
        mkdir -p /root/checkout/ci /root/temp /root/action/docs/ci
        /usr/local/lib/host/deploy-key
        sed -i "/^ssh-.* ci$/s/^/restrict /" /home/deploy/.ssh/authorized_keys'
    "$host" copy "$BATS_TEST_DIRNAME/../../docs/ci/drop.sh" /root/checkout/ci/drop.sh
    "$host" copy "$BATS_TEST_DIRNAME/../../docs/ci/drop.sh" /root/action/docs/ci/drop.sh
}

readers() {
    inside sed -i '$a readers = ["deploy"]' "/etc/berth/conf.d/$1.toml"
    reload
}

# What the sysadmin sets up for a job that delivers the Compose file: an empty folder with an .env.
server_for() {
    app "$1"
    inside sh -euc 'cd "/srv/$1"; rm docker-compose.yml; chown root:berth .env' server "$1"
    readers "$1"
}

@test "deploy.yml: delivers, drops, and ends with the verdict, with the failing container's last words" {
    server_for shop
    "$host" copy "$BATS_TEST_DIRNAME/shop/." /root/checkout
    inside sh -euc 'cd /root/checkout; echo STOLEN=1 >.env; echo STOLEN=1 >nginx/conf.d/.env
        sed -i "s/retries: 5/retries: 2/" docker-compose.yml
        echo "x-berth: { health: { stable: 1s } }" >>docker-compose.yml'
    inside /usr/local/lib/host/nginx-image stable
    local tag
    for tag in v1 v2; do "$host" image "acme/shop-frontend:$tag"; done
    "$host" image acme/shop-backend:v1
    "$host" image acme/shop-backend:v2 unhealthy
    local env
    env=$(inside sha256sum /srv/shop/.env)

    run job "$(steps docs/ci/deploy.yml)" GITHUB_SHA=v1
    equal "$status" 0
    equal "$(record shop 1 | jq -c '[.verdict, .request, .by, .variables]')" \
        '["deployed","4711-2","octocat (deploy)",{"ENV":"test","IMAGE_TAG":"v1","REGISTRY_OWNER":"acme"}]'
    runs shop 1
    contains "$(inside cat /root/summary)" deployed
    equal "$(inside sha256sum /srv/shop/.env)" "$env"
    equal "$(inside find /srv/shop -name '.env*')" /srv/shop/.env

    # A file that the release no longer has goes on the server too.
    inside mv /root/checkout/nginx/conf.d/shop.conf /root/checkout/nginx/conf.d/site.conf
    inside rm /root/summary
    run job "$(steps docs/ci/deploy.yml)" GITHUB_SHA=v2
    equal "$status" 12
    contains "$output" "| unhealthy: starting"
    contains "$output" "::error title="
    contains "$(inside cat /root/summary)" rolledBack
    contains "$(inside cat /root/summary)" "unhealthy: starting"
    equal "$(inside ls /srv/shop/nginx/conf.d)" shop.conf
    equal "$(inside curl -s http://localhost/api/version)" v1
    equal "$(inside find /root/temp -type f)" ""
}

@test "deploy-production.yml: one image, by its version" {
    server_for prod
    inside sh -euc 'mkdir -p /root/checkout/nginx/conf.d; cat >/root/checkout/docker-compose.yml' <<'END'
services:
  app:
    image: 127.0.0.1:5000/${REGISTRY_OWNER:-acme}/shop:${IMAGE_TAG:-latest}
    env_file: .env
    healthcheck: { test: ["CMD", "/bin/health"], interval: 1s }
END
    "$host" image acme/shop:v1.2.3
    job "$(steps docs/ci/deploy-production.yml)" APP=prod GITHUB_REF_NAME=v1.2.3
    equal "$(serves prod app)" v1.2.3
    equal "$(record prod 1 | jq -r .variables.ENV)" production
}

@test "the action, and the script as GitLab and Codefresh run it; a lost connection is no lost verdict" {
    new_app any
    readers any
    release any v1
    release any v2 slow:4
    inside sed -i 's|^      retries: 3|&\n      start_period: 60s|' /srv/any/docker-compose.yml

    local inputs='{ "inputs.user": "deploy", "inputs.host": "127.0.0.1", "inputs.app": "any", "inputs.port": "22",
        "inputs.ssh-key": $values["secrets.DEPLOY_SSH_KEY"], "inputs.known-hosts": $values["vars.DEPLOY_KNOWN_HOSTS"],
        "inputs.timeout": "60", "inputs.variables": "IMAGE_TAG=v1\nENV=test", "inputs.registry-user": "ci",
        "inputs.registry-token": $values["secrets.GITHUB_TOKEN"],
        "inputs.receive == '"'true' && '--receive' || ''"'": "" }'
    run job "$(steps action.yml "${inputs//\$values/.}")"
    equal "$status" 0
    equal "$(record any 1 | jq -c '[.request[:7], .by, .variables]')" \
        '["4711-2-","octocat (deploy)",{"ENV":"test","IMAGE_TAG":"v1"}]'

    # The connection is cut while the new release becomes healthy.
    inside sed -i '$a credential = ["CI_REGISTRY_USER", "CI_JOB_TOKEN"]' /etc/berth/conf.d/any.toml
    reload
    local cursor
    cursor=$(journal_cursor)
    inside env --chdir=/root/checkout DEPLOY_HOST=127.0.0.1 CI_COMMIT_SHA=v2 CI_JOB_ID=7 GITLAB_USER_LOGIN=alice \
        CI_REGISTRY_USER=ci "CI_JOB_TOKEN=$canary" \
        sh -euc "$(commands gitlab-ci.yml .deploy.script | sed 's/ shop / any /')" >"$BATS_TEST_TMPDIR/job" 2>&1 &
    await_journal "$cursor" BERTH_APP=any BERTH_PHASE=health >/dev/null
    inside pkill -KILL -u deploy -f '^sshd-session: deploy'
    wait $!
    contains "$(<"$BATS_TEST_TMPDIR/job")" "the connection was lost; asking again"
    contains "$(<"$BATS_TEST_TMPDIR/job")" "any #2: deployed"
    equal "$(record any 2 | jq -c '[.request[:6], .by]')" '["job-7-","alice (deploy)"]'

    inside sed -i '/^credential/d' /etc/berth/conf.d/any.toml
    reload
    inside sh -euc 'base64 -w 0 /root/.ssh/id_ed25519 >/root/temp/key'
    inside env --chdir=/root/checkout DEPLOY_HOST=127.0.0.1 CF_REVISION=v1 CF_REPO_OWNER=acme CF_BUILD_ID=b1 \
        GITHUB_ACTOR=ci "GITHUB_TOKEN=$canary" "DEPLOY_SSH_KEY_BASE64=$(inside cat /root/temp/key)" \
        "DEPLOY_KNOWN_HOSTS=$(inside cat /root/.ssh/known_hosts)" \
        sh -euc "$(commands codefresh.yml .steps.deploy.commands | sed 's/ shop / any /')"
    equal "$(serves any backend)" v1
    contains "$(record any 3 | jq -r .request)" b1-
}

@test "deploy-receive.yml: a key that can do nothing else; other keys, hosts and apps get nothing" {
    new_app one
    new_app other
    release one v1
    release one v2 unhealthy
    release other v1
    # shellcheck disable=SC2016  # expanded inside
    inside bash -euc '
        rm -f /root/.ssh/{receive,wrong}{,.pub}
        for key in receive wrong; do ssh-keygen -q -t ed25519 -N "" -C $key -f /root/.ssh/$key; done
        command="GITHUB_ACTIONS=true berth receive one --summary --by deploys-one"
        echo "restrict,command=\"$command\" $(</root/.ssh/receive.pub)" >>/home/deploy/.ssh/authorized_keys'
    readers one
    local key=receive
    run job "$(steps docs/ci/deploy-receive.yml '{"inputs.tag":"v1"}')"
    equal "$status" 0
    equal "$(record one 1 | jq -c '[.request, .by]')" '["4711-2","deploys-one (deploy)"]'
    inside rm /root/summary
    run job "$(steps docs/ci/deploy-receive.yml '{"inputs.tag":"v2"}')"
    equal "$status" 12
    contains "$output" "::error title="
    contains "$(inside cat /root/summary)" "unhealthy: starting"
    run job "$(steps docs/ci/deploy-receive.yml '{"inputs.tag":"v1\nBERTH_FORCE=1"}')"
    equal "$status" 1

    # The key's command is its own app's, whichever app it names.
    drop_sh() {
        # shellcheck disable=SC2016  # expanded inside
        inside sh -euc 'BERTH_SSH_KEY=$(cat "/root/.ssh/$1") BERTH_KNOWN_HOSTS=$(cat "/root/.ssh/$2")
            export BERTH_SSH_KEY BERTH_KNOWN_HOSTS
            shift 2
            exec /root/checkout/ci/drop.sh "$@"' drop "$@"
    }
    run drop_sh receive known_hosts --receive deploy@127.0.0.1 other IMAGE_TAG=v1 GITHUB_ACTOR=ci "GITHUB_TOKEN=$canary"
    equal "$status" 0
    runs one 3
    run drop_sh wrong known_hosts deploy@127.0.0.1 other IMAGE_TAG=v1
    equal "$status" 1
    contains "$output" "Permission denied"
    # A server with another host key than the pinned one.
    inside sh -euc 'printf "127.0.0.1 %s\n" "$(cut -d " " -f 1,2 /root/.ssh/wrong.pub)" >/root/.ssh/other_host'
    run drop_sh id_ed25519 other_host deploy@127.0.0.1 other IMAGE_TAG=v1
    equal "$status" 1
    contains "$output" "Host key verification failed"
    run drop_sh id_ed25519 known_hosts deploy@127.0.0.1 other IMAGE_TAG=v1 $'EVIL=a\nBERTH_FORCE=1'
    equal "$status" 64
    equal "$(inside find /var/lib/berth/other/deployments /var/spool/berth/other -type f)" ""
}
