/* Files under a name of their own until they are complete: NAME.PID-N.tmp. */
#include "wattmill/out_file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES_MAX 10000u

/* Names that wait for their file's end, so that a command that ends early takes them away; one too long is left. */
enum { WAITING_MAX = 32, NAME_BYTES = 4096 };
static struct waiting {
    atomic_bool is_taken;
    char name[NAME_BYTES];
} waiting[WAITING_MAX];

static void remember(const char *tmp)
{
    const size_t n = strlen(tmp);
    for (size_t i = 0; n < NAME_BYTES && i < WAITING_MAX; i++) {
        bool is_free = false;
        if (!atomic_compare_exchange_strong(&waiting[i].is_taken, &is_free, true))
            continue;
        memcpy(waiting[i].name, tmp, n + 1);
        return;
    }
}

static void forget(const char *tmp)
{
    for (size_t i = 0; i < WAITING_MAX; i++)
        if (atomic_load(&waiting[i].is_taken) && strcmp(waiting[i].name, tmp) == 0)
            atomic_store(&waiting[i].is_taken, false);
}

void wm_out_abandon(void)
{
    for (size_t i = 0; i < WAITING_MAX; i++)
        if (atomic_exchange(&waiting[i].is_taken, false))
            (void)unlink(waiting[i].name);
}

static const char *name_of(struct wm_arena *arena, const char *path, long pid, unsigned n)
{
    return wm_arena_printf(arena, "%s.%ld-%u.tmp", path, pid, n);
}

void wm_out_abandon_of(struct wm_arena *arena, const char *path, long pid)
{
    for (unsigned n = 0; unlink(name_of(arena, path, pid, n)) == 0; n++)
        continue;
}

bool wm_out_is_special(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && !S_ISREG(info.st_mode);
}

bool wm_out_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* A new file beside `path`; -1 with errno. */
static int reserve(struct wm_arena *arena, const char *path, const char **tmp)
{
    for (unsigned n = 0; n < TRIES_MAX; n++) {
        *tmp = name_of(arena, path, (long)getpid(), n);
        const int fd = open(*tmp, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd >= 0)
            remember(*tmp);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

const char *wm_out_reserve(struct wm_arena *arena, const char *path)
{
    const char *tmp = NULL;
    const int fd = reserve(arena, path, &tmp);
    if (fd < 0)
        return NULL;
    (void)close(fd);
    return tmp;
}

/* The folder's entry reaches the disk too; where folders cannot be synced the file system sees to it. */
static void sync_folder(const char *path)
{
    char dir[4096];
    const char *const slash = strrchr(path, '/');
    const size_t n = slash == NULL ? 1 : slash == path ? 1 : (size_t)(slash - path);
    if (n >= sizeof dir)
        return;
    memcpy(dir, slash == NULL ? "." : path, n);
    dir[n] = '\0';
    const int fd = open(dir, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)fsync(fd);
    (void)close(fd);
}

static bool discard(const char *tmp)
{
    const int why = errno;
    (void)unlink(tmp);
    forget(tmp);
    errno = why;
    return false;
}

static bool name_it(const char *tmp, const char *path)
{
    if (wm_memory_has_ended()) /* it holds what was computed without */
        errno = ENOMEM;
    if (wm_memory_has_ended() || rename(tmp, path) != 0)
        return discard(tmp);
    forget(tmp);
    sync_folder(path);
    return true;
}

bool wm_out_commit(const char *tmp, const char *path)
{
    const int fd = open(tmp, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return discard(tmp);
    bool good = fsync(fd) == 0;
    good = close(fd) == 0 && good;
    return good ? name_it(tmp, path) : discard(tmp);
}

bool wm_out_open(struct wm_out_file *out, struct wm_arena *arena, const char *path)
{
    *out = (struct wm_out_file){.path = path};
    const int fd = wm_out_is_special(path) ? open(path, O_WRONLY | O_CLOEXEC)
                                           : reserve(arena, path, &out->tmp);
    if (fd < 0)
        return false;
    out->file = fdopen(fd, "w");
    if (out->file != NULL)
        return true;
    (void)close(fd);
    return out->tmp != NULL ? discard(out->tmp) : false;
}

bool wm_out_close(struct wm_out_file *out, bool keep)
{
    bool good = ferror(out->file) == 0 && fflush(out->file) == 0;
    good = good && (out->tmp == NULL || !keep || fsync(fileno(out->file)) == 0);
    const int why = errno;
    const bool closed = fclose(out->file) == 0;
    if (!good)
        errno = why;
    out->file = NULL;
    good = good && closed && keep;
    if (out->tmp == NULL)
        return good;
    return good ? name_it(out->tmp, out->path) : discard(out->tmp);
}

/* Whether a name ends with .PID-N.tmp */
static bool is_ours(const char *name)
{
    static const char ending[] = ".tmp";
    const size_t n = strlen(name);
    if (n <= sizeof ending || strcmp(name + n - (sizeof ending - 1), ending) != 0)
        return false;
    const char *at = name + n - sizeof ending; /* last digit of N */
    const char *const last = at;
    while (at > name && isdigit((unsigned char)*at))
        at--;
    if (at == last || *at != '-')
        return false;
    const char *const dash = at--;
    while (at > name && isdigit((unsigned char)*at))
        at--;
    return at + 1 < dash && at > name && *at == '.';
}

void wm_out_sweep(struct wm_arena *arena, const char *dir)
{
    DIR *const d = opendir(dir);
    if (d == NULL)
        return;
    for (const struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        if (is_ours(e->d_name))
            (void)unlink(wm_arena_printf(arena, "%s/%s", dir, e->d_name));
    (void)closedir(d);
}
