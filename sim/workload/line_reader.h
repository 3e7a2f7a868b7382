/* Lines of a file, one at a time, through a buffer that grows with the longest line alone. */
#ifndef WM_LINE_READER_H
#define WM_LINE_READER_H

#include <stdbool.h>
#include <stdio.h>

#include "wattmill/arena.h"

struct line_reader {
    struct wm_arena *arena;
    FILE *file;
    char *buffer;
    size_t capacity, begin, end; /* unread bytes are [begin, end) */
    unsigned long long line;     /* number of the line handed out last, from 1 */
    long long buffer_at;         /* place in the file of buffer[0] */
    long long line_at;           /* place in the file of the line handed out last */
    long long limit;             /* bytes from the beginning that are read at most; 0: all */
};

/** Opens for reading; false when it cannot be opened (errno says why). */
bool line_reader_open(struct line_reader *r, struct wm_arena *arena, const char *path);
/** Starts again at the first line. */
void line_reader_rewind(struct line_reader *r);
/** Continues at a place in the file that was a `line_at`; false when the file cannot do that. */
bool line_reader_seek(struct line_reader *r, long long at);
/** Next line without its end (LF or CRLF), 0-ended, valid until the next call; NULL at the end. */
char *line_reader_next(struct line_reader *r);
void line_reader_close(struct line_reader *r);

#endif
