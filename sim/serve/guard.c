#include "guard.h"

#include <string.h>
#include <sys/random.h>

bool guard_token(char token[SERVE_TOKEN_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char bits[(SERVE_TOKEN_BYTES - 1) / 2];
    if (getrandom(bits, sizeof bits, 0) != (ssize_t)sizeof bits)
        return false;
    for (size_t i = 0; i < sizeof bits; i++) {
        token[2 * i] = digits[bits[i] >> 4];
        token[2 * i + 1] = digits[bits[i] & 15];
    }
    token[SERVE_TOKEN_BYTES - 1] = '\0';
    return true;
}

bool guard_has_token(const char *token, const char *given)
{
    const size_t n = SERVE_TOKEN_BYTES - 1;
    if (given == NULL || strnlen(given, n) < n)
        return false;
    unsigned char differs = 0;
    for (size_t i = 0; i < n; i++)
        differs |= (unsigned char)(token[i] ^ given[i]);
    return differs == 0 && (given[n] == '\0' || given[n] == '/');
}

bool guard_host(const char *host, unsigned port)
{
    static const char *const names[] = {"127.0.0.1", "localhost"};
    char own[32];
    for (size_t i = 0; host != NULL && i < sizeof names / sizeof *names; i++) {
        (void)snprintf(own, sizeof own, "%s:%u", names[i], port);
        if (strcmp(host, own) == 0 || (port == 80 && strcmp(host, names[i]) == 0))
            return true;
    }
    return false;
}

bool guard_origin(const char *origin, unsigned port)
{
    static const char scheme[] = "http://";
    return origin == NULL || (strncmp(origin, scheme, sizeof scheme - 1) == 0 &&
                              guard_host(origin + sizeof scheme - 1, port));
}
