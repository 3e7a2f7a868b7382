/*
 * Tokens of the blocks that a trace names by hashes: counted, not assumed. A row of L tokens names
 * ceil(L / size) blocks (or as many as are full), so a size that does not give the number of its names is
 * not the file's.
 */
#ifndef WM_HASH_BLOCKS_H
#define WM_HASH_BLOCKS_H

#include "wattmill/request.h"

enum { HASH_SIZES = 16 }; /* 1, 2, 4 ... 32768 tokens */

struct hash_blocks {
    uint32_t asked_tok;         /* the size that is looked for first */
    uint64_t n_rows;            /* that name blocks */
    uint64_t n_other;           /* of them, not as many as blocks of the asked size */
    uint64_t other[HASH_SIZES]; /* the same of each power of two */
};

void hash_blocks_note(struct hash_blocks *h, const struct wm_request *r);
/* The asked size, or (if it is only the format's) the power of two that all but a twentieth of the rows
   have; 0: none has. */
uint32_t hash_blocks_size(const struct hash_blocks *h, bool is_given);

#endif
