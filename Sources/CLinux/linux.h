// What Swift's module of the C library leaves out.
#include <malloc.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <sys/xattr.h>

int pipe2(int ends[2], int flags);
int memfd_create(const char *name, unsigned int flags);

#ifndef POSIX_SPAWN_SETSID
#define POSIX_SPAWN_SETSID 0x80
#endif
int posix_spawn_file_actions_addfchdir_np(posix_spawn_file_actions_t *actions, int folder);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);

// Swift imports no function with a variable number of arguments.
static inline int set_dumpable(int is_dumpable) { return prctl(PR_SET_DUMPABLE, is_dumpable); }
