/* Cache: what is put is found, in memory and in files; whatever is odd about a file is a miss. */
#include <dirent.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "suite.h"
#include "wattmill/cache.h"
#include "wattmill/parallel.h"

static char dir[64];

static void before(void)
{
    (void)snprintf(dir, sizeof dir, "/tmp/wattmill-cache-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
}

/* The n-th file of the folder, counted as readdir() has them; its name in `path`. */
static size_t files(size_t n, char path[512])
{
    DIR *const d = opendir(dir);
    size_t count = 0;
    ck_assert_ptr_nonnull(d);
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d)) {
        if (e->d_name[0] == '.' && (e->d_name[1] == '\0' || e->d_name[1] == '.'))
            continue;
        if (count++ == n && path != NULL)
            (void)snprintf(path, 512, "%s/%s", dir, e->d_name);
    }
    (void)closedir(d);
    return count;
}

static void after(void)
{
    char path[512];
    while (files(0, path) > 0)
        (void)unlink(path);
    (void)rmdir(dir);
}

static struct wm_cache *open_with(size_t memory_bytes, size_t files_max)
{
    const struct wm_cache_params p = {dir, memory_bytes, files_max};
    struct wm_cache *const c = wm_cache_open(&p);
    ck_assert_ptr_nonnull(c);
    return c;
}

enum { N_BYTES = 1000 };

/* Key and bytes of number i. */
static void make(size_t i, unsigned char key[WM_DIGEST_BYTES], unsigned char bytes[N_BYTES])
{
    wm_digest_of(&i, sizeof i, key);
    for (size_t k = 0; k < N_BYTES; k++)
        bytes[k] = (unsigned char)(i * 31 + k * 7);
}

static void put(struct wm_cache *c, size_t i)
{
    unsigned char key[WM_DIGEST_BYTES], bytes[N_BYTES];
    make(i, key, bytes);
    wm_cache_put(c, key, bytes, N_BYTES);
}

static bool has(struct wm_cache *c, size_t i)
{
    unsigned char key[WM_DIGEST_BYTES], bytes[N_BYTES], found[N_BYTES];
    make(i, key, bytes);
    if (!wm_cache_get(c, key, found, N_BYTES))
        return false;
    ck_assert_mem_eq(found, bytes, N_BYTES);
    return true;
}

START_TEST(what_is_put_is_found_by_its_key_and_size)
{
    const struct wm_cache_params memory = {NULL, 0, 0};
    struct wm_cache *const c = wm_cache_open(&memory);
    unsigned char key[WM_DIGEST_BYTES], bytes[N_BYTES], shorter[10];
    ck_assert(!has(c, 1));
    put(c, 1);
    put(c, 1);
    ck_assert(has(c, 1));
    ck_assert(!has(c, 2));
    make(1, key, bytes);
    ck_assert(!wm_cache_get(c, key, shorter, sizeof shorter));
    ck_assert_uint_eq(wm_cache_counts(c).memory_hits, 1);
    ck_assert_uint_eq(wm_cache_counts(c).misses, 3);
    wm_cache_close(c);
    wm_cache_close(NULL);
}
END_TEST

START_TEST(a_later_process_reads_the_files)
{
    struct wm_cache *c = open_with(0, 0);
    for (size_t i = 0; i < 20; i++)
        put(c, i);
    wm_cache_close(c);
    c = open_with(0, 0);
    for (size_t i = 0; i < 20; i++)
        ck_assert(has(c, i) && has(c, i));
    ck_assert_uint_eq(wm_cache_counts(c).file_hits, 20);
    ck_assert_uint_eq(wm_cache_counts(c).memory_hits, 20);
    wm_cache_close(c);
}
END_TEST

static void write_bytes(const char *path, const unsigned char *bytes, size_t n)
{
    FILE *const f = fopen(path, "wb");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
    ck_assert_int_eq(fclose(f), 0);
}

static bool is_read(const char *path, const unsigned char *bytes, size_t n)
{
    write_bytes(path, bytes, n);
    struct wm_cache *const c = open_with(0, 0);
    const bool found = has(c, 7);
    wm_cache_close(c);
    return found;
}

START_TEST(a_file_that_is_cut_longer_damaged_or_foreign_is_a_miss)
{
    unsigned char whole[2 * N_BYTES] = {0};
    char path[512];
    struct wm_cache *const c = open_with(0, 0);
    put(c, 7);
    wm_cache_close(c);
    ck_assert_uint_eq(files(0, path), 1);
    FILE *const f = fopen(path, "rb");
    const size_t n = fread(whole, 1, sizeof whole, f);
    (void)fclose(f);
    ck_assert(is_read(path, whole, n));
    for (size_t at = 0; at < n; at += at < 128 ? 1 : 97) { /* every byte of the header */
        whole[at] ^= 0x10u;
        ck_assert_msg(!is_read(path, whole, n), "byte %zu", at);
        whole[at] ^= 0x10u;
    }
    for (size_t size = 0; size < n; size += 61)
        ck_assert(!is_read(path, whole, size));
    ck_assert(!is_read(path, whole, n + 1));
    ck_assert(is_read(path, whole, n));
    ck_assert(!is_read(path, (const unsigned char *)"SQLite format 3", 15));
}
END_TEST

START_TEST(a_folder_that_cannot_be_used_leaves_memory_alone)
{
    static const char *const bad[] = {"/dev/null/x", "/proc/wattmill", ""};
    for (size_t i = 0; i < 3; i++) {
        const struct wm_cache_params p = {bad[i], 0, 0};
        struct wm_cache *const c = wm_cache_open(&p);
        ck_assert_ptr_nonnull(c);
        ck_assert(!has(c, 1));
        put(c, 1);
        ck_assert(has(c, 1));
        wm_cache_close(c);
    }
    /* a folder that goes away while it is used */
    struct wm_cache *const c = open_with(0, 0);
    ck_assert_int_eq(rmdir(dir), 0);
    put(c, 1);
    ck_assert(has(c, 1));
    wm_cache_close(c);
    ck_assert_int_eq(mkdir(dir, 0700), 0);
}
END_TEST

START_TEST(folders_above_are_made)
{
    char deep[128], path[256];
    (void)snprintf(deep, sizeof deep, "%s/a/b", dir);
    const struct wm_cache_params p = {deep, 0, 0};
    struct wm_cache *c = wm_cache_open(&p);
    put(c, 1);
    wm_cache_close(c);
    c = wm_cache_open(&p);
    ck_assert(has(c, 1));
    wm_cache_close(c);
    (void)snprintf(path, sizeof path, "rm -r %s/a", dir);
    ck_assert_int_eq(system(path), 0);
}
END_TEST

START_TEST(memory_and_folder_are_bounded)
{
    enum { N = 400, FILES = 40, TRIM_EVERY = 64 };
    struct wm_cache *c = open_with((size_t)1 << 20, FILES);
    size_t n_memory = 0;
    for (size_t i = 0; i < N; i++) {
        put(c, i);
        ck_assert(has(c, i));
        ck_assert_uint_le(files(0, NULL), FILES + TRIM_EVERY);
    }
    wm_cache_close(c);
    /* one process writes as many as the folder may hold; what is used stays */
    for (size_t process = 1; process <= 6; process++) {
        c = open_with(0, FILES);
        ck_assert(has(c, 3));
        (void)nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); /* a tick of file times */
        for (size_t i = 0; i < FILES; i++)
            put(c, N * process + i);
        wm_cache_close(c);
        ck_assert_uint_le(files(0, NULL), 2 * FILES);
    }
    c = open_with(0, FILES);
    ck_assert(has(c, 3));
    wm_cache_close(c);
    /* a memory of half a megabyte, less what the table itself takes */
    const struct wm_cache_params memory = {NULL, (size_t)1 << 19, 0};
    c = wm_cache_open(&memory);
    for (size_t i = 0; i < 2000; i++)
        put(c, i);
    for (size_t i = 0; i < 2000; i++)
        n_memory += has(c, i);
    ck_assert_uint_gt(n_memory, 100);
    ck_assert_uint_lt(n_memory, (1 << 19) / N_BYTES);
    wm_cache_close(c);
}
END_TEST

static void put_and_get(void *context, size_t i)
{
    struct wm_cache *const c = context;
    if (!has(c, i % 50))
        put(c, i % 50);
    (void)has(c, (i + 25) % 50); /* compares what it finds */
}

START_TEST(threads_share_it)
{
    struct wm_cache *const c = open_with((size_t)1 << 20, 0);
    wm_parallel_for(8, 2000, put_and_get, c);
    for (size_t i = 0; i < 50; i++)
        ck_assert(has(c, i));
    wm_cache_close(c);
}
END_TEST

static void count(void *context, size_t i)
{
    atomic_int *const counts = context;
    atomic_fetch_add(&counts[i], 1);
}

START_TEST(every_item_is_worked_on_once_whatever_the_threads)
{
    static const unsigned threads[] = {0, 1, 2, 7, 1000};
    for (size_t t = 0; t < sizeof threads / sizeof *threads; t++)
        for (size_t n = 0; n <= 300; n += 75) {
            atomic_int counts[301] = {0};
            wm_parallel_for(threads[t], n, count, counts);
            for (size_t i = 0; i <= 300; i++)
                ck_assert_int_eq(counts[i], i < n);
        }
    ck_assert_uint_ge(wm_processors(), 1);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {what_is_put_is_found_by_its_key_and_size,
                                  a_later_process_reads_the_files,
                                  a_file_that_is_cut_longer_damaged_or_foreign_is_a_miss,
                                  a_folder_that_cannot_be_used_leaves_memory_alone,
                                  folders_above_are_made,
                                  memory_and_folder_are_bounded,
                                  threads_share_it,
                                  every_item_is_worked_on_once_whatever_the_threads};
    return run_fixture_tests("cache", tests, sizeof tests / sizeof *tests, before, after);
}
