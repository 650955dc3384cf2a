# Every way in which a drop can arrive.

load scenario

@test "rsync over ssh, as CI does it" {
    new_app rsynced
    release rsynced v1
    drop_rsync rsynced IMAGE_TAG=v1 "${login[@]}"
    ends_as rsynced 1 deployed
    equal "$(serves rsynced backend)" v1
}

@test "scp, which writes in place" {
    new_app copied
    release copied v1
    drop_scp copied IMAGE_TAG=v1 "${login[@]}"
    ends_as copied 1 deployed
    equal "$(record copied 1 | jq -c .variables)" '{"IMAGE_TAG":"v1"}'
}

@test "in place, in slow pieces: nothing happens before the file is closed" {
    new_app slow
    release slow v1
    drop_begin slow
    drop_write 'IMAGE_'
    drop_write 'TAG=v1\nGITHUB_ACTOR=ci\n'
    # Other drops make the agent look at all spools; it must leave this one alone.
    new_app other
    release other v1
    deploy other 1 v1
    equal "$(inside find /var/lib/berth/slow -name '*.json')" ""
    inside test -s /var/spool/berth/slow/.env.deploy
    drop_write "GITHUB_TOKEN=$canary\n"
    drop_write 'LAST=line without newline'
    drop_end
    ends_as slow 1 deployed
    equal "$(record slow 1 | jq -c .variables)" '{"IMAGE_TAG":"v1","LAST":"line without newline"}'
}

@test "while the agent was not running" {
    new_app early
    release early v1
    inside systemctl stop berth
    drop early IMAGE_TAG=v1 "${login[@]}"
    inside test -s /var/spool/berth/early/.env.deploy
    inside systemctl start berth
    ends_as early 1 deployed
}

@test "in a spool that is made later, and in one that is replaced" {
    new_app later
    release later v1
    inside rm -r /var/spool/berth/later
    inside install -d -o deploy -g berth -m 2770 /var/spool/berth/later
    deploy later 1 v1
    inside mv /var/spool/berth/later /var/spool/berth/later.old
    inside install -d -o deploy -g berth -m 2770 /var/spool/berth/later
    deploy later 2 v1
    inside rmdir /var/spool/berth/later.old
}

@test "a spool that berth may not use is reported once, and used as soon as it may" {
    new_app locked
    release locked v1
    local cursor
    cursor=$(journal_cursor)
    inside chmod 0700 /var/spool/berth/locked
    equal "$(await_journal "$cursor" BERTH_APP=locked MESSAGE_ID=d2db4a4dce5344f7b7f0509a26a3df05 | jq -r .PRIORITY)" 3
    inside chmod 2770 /var/spool/berth/locked
    deploy locked 1 v1
}

@test "in the app's own project folder" {
    new_app project
    release project v1
    inside sed -i 's|^spool .*|spool = "/srv/project"|' /etc/berth/conf.d/project.toml
    inside chmod 2770 /srv/project
    reload
    spool() { echo /srv/project; }
    drop_rsync project IMAGE_TAG=v1 "${login[@]}"
    ends_as project 1 deployed
    equal "$(serves project backend)" v1
}

@test "in a project folder that is a symbolic link the project keeps its name" {
    new_app linked
    release linked v1
    inside mv /srv/linked /srv/linked-2026
    inside ln -s linked-2026 /srv/linked
    inside sed -i '/^name:/d' /srv/linked/docker-compose.yml
    deploy linked 1 v1
    equal "$(serves linked backend)" v1
}
