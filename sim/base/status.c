#include "wattmill/status.h"

struct row {
    int exit_code;
    const char *text;
};

static const struct row rows[] = {
#define WM_STATUS_ROW(name, code, words) {.exit_code = (code), .text = (words)},
    WM_STATUS_LIST(WM_STATUS_ROW)
#undef WM_STATUS_ROW
};

#define WM_N_ROWS (sizeof rows / sizeof rows[0])

int wm_status_exit_code(enum wm_status status)
{
    const int internal = rows[WM_INTERNAL].exit_code;
    return (unsigned)status < WM_N_ROWS ? rows[status].exit_code : internal;
}

const char *wm_status_text(enum wm_status status)
{
    return (unsigned)status < WM_N_ROWS ? rows[status].text : rows[WM_INTERNAL].text;
}
