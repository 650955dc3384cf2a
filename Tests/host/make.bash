# shellcheck shell=bash
# Makes the root that instances boot from: Debian 13 with the packages of `packages`. A root is named by the hash of what
# made it and takes that name only when it is complete, so neither a stale nor a half made one counts. `host` reads this
# file, and has set `here` and `work`.
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

# Prints where the root is, after making it if need be.
made_root() {
    local root
    mkdir -p "$work"
    root=$work/root-$(cat "$here/packages" "$here/make.bash" | sha256sum | cut -c 1-12)
    (
        flock 9
        install_outer_packages
        [[ -d $root ]] || make_root "$root"
    ) 9>"$work/lock"
    echo "$root"
}

make_root() {
    local partial=$work/partial packages
    packages=$(sed '/^#/d' "$here/packages" | paste -sd,)
    remove_unused_roots
    say "making the root (about a minute)"
    # In a mount namespace of its own, so that debootstrap leaves no mount behind wherever it is interrupted.
    unshare --mount debootstrap --force-check-gpg --variant=minbase --include="$packages" trixie "$partial" \
        >"$work/debootstrap.log" 2>&1 || fail "debootstrap failed: see $work/debootstrap.log"
    settle_root "$partial"
    mv "$partial" "$1"
}

# Roots of former hashes, and what an interrupted making left; never one that an instance stands on.
remove_unused_roots() {
    local root
    for root in "$work"/root-* "$work/partial"; do
        [[ ! -d $root ]] || grep --quiet --fixed-strings "lowerdir=$root," /proc/mounts ||
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
    systemctl --root="$1" --quiet disable apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer
    echo berth-host >"$1/etc/hostname"
}
