/* Values of a struct into a digest, by its table: the canonical form of inputs in keys of a cache. */
#include <string.h>

#include "wattmill/digest.h"
#include "wattmill/field.h"
#include "wattmill/require.h"

static void add_bits(struct wm_digest *digest, uint64_t bits)
{
    unsigned char bytes[sizeof bits];
    for (size_t i = 0; i < sizeof bits; i++)
        bytes[i] = (unsigned char)(bits >> (8 * i));
    wm_digest_add(digest, bytes, sizeof bytes);
}

void wm_digest_add_real(struct wm_digest *digest, double value)
{
    uint64_t bits;
    const double plain = isnan(value) ? (double)NAN : value + 0.0; /* -0 becomes 0 */
    memcpy(&bits, &plain, sizeof bits);
    add_bits(digest, isnan(value) ? UINT64_MAX : bits);
}

static void add_reals(struct wm_digest *digest, const double *values, size_t n)
{
    add_bits(digest, n);
    for (size_t i = 0; i < n; i++)
        wm_digest_add_real(digest, values[i]);
}

static void add_list(struct wm_digest *digest, const struct wm_field *row,
                     const struct wm_list *list)
{
    add_bits(digest, list->n);
    for (size_t i = 0; i < list->n; i++)
        wm_fields_digest(digest, row->fields, (const char *)list->items + i * row->item_size);
}

static void add_value(struct wm_digest *digest, const struct wm_field *row, const void *member)
{
    switch (row->kind) {
    case WM_KIND_REAL:
        wm_digest_add_real(digest, *(const double *)member);
        break;
    case WM_KIND_REALS:
        add_reals(digest, member, row->size / sizeof(double));
        break;
    case WM_KIND_INT:
    case WM_KIND_COUNT:
    case WM_KIND_TIME:
        add_bits(digest, (uint64_t) * (const int64_t *)member);
        break;
    case WM_KIND_FLAG:
        add_bits(digest, *(const bool *)member);
        break;
    case WM_KIND_CHOICE:
        add_bits(digest, *(const unsigned *)member);
        break;
    case WM_KIND_GROUP:
    case WM_KIND_PRESET:
        wm_fields_digest(digest, row->fields, member);
        break;
    case WM_KIND_LIST:
        add_list(digest, row, member);
        break;
    case WM_KIND_TEXT:
        break;
    case WM_KIND_REF:
    case WM_KIND_REFS:
    case WM_KIND_FILE:
    case WM_KIND_ZONE:
    case WM_KIND_JSON:
    case WM_KIND_END:
        wm_require_failed("the row holds its value", __FILE__, __LINE__);
    }
}

void wm_fields_digest(struct wm_digest *digest, const struct wm_field *rows, const void *base)
{
    for (const struct wm_field *row = rows; row->kind != WM_KIND_END; row++) {
        wm_digest_add_text(digest, row->key);
        add_value(digest, row, (const char *)base + row->offset);
    }
}
