// Wipes what is freed, so that no token outlives its use in the memory of the agent: neither where berth has held it, nor in the
// copies that strings, JSON, base64 and buffers have made. The linker sends all calls of `free` and `realloc` here (ld(1),
// `--wrap`).

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

void __real_free(void *memory);

void __wrap_free(void *memory) {
    if (memory == NULL) return;
    explicit_bzero(memory, malloc_usable_size(memory));
    __real_free(memory);
}

// Always moves, because what `realloc` itself leaves behind is not wiped.
void *__wrap_realloc(void *memory, size_t size) {
    if (memory == NULL) return malloc(size);
    if (size == 0) {
        __wrap_free(memory);
        return NULL;
    }
    void *moved = malloc(size);
    if (moved == NULL) return NULL;
    size_t held = malloc_usable_size(memory);
    memcpy(moved, memory, held < size ? held : size);
    __wrap_free(memory);
    return moved;
}
