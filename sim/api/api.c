/*
 * The stable face: a model is an arena of its own with the changes asked for; each call reads the document
 * anew into a second arena, which is emptied by the next. Memory that ends anywhere below comes back here.
 */
#include "wattmill/api.h"

#include <stdlib.h>
#include <string.h>

#include "model.h"
#include "wattmill/describe.h"
#include "wattmill/numeric.h"
#include "wattmill/version.h"

const char *wattmill_version(void)
{
    return WM_VERSION;
}

int wattmill_api_version(void)
{
    return WATTMILL_API_MAJOR * 1000 + WATTMILL_API_MINOR;
}

/* The document itself: of a file its path, else a copy of the text. */
struct document {
    const char *path, *text, *dir;
    struct wattmill_model **model;
};

static enum wm_status keep(struct wm_arena *home, void *context)
{
    const struct document *const d = context;
    struct wattmill_model *const m = WM_NEW(home, struct wattmill_model);
    m->home = home;
    m->work = wm_arena_open_part(home);
    m->diags = wm_diags_init(m->work);
    m->is_file = d->path != NULL;
    m->document = wm_arena_copy_text(home, m->is_file ? d->path : d->text,
                                     strlen(m->is_file ? d->path : d->text));
    m->case_name = "";
    m->dir = d->dir == NULL || d->dir[0] == '\0' ? "" : wm_arena_printf(home, "%s/", d->dir);
    *d->model = m;
    return WM_OK;
}

static int open_document(struct document *d)
{
    *d->model = NULL;
    wm_init();
    struct wm_arena *const home = wm_arena_open();
    if (home == NULL || wm_arena_guard(home, keep, d) != WM_OK) {
        wm_arena_close(home);
        return WATTMILL_IO;
    }
    return wattmill_check(*d->model);
}

int wattmill_open(const char *path, struct wattmill_model **model)
{
    return open_document(&(struct document){.path = path, .model = model});
}

int wattmill_open_text(const char *json, const char *dir, struct wattmill_model **model)
{
    return open_document(&(struct document){.text = json, .dir = dir, .model = model});
}

void wattmill_close(struct wattmill_model *m)
{
    if (m != NULL)
        wm_arena_close(m->home);
}

/* What the document says now, into the work arena. */
enum wm_status model_load(struct wattmill_model *m, struct wm_arena *arena,
                          struct wm_loaded *loaded, struct wm_diags *diags)
{
    const enum wm_status status =
        m->is_file ? wm_document_load(arena, m->document, m->sets, m->n_sets, loaded, diags)
                   : wm_document_load_json(arena, m->document, strlen(m->document), "document",
                                           m->dir, m->sets, m->n_sets, loaded, diags);
    if (loaded->form != NULL)
        m->case_name = loaded->form->name;
    return status;
}

const char *wattmill_case(const struct wattmill_model *m)
{
    return m->case_name;
}

void model_begin(struct wattmill_model *m)
{
    wm_arena_reset(m->work);
    m->diags = wm_diags_init(m->work);
    m->out_of_memory = false;
}

/* The command's exit status; memory that ended leaves a word that needs none. */
int model_end(struct wattmill_model *m, enum wm_status status)
{
    m->out_of_memory = status == WM_NO_MEMORY;
    if (m->out_of_memory)
        model_forget(m);
    return wm_status_exit_code(status);
}

void model_forget(struct wattmill_model *m)
{
    wm_arena_reset(m->work);
    m->diags = wm_diags_init(m->work);
}

static enum wm_status check(struct wm_arena *work, void *context)
{
    struct wattmill_model *const m = context;
    struct wm_loaded loaded;
    return model_load(m, work, &loaded, &m->diags);
}

int wattmill_check(struct wattmill_model *m)
{
    model_begin(m);
    return model_end(m, wm_arena_guard(m->work, check, m));
}

struct change {
    struct wattmill_model *model;
    const char *path, *value;
};

/* The last change of a path takes the place of one before, so that a loop over values costs no memory but theirs. */
static enum wm_status add_change(struct wm_arena *home, void *context)
{
    const struct change *const c = context;
    struct wattmill_model *const m = c->model;
    const char *const value = wm_arena_copy_text(home, c->value, strlen(c->value));
    for (size_t i = 0; i < m->n_sets; i++)
        if (m->sets[i].path != NULL && strcmp(m->sets[i].path, c->path) == 0) {
            m->sets[i].value = value;
            return WM_OK;
        }
    if (m->n_sets == m->capacity) {
        const size_t capacity = m->capacity == 0 ? 8 : 2 * m->capacity;
        struct wm_override *const sets = WM_NEW_ARRAY(home, struct wm_override, capacity);
        if (m->n_sets > 0)
            memcpy(sets, m->sets, m->n_sets * sizeof *sets);
        m->sets = sets;
        m->capacity = capacity;
    }
    m->sets[m->n_sets++] = (struct wm_override){
        .path = wm_arena_copy_text(home, c->path, strlen(c->path)), .value = value};
    return WM_OK;
}

int wattmill_set(struct wattmill_model *m, const char *path, const char *value)
{
    struct change c = {m, path, value};
    if (path == NULL || value == NULL || path[0] == '\0')
        return WATTMILL_USAGE;
    return wm_status_exit_code(wm_arena_guard(m->home, add_change, &c));
}

int wattmill_set_number(struct wattmill_model *m, const char *path, double value)
{
    char text[32];
    return wattmill_set(m, path, wm_json_number_text(value, text));
}

static enum wm_status add_catalog(struct wm_arena *home, void *context)
{
    const struct change *const c = context;
    struct wattmill_model *const m = c->model;
    struct wm_override set;
    const enum wm_status status = wm_override_catalog(home, c->path, &set, &m->diags);
    if (status != WM_OK)
        return status;
    struct change place = {m, "\x01", set.value}; /* no path: a place of its own in the list */
    (void)add_change(home, &place);
    m->sets[m->n_sets - 1] = set;
    return WM_OK;
}

int wattmill_add_catalog(struct wattmill_model *m, const char *path)
{
    struct change c = {m, path, NULL};
    model_begin(m);
    return model_end(m, wm_arena_guard(m->home, add_catalog, &c));
}

static enum wm_status write_inputs(struct wm_arena *work, void *context)
{
    struct wattmill_model *const m = context;
    struct wm_loaded loaded;
    const enum wm_status status = model_load(m, work, &loaded, &m->diags);
    if (status != WM_OK)
        return status;
    struct wm_json_writer w = wm_json_writer_to_memory(work, true);
    wm_output_inputs_json(&w, &loaded.origins);
    wm_json_finish(&w);
    m->inputs = w.bytes;
    return WM_OK;
}

const char *wattmill_inputs_json(struct wattmill_model *m)
{
    model_begin(m);
    return model_end(m, wm_arena_guard(m->work, write_inputs, m)) == WATTMILL_OK ? m->inputs : NULL;
}

void wattmill_on_progress(struct wattmill_model *m, wattmill_progress_fn *fn, void *context)
{
    m->progress = fn;
    m->progress_context = context;
}

size_t wattmill_n_messages(const struct wattmill_model *m)
{
    return m->out_of_memory ? 1 : m->diags.n_items;
}

const char *wattmill_message(const struct wattmill_model *m, size_t i)
{
    struct message_call call = {.model = m, .i = i};
    if (m->out_of_memory)
        return i == 0 ? "error E301: no memory is left" : NULL;
    if (i >= m->diags.n_items)
        return NULL;
    return wm_arena_guard(m->work, model_format, &call) == WM_OK ? call.text
                                                                 : m->diags.items[i].text;
}

enum wm_status model_format(struct wm_arena *work, void *context)
{
    struct message_call *const c = context;
    c->text = wm_diag_format(work, &c->model->diags.items[c->i]);
    return WM_OK;
}

const char *wattmill_message_code(const struct wattmill_model *m, size_t i)
{
    if (m->out_of_memory)
        return i == 0 ? "E301" : NULL;
    return i < m->diags.n_items ? wm_code_name(m->diags.items[i].code) : NULL;
}

/* What `write` prints, as a text that the caller frees; NULL when it says no or memory ends. */
static char *text_of(bool (*write)(FILE *file, const char *word), const char *word)
{
    char *text = NULL;
    size_t n = 0;
    FILE *const file = open_memstream(&text, &n);
    if (file == NULL)
        return NULL;
    const bool found = write(file, word);
    if (fclose(file) == 0 && found)
        return text;
    free(text);
    return NULL;
}

static bool write_schema(FILE *file, const char *word)
{
    size_t i = 0;
    while (wm_form_at(i) != NULL && strcmp(wm_form_at(i)->name, word) != 0)
        i++;
    struct wm_json_writer w = wm_json_writer_to_file(file);
    return wm_form_at(i) != NULL && wm_schema_write(&w, wm_form_at(i)) == WM_OK;
}

char *wattmill_schema(void)
{
    return text_of(write_schema, wm_site_form.name);
}

char *wattmill_schema_of(const char *case_name)
{
    return text_of(write_schema, case_name);
}

char *wattmill_explain(const char *word)
{
    return text_of(wm_explain, word);
}

void wattmill_free(char *text)
{
    free(text);
}
