/*
 * Arguments that are pipes (/dev/stdin, /dev/fd/63 of a shell's <(...)) are copied into files without a name, opened in the
 * pipes' place, so that what reads a file twice can read them too. A named pipe stays what it is.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options.h"

/* The descriptor that an argument names, or -1. */
static int descriptor_of(const char *word)
{
    static const char folder[] = "/dev/fd/";
    char *end = NULL;
    if (strcmp(word, "/dev/stdin") == 0)
        return STDIN_FILENO;
    if (strncmp(word, folder, sizeof folder - 1) != 0)
        return -1;
    const long n = strtol(word + sizeof folder - 1, &end, 10);
    return *end == '\0' && end != word + sizeof folder - 1 && n >= 0 && n < 65536 ? (int)n : -1;
}

static bool copy(int from, FILE *to)
{
    char bytes[65536];
    for (;;) {
        const ssize_t n = read(from, bytes, sizeof bytes);
        if (n == 0)
            return fflush(to) == 0;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || fwrite(bytes, 1, (size_t)n, to) != (size_t)n)
            return false;
    }
}

static bool make_file(int pipe)
{
    FILE *const file = tmpfile();
    if (file == NULL)
        return false;
    const bool good = copy(pipe, file) && dup2(fileno(file), pipe) == pipe && lseek(pipe, 0, SEEK_SET) == 0;
    (void)fclose(file);
    return good;
}

enum wm_status cli_keep_pipes(struct cli *cli)
{
    for (int i = 0; i < cli->argc; i++) {
        const int fd = descriptor_of(cli->argv[i]);
        struct stat info;
        if (fd < 0 || fstat(fd, &info) != 0 || !(S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode)))
            continue;
        if (!make_file(fd)) {
            wm_diag_add(&cli->diags, WM_E104, NULL, NULL, "%s: %s", cli->argv[i], strerror(errno));
            return WM_IO;
        }
    }
    return WM_OK;
}
