/* What the files of the stable face share. */
#ifndef WM_API_MODEL_H
#define WM_API_MODEL_H

#include "wattmill/api.h"
#include "wattmill/case.h"

struct wattmill_model {
    struct wm_arena *home; /* of the document and its changes */
    struct wm_arena *work; /* of the last call, a part of it */
    bool is_file;
    const char *document, *dir; /* its path, or its text and where files that it names lie */
    struct wm_override *sets;
    size_t n_sets, capacity;
    struct wm_diags diags;          /* of the last call, in `work` */
    bool out_of_memory;             /* the last call was */
    const char *inputs, *case_name; /* case: of the last call that could read the document */
    wattmill_progress_fn *progress;
    void *progress_context;
};

struct message_call {
    const struct wattmill_model *model;
    size_t i;
    const char *text;
};

/** Empties what the last call left. */
void model_begin(struct wattmill_model *m);
/** The status to hand out; when memory ended, the word for it takes the place of all messages. */
int model_end(struct wattmill_model *m, enum wm_status status);
void model_forget(struct wattmill_model *m);
/** The document with its changes, read into `arena`. */
enum wm_status model_load(struct wattmill_model *m, struct wm_arena *arena,
                          struct wm_loaded *loaded, struct wm_diags *diags);
/** wm_arena_guard(): one message as a line. */
enum wm_status model_format(struct wm_arena *work, void *context);

#endif
