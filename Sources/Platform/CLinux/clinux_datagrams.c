#define _GNU_SOURCE
#include "clinux_datagrams.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

_Static_assert(CLINUX_PEER_SIZE >= sizeof(struct sockaddr_in6), "an address of either family fits");

static unsigned int gather(struct mmsghdr *headers, struct iovec *vectors, const struct clinux_datagram *datagrams,
                           unsigned int count) {
    if (count > CLINUX_DATAGRAM_BATCH) count = CLINUX_DATAGRAM_BATCH;
    memset(headers, 0, count * sizeof *headers);
    for (unsigned int i = 0; i < count; i++) {
        vectors[i] = (struct iovec){.iov_base = datagrams[i].bytes, .iov_len = datagrams[i].length};
        headers[i].msg_hdr.msg_name = datagrams[i].peer;
        headers[i].msg_hdr.msg_namelen = datagrams[i].peer_length;
        headers[i].msg_hdr.msg_iov = &vectors[i];
        headers[i].msg_hdr.msg_iovlen = 1;
    }
    return count;
}

int clinux_receive_datagrams(int fd, struct clinux_datagram *datagrams, unsigned int count) {
    struct mmsghdr headers[CLINUX_DATAGRAM_BATCH];
    struct iovec vectors[CLINUX_DATAGRAM_BATCH];
    count = gather(headers, vectors, datagrams, count);
    int received = recvmmsg(fd, headers, count, MSG_DONTWAIT, NULL);
    for (int i = 0; i < received; i++) {
        datagrams[i].length = headers[i].msg_len;
        datagrams[i].peer_length = headers[i].msg_hdr.msg_namelen;
    }
    return received;
}

int clinux_send_datagrams(int fd, const struct clinux_datagram *datagrams, unsigned int count) {
    struct mmsghdr headers[CLINUX_DATAGRAM_BATCH];
    struct iovec vectors[CLINUX_DATAGRAM_BATCH];
    count = gather(headers, vectors, datagrams, count);
    return sendmmsg(fd, headers, count, MSG_DONTWAIT | MSG_NOSIGNAL);
}
