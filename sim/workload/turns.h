/*
 * Turns: rows of a trace that belong to a session come one after the other, each `delay` after the answer
 * before, and each with all that was said in its prompt. Sessions may lie mixed in a file, so they are held
 * whole: 24 bytes a turn.
 *
 * @par Source  AIPerf, "Trace Replay with Mooncake Traces" and "Conversation Context Mode": turns of a
 *              session accumulate history, delays are milliseconds after the answer before
 */
#ifndef WM_TURNS_H
#define WM_TURNS_H

#include "trace_row.h"

struct turns;

struct turns *turns_new(struct wm_arena *arena);
/* A row: the first of its session is a request, the others its calls. False: longer than can be. */
bool turns_add(struct turns *turns, const struct trace_row *row);
/* The sessions as requests with their calls, in order of time; count out. */
struct wm_request *turns_finish(struct turns *turns, size_t *n);

#endif
