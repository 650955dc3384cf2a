# shellcheck shell=bash
# Before the first scenario: a clean host with berth on it. After the last: nothing is left.

setup_suite() {
    load scenario
    "$host" boot
    "$host" registry-password ci "$canary"
    "$BATS_TEST_DIRNAME/install-berth"
}

teardown_suite() {
    [[ -n ${BERTH_HOST_KEEP-} ]] || "$BATS_TEST_DIRNAME/host" end
}
