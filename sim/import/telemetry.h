/* Logs of power and use of boards: rows of a board at a time, from tables of nvidia-smi and DCGM or from Prometheus. */
#ifndef WM_IMPORT_TELEMETRY_H
#define WM_IMPORT_TELEMETRY_H

#include "cells.h"

enum wm_telemetry_what {
    WM_TELEMETRY_BOARD,  /* [W] */
    WM_TELEMETRY_NODE,   /* the whole node [W] */
    WM_TELEMETRY_USE,    /* share of time in which anything ran */
    WM_TELEMETRY_MEMORY, /* share of time in which memory moved data */
    WM_TELEMETRY_TENSOR, /* share of time in which the tensor pipe worked */
    WM_TELEMETRY_CLOCK,  /* [MHz] */
    WM_TELEMETRY_HELD,   /* bytes of memory in use */
    WM_TELEMETRY_N
};

struct wm_telemetry_row {
    int64_t at_us;
    size_t board;
    double v[WM_TELEMETRY_N]; /* NAN: not said */
    const char *path;
    int line;
};

struct wm_telemetry {
    struct wm_telemetry_row *rows;
    size_t n, capacity, n_boards;
    const char **boards;
    const char *model; /* as the driver names the board */
    bool is_smi;       /* memory's share is nvidia-smi's */
};

#endif
