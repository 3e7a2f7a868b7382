/* What the files of the server share: the server, a request, how a route answers. */
#ifndef WM_SERVE_SERVER_H
#define WM_SERVE_SERVER_H

#include <stdatomic.h>
#include <stdio.h>

#include "wattmill/field.h"
#include "wattmill/input.h"
#include "wattmill/serve.h"

enum {
    SERVE_TOKEN_BYTES = 33,      /* 128 bits as hex, and a 0 */
    SERVE_BODY_MAX = 8 << 20,    /* bytes of a request */
    SERVE_WAITING_MAX = 256,     /* requests that wait for a thread */
    SERVE_CONNECTIONS_MAX = 512, /* open at the same time */
    SERVE_IDLE_S = 120,          /* a connection that says nothing is closed */
    SERVE_RUN_S = 300,           /* a request that works longer is stopped */
    SERVE_CHANNEL_BYTES = 65,
};

/* Why a call is to stop: the first reason stays. */
enum stop_reason { STOP_NO, STOP_SUPERSEDED, STOP_CLOSING };

struct pool;
struct jobs;
struct http;

struct wm_server {
    struct wm_arena *arena;
    const char *folder; /* real path without a slash at its end */
    const char *start;  /* what is shown first, below the folder; "" for nothing */
    char token[SERVE_TOKEN_BYTES];
    unsigned port;
    const char *url;
    struct wm_cache *cache;
    unsigned n_threads;
    atomic_bool closing;
    struct pool *pool;
    struct jobs *jobs;
    struct http *http;
};

struct call;

/* Someone who is told of a job's progress (jobs.h); `wait` is called, and later `go_on`, while nothing is new. */
struct listener {
    struct jobs *jobs; /* NULL: not yet */
    char store[256];
    uint64_t told; /* of the job's news, from 1; 0: nothing yet */
    bool is_waiting, has_ended;
    void *context; /* of the two functions */
    void (*wait)(void *context);
    void (*go_on)(void *context);
    struct listener *next;
    char *text; /* of the news, partly sent; by open_memstream() */
    size_t n_text, n_sent;
};

/*
 * Answers a call: writes the body, JSON unless `call->type` is set, to `out`. Any status but WM_OK and WM_FAILED
 * drops what was written: the call's messages are the body then.
 */
typedef enum wm_status route_fn(struct call *call, FILE *out);

struct route {
    const char *method, *path; /* below /v1/, with * for a name */
    const char *answer; /* media type, or JSON: name of a schema or "json" */
    const char *summary;
    const struct wm_field *body; /* NULL: none */
    route_fn *fn;
};

/* A request, from its first byte until its answer was sent; it lives in an arena of its own. */
struct call {
    struct wm_arena *home;
    struct wm_server *server;
    const struct route *route;
    char channel[SERVE_CHANNEL_BYTES]; /* "" : none */
    const char *name;                  /* of the store that the path names, or "" */
    char *body;                        /* 0-ended */
    size_t n_body, body_capacity;
    atomic_int stop; /* enum stop_reason */
    double deadline_s;
    struct wm_arena *arena; /* of the thread that works on it, as long as it does */
    struct wm_diags diags;
    /* the answer */
    int http_status, exit_code;
    const char *type, *file_name; /* NULL: JSON; to be saved under that name, or NULL */
    char *answer;                 /* by open_memstream(); NULL when memory ended */
    size_t n_answer;
    /* of http.c and pool.c */
    void *connection;
    struct call *next;
    bool is_refused, is_done;
    struct listener listener;
    bool is_stream; /* news of the job `name` follow instead of the answer */
};

/* routes.c: route `i` of routes.def, NULL behind the last. */
const struct route *route_at(size_t i);
/*
 * The route of a method and a path below /v1/, and the name in it. NULL: none; `*name` is not NULL then when another
 * method has the path.
 */
const struct route *route_find(const char *method, const char *path, const char **name, size_t *n);
/* Works on a call in `arena` and leaves its answer there. */
void route_work(struct call *call, struct wm_arena *arena);
/* Answers with a message alone. */
void route_refuse(struct call *call, int http_status, enum wm_code code, const char *text);

/* The call's body as its route's table reads it, into `out`; false after messages. */
bool call_read(struct call *call, void *out);
/* wm_run_options: goes on until the call is to stop. */
bool call_goes_on(void *call, double done_frac);

/* An array of {"code", "file", "line", "column", "path", "text"}. */
void messages_write(struct wm_json_writer *w, const struct wm_diags *diags);

/* pool.c: threads that work on calls; NULL when none can be had. */
struct pool *pool_open(struct wm_arena *arena, unsigned n_threads, void (*done)(struct call *call));
/* Hands a call over; those of its channel that came before are told to stop. False: too many wait. */
bool pool_put(struct pool *pool, struct call *call);
/* Stops all calls and ends. */
void pool_close(struct pool *pool);

/* http.c: the only user of libmicrohttpd. */
enum wm_status http_open(struct wm_server *server, struct wm_diags *diags);
void http_close(struct http *http);

#endif
