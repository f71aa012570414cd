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

// Compression at level 1: half again as large a state as the level before, and a fifth smaller output.
static inline struct isal_zstream *cisal_deflate_new(void) {
    struct isal_zstream *stream = calloc(1, sizeof(struct isal_zstream));
    if (!stream) return NULL;
    isal_deflate_init(stream);
    stream->level = 1;
    stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream->level_buf = malloc(ISAL_DEF_LVL1_DEFAULT);
    stream->gzip_flag = IGZIP_GZIP;
    stream->flush = NO_FLUSH;
    if (!stream->level_buf) {
        free(stream);
        return NULL;
    }
    return stream;
}

// Takes from `in` and fills `out`; both counts become what is left. Returns isa-l's code.
static inline int cisal_deflate(struct isal_zstream *stream, const void *in, size_t *in_length, void *out,
                                size_t *out_length, int is_last) {
    stream->next_in = (uint8_t *)in;
    stream->avail_in = (uint32_t)*in_length;
    stream->next_out = out;
    stream->avail_out = (uint32_t)*out_length;
    stream->end_of_stream = (uint16_t)is_last;
    int result = isal_deflate(stream);
    *in_length = stream->avail_in;
    *out_length = stream->avail_out;
    return result;
}

// Whether all is out, the trailer too.
static inline int cisal_deflate_finished(const struct isal_zstream *stream) {
    return stream->internal_state.state == ZSTATE_END;
}

static inline void cisal_deflate_free(struct isal_zstream *stream) {
    free(stream->level_buf);
    free(stream);
}

#endif
