// Nothing to call: who links this target with `--wrap=free` and `--wrap=realloc` has its freed memory wiped.
