/* Operating points from CSV, errors by group, and a fit that finds what was planted. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "suite.h"
#include "wattmill/numeric.h"
#include "wattmill/wattmill.h"

static struct wm_arena *arena;
static struct wm_diags diags;
static const struct wm_catalog *catalog;

static void open_all(void)
{
    wm_init();
    arena = wm_arena_open();
    diags = wm_diags_init(arena);
    ck_assert_int_eq(wm_catalog_load(arena, &catalog, &diags), WM_OK);
}

static enum wm_status load(const char *text, struct wm_operating_points *points)
{
    char path[] = "/tmp/wattmill-points-XXXXXX";
    const int fd = mkstemp(path);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    const enum wm_status status = wm_operating_points_load(arena, path, catalog, points, &diags);
    unlink(path);
    return status;
}

#define HEAD                                                                                       \
    "row_id,source_id,kind,accelerator,n_gpu,model,precision,framework,workload,isl_tokens,"       \
    "osl_tokens,concurrency,batch_size,tp,ep,dp_attention,disagg,mtp,output_tokens_per_s_per_gpu," \
    "gpu_power_w,split\n"

START_TEST(rows_become_points_and_the_rest_is_counted_by_reason)
{
    open_all();
    struct wm_operating_points p;
    ck_assert_int_eq(
        load(
            HEAD
            "a,mine,measured,H100,8,deepseek-r1-671b,fp8,sglang,w,1000,500,32,,8,8,0,0,0,100,,fit\n"
            "b,mine,measured,B200,64,DeepSeek-R1,FP4,trt,w,1000,500,64,,8,8,1,0,0,100,700,\n"
            "c,mine,measured,B200,8,deepseek-r1,fp4,trt,w,1000,500,64,,8,8,1,0,0,100,,\n"
            "d,mine,measured,B200,8,no-such-model,fp4,trt,w,1000,500,64,,8,8,1,0,0,100,,\n"
            "e,mine,measured,B200,8,deepseek-r1,fp4,trt,w,1000,500,64,,8,8,1,1,0,100,,\n"
            "f,mine,measured,B200,8,deepseek-r1,fp4,trt,w,1000,500,64,,8,8,1,0,1,100,,\n"
            "g,mine,measured,B200,8,deepseek-r1,fp4,trt,w,,500,64,,8,8,1,0,0,100,,\n"
            "h,mine,derived,B200,8,deepseek-r1,fp4,trt,w,1000,500,64,,8,8,1,0,0,100,,\n"
            "i,mine,measured,B200,8,deepseek-r1,fp4,trt,w,1000,500,64,,8,8,1,0,0,,,\n",
            &p),
        WM_OK);
    ck_assert_uint_eq(p.n_rows, 9);
    ck_assert_uint_eq(p.n, 4); /* a, b, c and f, with drafts */
    size_t left = 0;
    for (size_t i = 0; i < p.n_left_out; i++)
        left += p.left_out[i].n;
    ck_assert_uint_eq(left + p.n, p.n_rows);
    ck_assert_str_eq(p.items[0].accelerator->head.name, "h100");
    ck_assert_str_eq(p.items[0].llm->head.name, "deepseek-r1");
    ck_assert(p.items[0].is_fit && !p.items[1].is_fit);
    ck_assert_double_eq(p.items[0].group.tensor, 8.0);
    ck_assert_double_eq(p.items[0].group.expert, 8.0);
    ck_assert_double_eq(p.items[1].group.tensor, 1.0); /* attention data-parallel */
    ck_assert_double_eq(p.items[1].group.data, 8.0);
    ck_assert_double_eq(p.items[1].board_w, 700.0);
    ck_assert(isnan(p.items[2].board_w));
    ck_assert_int_eq(p.items[2].precision, WM_FP4);
    ck_assert_int_eq(wm_operating_point_way(&p.items[2]), WM_SERVED_PLAIN);
    ck_assert_int_eq(wm_operating_point_way(&p.items[3]), WM_SERVED_DRAFTS);
    wm_arena_close(arena);
}
END_TEST

START_TEST(a_table_without_its_columns_is_refused)
{
    open_all();
    struct wm_operating_points p;
    ck_assert_int_eq(load("a,b\n1,2\n", &p), WM_INVALID);
    ck_assert_int_eq(diags.items[0].code, WM_E214);
    ck_assert_int_eq(wm_operating_points_load(arena, "/no/such/file.csv", catalog, &p, &diags),
                     WM_IO);
    wm_arena_close(arena);
}
END_TEST

/* Any order and case of columns, none but the needed ones, quotes, CRLF, short and empty rows. */
START_TEST(tables_of_others_are_read_as_they_come)
{
    open_all();
    struct wm_operating_points p;
    ck_assert_int_eq(
        load("Comment,OUTPUT_tokens_per_s_per_gpu,TP,model,concurrency,isl_tokens,osl_tokens,"
             "framework,accelerator,precision\r\n"
             "\"one, \"\"quoted\"\"\",900,1,\"Llama-3.1-8B\",8,1024,256,vllm,H100,BF16\r\n"
             "\r\n"
             "x,900,1,llama_3.1_8b,8,1024,256,vllm,h100\r\n" /* no precision */
             "x,900,1,llama-3.1-8b,many,1024,256,vllm,h100,bf16\r\n"
             "x,,1,llama-3.1-8b,8,1024,256,vllm,h100,bf16\r\n"
             "x,900,1,llama-3.1-8b,8,1024,256,none,h100,bf16\r\n"
             "x,900,1,llama-3.1-8b,8,1024,256,vllm,abacus,bf16\r\n",
             &p),
        WM_OK);
    ck_assert_uint_eq(p.n_rows, 6);
    ck_assert_uint_eq(p.n, 1);
    ck_assert_uint_eq(p.n_left_out, 5);
    ck_assert(p.items[0].is_fit); /* no column says what is kept for checking */
    ck_assert_double_eq(p.items[0].load, 8.0);
    ck_assert_double_eq(p.items[0].group.tensor, 1.0);
    wm_arena_close(arena);
}
END_TEST

/* What a row was, where its words alone mislead. */
START_TEST(rows_are_read_as_they_were_run)
{
    open_all();
    struct wm_operating_points p;
    ck_assert_int_eq(
        load("source_id,accelerator,n_gpu,model,precision,framework,workload,isl_tokens,osl_tokens,"
             "concurrency,batch_size,tp,ep,dp_attention,output_tokens_per_s_per_gpu,notes\n"
             "mlenergy_v3,B200,8,deepseek-r1,fp8,vllm,gpqa,,900,8,8,1,8,0,100,\n"
             "mlenergy_v3,B200,8,deepseek-r1,fp8,vllm,gpqa,,900,8,8,1,8,1,100,\n"
             "mlperf_inference_v5.0,GH200,1,llama-2-70b,fp8,HPE,mlperf_llama2-70b-99_offline,294,"
             "294,"
             ",,,,,4000,HPE (1x GH200-144GB_aarch64)\n"
             "mlperf_inference_v5.0,H200,8,llama-2-70b,fp8,Dell,"
             "mlperf_llama2-70b-interactive-99_offline,294,294,,,,,,4000,\n"
             "mlperf_inference_v5.0,H200,8,llama-2-70b,fp8,Dell,"
             "mlperf_llama2-70b-interactive-99_interactive,294,294,,,,,,2000,\n"
             "mlperf_inference_v4.1,L40S,8,llama-2-70b,fp8,X,mlperf_llama2-70b-99_offline,294,294,"
             ",,,,,119,\"X (8x L40S PCIe, vLLM, FP8)\"\n"
             "mine,H200,8,llama-2-70b,fp8,vllm,random_fixed_len,1024,1024,,,8,,,100,\n",
             &p),
        WM_OK);
    ck_assert_uint_eq(p.n, 6);
    ck_assert_double_eq(p.items[0].group.tensor, 8.0);
    ck_assert_double_eq(p.items[0].group.expert, 8.0);
    ck_assert_double_eq(p.items[1].group.data, 8.0);
    ck_assert_str_eq(p.items[2].accelerator->head.name, "gh200-144");
    ck_assert_int_eq(p.items[3].drive, WM_DRIVE_OFFLINE);
    ck_assert_int_eq(p.items[4].drive, WM_DRIVE_SPEED);
    ck_assert_double_eq(p.items[4].ttft_limit_s, 0.45);
    ck_assert_str_eq(p.items[5].engine->head.name, "vllm");
    ck_assert_uint_eq(p.n_left_out, 1); /* a client whose users are not stated */
    /* a limit on first tokens never lets more through */
    struct wm_operating_point loose = p.items[4];
    loose.ttft_limit_s = 0.0;
    ck_assert_double_ge(wm_operating_point_predict(&loose, NULL, NULL).out_tok_per_s_per_gpu,
                        wm_operating_point_predict(&p.items[4], NULL, NULL).out_tok_per_s_per_gpu);
    wm_arena_close(arena);
}
END_TEST

/* What a benchmark's scripts set stands in its scripts, not in its rows: cache, tokens of a pass, intake. */
START_TEST(rows_of_a_benchmark_are_run_with_its_settings)
{
    open_all();
    struct wm_operating_points p;
    ck_assert_int_eq(
        load(
            HEAD
            "a,inferencex_20260720,measured,B200,8,llama-3.3-70b,fp8,vllm,w,1000,500,32,,8,1,0,0,0,"
            "100,,fit\n"
            "b,inferencex_20260720,measured,B200,8,deepseek-r1,fp8,sglang,w,1000,500,32,,8,1,0,0,0,"
            "100,"
            ",fit\n"
            "c,inferencex_20260720,measured,B200,8,deepseek-r1,fp8,sglang,w,1000,500,4,,8,1,0,0,0,"
            "100,,"
            "fit\n"
            "d,inferencex_20260720,measured,B200,8,deepseek-v4-pro,fp4,sglang,w,8192,1024,512,,8,8,"
            "1,0,0,"
            "100,,fit\n"
            "e,mine,measured,B200,8,llama-3.3-70b,fp8,vllm,w,1000,500,32,,8,1,0,0,0,100,,fit\n",
            &p),
        WM_OK);
    ck_assert_uint_eq(p.n, 5);
    ck_assert_double_eq(p.items[0].launch.kv_bytes, 1.0);
    ck_assert_double_eq(p.items[1].launch.intake_steps, 30.0);
    ck_assert_double_eq(p.items[2].launch.intake_steps, 10.0);
    ck_assert_double_eq(p.items[3].launch.chunk_tok, 32768.0 / 8.0); /* shared by its groups */
    ck_assert_double_eq(p.items[4].launch.kv_bytes, 0.0);            /* the engine's own */
    /* a wider cache takes longer to read */
    struct wm_operating_point wide = p.items[0];
    wide.launch.kv_bytes = 2.0;
    ck_assert_double_lt(wm_operating_point_predict(&wide, NULL, NULL).out_tok_per_s_per_gpu,
                        wm_operating_point_predict(&p.items[0], NULL, NULL).out_tok_per_s_per_gpu);
    wm_arena_close(arena);
}
END_TEST

/* Submissions and vendors' tables: how they split a model, and what is queued, stands in their configurations. */
START_TEST(rows_of_submissions_are_run_as_they_were_configured)
{
    open_all();
    struct wm_operating_points p;
#define ROW(source, accelerator, workload, lengths, out)                              \
    "r," source ",measured," accelerator ",8,llama-2-70b,fp8,x," workload "," lengths \
    ",,,,,,0,0," out ",,fit\n"
    ck_assert_int_eq(
        load(HEAD ROW("mlperf_inference_v4.1", "H100", "mlperf_llama2-70b-99_offline", "294,294",
                      "3000") ROW("mlperf_inference_v5.0", "H100", "mlperf_llama2-70b-99_offline",
                                  "294,294", "3900")
                 ROW("mlperf_inference_v5.0", "H100-NVL", "mlperf_llama2-70b-99_server", "294,294",
                     "1900") ROW("mlperf_inference_v5.1", "MI300X", "mlperf_llama2-70b-99_offline",
                                 "294,294", "3400"),
             &p),
        WM_OK);
#undef ROW
    ck_assert_uint_eq(p.n, 4);
    ck_assert_double_eq(p.items[0].group.tensor, 2.0);
    ck_assert_double_eq(p.items[0].group.pipeline, 1.0);
    ck_assert_double_eq(p.items[1].group.pipeline, 2.0);
    ck_assert_double_eq(p.items[2].group.tensor, 2.0);
    ck_assert_double_eq(p.items[3].group.tensor, 0.0); /* not known: chosen */
    /* two stages send less between them than two tensor ranks */
    double rate[4];
    for (size_t i = 0; i < p.n; i++)
        rate[i] = wm_operating_point_predict(&p.items[i], NULL, NULL).out_tok_per_s_per_gpu;
    ck_assert_double_gt(rate[1], 1.1 * rate[0]);
    /* an engine that admits a request with room for its whole answer has fewer under way */
    struct wm_operating_point kept = p.items[1];
    kept.input_tok = 128.0;
    kept.output_tok = 4096.0;
    const double free_rate = wm_operating_point_predict(&kept, NULL, NULL).out_tok_per_s_per_gpu;
    kept.launch.keeps_room = true;
    ck_assert_double_lt(wm_operating_point_predict(&kept, NULL, NULL).out_tok_per_s_per_gpu,
                        0.9 * free_rate);
    wm_arena_close(arena);
}
END_TEST

/* A first token waits behind the prompts before it: where reading takes most of a server's time, a limit on
   the 99th percentile leaves part of it idle (M/D/1: a prompt of 1.2 s under a limit of 6 s about half). */
START_TEST(a_limit_on_first_tokens_keeps_servers_from_reading_all_the_time)
{
    open_all();
    struct wm_operating_points p;
    ck_assert_int_eq(
        load(HEAD
             "a,mlperf_inference_v5.1,measured,H200,8,llama-3.1-405b,fp8,x,mlperf_llama3.1-405b_"
             "offline,9428,684,,,,,,0,0,69,,fit\n"
             "b,mlperf_inference_v5.1,measured,H200,8,llama-3.1-405b,fp8,x,mlperf_llama3.1-405b_"
             "server,9428,684,,,,,,0,0,37,,fit\n",
             &p),
        WM_OK);
    ck_assert_uint_eq(p.n, 2);
    const double offline =
        wm_operating_point_predict(&p.items[0], NULL, NULL).out_tok_per_s_per_gpu;
    const double server = wm_operating_point_predict(&p.items[1], NULL, NULL).out_tok_per_s_per_gpu;
    ck_assert_double_lt(server, 0.7 * offline); /* 37 of 69 measured */
    ck_assert_double_gt(server, 0.3 * offline);
    wm_arena_close(arena);
}
END_TEST

/* Boards of one chip under less power: what is left beside memory and rest drives as many multiprocessors
   slower, power going with the cube of the clock. The fit starts from there (start.json). */
START_TEST(boards_of_less_power_start_where_their_limit_lets_them)
{
    static const struct {
        const char *name, *like;
        double sms, like_sms, start;
    } boards[] = {{"h100-pcie", "h100", 114.0, 132.0, 0.92},
                  {"h100-nvl", "h100", 132.0, 132.0, 0.88},
                  {"h200-nvl", "h200", 132.0, 132.0, 1.10}};
    open_all();
    for (size_t i = 0; i < 3; i++) {
        const struct wm_accelerator *const a =
            (const void *)wm_catalog_find(catalog, WM_CATALOG_accelerator, boards[i].name);
        const struct wm_accelerator *const b =
            (const void *)wm_catalog_find(catalog, WM_CATALOG_accelerator, boards[i].like);
        ck_assert_str_eq(a->silicon, b->silicon);
        /* a full pass keeps the memory busy a tenth of its time, in watts as the larger board's by bandwidth */
        const double memory_w = b->tdp_w * b->power.memory_frac * sqrt(0.1);
        const double left_w =
            a->tdp_w - a->power.idle_w - memory_w * a->mem_bytes_per_s / b->mem_bytes_per_s;
        const double like_w = b->tdp_w - b->power.idle_w - memory_w;
        const double clock = cbrt(left_w / like_w * boards[i].like_sms / boards[i].sms);
        const double rate = boards[i].sms / boards[i].like_sms * clock;
        ck_assert_double_eq_tol(rate / (a->bf16.flop_per_s / b->bf16.flop_per_s), boards[i].start,
                                0.02);
        ck_assert_double_eq_tol(a->achieved.compute_frac / b->achieved.compute_frac,
                                boards[i].start, 1e-3);
    }
    wm_arena_close(arena);
}
END_TEST

#define SPLIT_HEAD                                                                         \
    "accelerator,n_gpu,model,precision,framework,isl_tokens,osl_tokens,concurrency,tp,ep," \
    "dp_attention,disagg,n_prefill_gpu,n_decode_gpu,mtp,output_tokens_per_s_per_gpu,notes\n"

START_TEST(disaggregated_rows_have_workers_of_both_kinds)
{
    open_all();
    struct wm_operating_points p;
    ck_assert_int_eq(load(SPLIT_HEAD
                          "GB200,24,deepseek-r1,fp4,dynamo-trt,8192,1024,512,16,16,1,1,8,16,0,500,"
                          "prefill tp=4 ep=4 dpa=1 workers=2; decode workers=1\n"
                          "GB200,20,deepseek-r1,fp4,dynamo-trt,8192,1024,512,16,16,1,1,4,16,0,500,"
                          "prefill tp=4 ep=4 dpa=1 workers=1; decode workers=1\n"
                          "GB200,24,deepseek-r1,fp4,dynamo-trt,8192,1024,512,16,16,1,1,8,16,1,500,"
                          "prefill tp=4 ep=4 dpa=1 workers=2; decode workers=1\n"
                          "GB200,24,deepseek-r1,fp4,dynamo-trt,8192,1024,512,16,16,1,1,8,16,0,500,"
                          "prefill tp=4 ep=4 dpa=1 workers=3; decode workers=1\n"
                          "GB200,24,deepseek-r1,fp4,dynamo-trt,8192,1024,512,16,16,1,1,,,0,500,\n",
                          &p),
                     WM_OK);
    ck_assert_uint_eq(p.n, 3);
    ck_assert_uint_eq(p.n_left_out, 2); /* 12 of 8 accelerators; none stated */
    ck_assert_str_eq(p.items[0].engine->head.name, "tensorrt-llm");
    ck_assert_double_eq(p.items[0].prefill.data, 4.0);
    ck_assert_double_eq(p.items[0].prefill_workers, 2.0);
    ck_assert_double_eq(p.items[0].group.data, 16.0);
    ck_assert_int_eq(wm_operating_point_way(&p.items[0]), WM_SERVED_SPLIT);
    ck_assert_int_eq(wm_operating_point_way(&p.items[2]), WM_SERVED_SPLIT_DRAFTS);
    double total[3];
    for (int i = 0; i < 3; i++)
        total[i] = p.items[i].n_gpus *
                   wm_operating_point_predict(&p.items[i], NULL, NULL).out_tok_per_s_per_gpu;
    ck_assert_double_gt(total[0], total[1]); /* the second worker shortens the queue */
    ck_assert_double_le(total[0], 2.0 * total[1] * (1.0 + 1e-9));
    /* few users: nothing queues, and users = rate * (prompt + answer) leaves less than users / tpot */
    struct wm_operating_point few = p.items[0];
    few.load = 16.0;
    const struct wm_prediction q = wm_operating_point_predict(&few, NULL, NULL);
    ck_assert_double_lt(q.out_tok_per_s_per_gpu * few.n_gpus, 16.0 / q.tpot_s);
    ck_assert_double_gt(q.out_tok_per_s_per_gpu * few.n_gpus, 0.8 * 16.0 / q.tpot_s);
    wm_arena_close(arena);
}
END_TEST

START_TEST(power_points_read_their_configuration_from_words)
{
    open_all();
    struct wm_operating_points p;
    ck_assert_int_eq(
        load("power_row_id,source_id,accelerator,scope,phase,workload,model,knob,knob_value,"
             "power_per_gpu_w,split,notes\n"
             "x,mine,B200,gpu,mixed,random_fixed_len 1024/2048,deepseek-r1-671b,concurrency,64,700,"
             "fit,fp4 sglang tp=4.0 ep=1.0 mtp=0.0; power basis measured\n"
             "y,mine,B200,node,training,t,m,mean_active,1,700,fit,\n",
             &p),
        WM_OK);
    ck_assert_uint_eq(p.n, 1);
    ck_assert_double_eq(p.items[0].group.tensor, 4.0);
    ck_assert_double_eq_tol(p.items[0].output_tok, 0.9 * 2048.0, 1e-9);
    ck_assert_double_eq(p.items[0].board_w, 700.0);
    ck_assert_str_eq(p.items[0].engine->head.name, "sglang");
    wm_arena_close(arena);
}
END_TEST

/* Rows of a grid; the "measured" figures come from `hw` in place of the catalogue's entry. */
static struct wm_operating_points planted(const struct wm_accelerator *hw)
{
    static const char *const llms[] = {"llama-3.1-70b", "gpt-oss-120b", "deepseek-r1"};
    struct wm_operating_points p = {.items = WM_NEW_ARRAY(arena, struct wm_operating_point, 256)};
    for (size_t l = 0; l < 3; l++)
        for (double users = 1.0; users <= 512.0; users *= 4.0)
            for (double input = 1024.0; input <= 8192.0; input *= 8.0) {
                struct wm_operating_point *q = &p.items[p.n++];
                *q = (struct wm_operating_point){
                    .row = "r",
                    .source = "planted",
                    .engine_word = "vllm",
                    .accelerator = (const struct wm_accelerator *)(const void *)wm_catalog_find(
                        catalog, WM_CATALOG_accelerator, "b200"),
                    .llm = (const struct wm_llm *)(const void *)wm_catalog_find(
                        catalog, WM_CATALOG_llm, llms[l]),
                    .engine = (const struct wm_engine *)(const void *)wm_catalog_find(
                        catalog, WM_CATALOG_engine, "vllm"),
                    .precision = l == 1 ? WM_FP4 : WM_FP8,
                    .group = {8.0, 1.0, 1.0, 1.0},
                    .max_gpus = 8.0,
                    .input_tok = input,
                    .output_tok = 1024.0,
                    .load = users,
                    .is_fit = true,
                    .power_is_exact = true};
                const struct wm_prediction truth = wm_operating_point_predict(q, hw, NULL);
                q->out_tok_per_s_per_gpu = truth.out_tok_per_s_per_gpu;
                q->board_w = truth.board_w;
            }
    p.n_rows = p.n;
    return p;
}

START_TEST(the_shipped_parameters_predict_themselves_without_error)
{
    open_all();
    const struct wm_operating_points p = planted(NULL);
    const struct wm_accuracy a = wm_accuracy_of(arena, &p, WM_POINTS_ALL);
    ck_assert_uint_eq(a.n, p.n);
    ck_assert_uint_gt(a.errors[WM_QUANTITY_SPEED].n, 5);
    for (size_t i = 0; i < a.errors[WM_QUANTITY_SPEED].n; i++)
        ck_assert_double_eq(a.errors[WM_QUANTITY_SPEED].rows[i].p90_frac, 0.0);
    ck_assert_uint_eq(wm_accuracy_of(arena, &p, WM_POINTS_VALIDATE).n, 0);
    wm_arena_close(arena);
}
END_TEST

START_TEST(errors_are_summed_up_as_by_hand)
{
    open_all();
    struct wm_operating_points p = planted(NULL);
    p.n = 4; /* measured = predicted / ratio: errors 0.1 0.2 0.2 0.5, ratios 0.8 0.9 1.2 1.5 */
    static const double ratios[] = {0.9, 1.2, 0.8, 1.5};
    for (size_t i = 0; i < 4; i++)
        p.items[i].out_tok_per_s_per_gpu /= ratios[i];
    const struct wm_accuracy a = wm_accuracy_of(arena, &p, WM_POINTS_ALL);
    ck_assert_str_eq(a.errors[WM_QUANTITY_SPEED].rows[0].by, "all");
    ck_assert_uint_eq(a.errors[WM_QUANTITY_SPEED].rows[0].n, 4);
    ck_assert_double_eq_tol(a.errors[WM_QUANTITY_SPEED].rows[0].median_frac, 0.2, 1e-12);
    ck_assert_double_eq_tol(a.errors[WM_QUANTITY_SPEED].rows[0].p90_frac, 0.41,
                            1e-12); /* 0.2 + 0.7 (0.5 - 0.2) */
    ck_assert_double_eq_tol(a.errors[WM_QUANTITY_SPEED].rows[0].bias_frac, 0.05, 1e-12);
    wm_arena_close(arena);
}
END_TEST

/* The headline is of plain serving; other ways have lines of their own and leave no mark on a fit. */
START_TEST(other_ways_of_serving_have_lines_of_their_own)
{
    open_all();
    struct wm_operating_points p = planted(NULL);
    p.items[0].draft = (struct wm_draft){2.0, 0.6};
    for (size_t i = 1; i < 4; i++) {
        p.items[i].prefill = p.items[i].group;
        p.items[i].prefill_workers = p.items[i].decode_workers = 1.0;
        p.items[i].n_gpus = 16.0;
    }
    const struct wm_accuracy a = wm_accuracy_of(arena, &p, WM_POINTS_ALL);
    ck_assert_uint_eq(a.n, p.n);
    ck_assert_uint_eq(a.errors[WM_QUANTITY_SPEED].rows[0].n, p.n - 4);
    size_t n_split = 0;
    for (size_t i = 0; i < a.errors[WM_QUANTITY_SPEED].n; i++)
        if (strcmp(a.errors[WM_QUANTITY_SPEED].rows[i].by, "serving") == 0 &&
            strcmp(a.errors[WM_QUANTITY_SPEED].rows[i].name, "disaggregated") == 0)
            n_split = a.errors[WM_QUANTITY_SPEED].rows[i].n;
    ck_assert_uint_eq(n_split, 3);
    const struct wm_fit_options options = {.max_iterations = 1};
    struct wm_fit fit;
    ck_assert_int_eq(wm_fit_points(arena, catalog, &p, &options, &fit, &diags), WM_OK);
    ck_assert_uint_eq(fit.n_points, p.n - 1); /* rows with drafts alone are not fitted */
    wm_arena_close(arena);
}
END_TEST

/* Two accelerators on the same task: as measured where the figures are the model's own, fewer where one
   is measured ten times as fast, and a pair measured 5 % apart per megawatt is not decided. */
START_TEST(accelerators_rank_along_their_curves)
{
    open_all();
    const struct wm_operating_points b200 = planted(NULL);
    struct wm_operating_points p = {.items = WM_NEW_ARRAY(arena, struct wm_operating_point, 128)};
    for (size_t i = 0; i < b200.n; i++)
        if (b200.items[i].llm == b200.items[0].llm && b200.items[i].input_tok == 1024.0)
            for (int h = 0; h < 2; h++) {
                struct wm_operating_point *const q = &p.items[p.n++];
                *q = b200.items[i];
                if (h > 0)
                    q->accelerator = (const struct wm_accelerator *)(const void *)wm_catalog_find(
                        catalog, WM_CATALOG_accelerator, "h200");
                q->out_tok_per_s_per_gpu =
                    wm_operating_point_predict(q, NULL, NULL).out_tok_per_s_per_gpu;
            }
    const struct wm_accuracy as_said = wm_accuracy_of(arena, &p, WM_POINTS_ALL);
    ck_assert_uint_ge(as_said.rank.n, 2);
    ck_assert_uint_eq(as_said.rank.n_right, as_said.rank.n);
    const struct wm_accelerator *const b = p.items[0].accelerator, *const h =
                                                                       p.items[1].accelerator;
    const double even =
        h->rack_nameplate_w / (double)h->rack_gpus / (b->rack_nameplate_w / (double)b->rack_gpus);
    for (size_t i = 0; i < p.n; i += 2)
        p.items[i + 1].out_tok_per_s_per_gpu = 10.0 * p.items[i].out_tok_per_s_per_gpu;
    const struct wm_accuracy faster = wm_accuracy_of(arena, &p, WM_POINTS_ALL);
    ck_assert_uint_ge(faster.rank.n_decided, 2);
    ck_assert_uint_lt(faster.rank.n_right, faster.rank.n);
    for (size_t i = 0; i < p.n; i += 2)
        p.items[i + 1].out_tok_per_s_per_gpu = 1.02 * even * p.items[i].out_tok_per_s_per_gpu;
    const struct wm_accuracy close = wm_accuracy_of(arena, &p, WM_POINTS_ALL);
    ck_assert_uint_ge(close.rank.n, 2);
    ck_assert_uint_lt(close.rank.n_decided, close.rank.n);
    /* rows left aside are held against the front of all: with every second of one left aside no pair is lost */
    for (size_t i = 0; i < p.n; i++)
        p.items[i].is_fit = i % 4 != 1;
    const struct wm_accuracy aside = wm_accuracy_of(arena, &p, WM_POINTS_VALIDATE);
    ck_assert_uint_eq(aside.rank.n, 0); /* one accelerator alone */
    ck_assert_uint_ge(aside.fronts.n, 1);
    ck_assert_uint_le(aside.fronts.n, close.rank.n);
    ck_assert_uint_eq(close.fronts.n, close.rank.n);
    wm_arena_close(arena);
}
END_TEST

START_TEST(a_fit_recovers_what_was_planted_and_passes_it_to_the_family)
{
    open_all();
    struct wm_accelerator hw = *(const struct wm_accelerator *)(const void *)wm_catalog_find(
        catalog, WM_CATALOG_accelerator, "b200");
    hw.achieved.moe_frac *= 0.6;
    hw.achieved.overhead *= 1.3;
    hw.fp8.serving_frac *= 0.7;
    hw.power.memory_frac *= 0.8;
    const struct wm_operating_points p = planted(&hw);
    const struct wm_fit_options options = {.max_iterations = 20};
    struct wm_fit fit;
    ck_assert_int_eq(wm_fit_points(arena, catalog, &p, &options, &fit, &diags), WM_OK);
    double worst = 0.0, before = 0.0;
    const struct wm_accelerator *fitted = NULL, *sibling = NULL;
    for (size_t a = 0; a < wm_catalog_n(catalog, WM_CATALOG_accelerator); a++) {
        if (strcmp(fit.accelerators[a].head.name, "b200") == 0)
            fitted = &fit.accelerators[a];
        if (strcmp(fit.accelerators[a].head.name, "gb300-nvl72") == 0)
            sibling = &fit.accelerators[a];
    }
    const struct wm_engine *engine = NULL;
    for (size_t e = 0; e < wm_catalog_n(catalog, WM_CATALOG_engine); e++)
        if (strcmp(fit.engines[e].head.name, "vllm") == 0)
            engine = &fit.engines[e];
    for (size_t i = 0; i < p.n; i++) {
        const double truth = p.items[i].out_tok_per_s_per_gpu;
        worst = fmax(
            worst,
            fabs(wm_operating_point_predict(&p.items[i], fitted, engine).out_tok_per_s_per_gpu /
                     truth -
                 1.0));
        before = fmax(
            before,
            fabs(wm_operating_point_predict(&p.items[i], NULL, NULL).out_tok_per_s_per_gpu / truth -
                 1.0));
    }
    ck_assert_double_gt(before, 0.15);
    ck_assert_double_lt(worst, 0.05);
    /* an accelerator of the family without a row moves the same way */
    const struct wm_accelerator *start =
        (const struct wm_accelerator *)(const void *)wm_catalog_find(
            catalog, WM_CATALOG_accelerator, "gb300-nvl72");
    ck_assert_double_lt(sibling->achieved.moe_frac, 0.85 * start->achieved.moe_frac);
    for (size_t i = 0; i < fit.n_rows; i++)
        ck_assert(fit.rows[i].rel_error_frac > 0.0 && fit.rows[i].pull_frac <= 1.0);
    wm_arena_close(arena);
}
END_TEST

/* Fitted alone, few rows pull what they decide and leave the rest at its prior. */
START_TEST(a_fit_of_one_accelerator_tells_what_its_rows_decided)
{
    open_all();
    struct wm_accelerator hw = *(const struct wm_accelerator *)(const void *)wm_catalog_find(
        catalog, WM_CATALOG_accelerator, "b200");
    hw.achieved.overhead *= 1.5;
    const struct wm_operating_points p = planted(&hw);
    const struct wm_fit_options options = {.max_iterations = 10, .only_accelerator = "b200"};
    struct wm_fit fit;
    ck_assert_int_eq(wm_fit_points(arena, catalog, &p, &options, &fit, &diags), WM_OK);
    double decided = -1.0, silent = -1.0;
    for (size_t i = 0; i < fit.n_rows; i++) {
        ck_assert_str_eq(fit.rows[i].owner, "accelerators.b200");
        if (strcmp(fit.rows[i].key, "achieved.overhead") == 0)
            decided = fit.rows[i].pull_frac;
        if (strcmp(fit.rows[i].key, "achieved.widen_frac") == 0)
            silent = fit.rows[i].pull_frac;
    }
    ck_assert_double_gt(decided, 0.5);
    ck_assert(silent >= 0.0 && silent < 0.05);
    wm_arena_close(arena);
}
END_TEST

START_TEST(a_fit_needs_points)
{
    open_all();
    struct wm_operating_points p = planted(NULL);
    for (size_t i = 0; i < p.n; i++)
        p.items[i].is_fit = false;
    const struct wm_fit_options options = {.max_iterations = 5};
    struct wm_fit fit;
    ck_assert_int_eq(wm_fit_points(arena, catalog, &p, &options, &fit, &diags), WM_INVALID);
    wm_arena_close(arena);
}
END_TEST

/* y = 2 exp(-x / 3) at x = 0 .. 9, exact: the fit must find both numbers. */
static void decay(const double *x, double *r, void *context)
{
    (void)context;
    for (int i = 0; i < 10; i++)
        r[i] = x[0] * exp(-i / x[1]) - 2.0 * exp(-i / 3.0);
}
static void decay_jacobian(const double *x, double *j, void *context)
{
    (void)context;
    for (int i = 0; i < 10; i++) {
        j[2 * i] = exp(-i / x[1]);
        j[2 * i + 1] = x[0] * exp(-i / x[1]) * i / (x[1] * x[1]);
    }
}
START_TEST(least_squares_finds_an_exact_curve)
{
    wm_init();
    double x[2] = {1.0, 1.0}, variance[2];
    const struct wm_least_squares p = {.n_residual = 10,
                                       .n_param = 2,
                                       .residuals = decay,
                                       .jacobian = decay_jacobian,
                                       .max_iterations = 100,
                                       .tolerance = 1e-12};
    ck_assert(wm_least_squares(&p, x, variance));
    ck_assert_double_eq_tol(x[0], 2.0, 1e-8);
    ck_assert_double_eq_tol(x[1], 3.0, 1e-8);
    ck_assert(variance[0] > 0.0 && variance[1] > 0.0);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        rows_become_points_and_the_rest_is_counted_by_reason,
        a_table_without_its_columns_is_refused,
        tables_of_others_are_read_as_they_come,
        rows_are_read_as_they_were_run,
        rows_of_a_benchmark_are_run_with_its_settings,
        rows_of_submissions_are_run_as_they_were_configured,
        a_limit_on_first_tokens_keeps_servers_from_reading_all_the_time,
        boards_of_less_power_start_where_their_limit_lets_them,
        disaggregated_rows_have_workers_of_both_kinds,
        power_points_read_their_configuration_from_words,
        the_shipped_parameters_predict_themselves_without_error,
        errors_are_summed_up_as_by_hand,
        other_ways_of_serving_have_lines_of_their_own,
        accelerators_rank_along_their_curves,
        a_fit_recovers_what_was_planted_and_passes_it_to_the_family,
        a_fit_of_one_accelerator_tells_what_its_rows_decided,
        a_fit_needs_points,
        least_squares_finds_an_exact_curve,
    };
    return RUN_TESTS("calibrate", tests);
}
