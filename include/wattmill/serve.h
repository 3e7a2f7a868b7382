/*
 * Serve: a page and a JSON API on this machine alone, over the same calls as the command.
 *
 * The server listens on 127.0.0.1. Its address holds a random token, without which every request is
 * answered 401; requests that name another host or come from another origin are answered 403. It reads
 * files below one folder and writes stores there. What it takes is bounded: bytes of a request, requests
 * that wait, connections, time of a run. Runs share the machine's processors and a cache of serving tables;
 * a run that a newer one of the same channel supersedes is cancelled. Answers hold what `run --format json`
 * and its like print, byte for byte; mistakes are the command's diagnostics as JSON.
 *
 * @note needs libmicrohttpd when the library is built; without it wm_serve_open() says so
 */
#ifndef WATTMILL_SERVE_H
#define WATTMILL_SERVE_H

#include "wattmill/cache.h"
#include "wattmill/diag.h"
#include "wattmill/json.h"

struct wm_server;

struct wm_serve_params {
    const char *
        path; /* scenario, study or store: shown first, its folder is served; a folder; NULL: "." */
    unsigned port;          /* 0: one that is free */
    struct wm_cache *cache; /* of serving tables; NULL: none */
    unsigned n_threads;     /* runs at the same time; 0: as many as there are processors */
};

/**
 * Starts to serve, on threads of its own.
 *
 * @param server  out; close it. NULL unless WM_OK
 * @return WM_OK; WM_IO (E102: no such file; E105: the port cannot be had); WM_USAGE (E101: built without
 *         libmicrohttpd); WM_NO_MEMORY
 */
enum wm_status wm_serve_open(const struct wm_serve_params *params, struct wm_server **server,
                             struct wm_diags *diags);
/** "http://127.0.0.1:8417/TOKEN/" */
const char *wm_serve_url(const struct wm_server *server);
/** Cancels what runs, answers what waits, ends. NULL is allowed. */
void wm_serve_close(struct wm_server *server);

/** OpenAPI 3.1 of the API, from the table of its routes and those of their bodies. */
void wm_openapi_write(struct wm_json_writer *w);

#endif
