// What Swift's module of the C library leaves out.
#include <sys/xattr.h>

int memfd_create(const char *name, unsigned int flags);
