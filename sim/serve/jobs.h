/*
 * Jobs: studies and searches that a request starts and that go on when it was answered. One runs at a time, on all
 * processors. A job is known by the name of its store, a file of the folder; what is in the store is not run again, so
 * starting it once more resumes it. Listeners are told of its progress, a few times a second.
 */
#ifndef WM_SERVE_JOBS_H
#define WM_SERVE_JOBS_H

#include "server.h"

struct job;
struct jobs;

enum job_kind { JOB_STUDY, JOB_OPTIMISE };

/* What is to run, in an arena of its own that the job takes. */
struct job_order {
    struct wm_arena *arena;
    enum job_kind kind;
    const char *store, *path; /* its name, and where it lies */
    const struct wm_study *study;
    struct wm_optimise_params *search;
    const char *request; /* the body that asked, as JSON, for resuming */
};

struct jobs *jobs_open(struct wm_server *server);
/* Stops what runs and waits for it. NULL is allowed. */
void jobs_close(struct jobs *jobs);

/* Starts a job; WM_USAGE with E106 while another one runs. The order's arena is the job's, or closed. */
enum wm_status jobs_start(struct jobs *jobs, const struct job_order *order, struct wm_diags *diags);
/* Tells a job to stop: points that run are finished and kept. False: none of that name runs. */
bool jobs_stop(struct jobs *jobs, const char *store);
/* Body that last asked for a job of that name, in `arena`; NULL: none. */
const char *jobs_request(struct jobs *jobs, const char *store, struct wm_arena *arena);
/* Writes {"store", "kind", "state", counts, "exit", "messages", "optimum"} of a job; false: none of that name. */
bool jobs_write(struct jobs *jobs, const char *store, struct wm_json_writer *w);
/* The same of all, as an array, the newest first. */
void jobs_write_all(struct jobs *jobs, struct wm_json_writer *w);

enum { LISTEN_WAITS = 0, LISTEN_ENDED = -1 };

void jobs_listen(struct jobs *jobs, struct listener *listener);
/* Copies news as server-sent events. @return bytes, LISTEN_WAITS after `wait`, or LISTEN_ENDED */
long jobs_news(struct listener *listener, char *bytes, size_t n);
void jobs_forget(struct listener *listener);

#endif
