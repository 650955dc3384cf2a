# shellcheck shell=bash
# Makes the root that instances boot from: Debian 13 with the packages of `packages`; for another flavour a copy of it, with
# Docker and what belongs to it from the Debian suite of that name. A root is named by its flavour and the hash of what made
# it, and takes that name only when it is complete, so neither a stale nor a half made one counts. `host` reads this file,
# and has set `here`, `work` and `flavour`.
# shellcheck disable=SC2154

# What the outer machine needs: a program or a file, and the package that brings it.
outer_packages=(
    debootstrap:debootstrap
    gpgv:gpgv
    /usr/share/keyrings/debian-archive-keyring.gpg:debian-archive-keyring
    systemd-nspawn:systemd-container
    nsenter:util-linux
    bats:bats
)

# What a flavour has of its own; what these need comes from Debian 13 wherever that is new enough.
engine_packages=(docker.io docker-cli docker-compose containerd runc)

install_outer_packages() {
    local pair missing=()
    for pair in "${outer_packages[@]}"; do
        [[ -e ${pair%%:*} ]] || type -P "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
    done
    ((${#missing[@]})) || return 0
    say "installing ${missing[*]}"
    { apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends "${missing[@]}"; } \
        >"$work/apt.log" 2>&1 || fail "missing here and not to be had from apt: ${missing[*]} (see $work/apt.log)"
}

# Prints where the flavour's root is, after making it if need be.
made_root() {
    local hash
    mkdir -p "$work"
    hash=$(cat "$here/packages" "$here/make.bash" | sha256sum | cut -c 1-12)
    (
        flock 9
        install_outer_packages
        make_once "$work/root-trixie-$hash" make_root
        [[ $flavour == trixie ]] || make_once "$work/root-$flavour-$hash" change_engine "$work/root-trixie-$hash"
    ) 9>"$work/lock"
    echo "$work/root-$flavour-$hash"
}

# make_once ROOT COMMAND…: runs the command with a folder to make the root in, unless the root is there.
make_once() {
    local root=$1 partial=$work/partial
    shift
    [[ ! -d $root ]] || return 0
    remove_unused_roots
    "$@" "$partial"
    mv "$partial" "$root"
}

make_root() {
    local packages
    packages=$(sed '/^#/d' "$here/packages" | paste -sd,)
    say "making the root (about a minute)"
    # In a mount namespace of its own, so that debootstrap leaves no mount behind wherever it is interrupted.
    unshare --mount debootstrap --force-check-gpg --variant=minbase --include="$packages" trixie "$1" \
        >"$work/debootstrap.log" 2>&1 || fail "debootstrap failed: see $work/debootstrap.log"
    settle_root "$1"
}

# change_engine BASE ROOT: the suite is pinned low, so that nothing comes from it but what is asked for and what that needs.
change_engine() {
    local mirror log=$work/$flavour.log
    say "making the root of $flavour (about half a minute)"
    cp -a "$1" "$2"
    mirror=$(sed -n 's|^deb \([^ ]*\) trixie main$|\1|p' "$2/etc/apt/sources.list")
    echo "deb $mirror $flavour main" >"$2/etc/apt/sources.list.d/$flavour.list"
    printf '%s\n' 'Package: *' "Pin: release n=$flavour" 'Pin-Priority: 100' >"$2/etc/apt/preferences.d/$flavour"
    # A mirror that stands still has an old list, which is signed all the same.
    # shellcheck disable=SC2016  # expanded inside
    DEBIAN_FRONTEND=noninteractive chroot "$2" sh -euc '
        apt-get --quiet -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none update
        apt-get --quiet --yes --no-install-recommends install "$@"
        apt-get clean' install "${engine_packages[@]/%//$flavour}" >"$log" 2>&1 </dev/null ||
        fail "apt failed in the root of $flavour: see $log"
}

# Roots of former hashes, and what an interrupted making left; never one that an instance stands on. It reads `hash`.
remove_unused_roots() {
    local root
    for root in "$work"/root-* "$work/partial"; do
        [[ ! -d $root || $root == *-"$hash" ]] || grep --quiet --fixed-strings "lowerdir=$root," /proc/mounts ||
            rm -rf --one-file-system "$root"
    done
}

# What would otherwise be done, or go wrong, at each boot.
settle_root() {
    local applets=$1/usr/local/lib/host/image/bin applet
    mkdir -p "$applets"
    cp "$1/usr/bin/busybox" "$applets/"
    chroot "$1" busybox --list | grep --invert-match --line-regexp busybox |
        while read -r applet; do ln -s busybox "$applets/$applet"; done
    # A container loads no kernel modules, and a host that lives for minutes has no periodic work.
    systemctl --root="$1" --quiet mask systemd-modules-load.service
    systemctl --root="$1" --quiet disable apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer \
        man-db.timer
    # The image of the database makes its own cluster, and compiles no queries.
    rm -rf --one-file-system "$1"/{var/lib,etc}/postgresql/17 "$1"/usr/lib/postgresql/17/lib/{bitcode,llvmjit*} \
        "$1"/usr/lib/*/lib{LLVM,z3}* "$1"/var/cache/apt/archives/*.deb
    echo berth-host >"$1/etc/hostname"
}
