/* Error tables as text, Markdown, CSV and JSON. */
#include "wattmill/calibrate.h"
#include "wattmill/json.h"
#include "wattmill/output.h"

static const struct {
    const char *title, *key;
} quantities[WM_N_QUANTITIES] = {
    [WM_QUANTITY_SPEED] = {"Output tokens per second and accelerator", "out_tok_per_s_per_gpu"},
    [WM_QUANTITY_TPOT] = {"Time per output token", "tpot_s"},
    [WM_QUANTITY_TTFT] = {"Time to first token", "ttft_s"},
    [WM_QUANTITY_POWER] = {"Board power", "board_w"},
};

static double share(size_t part, size_t of)
{
    return of > 0 ? 100.0 * (double)part / (double)of : 0.0;
}

static void put_rows(FILE *file, const struct wm_error_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fprintf(file, "%-12s %-28s %5zu %8.1f %8.1f %+8.1f\n", rows[i].by, rows[i].name, rows[i].n,
                100.0 * rows[i].median_frac, 100.0 * rows[i].p90_frac, 100.0 * rows[i].bias_frac);
}

static void put_rank(FILE *file, const struct wm_rank *r, const char *fronts, const char *bullet)
{
    if (r->n == 0)
        return;
    fprintf(
        file,
        "%s%s, %zu of %zu pairs rank as measured (%.1f %%); of those measured more than 10 %% "
        "apart %zu of "
        "%zu (%.1f %%). The ratio of two is off by %.1f %% in the median and %.1f %% at the 90th "
        "percentile.\n",
        bullet, fronts, r->n_right, r->n, share(r->n_right, r->n), r->n_decided_right, r->n_decided,
        share(r->n_decided_right, r->n_decided), 100.0 * r->ratio_median_frac,
        100.0 * r->ratio_p90_frac);
}

static void json_rank(struct wm_json_writer *w, const char *key, const struct wm_rank *r)
{
    wm_json_key(w, key);
    wm_json_object_begin(w);
    wm_json_member_integer(w, "pairs", (int64_t)r->n);
    wm_json_member_integer(w, "pairs_as_measured", (int64_t)r->n_right);
    wm_json_member_integer(w, "pairs_decided", (int64_t)r->n_decided);
    wm_json_member_integer(w, "pairs_decided_as_measured", (int64_t)r->n_decided_right);
    wm_json_member_number(w, "ratio_median_frac", r->ratio_median_frac);
    wm_json_member_number(w, "ratio_p90_frac", r->ratio_p90_frac);
    wm_json_object_end(w);
}

void wm_accuracy_table(FILE *file, const struct wm_accuracy *a,
                       const struct wm_operating_points *points)
{
    static const char *const head = "%-12s %-28s %5s %8s %8s %8s\n";
    fprintf(file, "%zu rows, %zu compared\n", points->n_rows, a->n);
    for (int i = 0; i < WM_N_QUANTITIES; i++) {
        if (a->errors[i].n == 0)
            continue;
        fprintf(file, "\n%s, |predicted / measured - 1|\n", quantities[i].title);
        fprintf(file, head, "by", "", "n", "median %", "p90 %", "bias %");
        put_rows(file, a->errors[i].rows, a->errors[i].n);
    }
    if (a->rank.n > 0)
        fputs(
            "\nRank of accelerators by tok/s per MW (racks at nameplate) at equal interactivity\n",
            file);
    put_rank(file, &a->rank, "on the rows compared", "");
    if (a->fronts.n != a->rank.n)
        put_rank(file, &a->fronts, "on fronts of all measured rows", "");
    if (points->n_left_out > 0 || a->n_misfits > 0)
        fprintf(file, "\nNot compared\n");
    for (size_t i = 0; i < points->n_left_out; i++)
        fprintf(file, "%6zu  %s\n", points->left_out[i].n, points->left_out[i].reason);
    if (a->n_misfits > 0)
        fprintf(file, "%6zu  does not fit the memory, says the model\n", a->n_misfits);
}

static void md_rows(FILE *file, const char *title, const struct wm_error_row *rows, size_t n)
{
    if (n == 0)
        return;
    fprintf(file, "\n**%s**\n\n| by | | n | median %% | p90 %% | bias %% |\n", title);
    fprintf(file, "| --- | --- | ---: | ---: | ---: | ---: |\n");
    for (size_t i = 0; i < n; i++) {
        fprintf(file, "| %s | ", rows[i].by);
        wm_md_text(file, rows[i].name);
        fprintf(file, " | %zu | %.1f | %.1f | %+.1f |\n", rows[i].n, 100.0 * rows[i].median_frac,
                100.0 * rows[i].p90_frac, 100.0 * rows[i].bias_frac);
    }
}

void wm_accuracy_md(FILE *file, const struct wm_accuracy *a,
                    const struct wm_operating_points *points)
{
    fprintf(file, "%zu rows, %zu compared.\n", points->n_rows, a->n);
    for (int i = 0; i < WM_N_QUANTITIES; i++)
        md_rows(file, quantities[i].title, a->errors[i].rows, a->errors[i].n);
    if (a->rank.n > 0)
        fputs("\n**Rank** of accelerators by tok/s per MW (racks at nameplate) at equal "
              "interactivity:\n\n",
              file);
    put_rank(file, &a->rank, "on the rows compared", "- ");
    if (a->fronts.n != a->rank.n)
        put_rank(file, &a->fronts, "on fronts of all measured rows", "- ");
    fprintf(file, "\n**Not compared**\n\n| rows | why |\n| ---: | --- |\n");
    for (size_t i = 0; i < points->n_left_out; i++)
        fprintf(file, "| %zu | %s |\n", points->left_out[i].n, points->left_out[i].reason);
    fprintf(file, "| %zu | does not fit the memory, says the model |\n", a->n_misfits);
}

void wm_accuracy_csv(FILE *file, const struct wm_accuracy *a)
{
    fputs("quantity,by,name,n,median_frac,p90_frac,bias_frac\n", file);
    for (int what = 0; what < WM_N_QUANTITIES; what++) {
        const struct wm_error_row *rows = a->errors[what].rows;
        for (size_t i = 0; i < a->errors[what].n; i++) {
            fprintf(file, "%s,%s,", quantities[what].key, rows[i].by);
            wm_csv_text(file, rows[i].name);
            fprintf(file, ",%zu,%.4f,%.4f,%.4f\n", rows[i].n, rows[i].median_frac, rows[i].p90_frac,
                    rows[i].bias_frac);
        }
    }
}

static void json_rows(struct wm_json_writer *w, const char *key, const struct wm_error_row *rows,
                      size_t n)
{
    wm_json_key(w, key);
    wm_json_array_begin(w);
    for (size_t i = 0; i < n; i++) {
        wm_json_object_begin(w);
        wm_json_member_string(w, "by", rows[i].by);
        wm_json_member_string(w, "name", rows[i].name);
        wm_json_member_integer(w, "n", (int64_t)rows[i].n);
        wm_json_member_number(w, "median_frac", rows[i].median_frac);
        wm_json_member_number(w, "p90_frac", rows[i].p90_frac);
        wm_json_member_number(w, "bias_frac", rows[i].bias_frac);
        wm_json_object_end(w);
    }
    wm_json_array_end(w);
}

void wm_accuracy_json(FILE *file, const struct wm_accuracy *a,
                      const struct wm_operating_points *points)
{
    struct wm_json_writer w = wm_json_writer_to_file(file);
    wm_json_object_begin(&w);
    wm_json_member_integer(&w, "rows", (int64_t)points->n_rows);
    wm_json_member_integer(&w, "compared", (int64_t)a->n);
    for (int i = 0; i < WM_N_QUANTITIES; i++)
        json_rows(&w, quantities[i].key, a->errors[i].rows, a->errors[i].n);
    json_rank(&w, "rank", &a->rank);
    json_rank(&w, "rank_on_all_fronts", &a->fronts);
    wm_json_key(&w, "not_compared");
    wm_json_object_begin(&w);
    for (size_t i = 0; i < points->n_left_out; i++)
        wm_json_member_integer(&w, points->left_out[i].reason, (int64_t)points->left_out[i].n);
    if (a->n_misfits > 0)
        wm_json_member_integer(&w, "does not fit the memory, says the model",
                               (int64_t)a->n_misfits);
    wm_json_object_end(&w);
    wm_json_object_end(&w);
    wm_json_finish(&w);
}

void wm_accuracy_points_csv(FILE *file, const void *context)
{
    const struct wm_accuracy *a = context;
    fputs("row,source,accelerator,model,precision,engine,input_tok,output_tok,drive,load,tensor,"
          "data,expert,fit,measured_out_tok_per_s_per_gpu,predicted_out_tok_per_s_per_gpu,"
          "measured_tpot_s,predicted_tpot_s,measured_ttft_s,predicted_ttft_s,measured_board_w,"
          "predicted_board_w,exact\n",
          file);
    for (size_t i = 0; i < a->n; i++) {
        const struct wm_operating_point *p = a->points[i];
        const struct wm_prediction *q = &a->predictions[i];
        const double numbers[] = {p->input_tok,
                                  p->output_tok,
                                  (double)p->drive,
                                  p->load,
                                  p->group.tensor,
                                  p->group.data,
                                  p->group.expert,
                                  p->is_fit ? 1 : 0,
                                  p->out_tok_per_s_per_gpu,
                                  q->out_tok_per_s_per_gpu,
                                  p->tpot_s,
                                  q->tpot_s,
                                  p->ttft_s,
                                  q->ttft_s,
                                  p->board_w,
                                  q->board_w,
                                  p->power_is_exact ? 1 : 0};
        wm_csv_text(file, p->row);
        fputc(',', file);
        wm_csv_text(file, p->source);
        fprintf(file, ",%s,%s,%s,%s", p->accelerator->head.name, p->llm->head.name,
                wm_precision_words[p->precision], p->engine->head.name);
        for (size_t k = 0; k < sizeof numbers / sizeof *numbers; k++) {
            fputc(',', file);
            wm_csv_put_number(file, numbers[k]);
        }
        fputc('\n', file);
    }
}
