# shellcheck shell=bash
# Makes the layer of packages that BERTH_HOST_LAYER asks for, over a root that stays as it is. It is what an installation in
# that root has changed, and is copied into each instance before it boots. `host` reads this file, and has set `work`,
# `layer` and `flavour`.
# shellcheck disable=SC2154

# made_layer ROOT: prints where the layer is, after making it if need be.
made_layer() {
    local made
    made=$work/layer-$flavour-$( (echo "$1" && cat "$layer/packages") | sha256sum | cut -c 1-12)
    (
        flock 9
        [[ -d $made ]] || make_layer "$1" "$made"
    ) 9>"$work/lock"
    echo "$made"
}

make_layer() {
    local partial=$work/partial-layer log=$work/layer.log packages
    mapfile -t packages < <(sed '/^#/d' "$layer/packages")
    say "installing ${packages[*]}"
    rm -rf --one-file-system "$partial" "$work/layer-$flavour"-*
    mkdir -p "$partial"/{upper,work,root}
    # In a mount namespace of its own, so that no mount is left behind wherever it is interrupted.
    # shellcheck disable=SC2016  # expanded inside
    unshare --mount sh -euc '
        mount -t overlay layer "$1/root" -o "lowerdir=$2,upperdir=$1/upper,workdir=$1/work"
        root=$1/root
        shift 2
        DEBIAN_FRONTEND=noninteractive chroot "$root" sh -euc "
            apt-get --quiet -o Acquire::Check-Valid-Until=false -o Acquire::Languages=none update
            apt-get --quiet --yes --no-install-recommends install \"\$@\"
            apt-get clean
            rm -rf /var/lib/apt/lists/*" install "$@"' layer "$partial" "$1" "${packages[@]}" >"$log" 2>&1 </dev/null ||
        fail "apt failed in the layer: see $log"
    mv "$partial/upper" "$2"
    rm -rf --one-file-system "$partial"
}
