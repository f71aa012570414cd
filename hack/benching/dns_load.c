// Asks a name server over UDP: `dns_load SERVER NAMES flood IN_FLIGHT SECONDS`, or `… rate PER_SECOND SECONDS`. Names are n0.dns.podman,
// n1… Prints answers a second, the median and the 99th percentile of an answer's time in microseconds, and how many did not come.
#include <arpa/inet.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b) {
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double sent_at[65536];
static float times[4000000];

static void ask(int fd, uint16_t id, int names) {
    unsigned char m[64] = {id >> 8, id & 0xFF, 1, 0, 0, 1};
    char label[16];
    int n = sprintf(label, "n%d", rand() % names), at = 12;
    m[at++] = n;
    memcpy(m + at, label, n);
    at += n;
    memcpy(m + at, "\3dns\6podman\0\0\1\0\1", 16);
    at += 16;
    sent_at[id] = now();
    send(fd, m, at, 0);
}

int main(int argc, char **argv) {
    if (argc != 6) return 2;
    int names = atoi(argv[2]), isFlood = !strcmp(argv[3], "flood"), width = atoi(argv[4]);
    double seconds = atof(argv[5]);
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons(53)};
    inet_pton(AF_INET, argv[1], &server.sin_addr);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (connect(fd, (struct sockaddr *)&server, sizeof server)) return 1;
    uint16_t id = 0;
    long sent = 0, got = 0;
    double start = now(), end = start + seconds;
    if (isFlood)
        for (int i = 0; i < width; i++, sent++) ask(fd, id++, names);
    while (now() < end) {
        if (!isFlood) {
            long due = (long)((now() - start) * width);
            while (sent < due) { ask(fd, id++, names); sent++; }
        }
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, isFlood ? 100 : 0) == 0) {
            // Lost: the place in flight is filled again.
            if (isFlood) { ask(fd, id++, names); sent++; }
            continue;
        }
        unsigned char m[1500];
        while (recv(fd, m, sizeof m, MSG_DONTWAIT) > 12) {
            // An answer must be one: a record, and no error.
            if (m[7] != 1 || m[3] & 0xF) return 3;
            if (got < 4000000) times[got] = (now() - sent_at[m[0] << 8 | m[1]]) * 1e6;
            got++;
            if (isFlood) { ask(fd, id++, names); sent++; }
        }
    }
    long kept = got < 4000000 ? got : 4000000;
    if (kept == 0) return 4;
    qsort(times, kept, sizeof *times, compare);
    printf("%.0f %.1f %.1f %ld\n", got / seconds, times[kept / 2], times[kept * 99 / 100], sent - got);
    return 0;
}
