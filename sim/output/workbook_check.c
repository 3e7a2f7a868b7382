/*
 * Whether a workbook that libxlsxwriter closed without an error is whole. It does not look at what its
 * temporary files say, so that a full disk or a limit cuts a sheet in silence; the archive is well formed
 * then, its XML is not. Read as PKWARE's APPNOTE 6.3 lays it out: the list of files at the end, each file's
 * own head before its bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "wattmill/output.h"

#define END_MARK   0x06054b50u
#define ENTRY_MARK 0x02014b50u
#define FILE_MARK  0x04034b50u
#define END_BYTES  22
#define STORED     0
#define DEFLATED   8
#define HEAD_BYTES 256 /* of a part, in which the name of its root stands */
#define BLOCK      ((size_t)1 << 15)

struct part {
    uint64_t at, n_packed, n_bytes;
    uint32_t crc;
    unsigned method;
};

/* The first and the last bytes of a part as it is unpacked, and how its tags nest: a block lost between leaves some open. */
struct ends {
    char first[HEAD_BYTES], last[HEAD_BYTES];
    size_t n_first, n_last;
    uint64_t n;
    uint32_t crc;
    long depth;
    bool in_tag, is_torn;     /* torn: a tag within a tag, or an end without a beginning */
    char after_open, before;  /* the first byte of this tag, and the one just seen */
};

static void see_tag(struct ends *e, char c)
{
    if (c == '<') {
        e->is_torn = e->is_torn || e->in_tag;
        e->in_tag = true;
        e->after_open = '\0';
    } else if (e->in_tag && e->after_open == '\0') {
        e->after_open = c;
    } else if (c == '>') {
        e->is_torn = e->is_torn || !e->in_tag; /* the library writes &gt; */
        e->in_tag = false;
        if (e->after_open == '/')
            e->depth--;
        else if (e->before != '/' && e->after_open != '?')
            e->depth++;
        e->is_torn = e->is_torn || e->depth < 0;
    }
    e->before = c;
}

static uint32_t little(const unsigned char *b, size_t n)
{
    uint32_t value = 0;
    while (n-- > 0)
        value = value << 8 | b[n];
    return value;
}

static void see(struct ends *e, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i++)
        see_tag(e, (char)bytes[i]);
    const size_t room = sizeof e->first - 1 - e->n_first, take = n < room ? n : room;
    memcpy(e->first + e->n_first, bytes, take);
    e->n_first += take;
    const size_t keep = n < sizeof e->last - 1 ? n : sizeof e->last - 1;
    const size_t old =
        e->n_last < sizeof e->last - 1 - keep ? e->n_last : sizeof e->last - 1 - keep;
    memmove(e->last, e->last + e->n_last - old, old);
    memcpy(e->last + old, bytes + n - keep, keep);
    e->n_last = old + keep;
    e->last[e->n_last] = '\0';
    e->n += n;
    e->crc = (uint32_t)crc32(e->crc, bytes, (uInt)n);
}

static bool unpack(FILE *file, const struct part *p, struct ends *e)
{
    unsigned char in[BLOCK], out[BLOCK];
    z_stream z = {0};
    int state = Z_OK;
    if (inflateInit2(&z, -MAX_WBITS) != Z_OK)
        return false;
    for (uint64_t left = p->n_packed; left > 0 && state == Z_OK;) {
        const size_t n = fread(in, 1, left < BLOCK ? (size_t)left : BLOCK, file);
        if (n == 0)
            break;
        left -= n;
        z.next_in = in;
        z.avail_in = (uInt)n;
        do {
            z.next_out = out;
            z.avail_out = (uInt)BLOCK;
            state = inflate(&z, Z_NO_FLUSH);
            see(e, out, BLOCK - z.avail_out);
        } while (state == Z_OK && z.avail_out == 0);
    }
    (void)inflateEnd(&z);
    return state == Z_STREAM_END;
}

static bool copy(FILE *file, const struct part *p, struct ends *e)
{
    unsigned char in[BLOCK];
    for (uint64_t left = p->n_packed; left > 0;) {
        const size_t n = fread(in, 1, left < BLOCK ? (size_t)left : BLOCK, file);
        if (n == 0)
            return false;
        see(e, in, n);
        left -= n;
    }
    return true;
}

/* XML that begins with a declaration and ends with the end of its root. */
static bool is_whole_xml(const struct ends *e)
{
    static const char declaration[] = "<?xml ";
    char root[HEAD_BYTES + 4];
    if (e->is_torn || e->in_tag || e->depth != 0)
        return false;
    const char *const after = strstr(e->first, "?>");
    const char *const open = after != NULL ? strchr(after, '<') : NULL;
    if (strncmp(e->first, declaration, sizeof declaration - 1) != 0 || open == NULL)
        return false;
    const size_t n = strcspn(open + 1, " \t\r\n/>");
    (void)snprintf(root, sizeof root, "</%.*s>", (int)n, open + 1);
    size_t end = e->n_last;
    while (end > 0 && strchr(" \t\r\n", e->last[end - 1]) != NULL)
        end--;
    const size_t length = strlen(root);
    const bool closed = end >= length && memcmp(e->last + end - length, root, length) == 0;
    /* a root without content closes itself: it is the only element then */
    return closed || (end >= 2 && memcmp(e->last + end - 2, "/>", 2) == 0 && e->n < HEAD_BYTES &&
                      strchr(open + 1, '<') == NULL);
}

static bool part_is_whole(FILE *file, const struct part *p, bool is_xml)
{
    unsigned char head[30];
    struct ends e = {.crc = (uint32_t)crc32(0, NULL, 0)};
    if (fseek(file, (long)p->at, SEEK_SET) != 0 ||
        fread(head, 1, sizeof head, file) != sizeof head || little(head, 4) != FILE_MARK ||
        fseek(file, (long)(little(head + 26, 2) + little(head + 28, 2)), SEEK_CUR) != 0)
        return false;
    const bool read = p->method == DEFLATED ? unpack(file, p, &e)
                      : p->method == STORED ? copy(file, p, &e)
                                            : false;
    return read && e.n == p->n_bytes && e.crc == p->crc && e.n > 0 && (!is_xml || is_whole_xml(&e));
}

static bool is_xml_name(const char *name)
{
    const size_t n = strlen(name);
    return (n > 4 && strcmp(name + n - 4, ".xml") == 0) ||
           (n > 5 && strcmp(name + n - 5, ".rels") == 0);
}

static bool parts_are_whole(FILE *file)
{
    unsigned char end[END_BYTES], entry[46];
    char name[512];
    if (fseek(file, -END_BYTES, SEEK_END) != 0 || fread(end, 1, END_BYTES, file) != END_BYTES ||
        little(end, 4) != END_MARK)
        return false;
    const unsigned n_parts = little(end + 10, 2);
    long at = (long)little(end + 16, 4);
    for (unsigned i = 0; i < n_parts; i++) {
        if (fseek(file, at, SEEK_SET) != 0 || fread(entry, 1, sizeof entry, file) != sizeof entry ||
            little(entry, 4) != ENTRY_MARK)
            return false;
        const size_t n_name = little(entry + 28, 2);
        if (n_name >= sizeof name || fread(name, 1, n_name, file) != n_name)
            return false;
        name[n_name] = '\0';
        at += (long)(sizeof entry + n_name + little(entry + 30, 2) + little(entry + 32, 2));
        const struct part p = {.at = little(entry + 42, 4),
                               .n_packed = little(entry + 20, 4),
                               .n_bytes = little(entry + 24, 4),
                               .crc = little(entry + 16, 4),
                               .method = little(entry + 10, 2)};
        if (!part_is_whole(file, &p, is_xml_name(name)))
            return false;
    }
    return n_parts > 0;
}

bool wm_workbook_is_whole(const char *path)
{
    FILE *const file = fopen(path, "rb");
    if (file == NULL)
        return false;
    const bool whole = parts_are_whole(file);
    (void)fclose(file);
    return whole;
}
