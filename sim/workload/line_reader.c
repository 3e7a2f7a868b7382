#include <stdbool.h>
#include <string.h>

#include "line_reader.h"

#define FIRST_BYTES ((size_t)1 << 16)
#define MAX_BYTES   ((size_t)1 << 26) /* a longer line is no trace: what is left is cut */

bool line_reader_open(struct line_reader *r, struct wm_arena *arena, const char *path)
{
    *r = (struct line_reader){.arena = arena, .file = fopen(path, "rb")};
    if (r->file == NULL)
        return false;
    (void)setvbuf(r->file, NULL, _IONBF, 0); /* `buffer` is one */
    r->capacity = FIRST_BYTES;
    r->buffer = WM_NEW_ARRAY(arena, char, r->capacity);
    return true;
}

void line_reader_rewind(struct line_reader *r)
{
    rewind(r->file);
    r->begin = r->end = 0;
    r->line = 0;
    r->buffer_at = 0;
}

bool line_reader_seek(struct line_reader *r, long long at)
{
    if (at >= r->buffer_at && at < r->buffer_at + (long long)r->end) { /* neighbours are common */
        r->begin = (size_t)(at - r->buffer_at);
        return true;
    }
    r->begin = r->end = 0;
    r->buffer_at = at;
    return fseeko(r->file, (off_t)at, SEEK_SET) == 0;
}

void line_reader_close(struct line_reader *r)
{
    if (r->file != NULL)
        fclose(r->file);
    r->file = NULL;
}

/* Bytes to read next: what there is room for, and no further than the limit. */
static size_t wanted(const struct line_reader *r)
{
    const size_t room = r->capacity - 1 - r->end;
    const long long left = r->limit - (r->buffer_at + (long long)r->end);
    return r->limit > 0 && left < (long long)room ? (left > 0 ? (size_t)left : 0) : room;
}

/* Room for more bytes behind the unread ones; one byte stays free for the final 0. */
static void make_room(struct line_reader *r)
{
    if (r->begin > 0) {
        r->buffer_at += (long long)r->begin;
        memmove(r->buffer, r->buffer + r->begin, r->end - r->begin);
        r->end -= r->begin;
        r->begin = 0;
    }
    if (r->end + 1 < r->capacity || r->capacity >= MAX_BYTES)
        return;
    char *const grown = WM_NEW_ARRAY(r->arena, char, 2 * r->capacity);
    memcpy(grown, r->buffer, r->end);
    r->buffer = grown;
    r->capacity *= 2;
}

char *line_reader_next(struct line_reader *r)
{
    size_t seen = 0; /* of the unread bytes, known to hold no line end */
    for (;;) {
        char *const from = r->buffer + r->begin;
        const size_t n = r->end - r->begin;
        char *const stop = memchr(from + seen, '\n', n - seen);
        size_t length = stop != NULL ? (size_t)(stop - from) : n;
        if (stop == NULL) {
            seen = n;
            make_room(r);
            const size_t got = fread(r->buffer + r->end, 1, wanted(r), r->file);
            r->end += got;
            if (got > 0)
                continue;
            if (n == 0)
                return NULL;
        }
        char *const text = r->buffer + r->begin;
        r->line_at = r->buffer_at + (long long)r->begin;
        r->begin += length + (stop != NULL);
        if (length > 0 && text[length - 1] == '\r')
            length--;
        text[length] = 0;
        r->line++;
        return text;
    }
}
