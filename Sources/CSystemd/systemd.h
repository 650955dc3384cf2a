// Swift imports no function-like macros, so it always calls the plain functions; this says so for the headers too.
#define SD_JOURNAL_SUPPRESS_LOCATION

#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
