# shellcheck shell=bash
# The agent's peak of memory in a deployment in which a command prints ten megabytes: a step of the new release.
# shellcheck disable=SC2034,SC2154

row_busy() {
    local run
    new_app busy
    release busy r0
    printf '%s\n' x-berth: '  steps:' '    - { name: print, service: web1, when: before,' \
        '        command: [sh, -c, "yes a line of output, as a step may print it, and there are very many of them | head -c 10000000"] }' \
        >>/srv/busy/docker-compose.yml
    watch_app busy
    follow_verdicts
    deploy_berth busy r0
    # It does not differ from one time to the next, and takes ten seconds.
    for ((run = 1; run <= 3; run++)); do
        rest
        # The peak begins anew.
        echo 5 >"/proc/$(agent)/clear_refs"
        deploy_berth busy r0
        sample busy.peak "$(awk '/^VmHWM:/ { print $2 * 1024 }' "/proc/$(agent)/status")"
    done
    unit B busy.peak
    emit
}
