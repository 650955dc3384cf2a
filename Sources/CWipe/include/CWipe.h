// Nothing to call: a program that is linked with this target, `--wrap=free` and `--wrap=realloc` wipes what it frees.
