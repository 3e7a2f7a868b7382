/* Who may ask: the token, the host that a request names, the page that it comes from. */
#ifndef WM_SERVE_GUARD_H
#define WM_SERVE_GUARD_H

#include <stdbool.h>

#include "server.h"

/* 128 random bits as hex; false when the system has none. */
bool guard_token(char token[SERVE_TOKEN_BYTES]);
/* Whether `given` begins with the token and ends there or with a slash; the time it takes tells nothing. */
bool guard_has_token(const char *token, const char *given);
/* Whether a Host header names this server: "127.0.0.1:8417", "localhost:8417". */
bool guard_host(const char *host, unsigned port);
/* The same of an Origin header; NULL, as programs send none, is allowed. */
bool guard_origin(const char *origin, unsigned port);

#endif
