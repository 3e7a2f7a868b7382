/* Traces: each format, its mistakes, the options; published counts where the files are at hand. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"
#include "wattmill/prefix_cache.h"
#include "wattmill/trace.h"

#define SHARED "data/traces/"

static struct wm_arena *arena;

static const char *shared(const char *rest)
{
    char path[1024];
    return wm_arena_printf(arena, "%s", shared_path(path, sizeof path, rest));
}

static struct wm_diags diags;

static void set_up(void)
{
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
}
static const char *written; /* file of this test, removed at its end */

static void tear_down(void)
{
    if (written != NULL)
        (void)unlink(written);
    written = NULL; /* it lies in the arena */
    wm_arena_close(arena);
}

static struct wm_trace *opened(const char *path, struct wm_trace_options options,
                               enum wm_status wanted)
{
    struct wm_trace *trace = NULL;
    const enum wm_status status = wm_trace_open(arena, path, &options, &trace, &diags);
    if (status != wanted && diags.n_items > 0)
        printf("%s\n", wm_diag_format(arena, &diags.items[0]));
    ck_assert_int_eq(status, wanted);
    return trace;
}

/* Writes `text` to a file of the test's own and opens it. */
static struct wm_trace *of_text(const char *text, struct wm_trace_options options,
                                enum wm_status wanted)
{
    char *const path = wm_arena_printf(arena, "build/test_trace_%ld.tmp", (long)getpid());
    written = path;
    FILE *const file = fopen(path, "wb");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    struct wm_trace *const trace = opened(path, options, wanted);
    return trace;
}

static size_t take_all(struct wm_trace *trace, struct wm_request *rows, size_t room)
{
    struct wm_request_source source = wm_trace_source(trace);
    struct wm_request r;
    size_t n = 0;
    int64_t last_ns = 0;
    for (; source.next(source.self, &r); n++) {
        ck_assert_int_ge(r.arrival_ns, last_ns);
        last_ns = r.arrival_ns;
        if (n < room)
            rows[n] = r;
    }
    wm_trace_close(trace);
    return n;
}

static const struct wm_trace_options plain = {0};

START_TEST(azure_rows_have_fractions_of_any_length_offsets_and_crlf)
{
    struct wm_request r[4];
    struct wm_trace *const t =
        of_text("TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:17:03.9799600,4808,10\r\n"
                "2023-11-16 19:17:04+01:00,3180,8\r\n2023-11-16 18:17:05.5Z,1,2",
                plain, WM_OK);
    ck_assert_int_eq(wm_trace_summary(t)->format, WM_TRACE_AZURE);
    ck_assert_uint_eq(take_all(t, r, 4), 3);
    ck_assert_int_eq(r[1].arrival_ns, 20040000); /* 04.0 - 03.97996 s */
    ck_assert_int_eq(r[2].arrival_ns, 1520040000);
    ck_assert_uint_eq(r[0].input_tok, 4808);
    ck_assert_uint_eq(r[2].output_tok, 2);
}
END_TEST

START_TEST(burstgpt_columns_are_found_by_name_and_failed_rows_are_dropped_or_kept)
{
    static const char text[] =
        "Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log "
        "Type\n0,1,2.31,GPT-4,100,50,150,Conversation log\n5.25,,1.10,ChatGPT,200,0,200,API log\n"
        "9,1,3.02,GPT-4,240,61,301,Conversation log\n";
    struct wm_request r[4];
    struct wm_trace *t = of_text(text, plain, WM_OK);
    ck_assert_uint_eq(wm_trace_summary(t)->n_failed, 1);
    ck_assert_uint_eq(take_all(t, r, 4), 2);
    ck_assert_int_eq(r[1].arrival_ns, 9 * WM_NS_PER_S);
    ck_assert_uint_eq(r[1].session, 2);
    t = of_text(text, (struct wm_trace_options){.keep_failed = true}, WM_OK);
    ck_assert_uint_eq(take_all(t, r, 4), 3);
    ck_assert_int_eq(r[1].arrival_ns, 5250000000);
    ck_assert_uint_eq(r[1].output_tok, 1);
    ck_assert_uint_eq(wm_trace_summary(t)->n_classes, 2);
    ck_assert_str_eq(wm_trace_summary(t)->class_names[r[1].class_id], "API log");
}
END_TEST

START_TEST(burstgpt_first_version_has_fewer_columns)
{
    struct wm_request r[3];
    struct wm_trace *const t = of_text(
        "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n"
        "5,ChatGPT,472,18,490,Conversation log\n45,ChatGPT,1087,230,1317,Conversation log\n",
        plain, WM_OK);
    ck_assert_uint_eq(take_all(t, r, 3), 2);
    ck_assert_int_eq(r[1].arrival_ns, 40 * WM_NS_PER_S);
    ck_assert_uint_eq(r[0].session, 0);
}
END_TEST

START_TEST(jsonl_rows_carry_prefix_blocks_and_sessions)
{
    struct wm_request r[3];
    struct wm_trace *t =
        of_text("{\"timestamp\": 1500, \"input_length\": 700, \"output_length\": 5, "
                "\"hash_ids\": [4, 9]}\n{\"timestamp\": 1501, \"input_length\": 3, "
                "\"output_length\": 1, \"hash_ids\": [4]}\n",
                plain, WM_OK);
    ck_assert_int_eq(wm_trace_summary(t)->format, WM_TRACE_MOONCAKE);
    ck_assert_uint_eq(take_all(t, r, 3), 2);
    ck_assert_int_eq(r[1].arrival_ns, 1000000);
    ck_assert_uint_eq(r[0].n_blocks, 2);
    ck_assert_uint_eq(r[0].block_tok, 512);
    t = of_text(
        "{\"chat_id\": 158, \"parent_chat_id\": -1, \"timestamp\": 0.5, \"input_length\": 33, "
        "\"output_length\": 40, \"type\": \"te,xt\", \"turn\": 1, \"hash_ids\": [1, 2, 3]}\n",
        plain, WM_OK);
    ck_assert_int_eq(wm_trace_summary(t)->format, WM_TRACE_BAILIAN);
    ck_assert_uint_eq(take_all(t, r, 3), 1);
    ck_assert_uint_eq(r[0].session, 159);
    ck_assert_uint_eq(r[0].block_tok, 16);
    t = of_text(
        "{\"input_toks\": 16, \"output_toks\": 8, \"arrival_time_ns\": 7, \"x\": {\"y\": [1]}}\n"
        "{\"input_toks\": 32, \"output_toks\": 8, \"arrival_time_ns\": 5007}",
        plain, WM_OK);
    ck_assert_uint_eq(take_all(t, r, 3), 2);
    ck_assert_int_eq(r[1].arrival_ns, 5000);
}
END_TEST

START_TEST(an_agents_session_is_a_row_of_calls)
{
    struct wm_request r[2];
    struct wm_request_source source;
    struct wm_trace *const t = of_text(
        "{\"session_id\": \"a\", \"arrival_time_ns\": 5, \"sub_requests\": [{\"input_toks\": 500, "
        "\"output_toks\": 100, \"tool_duration_ns\": 3000000000}, {\"output_toks\": 50, "
        "\"input_toks\": 700, \"tool_duration_ns\": 7, \"tool\": {\"x\": [1]}}, "
        "{\"input_toks\": 9, \"output_toks\": 0}]}\n"
        "{\"arrival_time_ns\": 25, \"input_toks\": 300, \"output_toks\": 20}\n",
        plain, WM_OK);
    const struct wm_trace_summary *const s = wm_trace_summary(t);
    ck_assert_uint_eq(s->n_rows, 2);
    ck_assert_uint_eq(s->n_requests, 4);
    ck_assert_uint_eq(s->input_tok, 500 + 700 + 9 + 300);
    ck_assert_uint_eq(s->output_tok, 100 + 50 + 1 + 20);
    source = wm_trace_source(t);
    ck_assert(source.next(source.self, &r[0]));
    ck_assert_uint_eq(r[0].input_tok, 500);
    ck_assert_uint_eq(r[0].n_calls, 2);
    ck_assert_uint_eq(r[0].calls[0].input_tok, 700);
    ck_assert_int_eq(r[0].calls[0].after_ns, 3000000000LL);
    ck_assert_int_eq(r[0].calls[1].after_ns, 7);
    ck_assert(source.next(source.self, &r[1]));
    ck_assert_uint_eq(r[1].n_calls, 0);
    ck_assert_int_eq(r[1].arrival_ns, 20);
    ck_assert(!source.next(source.self, &r[1]));
    wm_trace_close(t);
}
END_TEST

static const char *const broken_sessions[] = {
    "{\"arrival_time_ns\": 5, \"sub_requests\": []}\n",
    "{\"arrival_time_ns\": 5, \"sub_requests\": [{\"input_toks\": 5}]}\n",
    "{\"arrival_time_ns\": 5, \"sub_requests\": [{\"input_toks\": 5, \"output_toks\": 5}\n",
    "{\"arrival_time_ns\": 5, \"sub_requests\": [{\"input_toks\": 0, \"output_toks\": 5}]}\n",
    "{\"arrival_time_ns\": 5, \"sub_requests\": [{\"input_toks\": 5, \"output_toks\": 5, "
    "\"tool_duration_ns\": -5}]}\n",
    "{\"arrival_time_ns\": 5, \"sub_requests\": 5}\n"};

START_TEST(a_session_without_calls_is_a_bad_row)
{
    (void)of_text(broken_sessions[_i], plain, WM_INVALID);
}
END_TEST

START_TEST(own_rows_may_name_hits_reasoning_and_class_and_ignore_the_rest)
{
    struct wm_request r[3];
    struct wm_trace *const t = of_text(
        "class,timestamp_s,input_tokens,output_tokens,prefix_hit_tokens,reasoning_tokens,colour\n"
        "chat,0,100,10,999,4,red\n\"code, long\",1.5e0,7,3,,,\n",
        plain, WM_OK);
    ck_assert_uint_eq(take_all(t, r, 3), 2);
    ck_assert_uint_eq(r[0].hit_tok, 100); /* capped at the input */
    ck_assert_uint_eq(r[0].reasoning_tok, 4);
    ck_assert_int_eq(r[1].arrival_ns, 1500000000);
    ck_assert_str_eq(wm_trace_summary(t)->class_names[r[1].class_id], "code, long");
    ck_assert_uint_eq(diags.n_warnings, 1); /* the colour */
}
END_TEST

START_TEST(rows_out_of_order_are_sorted_and_keep_the_order_of_ties)
{
    struct wm_request r[5];
    struct wm_trace *const t = of_text("arrived_at,num_prefill_tokens,num_decode_tokens\n"
                                       "3,1,1\n1,2,1\n2,3,1\n1,4,1\n0.5,5,1\n",
                                       plain, WM_OK);
    ck_assert_uint_eq(take_all(t, r, 5), 5);
    const uint32_t wanted[] = {5, 2, 4, 3, 1};
    for (size_t i = 0; i < 5; i++)
        ck_assert_uint_eq(r[i].input_tok, wanted[i]);
    ck_assert_int_eq(r[4].arrival_ns, 2500000000);
    ck_assert_uint_eq(diags.n_warnings, 1);
}
END_TEST

START_TEST(few_bad_rows_are_counted_by_line_and_many_are_an_error)
{
    char text[4096] = "timestamp_s,input_tokens,output_tokens\n";
    for (int i = 0; i < 40; i++)
        strcat(text, i == 7 ? "x,1,1\n" : "1,5,5\n");
    struct wm_trace *t = of_text(text, plain, WM_OK);
    ck_assert_uint_eq(wm_trace_summary(t)->n_bad, 1);
    ck_assert_uint_eq(wm_trace_summary(t)->bad_lines[0], 9);
    strcat(text, "1,x,5\n1,5\n1,5,5,5\n");
    t = of_text(text, plain, WM_INVALID);
    ck_assert_int_eq(diags.items[diags.n_items - 1].code, WM_E222);
    ck_assert_uint_eq(wm_trace_summary(t)->n_bad, 4);
}
END_TEST

START_TEST(rows_without_a_prompt_or_an_answer_are_no_bad_rows)
{
    struct wm_trace *t = of_text(
        "timestamp_s\tinput_tokens\toutput_tokens\n0\t5\t5\n1\t0\t5\n2\t5\t0\n", plain, WM_OK);
    ck_assert_uint_eq(wm_trace_summary(t)->n_bad, 0);
    ck_assert_uint_eq(wm_trace_summary(t)->n_empty, 1);
    ck_assert_uint_eq(wm_trace_summary(t)->n_failed, 1);
    ck_assert_uint_eq(wm_trace_summary(t)->n_rows, 1);
    t = of_text(
        "{\"timestamp\": 0, \"input_length\": 5, \"output_length\": null, \"hash_ids\": [1]}\n",
        (struct wm_trace_options){.keep_failed = true}, WM_OK);
    ck_assert_uint_eq(wm_trace_summary(t)->n_failed, 1);
    ck_assert_uint_eq(wm_trace_summary(t)->output_tok, 1);
}
END_TEST

/* 160 tokens in ten blocks are blocks of 16; 130 in ten of no power of two. */
START_TEST(the_size_of_named_blocks_is_counted_not_assumed)
{
    static const char *const row =
        "{\"timestamp\": %d, \"input_length\": %d, \"output_length\": 1, \"hash_ids\": "
        "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}\n";
    static const struct {
        int input_tok;
        uint32_t given_tok, want_tok; /* 0: refused */
    } cases[] = {{160, 0, 16}, {5000, 0, 512}, {130, 0, 0}, {130, 13, 13}, {160, 512, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[2048] = "";
        for (int k = 0; k < 5; k++)
            (void)sprintf(text + strlen(text), row, k, cases[i].input_tok);
        const struct wm_trace_options o = {.block_tok = cases[i].given_tok};
        struct wm_trace *const t = of_text(text, o, cases[i].want_tok > 0 ? WM_OK : WM_INVALID);
        struct wm_request r[5];
        if (cases[i].want_tok == 0)
            continue;
        ck_assert_uint_eq(wm_trace_summary(t)->block_tok, cases[i].want_tok);
        ck_assert_uint_eq(take_all(t, r, 5), 5);
        ck_assert_uint_eq(r[4].block_tok, cases[i].want_tok);
    }
}
END_TEST

/* Turns lie mixed in the file; each has all before it in its prompt. */
START_TEST(turns_of_a_session_are_its_calls)
{
    struct wm_trace *const t = of_text(
        "{\"session_id\": \"b\", \"timestamp\": 500, \"input_length\": 100, \"output_length\": "
        "20}\n"
        "{\"session_id\": \"a\", \"timestamp\": null, \"input_length\": 300, \"output_length\": "
        "40}\n"
        "{\"session_id\": \"a\", \"delay\": 2000.5, \"input_length\": 50, \"output_length\": 30}\n"
        "{\"session_id\": \"b\", \"delay\": 10, \"input_length\": 60, \"output_length\": 20}\n"
        "{\"session_id\": \"a\", \"delay\": null, \"input_length\": 5, \"output_length\": 1}\n",
        plain, WM_OK);
    struct wm_request r[3];
    ck_assert_uint_eq(wm_trace_summary(t)->n_requests, 5);
    ck_assert_uint_eq(take_all(t, r, 3), 2);
    ck_assert_int_eq(r[0].arrival_ns, 0);
    ck_assert_uint_eq(r[0].input_tok, 300);
    ck_assert_uint_eq(r[0].n_calls, 2);
    ck_assert_uint_eq(r[0].calls[0].input_tok, 390);
    ck_assert_int_eq(r[0].calls[0].after_ns, 2000500000);
    ck_assert_uint_eq(r[0].calls[1].input_tok, 425);
    ck_assert_int_eq(r[1].arrival_ns, 500 * 1000000);
    ck_assert_uint_eq(r[1].calls[0].input_tok, 180);
}
END_TEST

static void append(const char *text)
{
    FILE *const file = fopen(written, "ab");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

/* A log that is still written: what was there when it was opened counts, whatever comes behind it. */
START_TEST(a_file_that_grows_is_read_as_far_as_it_was_counted)
{
    static const char *const logs[] = {"timestamp_s,input_tokens,output_tokens\n1,5,5\n2,6,5\n",
                                       "timestamp_s,input_tokens,output_tokens\n2,6,5\n1,5,5\n"};
    for (size_t i = 0; i < 2; i++) {
        struct wm_trace *const t = of_text(logs[i], plain, WM_OK);
        struct wm_request r[4];
        append("0,7,7\n0,7,7\n");
        ck_assert_uint_eq(take_all(t, r, 4), 2);
        ck_assert_uint_eq(r[1].input_tok, 6);
        ck_assert_int_eq(wm_trace_check(t, &diags), WM_OK);
        ck_assert_int_eq(diags.items[diags.n_items - 1].code, WM_W921);
    }
    struct wm_trace *const t = of_text(logs[0], plain, WM_OK);
    ck_assert_int_eq(truncate(written, 45), 0);
    ck_assert_int_eq(wm_trace_check(t, &diags), WM_IO);
    ck_assert_int_eq(diags.items[diags.n_items - 1].code, WM_E102);
}
END_TEST

START_TEST(times_beyond_the_clock_are_refused)
{
    static const char *const text =
        "timestamp_s,input_tokens,output_tokens\n0,10,10\n1,10,10\n1036800,10,10\n";
    (void)of_text(text, (struct wm_trace_options){.time_scale = 4000.0}, WM_OK);
    (void)of_text(text, (struct wm_trace_options){.time_scale = 8000.0}, WM_INVALID);
    (void)of_text(text, (struct wm_trace_options){.loop = 100000}, WM_INVALID);
    struct wm_trace *const t = of_text("timestamp_s,input_tokens,output_tokens\n0,10,10\n"
                                       "922337203685477.999999999,10,10\n",
                                       plain, WM_INVALID);
    ck_assert_uint_eq(wm_trace_summary(t)->n_bad, 1);
}
END_TEST

START_TEST(what_is_no_trace_is_refused)
{
    (void)of_text("", plain, WM_INVALID);
    (void)of_text("a,b,c\n1,2,3\n", plain, WM_INVALID);
    (void)of_text("{\"foo\": 1}\n", plain, WM_INVALID);
    (void)of_text("timestamp_s,input_tokens,output_tokens\n", plain, WM_INVALID);
    (void)opened("/no/such/file.csv", plain, WM_IO);
    (void)opened("/dev/null", plain, WM_IO);
    ck_assert_uint_eq(diags.n_errors, 6);
}
END_TEST

/* 1,000 rows a second apart with lengths that follow the row number. */
static struct wm_trace *regular(struct wm_trace_options options)
{
    char *const text = WM_NEW_ARRAY(arena, char, 64000);
    size_t n = (size_t)sprintf(text, "timestamp_s,input_tokens,output_tokens\n");
    for (int i = 0; i < 1000; i++)
        n += (size_t)sprintf(text + n, "%d,%d,5\n", i, 100 + i % 10);
    return of_text(text, options, WM_OK);
}

START_TEST(window_loop_and_time_scale_do_what_they_say)
{
    struct wm_request r[64];
    ck_assert_uint_eq(
        take_all(regular((struct wm_trace_options){.start_s = 10, .end_s = 15, .loop = 3}), r, 64),
        15);
    ck_assert_int_eq(r[4].arrival_ns, 4 * WM_NS_PER_S);
    ck_assert_int_eq(r[5].arrival_ns, 5 * WM_NS_PER_S); /* the second lap follows at once */
    ck_assert_uint_eq(r[5].input_tok, 100);
    ck_assert_uint_eq(
        take_all(regular((struct wm_trace_options){.end_s = 3, .time_scale = 0.5}), r, 64), 3);
    ck_assert_int_eq(r[2].arrival_ns, WM_NS_PER_S);
}
END_TEST

START_TEST(halving_the_rate_halves_the_count_and_leaves_the_lengths)
{
    struct wm_request r[1000];
    const size_t n =
        take_all(regular((struct wm_trace_options){.rate_scale = 0.5, .seed = 3}), r, 1000);
    ck_assert_double_eq_tol((double)n, 500.0, 4.0 * sqrt(250.0));
    double sum = 0.0;
    for (size_t i = 0; i < n; i++)
        sum += r[i].input_tok;
    ck_assert_double_eq_tol(sum / (double)n, 104.5, 4.0 * 2.872 / sqrt((double)n));
}
END_TEST

START_TEST(a_rate_above_one_superposes_shifted_copies)
{
    struct wm_request *const r = WM_NEW_ARRAY(arena, struct wm_request, 4000);
    ck_assert_uint_eq(take_all(regular((struct wm_trace_options){.rate_scale = 3.0}), r, 4000),
                      3000);
    ck_assert_int_lt(r[2999].arrival_ns, 1000 * WM_NS_PER_S);
    const size_t n = take_all(regular((struct wm_trace_options){.rate_scale = 1.5}), r, 4000);
    ck_assert_double_eq_tol((double)n, 1500.0, 4.0 * sqrt(250.0));
}
END_TEST

START_TEST(dejitter_spreads_ties_over_the_step)
{
    struct wm_request r[8];
    struct wm_trace *const t = of_text("timestamp_s,input_tokens,output_tokens\n"
                                       "0,1,1\n0,2,1\n0,3,1\n3,4,1\n3,5,1\n",
                                       (struct wm_trace_options){.dejitter = true}, WM_OK);
    ck_assert_uint_eq(take_all(t, r, 8), 5);
    const int64_t wanted_ms[] = {0, 1000, 2000, 3000, 3375};
    for (size_t i = 0; i < 5; i++)
        ck_assert_int_eq(r[i].arrival_ns, wanted_ms[i] * 1000000);
    ck_assert_ptr_null(r[0].blocks); /* the file names none */
    /* the last tie has until the end of the period, a mean gap (0.75 s) after it */
}
END_TEST

/* Share of input tokens found in a cache of so many blocks. */
static double hit_frac(struct wm_trace *trace, uint32_t capacity)
{
    struct wm_prefix_cache *const cache = wm_prefix_cache_new(arena, capacity);
    struct wm_request_source source = wm_trace_source(trace);
    struct wm_request r;
    uint64_t hit = 0, all = 0;
    while (source.next(source.self, &r)) {
        const uint64_t tok =
            (uint64_t)r.block_tok * wm_prefix_cache_use(cache, r.blocks, r.n_blocks);
        hit += tok < r.input_tok ? tok : r.input_tok;
        all += r.input_tok;
    }
    wm_trace_close(trace);
    return (double)hit / (double)all;
}

START_TEST(leading_blocks_hit_and_least_recent_ones_leave)
{
    struct wm_prefix_cache *const c = wm_prefix_cache_new(arena, 3);
    const uint64_t a[] = {1, 2, 3}, b[] = {1, 4}, d[] = {2};
    ck_assert_uint_eq(wm_prefix_cache_use(c, a, 3), 0);
    ck_assert_uint_eq(wm_prefix_cache_use(c, a, 3), 3);
    ck_assert_uint_eq(wm_prefix_cache_use(c, b, 2), 1); /* 3 was touched first of a: it leaves */
    ck_assert_uint_eq(wm_prefix_cache_peek(c, a, 3), 2);
    ck_assert_uint_eq(wm_prefix_cache_use(c, d, 1), 1);
    ck_assert_uint_eq(wm_prefix_cache_n(c), 3);
    wm_prefix_cache_clear(c);
    ck_assert_uint_eq(wm_prefix_cache_use(c, a, 3), 0);
}
END_TEST

START_TEST(published_traces_give_their_exact_counts)
{
    static const struct {
        const char *file;
        uint64_t rows, input, output;
        double last_s, gap_cv;
    } wanted[] = {{SHARED "raw/AzureLLMInferenceTrace_conv.csv", 19366, 22361870, 4088665,
                   3501.721937, 1.0942},
                  {SHARED "raw/AzureLLMInferenceTrace_code.csv", 8819, 18059974, 245896,
                   3435.948056, 13.1513},
                  {SHARED "raw/mooncake_conversation_trace.jsonl", 12031, 144793823, 4122048,
                   3536.999, 3.0337}};
    if (access(shared(wanted[0].file), R_OK) != 0) {
        puts("SKIP published_traces_give_their_exact_counts: no " SHARED);
        return;
    }
    for (size_t i = 0; i < 3; i++) {
        struct wm_trace *const t = opened(shared(wanted[i].file), plain, WM_OK);
        const struct wm_trace_summary *const s = wm_trace_summary(t);
        ck_assert_uint_eq(s->n_rows, wanted[i].rows);
        ck_assert_uint_eq(s->input_tok, wanted[i].input);
        ck_assert_uint_eq(s->output_tok, wanted[i].output);
        ck_assert_double_eq_tol((double)s->last_ns * 1e-9, wanted[i].last_s, 1e-6);
        struct wm_request *const r = WM_NEW_ARRAY(arena, struct wm_request, s->n_rows);
        ck_assert_uint_eq(take_all(t, r, s->n_rows), wanted[i].rows);
        double sum = 0.0, squares = 0.0;
        uint64_t minute[60] = {0};
        for (size_t k = 0; k < s->n_rows; k++) {
            const double gap = k > 0 ? (double)(r[k].arrival_ns - r[k - 1].arrival_ns) : 0.0;
            sum += gap;
            squares += gap * gap;
            minute[r[k].arrival_ns / (60 * WM_NS_PER_S)]++;
        }
        const double n = (double)(s->n_rows - 1), mean = sum / n;
        ck_assert_double_eq_tol(sqrt(squares / n - mean * mean) / mean, wanted[i].gap_cv, 1e-4);
        if (i == 0)
            ck_assert_uint_eq(minute[31], 507);
        int n_empty = 0;
        for (int k = 0; k <= r[s->n_rows - 1].arrival_ns / (60 * WM_NS_PER_S); k++)
            n_empty += minute[k] == 0;
        if (i == 1)
            ck_assert_int_eq(n_empty, 12);
    }
}
END_TEST

START_TEST(raw_azure_and_our_form_of_it_are_the_same_events)
{
    const char *const raw = shared(SHARED "raw/AzureLLMInferenceTrace_conv.csv");
    if (access(raw, R_OK) != 0) {
        puts("SKIP raw_azure_and_our_form_of_it_are_the_same_events: no " SHARED);
        return;
    }
    struct wm_trace *const a = opened(raw, plain, WM_OK);
    struct wm_trace *const b = opened(shared(SHARED "azure_llm_2023_conv.csv"), plain, WM_OK);
    struct wm_request_source x = wm_trace_source(a), y = wm_trace_source(b);
    struct wm_request p, q;
    while (x.next(x.self, &p)) {
        ck_assert(y.next(y.self, &q));
        ck_assert_int_le(llabs(p.arrival_ns - q.arrival_ns), 100);
        ck_assert_uint_eq(p.input_tok, q.input_tok);
        ck_assert_uint_eq(p.output_tok, q.output_tok);
    }
    ck_assert(!y.next(y.self, &q));
    wm_trace_close(a);
    wm_trace_close(b);
}
END_TEST

START_TEST(mooncake_hits_grow_with_the_cache_up_to_the_published_share)
{
    const char *const path = shared(SHARED "raw/mooncake_conversation_trace.jsonl");
    if (access(path, R_OK) != 0) {
        puts("SKIP mooncake_hits_grow_with_the_cache_up_to_the_published_share: no " SHARED);
        return;
    }
    struct wm_trace *const t = opened(path, plain, WM_OK);
    ck_assert_double_eq(hit_frac(t, 0), 0.0);
    double last = 0.0;
    for (uint32_t capacity = 64; capacity <= 262144; capacity *= 8) {
        const double frac = hit_frac(t, capacity);
        ck_assert_double_ge(frac, last);
        last = frac;
    }
    ck_assert_double_eq_tol(hit_frac(t, WM_CACHE_UNLIMITED), 0.37362, 5e-6);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        azure_rows_have_fractions_of_any_length_offsets_and_crlf,
        burstgpt_columns_are_found_by_name_and_failed_rows_are_dropped_or_kept,
        burstgpt_first_version_has_fewer_columns,
        jsonl_rows_carry_prefix_blocks_and_sessions,
        an_agents_session_is_a_row_of_calls,
        own_rows_may_name_hits_reasoning_and_class_and_ignore_the_rest,
        rows_out_of_order_are_sorted_and_keep_the_order_of_ties,
        few_bad_rows_are_counted_by_line_and_many_are_an_error,
        rows_without_a_prompt_or_an_answer_are_no_bad_rows,
        the_size_of_named_blocks_is_counted_not_assumed,
        turns_of_a_session_are_its_calls,
        a_file_that_grows_is_read_as_far_as_it_was_counted,
        times_beyond_the_clock_are_refused,
        what_is_no_trace_is_refused,
        window_loop_and_time_scale_do_what_they_say,
        halving_the_rate_halves_the_count_and_leaves_the_lengths,
        a_rate_above_one_superposes_shifted_copies,
        dejitter_spreads_ties_over_the_step,
        leading_blocks_hit_and_least_recent_ones_leave,
        published_traces_give_their_exact_counts,
        raw_azure_and_our_form_of_it_are_the_same_events,
        mooncake_hits_grow_with_the_cache_up_to_the_published_share,
    };
    Suite *const suite = suite_create("trace");
    TCase *const tc = tcase_create("trace");
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_set_timeout(tc, 120);
    for (size_t i = 0; i < sizeof tests / sizeof *tests; i++)
        tcase_add_test(tc, tests[i]);
    tcase_add_loop_test(tc, a_session_without_calls_is_a_bad_row, 0,
                        sizeof broken_sessions / sizeof *broken_sessions);
    suite_add_tcase(suite, tc);
    return run_suite(suite);
}
