#include "wattmill/quantity.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "wattmill/csv.h"

enum dimension {
    TIME,
    ENERGY,
    MASS,
    VOLUME,
    KELVIN,
    PRESSURE,
    BYTE,
    FLOP,
    TOK,
    REQ,
    USD,
    GPU,
    N_DIMENSIONS
};

struct measure {
    double size;
    signed char power[N_DIMENSIONS];
};

/* Powers of the first and of time; "other money" is known in order to be refused by name. */
struct atom {
    const char *name;
    double size;
    signed char dimension, time; /* dimension -1: none, -2: another currency */
    bool takes_prefix;
};

enum { PLAIN = -1, MONEY = -2 };
#define YEAR_S 31536000.0

// clang-format off
static const struct atom atoms[] = {
    {"W", 1.0, ENERGY, -1, true},        {"Wh", 3600.0, ENERGY, 0, true},      {"J", 1.0, ENERGY, 0, true},
    {"VA", 1.0, ENERGY, -1, true},       {"Hz", 1.0, PLAIN, -1, true},
    {"s", 1.0, TIME, 0, true},           {"sec", 1.0, TIME, 0, false},         {"second", 1.0, TIME, 0, false},
    {"seconds", 1.0, TIME, 0, false},    {"min", 60.0, TIME, 0, false},        {"minute", 60.0, TIME, 0, false},
    {"minutes", 60.0, TIME, 0, false},   {"h", 3600.0, TIME, 0, false},        {"hr", 3600.0, TIME, 0, false},
    {"hour", 3600.0, TIME, 0, false},    {"hours", 3600.0, TIME, 0, false},    {"d", 86400.0, TIME, 0, false},
    {"day", 86400.0, TIME, 0, false},    {"days", 86400.0, TIME, 0, false},    {"week", 604800.0, TIME, 0, false},
    {"weeks", 604800.0, TIME, 0, false}, {"month", YEAR_S / 12, TIME, 0, false}, {"months", YEAR_S / 12, TIME, 0, false},
    {"mo", YEAR_S / 12, TIME, 0, false}, {"yr", YEAR_S, TIME, 0, false},       {"y", YEAR_S, TIME, 0, false},
    {"a", YEAR_S, TIME, 0, false},       {"year", YEAR_S, TIME, 0, false},     {"years", YEAR_S, TIME, 0, false},
    {"B", 1.0, BYTE, 0, true},           {"byte", 1.0, BYTE, 0, false},        {"bytes", 1.0, BYTE, 0, false},
    {"iB", 1.0, BYTE, 0, false},
    {"FLOP", 1.0, FLOP, 0, true},        {"FLOPS", 1.0, FLOP, -1, true},       {"FLOPs", 1.0, FLOP, 0, true},
    {"tok", 1.0, TOK, 0, true},          {"toks", 1.0, TOK, 0, true},          {"token", 1.0, TOK, 0, true},
    {"tokens", 1.0, TOK, 0, true},       {"req", 1.0, REQ, 0, true},           {"reqs", 1.0, REQ, 0, true},
    {"request", 1.0, REQ, 0, false},     {"requests", 1.0, REQ, 0, false},     {"qps", 1.0, REQ, -1, false},
    {"USD", 1.0, USD, 0, true},          {"$", 1.0, USD, 0, true},             {"US$", 1.0, USD, 0, false},
    {"dollar", 1.0, USD, 0, false},      {"dollars", 1.0, USD, 0, false},      {"c", 0.01, USD, 0, false},
    {"ct", 0.01, USD, 0, false},         {"cent", 0.01, USD, 0, false},        {"cents", 0.01, USD, 0, false},
    {"\xC2\xA2", 0.01, USD, 0, false},   {"EUR", 1.0, MONEY, 0, true},         {"\xE2\x82\xAC", 1.0, MONEY, 0, true},
    {"GBP", 1.0, MONEY, 0, true},        {"\xC2\xA3", 1.0, MONEY, 0, true},    {"AUD", 1.0, MONEY, 0, true},
    {"JPY", 1.0, MONEY, 0, true},        {"CNY", 1.0, MONEY, 0, true},         {"CAD", 1.0, MONEY, 0, true},
    {"GPU", 1.0, GPU, 0, false},         {"GPUs", 1.0, GPU, 0, false},         {"gpu", 1.0, GPU, 0, false},
    {"g", 1e-3, MASS, 0, true},          {"gCO2", 1e-3, MASS, 0, true},        {"t", 1e3, MASS, 0, false},
    {"tonne", 1e3, MASS, 0, false},      {"tonnes", 1e3, MASS, 0, false},      {"lb", 0.45359237, MASS, 0, false},
    {"lbs", 0.45359237, MASS, 0, false}, {"m3", 1.0, VOLUME, 0, false},        {"L", 1e-3, VOLUME, 0, false},
    {"l", 1e-3, VOLUME, 0, false},       {"litre", 1e-3, VOLUME, 0, false},    {"liter", 1e-3, VOLUME, 0, false},
    {"gal", 3.785411784e-3, VOLUME, 0, false}, {"K", 1.0, KELVIN, 0, false},   {"\xC2\xB0" "C", 1.0, KELVIN, 0, false},
    {"C", 1.0, KELVIN, 0, false},        {"degC", 1.0, KELVIN, 0, false},      {"\xC2\xB0" "F", 1 / 1.8, KELVIN, 0, false},
    {"F", 1 / 1.8, KELVIN, 0, false},    {"degF", 1 / 1.8, KELVIN, 0, false},  {"Pa", 1.0, PRESSURE, 0, true},
    {"hPa", 100.0, PRESSURE, 0, false},  {"mbar", 100.0, PRESSURE, 0, false},  {"bar", 1e5, PRESSURE, 0, false},
    {"%", 0.01, PLAIN, 0, false},        {"percent", 0.01, PLAIN, 0, false},   {"1", 1.0, PLAIN, 0, false},
    {"frac", 1.0, PLAIN, 0, false},
};
static const struct {
    const char *word;
    double factor;
} magnitudes[] = {{"k", 1e3}, {"K", 1e3}, {"thousand", 1e3}, {"M", 1e6}, {"mn", 1e6}, {"million", 1e6},
                  {"G", 1e9}, {"B", 1e9}, {"bn", 1e9}, {"billion", 1e9}, {"T", 1e12}, {"trillion", 1e12}, {"P", 1e15}};
// clang-format on

static double prefix_of(char c)
{
    switch (c) {
    case 'k':
        return 1e3;
    case 'M':
        return 1e6;
    case 'G':
        return 1e9;
    case 'T':
        return 1e12;
    case 'P':
        return 1e15;
    default:
        return 0.0;
    }
}

static bool same(const char *a, const char *b, bool any_case)
{
    for (; *a != '\0' && *b != '\0'; a++, b++)
        if (any_case ? tolower((unsigned char)*a) != tolower((unsigned char)*b) : *a != *b)
            return false;
    return *a == *b;
}

static const struct atom *find(const char *word, bool any_case)
{
    for (size_t i = 0; i < sizeof atoms / sizeof *atoms; i++)
        if (same(word, atoms[i].name, any_case))
            return &atoms[i];
    return NULL;
}

/* An atom with or without its prefix: as it is written, then in any case ("150 mw" means MW). */
static const struct atom *atom_of(const char *word, double *prefix)
{
    static const char *const of_seconds[] = {"ms", "us", "\xC2\xB5s"};
    for (size_t i = 0; i < 3; i++)
        if (strcmp(word, of_seconds[i]) == 0) {
            *prefix = i == 0 ? 1e-3 : 1e-6;
            return find("s", false);
        }
    for (int any_case = 0; any_case <= 1; any_case++) {
        const struct atom *a = find(word, any_case);
        *prefix = 1.0;
        if (a != NULL)
            return a;
        const char first = any_case && word[0] != 'k' ? (char)toupper((unsigned char)word[0])
                           : any_case                 ? 'k'
                                                      : word[0];
        *prefix = prefix_of(first == 'K' ? 'k' : first);
        a = *prefix > 0.0 ? find(word + 1, any_case) : NULL;
        if (a != NULL && a->takes_prefix)
            return a;
    }
    return NULL;
}

/* Next word of a unit: up to a blank, /, -, * or the middle dot. */
static size_t word_bytes(const char *at)
{
    size_t n = 0;
    while (at[n] != '\0' && strchr(" /-*", at[n]) == NULL && strncmp(at + n, "\xC2\xB7", 2) != 0)
        n++;
    return n;
}

static enum wm_quantity_fault multiply(struct measure *m, const char *word, bool is_below)
{
    double prefix = 1.0;
    const struct atom *const a = atom_of(word, &prefix);
    if (a == NULL)
        return WM_QUANTITY_NO_UNIT;
    if (a->dimension == MONEY)
        return WM_QUANTITY_CURRENCY;
    const signed char sign = is_below ? -1 : 1;
    m->size *= is_below ? 1.0 / (prefix * a->size) : prefix * a->size;
    if (a->dimension >= 0)
        m->power[a->dimension] = (signed char)(m->power[a->dimension] + sign);
    m->power[TIME] = (signed char)(m->power[TIME] + sign * a->time);
    return WM_QUANTITY_OK;
}

static enum wm_quantity_fault read_unit(const char *at, struct measure *m, char word[32])
{
    bool is_below = false;
    *m = (struct measure){.size = 1.0};
    while (*at != '\0') {
        if (*at == '/')
            is_below = true;
        if (strchr(" /-*", *at) != NULL) {
            at++;
            continue;
        }
        if (strncmp(at, "\xC2\xB7", 2) == 0) {
            at += 2;
            continue;
        }
        const size_t n = word_bytes(at);
        (void)snprintf(word, 32, "%.*s", (int)(n < 31 ? n : 31), at);
        at += n;
        if (strcmp(word, "per") == 0) {
            is_below = true;
            continue;
        }
        const enum wm_quantity_fault fault = multiply(m, word, is_below);
        if (fault != WM_QUANTITY_OK)
            return fault;
    }
    return WM_QUANTITY_OK;
}

/* A number at `*at`, moving over it. */
static bool read_number(const char **at, double *value)
{
    char digits[64];
    size_t n = 0;
    const char *c = *at;
    while (n + 1 < sizeof digits && (isdigit((unsigned char)c[n]) || c[n] == '.' ||
                                     ((c[n] == '-' || c[n] == '+') && n == 0)))
        n++;
    if (n > 0 && (c[n] == 'e' || c[n] == 'E')) {
        const size_t sign = c[n + 1] == '-' || c[n + 1] == '+';
        size_t k = n + 1 + sign;
        while (k + 1 < sizeof digits && isdigit((unsigned char)c[k]))
            k++;
        n = k > n + 1 + sign ? k : n;
    }
    memcpy(digits, c, n);
    digits[n] = '\0';
    *at += n;
    return wm_csv_number(digits, value);
}

/* "M" before a blank or the end counts the number; "B" does so unless bytes are meant, "K" kelvin. */
static double take_magnitude(const char **at, const struct measure *own)
{
    const size_t n = word_bytes(*at);
    for (size_t i = 0; i < sizeof magnitudes / sizeof *magnitudes; i++)
        if (strlen(magnitudes[i].word) == n && strncmp(magnitudes[i].word, *at, n) == 0 &&
            ((*at)[n] == '\0' || (*at)[n] == ' ') && !(own->power[BYTE] != 0 && (*at)[0] == 'B') &&
            !(own->power[KELVIN] != 0 && (*at)[0] == 'K')) {
            *at += n;
            return magnitudes[i].factor;
        }
    return 1.0;
}

/* Temperatures whose zero is another's. */
static bool read_temperature(const char *unit, double *value)
{
    const size_t skip = strncmp(unit, "\xC2\xB0", 2) == 0 ? 2
                        : strncmp(unit, "deg", 3) == 0    ? 3
                                                          : 0;
    if (strcmp(unit + skip, "F") == 0)
        *value = (*value - 32.0) / 1.8;
    else if (strcmp(unit, "K") == 0)
        *value -= 273.15;
    else
        return strcmp(unit + skip, "C") == 0;
    return true;
}

static struct wm_quantity fail(struct wm_quantity q, enum wm_quantity_fault fault)
{
    q.fault = fault;
    return q;
}

/* Ratios of units are mostly whole numbers or parts of one: by these a value is scaled in one rounding. */
static double scaled(double value, double ratio)
{
    const double up = nearbyint(ratio), down = nearbyint(1.0 / ratio);
    if (up >= 1.0 && fabs(up / ratio - 1.0) < 1e-12)
        return value * up;
    if (down >= 1.0 && fabs(down * ratio - 1.0) < 1e-12)
        return value / down;
    return value * ratio;
}

struct wm_quantity wm_quantity_read(const char *text, enum wm_unit unit)
{
    struct wm_quantity q = {0};
    struct measure own, given;
    char ignored[32];
    const char *at = text + strspn(text, " ");
    const bool is_dollars = *at == '$';
    at += is_dollars ? 1 : 0;
    if (!read_number(&at, &q.value))
        return fail(q, WM_QUANTITY_NO_NUMBER);
    at += strspn(at, " ");
    (void)read_unit(wm_unit_symbol(unit), &own, ignored);
    q.is_bare = *at == '\0' && !is_dollars;
    q.value *= take_magnitude(&at, &own);
    at += strspn(at, " ");
    if (*at == '\0' && !is_dollars)
        return q;
    if (unit == WM_UNIT_C) {
        (void)snprintf(q.word, sizeof q.word, "%.31s", at);
        return read_temperature(at, &q.value) ? q : fail(q, WM_QUANTITY_OTHER_KIND);
    }
    const enum wm_quantity_fault fault = read_unit(at, &given, q.word);
    if (fault != WM_QUANTITY_OK)
        return fail(q, fault);
    given.power[USD] = (signed char)(given.power[USD] + (is_dollars ? 1 : 0));
    if (memcmp(own.power, given.power, sizeof own.power) != 0) {
        (void)snprintf(q.word, sizeof q.word, "%.31s", at);
        return fail(q, WM_QUANTITY_OTHER_KIND);
    }
    q.value = scaled(q.value, given.size / own.size);
    return q;
}

const char *wm_quantity_help(const struct wm_quantity *q, char buf[96])
{
    static const char *const texts[] = {
        [WM_QUANTITY_OK] = "%s",
        [WM_QUANTITY_NO_NUMBER] = "it does not begin with a number%s",
        [WM_QUANTITY_NO_UNIT] = "\"%s\" is no unit known here",
        [WM_QUANTITY_OTHER_KIND] = "\"%s\" measures something else",
        [WM_QUANTITY_CURRENCY] = "\"%s\": all money is in USD, convert it first"};
    char format[64];
    (void)snprintf(format, sizeof format, "%s", texts[q->fault]);
    const char *const word = q->fault == WM_QUANTITY_NO_NUMBER ? "" : q->word;
    const char *const hole = strstr(format, "%s");
    (void)snprintf(buf, 96, "%.*s%s%s", (int)(hole - format), format, word, hole + 2);
    return buf;
}
