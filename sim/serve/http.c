/*
 * HTTP by libmicrohttpd, which is used in this file alone. One thread of its own reads requests and sends answers; a
 * request to the API is suspended while a thread of the pool works on it. Files of the page are answered at once.
 */
#include "server.h"

#ifdef WM_HAVE_HTTPD

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "guard.h"
#include "jobs.h"
#include "wattmill/embedded.h"
#include "wattmill/late.h"

#define PAGE_FOLDER "sim/serve/page/"

/* What is used of it. */
// clang-format off
#define FUNCTIONS(F) \
    F(MHD_add_response_header) F(MHD_create_response_from_buffer) \
    F(MHD_create_response_from_callback) F(MHD_destroy_response) F(MHD_lookup_connection_value) \
    F(MHD_queue_response) F(MHD_quiesce_daemon) F(MHD_resume_connection) F(MHD_start_daemon) \
    F(MHD_stop_daemon) F(MHD_suspend_connection)
// clang-format on

static struct {
    FUNCTIONS(WM_LATE_FUNCTION)
} mhd; /* filled before the first server of the process listens */

struct http {
    struct wm_server *server;
    struct MHD_Daemon *daemon;
    atomic_size_t n_calls; /* begun and not yet answered */
};

/* What every answer says to a browser: nothing from elsewhere, nowhere kept, in no frame. */
static const char *const headers[][2] = {
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
     "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cache-Control", "no-store"},
};

static enum MHD_Result send_response(struct MHD_Connection *c, int status, const char *type,
                                     struct MHD_Response *response)
{
    if (response == NULL)
        return MHD_NO;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        (void)mhd.MHD_add_response_header(response, headers[i][0], headers[i][1]);
    (void)mhd.MHD_add_response_header(response, "Content-Type", type);
    if (status == MHD_HTTP_UNAUTHORIZED)
        (void)mhd.MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
    if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
        (void)mhd.MHD_add_response_header(response, "Retry-After", "1");
    const enum MHD_Result sent = mhd.MHD_queue_response(c, (unsigned)status, response);
    mhd.MHD_destroy_response(response);
    return sent;
}

static const char *type_of(const char *path)
{
    static const char *const types[][2] = {{".html", "text/html; charset=utf-8"},
                                           {".css", "text/css; charset=utf-8"},
                                           {".js", "text/javascript; charset=utf-8"},
                                           {".svg", "image/svg+xml"},
                                           {".txt", "text/plain; charset=utf-8"}};
    const char *const dot = strrchr(path, '.');
    for (size_t i = 0; dot != NULL && i < sizeof types / sizeof *types; i++)
        if (strcmp(dot, types[i][0]) == 0)
            return types[i][1];
    return "application/octet-stream";
}

static const struct wm_embedded *page_file(const char *name)
{
    const size_t n = strlen(PAGE_FOLDER);
    for (const struct wm_embedded *f = wm_embedded_files(); f->path != NULL; f++)
        if (strncmp(f->path, PAGE_FOLDER, n) == 0 &&
            strcmp(f->path + n, name[0] != '\0' ? name : "index.html") == 0)
            return f;
    return NULL;
}

/* What compiled-in bytes need not be copied for: libmicrohttpd only reads them. */
static enum MHD_Result send_file(struct MHD_Connection *c, const struct wm_embedded *file)
{
    union {
        const char *from;
        void *to;
    } bytes = {.from = file->bytes};
    return send_response(
        c, MHD_HTTP_OK, type_of(file->path),
        mhd.MHD_create_response_from_buffer(file->n_bytes, bytes.to, MHD_RESPMEM_PERSISTENT));
}

static enum MHD_Result send_answer(struct MHD_Connection *c, struct call *call)
{
    char *const body = call->answer;
    char exit_text[16];
    call->answer = NULL;
    struct MHD_Response *const response = mhd.MHD_create_response_from_buffer(
        body != NULL ? call->n_answer : 0, body, MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        free(body);
        return MHD_NO;
    }
    (void)snprintf(exit_text, sizeof exit_text, "%d", call->exit_code);
    (void)mhd.MHD_add_response_header(response, "Wattmill-Exit", exit_text);
    if (call->file_name != NULL) {
        char text[300];
        (void)snprintf(text, sizeof text, "attachment; filename=\"%s\"", call->file_name);
        (void)mhd.MHD_add_response_header(response, "Content-Disposition", text);
    }
    return send_response(c, call->http_status, call->type != NULL ? call->type : "application/json",
                         response);
}

static void pause_stream(void *connection)
{
    mhd.MHD_suspend_connection(connection);
}

static void go_on_stream(void *connection)
{
    mhd.MHD_resume_connection(connection);
}

static ssize_t read_stream(void *context, uint64_t position, char *bytes, size_t n)
{
    (void)position;
    const long got = jobs_news(context, bytes, n);
    return got == LISTEN_ENDED ? MHD_CONTENT_READER_END_OF_STREAM : (ssize_t)got;
}

/* News of a job; the listener lives as long as the call. */
static enum MHD_Result send_stream(struct MHD_Connection *c, struct call *call)
{
    struct listener *const l = &call->listener;
    l->context = c;
    l->wait = pause_stream;
    l->go_on = go_on_stream;
    (void)snprintf(l->store, sizeof l->store, "%s", call->name);
    struct MHD_Response *const response =
        mhd.MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 4096, read_stream, l, NULL);
    if (response == NULL)
        return MHD_NO;
    jobs_listen(call->server->jobs, l);
    return send_response(c, MHD_HTTP_OK, "text/event-stream", response);
}

static const char *header(struct MHD_Connection *c, const char *name)
{
    return mhd.MHD_lookup_connection_value(c, MHD_HEADER_KIND, name);
}

/* Path behind the token, wherever it stands: in the path, as ?token=, as a bearer's; NULL when it does not. */
static const char *path_of(const struct wm_server *s, struct MHD_Connection *c, const char *url)
{
    static const char bearer[] = "Bearer ";
    const char *const given = header(c, "Authorization");
    const char *const query = mhd.MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "token");
    if (url[0] == '/' && guard_has_token(s->token, url + 1)) {
        const char *const rest = url + SERVE_TOKEN_BYTES;
        return rest[0] == '/' ? rest + 1 : NULL;
    }
    if ((query != NULL && guard_has_token(s->token, query)) ||
        (given != NULL && strncmp(given, bearer, sizeof bearer - 1) == 0 &&
         guard_has_token(s->token, given + sizeof bearer - 1)))
        return url[0] == '/' ? url + 1 : url;
    return NULL;
}

static void refuse(struct call *call, int status, const char *text)
{
    call->is_refused = true;
    route_refuse(call, status, WM_E106, text);
}

static void set_channel(struct call *call, struct MHD_Connection *c)
{
    const char *const channel = mhd.MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, "channel");
    if (channel != NULL && strlen(channel) < SERVE_CHANNEL_BYTES)
        memcpy(call->channel, channel, strlen(channel) + 1);
}

/* Which route takes the request, before its body is read. */
static void find_route(struct call *call, struct MHD_Connection *c, const char *method,
                       const char *path)
{
    static const char api[] = "v1/";
    const char *name = NULL;
    size_t n = 0;
    if (strncmp(path, api, sizeof api - 1) == 0)
        call->route = route_find(strcmp(method, "HEAD") == 0 ? "GET" : method,
                                 path + sizeof api - 1, &name, &n);
    if (call->route == NULL && name != NULL)
        refuse(call, MHD_HTTP_METHOD_NOT_ALLOWED, "the route takes another method");
    else if (call->route == NULL)
        refuse(call, MHD_HTTP_NOT_FOUND, "there is no such page or route");
    else
        call->name = wm_arena_copy_text(call->home, name, n);
    set_channel(call, c);
}

/* Room for the body where its length is told; a body without one grows as it comes. */
static void take_length(struct call *call, struct MHD_Connection *c)
{
    const char *const length = header(c, "Content-Length");
    const long n = length != NULL && strlen(length) <= 9 ? strtol(length, NULL, 10) : 0;
    if ((length != NULL && strlen(length) > 9) || n > SERVE_BODY_MAX) {
        refuse(call, MHD_HTTP_CONTENT_TOO_LARGE, "a request may have 8 MiB at most");
        return;
    }
    call->body_capacity = n > 0 ? (size_t)n + 1 : 1;
    call->body = WM_NEW_ARRAY(call->home, char, call->body_capacity);
}

/* What a new request is, as libmicrohttpd tells it. */
struct beginning {
    struct http *http;
    struct MHD_Connection *connection;
    const char *url, *method;
    struct call *call;
};

static enum wm_status make_call(struct wm_arena *home, void *context)
{
    struct beginning *const b = context;
    const struct wm_server *const s = b->http->server;
    struct MHD_Connection *const c = b->connection;
    struct call *const call = b->call = WM_NEW(home, struct call);
    call->home = home;
    call->server = b->http->server;
    call->connection = c;
    const char *const path = path_of(s, c, b->url);
    const bool reads = strcmp(b->method, "GET") == 0 || strcmp(b->method, "HEAD") == 0;
    if (!guard_host(header(c, "Host"), s->port) || !guard_origin(header(c, "Origin"), s->port))
        refuse(call, MHD_HTTP_FORBIDDEN, "requests come from this machine's own page or programs");
    else if (path == NULL)
        refuse(call, MHD_HTTP_UNAUTHORIZED, "the token is missing or wrong");
    else if (page_file(path) == NULL)
        find_route(call, c, b->method, path);
    else if (!reads)
        refuse(call, MHD_HTTP_METHOD_NOT_ALLOWED, "the page is only read");
    if (!call->is_refused)
        take_length(call, c);
    return WM_OK;
}

static struct call *begin(struct beginning *b)
{
    struct wm_arena *const home = wm_arena_open();
    if (home == NULL || wm_arena_guard(home, make_call, b) != WM_OK) {
        wm_arena_close(home);
        return NULL;
    }
    atomic_fetch_add(&b->http->n_calls, 1);
    return b->call;
}

struct piece {
    struct call *call;
    const char *bytes;
    size_t n;
};

static enum wm_status keep_piece(struct wm_arena *home, void *context)
{
    const struct piece *const p = context;
    struct call *const call = p->call;
    if (call->n_body + p->n + 1 > call->body_capacity) {
        call->body_capacity = 2 * (call->n_body + p->n + 1);
        char *const body = WM_NEW_ARRAY(home, char, call->body_capacity);
        memcpy(body, call->body, call->n_body);
        call->body = body;
    }
    memcpy(call->body + call->n_body, p->bytes, p->n);
    call->n_body += p->n;
    call->body[call->n_body] = '\0';
    return WM_OK;
}

/* Keeps what came of the body; what is too long or refused is read over. */
static void take_body(struct call *call, const char *bytes, size_t n)
{
    struct piece piece = {call, bytes, n};
    if (call->is_refused)
        return;
    if (call->n_body + n > SERVE_BODY_MAX)
        refuse(call, MHD_HTTP_CONTENT_TOO_LARGE, "a request may have 8 MiB at most");
    else if (wm_arena_guard(call->home, keep_piece, &piece) != WM_OK)
        refuse(call, MHD_HTTP_SERVICE_UNAVAILABLE, "no memory is left");
}

static void done(struct call *call)
{
    struct MHD_Connection *const c = call->connection;
    call->is_done = true;
    mhd.MHD_resume_connection(c);
}

static enum MHD_Result hand_over(struct http *http, struct call *call)
{
    struct MHD_Connection *const c = call->connection;
    mhd.MHD_suspend_connection(c); /* before a thread could resume it */
    if (pool_put(http->server->pool, call))
        return MHD_YES;
    refuse(call, MHD_HTTP_SERVICE_UNAVAILABLE, "too many requests wait");
    mhd.MHD_resume_connection(c);
    return MHD_YES;
}

static enum MHD_Result on_request(void *context, struct MHD_Connection *c, const char *url,
                                  const char *method, const char *version, const char *bytes,
                                  size_t *n_bytes, void **state)
{
    struct http *const http = context;
    struct call *call = *state;
    (void)version;
    if (call == NULL) {
        struct beginning b = {http, c, url, method, NULL};
        *state = begin(&b);
        return *state != NULL ? MHD_YES : MHD_NO;
    }
    if (*n_bytes > 0) {
        take_body(call, bytes, *n_bytes);
        *n_bytes = 0;
        return MHD_YES;
    }
    if (call->is_done && call->is_stream)
        return send_stream(c, call);
    if (call->is_refused || call->is_done)
        return send_answer(c, call);
    if (call->route != NULL)
        return hand_over(http, call);
    const char *const path = path_of(http->server, c, url);
    const struct wm_embedded *const file = page_file(path != NULL ? path : "");
    return send_file(c, file);
}

static void on_completed(void *context, struct MHD_Connection *c, void **state,
                         enum MHD_RequestTerminationCode why)
{
    struct http *const http = context;
    struct call *const call = *state;
    (void)c;
    (void)why;
    if (call == NULL)
        return;
    if (call->listener.jobs != NULL)
        jobs_forget(&call->listener);
    free(call->answer);
    wm_arena_close(call->home);
    *state = NULL;
    atomic_fetch_sub(&http->n_calls, 1);
}

/* A listening socket on 127.0.0.1, and the port it has got; -1 with errno. */
static int listen_on(unsigned *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
    socklen_t size = sizeof at;
    const int yes = 1;
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(fd, (const struct sockaddr *)&at, sizeof at) == 0 && listen(fd, 128) == 0 &&
        getsockname(fd, (struct sockaddr *)&at, &size) == 0) {
        *port = ntohs(at.sin_port);
        return fd;
    }
    const int why = errno;
    (void)close(fd);
    errno = why;
    return -1;
}

static bool start(struct http *http, int fd)
{
    /* by poll(): with epoll, edges are lost of a client that leaves at once, and its connection stays until the time limit */
    http->daemon = mhd.MHD_start_daemon(
        MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, http,
        MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)SERVE_CONNECTIONS_MAX,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SERVE_IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)(64 << 10), MHD_OPTION_NOTIFY_COMPLETED, on_completed, http, MHD_OPTION_END);
    return http->daemon != NULL;
}

enum wm_status http_open(struct wm_server *s, struct wm_diags *diags)
{
    static const char *const names[] = {FUNCTIONS(WM_LATE_NAME)};
    const char *const missing =
        wm_late_open(WM_LIB_HTTPD, names, sizeof names / sizeof *names, &mhd);
    if (missing != NULL) {
        wm_diag_add(diags, WM_E101, NULL, NULL, "serve: %s; install libmicrohttpd", missing);
        return WM_USAGE;
    }
    struct http *const http = WM_NEW(s->arena, struct http);
    const int fd = listen_on(&s->port);
    http->server = s;
    s->http = http;
    if (fd < 0) {
        wm_diag_add(diags, WM_E105, NULL, NULL, "127.0.0.1, port %u: %s", s->port, strerror(errno));
        return WM_IO;
    }
    s->jobs = jobs_open(s);
    s->pool = pool_open(s->arena, s->n_threads, done);
    if (s->pool != NULL && start(http, fd))
        return WM_OK;
    (void)close(fd);
    return WM_NO_MEMORY;
}

/* Answers under way are sent before connections close, for a second at most. */
static void let_answer(struct http *http)
{
    const struct timespec tick = {.tv_nsec = 10000000};
    for (int i = 0; i < 100 && atomic_load(&http->n_calls) > 0; i++)
        (void)nanosleep(&tick, NULL);
}

void http_close(struct http *http)
{
    if (http == NULL)
        return;
    const int fd = http->daemon != NULL ? mhd.MHD_quiesce_daemon(http->daemon) : -1;
    jobs_close(http->server->jobs);
    pool_close(http->server->pool);
    if (http->daemon != NULL) {
        let_answer(http);
        mhd.MHD_stop_daemon(http->daemon);
    }
    if (fd >= 0)
        (void)close(fd);
}

#else

enum wm_status http_open(struct wm_server *server, struct wm_diags *diags)
{
    (void)server;
    wm_diag_add(
        diags, WM_E101, NULL, NULL,
        "serve: built without libmicrohttpd; install it (Debian: libmicrohttpd-dev) and build "
        "again");
    return WM_USAGE;
}

void http_close(struct http *http)
{
    (void)http;
}

#endif
