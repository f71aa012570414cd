#ifndef CISAL_SHIM_H
#define CISAL_SHIM_H

#include <stddef.h>
#include <stdlib.h>
#include <isa-l/igzip_lib.h>

// The state holds arrays that are too long for Swift's tuples: it is made here and seen through a pointer only.
static inline struct inflate_state *cisal_inflate_new(void) {
    struct inflate_state *state = calloc(1, sizeof(struct inflate_state));
    if (state) isal_inflate_init(state);
    return state;
}

// Readies the state for the next member of a gzip file (RFC 1952); header and trailer are read and checked.
static inline void cisal_inflate_next_member(struct inflate_state *state) {
    isal_inflate_reset(state);
    state->crc_flag = ISAL_GZIP;
}

// Takes from `in` and fills `out`; both counts become what is left. Returns isa-l's code.
static inline int cisal_inflate(struct inflate_state *state, const void *in, size_t *in_length, void *out,
                                size_t *out_length) {
    state->next_in = (uint8_t *)in;
    state->avail_in = (uint32_t)*in_length;
    state->next_out = out;
    state->avail_out = (uint32_t)*out_length;
    int result = isal_inflate(state);
    *in_length = state->avail_in;
    *out_length = state->avail_out;
    return result;
}

// Whether the member is complete: all of it is out and its checksum was right.
static inline int cisal_inflate_finished(const struct inflate_state *state) {
    return state->block_state == ISAL_BLOCK_FINISH;
}

#endif
