/* merge: shards' stores into one. */
#include "options.h"

static enum wm_status run(struct cli *cli, const void *options)
{
    (void)options;
    uint64_t n_points = 0, n_wanted = 0;
    const enum wm_status status =
        wm_store_merge(cli->arena, cli->words[0], cli->words + 1, cli->n_words - 1, &n_points,
                       &n_wanted, &cli->diags);
    if (status != WM_OK)
        return status;
    printf("%s: %llu of %llu points\n", cli->words[0], (unsigned long long)n_points,
           (unsigned long long)n_wanted);
    if (n_points < n_wanted)
        wm_diag_add(
            &cli->diags, WM_W952, NULL, cli->words[0],
            "%llu points are missing: a shard was cut short or is not among the stores; run "
            "it again and merge again",
            (unsigned long long)(n_wanted - n_points));
    return status;
}

const struct cli_verb cli_verb_merge = {
    .name = "merge",
    .words = "OUT IN...",
    .min_words = 2,
    .max_words = 100000,
    .summary = "join the stores of a study's shards",
    .details =
        "Adds the points of the stores IN to the store OUT, which is made when it is missing. All "
        "must\n"
        "come from the same study and version. Doing it again changes nothing; the merged store\n"
        "exports as if the study had run in one piece.",
    .run = run,
};
