# What a person sees on a terminal, as whole screens, and what a pipe gets.

load scenario

# screen COLUMNS COMMAND…: runs it on a terminal of its own, which stays after its end and shows its exit code.
screen() {
    local command
    printf -v command '%q ' "${@:2}"
    inside tmux -u -f /dev/null new-session -d -x "$1" -y 24 "$command; echo \"exit \$?\"; exec cat"
}

# shows TEXT: the screen as soon as it has the text.
shows() { inside "$tools/await-screen" "${AWAIT_SECONDS:-30}" "$1"; }

# ended: the whole screen as soon as the command has ended. A line of its own, since a record can say "exit code" too.
ended() { shows $'\nexit '; }

close() { inside tmux kill-server; }

# seen COLUMNS COMMAND…: its whole screen, with what differs from run to run replaced. Times, IDs and the disk decide how wide
# columns are, so gaps count as two blanks.
seen() {
    screen "$@"
    ended | sed -E 's/[0-9]+(\.[0-9]+)? (min [0-9]+ s|min|s|h)\b( ago)?/TIME/g; s/[0-9a-f]{12}/ID/g; s/[0-9a-f]{7}$/COMMIT/
        s/ID [0-9a-f]{7}/ID COMMIT/g; s/[0-9.]+ ([kMG]?B|%)/N \1/g; s/(Engine|API|Compose) [0-9][^ ,]*/\1 N/g; s/ {2,}/  /g; s/ +$//'
    close
}

@test "screens: what one wants to know, in 80 and 40 columns, with and without colour, and in a pipe" {
    new_app seen
    release seen v1
    release seen v2 unhealthy
    deploy seen 1 v1
    drop seen IMAGE_TAG=v2 BERTH_BY=alice "${login[@]}"
    ends_as seen 2 rolledBack
    local why='backend is unhealthy: its healthcheck fails; see docker compose logs'

    equal "$(seen 80 berth)" "\
  APP  RUNS  SINCE  LAST DROP  GOES BACK TO
  seen  #1 v1  TIME  #2 rolledBack  #1
  #2: $why
  in /srv/seen
exit 0"
    equal "$(seen 80 berth history seen)" "\
  #  VERDICT  RECEIVED  TOOK  BY  IMAGE_TAG
  2  rolledBack  TIME  TIME  alice (deploy)  v2
  $why in
  /srv/seen
  1  deployed  TIME  TIME  deploy  v1
exit 0"
    equal "$(seen 40 berth history seen -n 1)" "\
  #  2
  VERDICT  rolledBack
  RECEIVED  TIME
  TOOK  TIME
  BY  alice (deploy)
  IMAGE_TAG  v2
  WHY  backend is unhealthy: its
  healthcheck fails; see
  docker compose logs in
  /srv/seen
exit 0"
    equal "$(seen 80 berth show seen 2)" "\
seen #2: rolledBack (not-healthy)
  $why in
  /srv/seen
  received  TIME
  took  TIME
  by  alice (deploy)
  variables  IMAGE_TAG=v2
  rolled back to  #1
  docker  Docker Engine N, API N, Compose N, image
  store overlay2
Images:
  USED BY  IMAGE  ID  REVISION
  backend  127.0.0.1:5000/seen-backend:v2  ID  COMMIT
  frontend  127.0.0.1:5000/seen-frontend:v2  ID  COMMIT
Phases:
  claim  TIME
  check  TIME
  login  TIME
  room  TIME
  pull  TIME
  up  TIME
  health  TIME
  rollback  TIME
backend is unhealthy: its healthcheck fails
  healthcheck, exit code 1 (3 times): no health from a unhealthy app
  | session secret: [redacted]
  | unhealthy: starting
exit 0"
    equal "$(seen 80 berth plan seen)" "\
berth: seen: the drop does not set IMAGE_TAG, which #1 had
A drop for seen would go ahead.
  SERVICE  IMAGE  ON THE HOST  NOW  ACTION
  backend  127.0.0.1:50…ckend:latest  -  ID COMMIT  change
  frontend  127.0.0.1:50…ntend:latest  -  ID COMMIT  change
Would go back to #1, IMAGE_TAG=v1:
  backend  ID
  frontend  ID
Disk:
  /  N %  of N GB  N % of its inodes
  /var/lib/docker  N %  of N GB  N % of its inodes
exit 0"
    # In the order of their age, which is the same to the second.
    equal "$(seen 80 berth prune --dry-run | sort)" "$(sort <<<"\
Before (guard N %, target N %):
  /  N %  of N GB  N % of its inodes
  /var/lib/docker  N %  of N GB  N % of its inodes
Kept:
  N MB  image 127.0.0.1:5000/seen-backend:v1, berth/seen/backend:1  ID
  container seen-backend-1, running, uses it
  N MB  image 127.0.0.1:5000/seen-fro…nd:v1, berth/seen/frontend:1  ID
  container seen-frontend-1, running, uses it
  N MB  image 127.0.0.1:5000/seen-backend:v2  ID
  there is enough room without it
  N MB  image 127.0.0.1:5000/seen-frontend:v2  ID
  there is enough room without it
Nothing is to be removed.
exit 0")"

    screen 80 berth history seen
    shows 'exit 0' >/dev/null
    contains "$(inside tmux -u capture-pane -pe)" $'\e[31mrolledBack'
    contains "$(inside tmux -u capture-pane -pe)" $'\e[32mdeployed'
    close
    screen 80 env NO_COLOR=1 berth history seen
    shows 'exit 0' >/dev/null
    [[ $(inside tmux -u capture-pane -pe) != *$'\e'* ]]
    close

    local command
    for command in status 'history seen' 'show seen 2' 'plan seen' 'prune --dry-run' 'wait seen 2'; do
        # shellcheck disable=SC2086  # words
        run inside berth $command
        contains "$output" seen
        [[ $output != *$'\e'* && $output != *$'\r'* ]]
    done
}

@test "screens: a deployment under way has one line that lives, and leaves no trace" {
    new_app live
    release live v1
    release live v2 slow:6
    inside sed -i 's|^      retries: 3|&\n      start_period: 60s|' /srv/live/docker-compose.yml
    deploy live 1 v1
    screen 80 berth wait live 2
    shows 'live: the drop waits for the agent ' >/dev/null
    drop live IMAGE_TAG=v2 "${login[@]}"
    shows 'live #2: health   1 s' >/dev/null
    inside tmux resize-window -x 20
    shows 'live #2: health   …' >/dev/null
    inside tmux resize-window -x 80
    equal "$(shows 'exit 0' | sed -E 's/[0-9]+\.[0-9] s/TIME/')" "\
live #2: claim    TIME
live #2: check    TIME
live #2: login    TIME
live #2: room     TIME
live #2: pull     TIME
live #2: up       TIME
live #2: health   TIME
live #2: settle   TIME
live #2: deployed
exit 0"
    close

    # One image comes, the other one never does.
    inside systemd-run --quiet --unit=never --socket-property=ListenStream=127.0.0.1:5001 tail -f /dev/null
    edit live '/frontend:/,$ s|127.0.0.1:5000/|127.0.0.1:5001/|'
    screen 80 berth wait live 3
    drop live IMAGE_TAG=v1 "${login[@]}"
    shows ', 1 of 2 images' >/dev/null
    inside tmux send-keys C-c
    equal "$(ended | tail -n 2)" "\
berth: the deployment goes on; berth wait live 3 waits for its verdict
exit 130"
    equal "$(ended | grep -c 'pull')" 0
    close
    inside systemctl stop never.socket never.service
    ends_as live 3 failed
    equal "$(inside ls /var/lib/berth/live/deployments)" $'1.json\n2.json\n3.json'
}
