#ifndef CLINUX_DATAGRAMS_H
#define CLINUX_DATAGRAMS_H

#include <stdint.h>

/// A datagram on its way in or out: `struct mmsghdr` of recvmmsg(2), flattened.
struct clinux_datagram {
    void *bytes;
    /// In: the room for it, then what came. Out: its length.
    uint32_t length;
    /// A `struct sockaddr` of up to `CLINUX_PEER_SIZE` bytes.
    void *peer;
    uint32_t peer_length;
};

#define CLINUX_PEER_SIZE 28
#define CLINUX_DATAGRAM_BATCH 64

/// recvmmsg(2) without waiting, up to CLINUX_DATAGRAM_BATCH at once: how many came, or −1. Longer ones are cut.
int clinux_receive_datagrams(int fd, struct clinux_datagram *datagrams, unsigned int count);
/// sendmmsg(2) without waiting, up to CLINUX_DATAGRAM_BATCH at once: how many went, or −1.
int clinux_send_datagrams(int fd, const struct clinux_datagram *datagrams, unsigned int count);

#endif
