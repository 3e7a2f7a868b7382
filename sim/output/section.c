/* One section of a result as rows: by class, by pool, by ledger line. */
#include <math.h>
#include <string.h>

#include "wattmill/grid.h"
#include "wattmill/output.h"

enum { MAX_COLUMNS = 16 };

struct sheet {
    struct wm_arena *arena;
    bool short_numbers; /* four digits, for a terminal */
    const char **cells;
    size_t n;
};

static void text(struct sheet *s, const char *value)
{
    s->cells[s->n++] = value;
}

static void number(struct sheet *s, double value)
{
    char buf[32];
    if (!isfinite(value))
        text(s, NULL);
    else if (s->short_numbers && value == trunc(value) && fabs(value) < 1e7)
        text(s, wm_arena_printf(s->arena, "%.0f", value));
    else if (s->short_numbers)
        text(s, wm_arena_printf(s->arena, "%.4g", value));
    else
        text(s, wm_arena_printf(s->arena, "%s", wm_json_number_text(value, buf)));
}

#define TEXT(name)    \
    {                 \
        .key = (name) \
    }
#define NUMBER(name)                                        \
    {                                                       \
        .key = (name), .is_json = true, .align_right = true \
    }

static const struct wm_grid_column class_columns[] = {
    TEXT("class"),
    TEXT("kind"),
    TEXT("llm"),
    NUMBER("revenue_usd"),
    NUMBER("output_tok_offered"),
    NUMBER("output_tok_served"),
    NUMBER("ttft_p99_s"),
    NUMBER("tpot_p50_s"),
    NUMBER("slo_attainment_frac"),
    NUMBER("output_tok_curtailed"),
    NUMBER("curtailment_loss_usd"),
};

static void class_rows(struct sheet *s, const struct wm_results *r)
{
    for (size_t i = 0; i < r->n_classes; i++) {
        const struct wm_class_result *const c = &r->classes[i];
        text(s, c->name);
        text(s, c->kind);
        text(s, c->llm);
        number(s, c->revenue_usd);
        number(s, c->output_tok_offered);
        number(s, c->output_tok_served);
        number(s, c->ttft_p99_s);
        number(s, c->tpot_p50_s);
        number(s, c->slo_attainment_frac);
        number(s, c->output_tok_curtailed);
        number(s, c->curtailment_loss_usd);
    }
}

static const struct wm_grid_column pool_columns[] = {
    TEXT("pool"),
    TEXT("accelerator"),
    TEXT("workload"),
    TEXT("parallelism"),
    TEXT("maturity"),
    NUMBER("n_gpus"),
    NUMBER("gpus_per_replica"),
    NUMBER("batch_at_capacity"),
    NUMBER("capacity_out_tok_per_s_per_gpu"),
    NUMBER("gpu_power_at_capacity_w"),
    NUMBER("availability_frac"),
    NUMBER("busy_frac"),
    NUMBER("energy_mwh"),
};

static void pool_rows(struct sheet *s, const struct wm_results *r)
{
    for (size_t i = 0; i < r->n_pools; i++) {
        const struct wm_pool_result *const p = &r->pools[i];
        text(s, p->name);
        text(s, p->accelerator);
        text(s, p->workload);
        text(s, p->parallelism);
        text(s, p->maturity);
        number(s, (double)p->n_gpus);
        number(s, (double)p->gpus_per_replica);
        number(s, p->batch_at_capacity);
        number(s, p->capacity_out_tok_per_s_per_gpu);
        number(s, p->gpu_power_at_capacity_w);
        number(s, p->availability_frac);
        number(s, p->busy_frac);
        number(s, wm_unit_from_si(WM_UNIT_MWH, p->energy_j));
    }
}

static const struct wm_grid_column ledger_columns[] = {
    TEXT("line"), NUMBER("usd"), TEXT("a"), TEXT("b"), TEXT("c"), TEXT("d"), TEXT("e"),
};

static void ledger_rows(struct sheet *s, const struct wm_results *r)
{
    for (size_t i = 0; r->ledger != NULL && i < r->ledger->n_lines; i++) {
        const struct wm_ledger_line *const line = &r->ledger->lines[i];
        text(s, line->name);
        number(s, line->usd);
        for (size_t d = 0; d < WM_N_OPEX; d++) {
            const struct wm_opex_definition *const o = wm_opex_definition((enum wm_opex)d);
            const bool counts = (line->tags & o->any) && !(line->tags & o->none);
            text(s, counts ? "x" : s->short_numbers ? "." : "");
        }
    }
}

static const struct section {
    const char *name;
    const struct wm_grid_column *columns;
    size_t n_columns;
    void (*rows)(struct sheet *s, const struct wm_results *r);
} sections[] = {
    {"classes", class_columns, sizeof class_columns / sizeof *class_columns, class_rows},
    {"pools", pool_columns, sizeof pool_columns / sizeof *pool_columns, pool_rows},
    {"ledger", ledger_columns, sizeof ledger_columns / sizeof *ledger_columns, ledger_rows},
};

bool wm_output_section(FILE *file, struct wm_arena *arena, const struct wm_report *report,
                       const char *name, enum wm_format format)
{
    const struct wm_results *const r = report->results;
    const size_t most = r->n_classes + r->n_pools + WM_N_LEDGER_LINES;
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        const struct section *const section = &sections[i];
        if (strcmp(section->name, name) != 0)
            continue;
        struct sheet s = {.arena = arena,
                          .short_numbers = format == WM_FORMAT_TABLE || format == WM_FORMAT_MD,
                          .cells = WM_NEW_ARRAY(arena, const char *, most *MAX_COLUMNS)};
        section->rows(&s, r);
        const struct wm_grid grid = {section->columns, section->n_columns, s.cells,
                                     s.n / section->n_columns};
        wm_grid_write(file, &grid, format);
        return true;
    }
    return false;
}
