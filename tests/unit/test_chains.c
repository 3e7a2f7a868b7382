/* Chains: calls of a session come when the one before is answered and its tool has run. */
#include <check.h>
#include <stdlib.h>

#include "suite.h"
#include "wattmill/chains.h"

static struct wm_arena *arena;

static void set_up(void)
{
    arena = wm_arena_open();
}
static void tear_down(void)
{
    wm_arena_close(arena);
}

#define MS 1000000LL
enum { N_MAX = 64 };

struct log {
    size_t n;
    struct wm_served served[N_MAX];
};

static void note(void *context, const struct wm_served *s)
{
    struct log *const log = context;
    if (log->n < N_MAX)
        log->served[log->n++] = *s;
}

/* Rows every `gap_ns`: an agent of three calls, and each second one a lone request. */
struct rows {
    size_t n, i;
    int64_t gap_ns;
};

static const struct wm_call calls[] = {
    {.input_tok = 700, .output_tok = 50, .after_ns = 2000 * MS}, /* 600 of it said before */
    {.input_tok = 400, .output_tok = 10, .after_ns = 500 * MS}}; /* begins anew */

static bool next_row(void *self, struct wm_request *out)
{
    struct rows *const rows = self;
    if (rows->i == rows->n)
        return false;
    *out = (struct wm_request){.arrival_ns = (int64_t)rows->i * rows->gap_ns,
                               .input_tok = 500,
                               .output_tok = 100,
                               .session = 77, /* the file's own number, of no use here */
                               .n_calls = rows->i % 2 == 0 ? 2 : 0,
                               .calls = calls};
    rows->i++;
    return true;
}

static const struct wm_replica_params worker = {.batching = WM_BATCH_CHUNKED,
                                                .max_seqs = 64,
                                                .token_budget = 1024,
                                                .block_tok = 16,
                                                .kv_blocks = 100000,
                                                .cache_tok = 1000000,
                                                .tok_per_step = 1.0};
static const struct wm_step_affine step = {
    .step_s = 5e-3, .seq_s = 50e-6, .ctx_s = 10e-9, .tok_s = 40e-6};

static struct wm_fleet *new_fleet(struct wm_service *service, enum wm_router router)
{
    const struct wm_step_table **const table = WM_NEW(arena, const struct wm_step_table *);
    *table = wm_step_table_affine(arena, &step, 64, 1024);
    const struct wm_fleet_params p = {
        .n_replicas = 2, .router = router, .worker = worker, .clocks = {1, table}};
    return wm_fleet_new(arena, &p, service);
}

START_TEST(each_call_waits_for_the_answer_before_and_its_tool)
{
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct log log = {0};
    service->on_served = note;
    service->context = &log;
    service->api_latency_ns = 30 * MS;
    struct rows rows = {.n = 3, .gap_ns = 100 * MS};
    const struct wm_chain_totals t =
        wm_chains_run(arena, new_fleet(service, WM_ROUTE_ROUND_ROBIN), service,
                      (struct wm_request_source){next_row, &rows}, true, true);
    ck_assert_uint_eq(t.n_chains, 2);
    ck_assert_uint_eq(t.n_calls, 6);
    ck_assert_double_eq_tol(t.tool_s, 5.0, 1e-12);
    ck_assert_uint_eq(log.n, 7);
    ck_assert_uint_eq(service->classes[0].served.requests, 7);
    ck_assert_uint_eq(service->classes[0].served.input_tok, 3 * 500 + 2 * (700 + 400));
    for (uint64_t session = 1; session <= 2; session++) {
        const struct wm_served *before = NULL;
        size_t call = 0;
        for (size_t i = 0; i < log.n; i++) {
            const struct wm_served *const s = &log.served[i];
            if (s->session != session)
                continue;
            if (before != NULL) {
                ck_assert_int_eq(s->arrival_ns, before->finish_ns + 30 * MS + calls[call].after_ns);
                ck_assert_uint_eq(s->input_tok, calls[call].input_tok);
                /* whole blocks of 599 tokens, where they were read and answered */
                const bool is_there = call == 0 && s->worker == before->worker;
                ck_assert_uint_eq(s->hit_tok, is_there ? 592 : 0);
                call++;
            }
            before = s;
        }
        ck_assert_uint_eq(call, 2);
    }
    ck_assert(service->on_served == note);
}
END_TEST

START_TEST(places_of_ended_sessions_are_used_again)
{
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct rows rows = {.n = 200, .gap_ns = 2000 * MS};
    struct wm_fleet *const fleet = new_fleet(service, WM_ROUTE_LEAST_TOKENS);
    (void)wm_chains_run(arena, fleet, service, (struct wm_request_source){next_row, &rows}, false,
                        true);
    ck_assert_uint_eq(service->classes[0].served.requests, 200 + 2 * 100);
    ck_assert_uint_eq(service->classes[0].hit_tok, 0);
    const size_t used = wm_arena_used_bytes(arena);
    rows = (struct rows){.n = 2200, .i = 200, .gap_ns = 2000 * MS};
    (void)wm_chains_run(arena, fleet, service, (struct wm_request_source){next_row, &rows}, false,
                        true);
    ck_assert_uint_eq(service->classes[0].served.requests, 2200 + 2 * 1100);
    ck_assert_uint_lt(wm_arena_used_bytes(arena) - used, 20000); /* not 48 B for each of 1,000 */
}
END_TEST

START_TEST(without_drain_it_ends_with_the_last_row)
{
    struct wm_service *const service = wm_service_new(arena, 1, NULL);
    struct rows rows = {.n = 5, .gap_ns = 100 * MS};
    struct wm_fleet *const fleet = new_fleet(service, WM_ROUTE_LEAST_TOKENS);
    (void)wm_chains_run(arena, fleet, service, (struct wm_request_source){next_row, &rows}, true,
                        false);
    const struct wm_tok_count left = wm_service_in_flight(&service->classes[0]);
    ck_assert_uint_gt(left.requests, 0);
    ck_assert_uint_eq(left.input_tok + left.output_tok, wm_fleet_totals(fleet).in_flight_tok);
}
END_TEST

int main(void)
{
    Suite *const suite = suite_create("chains");
    TCase *const tc = tcase_create("chains");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, each_call_waits_for_the_answer_before_and_its_tool);
    tcase_add_test(tc, places_of_ended_sessions_are_used_again);
    tcase_add_test(tc, without_drain_it_ends_with_the_last_row);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
