// A service that is ready at once: what systemd itself takes to start a unit.
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(void) {
    const char *path = getenv("NOTIFY_SOCKET");
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int notify = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (!path || notify < 0) return 1;
    strncpy(address.sun_path, path, sizeof address.sun_path - 1);
    socklen_t length = offsetof(struct sockaddr_un, sun_path) + strlen(path);
    if (address.sun_path[0] == '@') address.sun_path[0] = 0;
    if (sendto(notify, "READY=1", 7, 0, (struct sockaddr *)&address, length) < 0) return 1;
    pause();
    return 0;
}
