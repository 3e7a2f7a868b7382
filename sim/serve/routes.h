/* Functions and tables of the routes in routes.def, and what they share. */
#ifndef WM_SERVE_ROUTES_H
#define WM_SERVE_ROUTES_H

#include "server.h"

#define WM_ROUTE(m, p, id, answered, text)              \
    extern const struct wm_field body_##id[]; \
    route_fn route_##id;
#include "routes.def"
#undef WM_ROUTE

/* An object of a request through a table; false after messages. */
bool body_read(struct call *call, const struct wm_json *root, const struct wm_field *fields,
               void *out);

/* Frees a text of open_memstream(). */
void serve_free(void *text);

#endif
