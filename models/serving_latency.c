#include "wattmill/serving_latency.h"

#include <math.h>

#include "wattmill/require.h"

static const struct wm_prompts same_prompts = {.n = 1, .at = {{1.0, 1.0, 1.0}}};
static const double highest_load = 1.0 - 1e-6; /* beyond it there is no steady state */

static double phi(double z)
{
    return 0.5 * erfc(-z / sqrt(2.0));
}

static const double least_skew = 1e-3; /* below it a normal distribution */

double wm_skewed_at(const struct wm_skewed *x, double z)
{
    if (x->skew < least_skew)
        return x->mean + z * x->sigma;
    const double k = x->skew / 6.0;
    const double root = fmax(0.0, 1.0 + k * z - k * k);
    return x->mean + x->sigma * 2.0 / x->skew * (root * root * root - 1.0);
}

double wm_skewed_below(const struct wm_skewed *x, double value)
{
    if (x->sigma <= 0.0)
        return value >= x->mean;
    const double y = (value - x->mean) / x->sigma;
    if (x->skew < least_skew)
        return phi(y);
    const double k = x->skew / 6.0;
    return phi((cbrt(fmax(0.0, 0.5 * x->skew * y + 1.0)) - 1.0 + k * k) / k);
}

double wm_reading_s(const struct wm_reading *r, double ratio)
{
    const double rounds =
        r->budget_ratio > 0.0 ? ceil(ratio / r->budget_ratio * (1.0 - 1e-12)) : 1.0;
    return fmax(0.0, r->fixed_s + ratio * (r->linear_s + ratio * r->square_s)) +
           r->per_round_s * fmax(0.0, rounds - 1.0);
}

/* What the last round of the mean prompt leaves of the budget. */
static double room_behind(const struct wm_reading *r, const struct wm_prompts *p)
{
    double last = 0.0;
    if (r->budget_ratio <= 0.0)
        return (double)INFINITY;
    for (size_t i = 0; i < p->n; i++) {
        const double x = p->at[i].ratio;
        last += p->at[i].share * (x - r->budget_ratio * floor(x / r->budget_ratio * (1.0 - 1e-12)));
    }
    return fmax(0.0, r->budget_ratio - last);
}

struct wm_reading_moments wm_reading_moments(const struct wm_reading *r,
                                             const struct wm_prompts *prompts)
{
    const struct wm_prompts *const p = prompts->n > 0 ? prompts : &same_prompts;
    const double room = room_behind(r, p);
    struct wm_reading_moments m = {.once_s = r->fixed_s};
    for (size_t i = 0; i < p->n; i++) {
        const double share = p->at[i].share, x = p->at[i].ratio;
        const double s = fmax(0.0, wm_reading_s(r, x) - r->fixed_s);
        const double fits = fmin(x, room);
        const double b = fits * (r->linear_s + fits * r->square_s);
        m.s1 += share * s;
        m.s2 += share * s * s;
        m.s3 += share * s * s * s;
        m.b1 += share * b;
        m.b2 += share * b * b;
    }
    return m;
}

double wm_wait_mean_s(const struct wm_wait *w)
{
    return w->prob * (0.5 * w->round_s + w->more_prob * w->more_s);
}

/* Middles of thirds: of a uniform distribution, in place of it. */
static const double thirds[] = {1.0 / 6.0, 0.5, 5.0 / 6.0};

double wm_wait_within(const struct wm_wait *w, double time_s)
{
    const struct wm_skewed more = {w->more_s, w->more_s * sqrt(w->more_scv),
                                   2.0 * sqrt(w->more_scv)};
    double sum = 0.0;
    if (time_s < 0.0)
        return 0.0;
    const double spread = sqrt(w->more_scv) + w->more_scv;
    if (time_s > w->round_s + w->more_s * (1.0 + 25.0 * spread)) /* less than 1e-9 wait longer */
        return 1.0;
    for (size_t i = 0; i < 3 && w->prob > 0.0; i++) {
        const double left_s = time_s - thirds[i] * w->round_s;
        if (left_s >= 0.0)
            sum += 1.0 - w->more_prob * (1.0 - wm_skewed_below(&more, left_s));
    }
    return 1.0 - w->prob * (1.0 - sum / 3.0);
}

/* A wait of that mean and variance whose uniform part is up to `round_s`. */
static struct wm_wait wait_of(double mean_s, double variance, double round_s, double more_prob)
{
    const double rest_s = fmax(0.0, mean_s - 0.5 * round_s);
    const double square = fmax(0.0, variance - round_s * round_s / 12.0) + rest_s * rest_s;
    const double prob = fmin(1.0, fmax(more_prob, 1e-9));
    return (struct wm_wait){
        .prob = 1.0,
        .round_s = fmin(round_s, 2.0 * mean_s),
        .more_prob = rest_s > 0.0 ? prob : 0.0,
        .more_s = rest_s / prob,
        .more_scv = rest_s > 0.0 ? fmax(0.0, square * prob / (rest_s * rest_s) - 1.0) : 0.0};
}

/* Sum of 1 / i to k, between whole numbers too (Euler, Maclaurin). */
static double harmonic(double k)
{
    static const double euler = 0.57721566490153286;
    const double x = k + 0.5;
    return log(x) + euler + 1.0 / (24.0 * x * x);
}

double wm_busiest(double prompts, double groups, double spread)
{
    if (groups <= 1.0 || prompts <= 1.0)
        return prompts;
    const double n = fmin(prompts, groups);
    return prompts / n + spread * fmax(0.0, harmonic(n) - 1.0);
}

static double stable_rate(double rate_per_s, const struct wm_reading_moments *m)
{
    return m->s1 > 0.0 ? fmin(rate_per_s, highest_load / m->s1) : rate_per_s;
}

/* Moments of a round, and the chance that nobody comes in it. */
struct round {
    double m1, m2, m3, empty;
};

/* `woken`: share of rounds that one prompt begins which found the server asleep. */
static struct round round_of(double a, double d, const struct wm_reading_moments *s, double woken)
{
    const double rho = a * s->s1;
    struct round r = {.m1 = (d + woken * s->s1) / (1.0 - rho)};
    const double x1 = r.m1 - d; /* of the prompts in it */
    const double own2 = (a * r.m1 + woken) * s->s2;
    r.m2 = (d * d + 2.0 * d * x1 + own2) / (1.0 - rho * rho);
    const double x2 = own2 + rho * rho * r.m2;
    r.m3 = (d * d * d + 3.0 * d * d * x1 + 3.0 * d * x2 + (a * r.m1 + woken) * s->s3 +
            3.0 * a * rho * s->s2 * r.m2) /
           (1.0 - rho * rho * rho);
    const double scale = fmax(1e-12 * r.m1, r.m2 / r.m1 - r.m1); /* as a Gamma */
    r.empty = pow(1.0 + a * scale, -r.m1 / scale);
    return r;
}

/* A round that reads `k` prompts. */
static double round_s(const struct wm_rounds *server, const struct wm_reading_moments *m, double k)
{
    const double busiest = wm_busiest(k, server->groups, server->spread);
    return server->round_s +
           m->s1 * (server->shared_frac * k + (1.0 - server->shared_frac) * busiest);
}

static double n_stages(const struct wm_rounds *server)
{
    return fmax(1.0, server->stages);
}

/* The same of a pipeline at work on every stage: none goes on before all can. */
static double full_round_s(const struct wm_rounds *server, const struct wm_reading_moments *m,
                           double k)
{
    const double stages = n_stages(server);
    const double longest =
        stages > 1.0 ? wm_busiest(stages, stages, server->spread / sqrt(fmax(1.0, k))) : 1.0;
    return server->round_s + (round_s(server, m, k) - server->round_s) * longest;
}

/* What a prompt more adds to a round in the end, over what one alone adds. */
static double least_slope(const struct wm_rounds *server)
{
    return server->shared_frac + (1.0 - server->shared_frac) / fmax(1.0, server->groups);
}

/* Wait of one who comes while a round is under way; those of his own are with him on every stage. */
static struct wm_wait wait_in_round(const struct round *r, double a, double d, double stages,
                                    const struct wm_reading_moments *s, double more_prob)
{
    const double seen1 = r->m2 / r->m1, seen2 = r->m3 / r->m1;
    const double ahead = stages * a * s->s1, behind = stages * a * s->b1;
    const double mean = seen1 * 0.5 * (1.0 + ahead + behind);
    const double by_place = seen2 * (1.0 + behind - ahead) * (1.0 + behind - ahead) / 12.0;
    const double by_number = 0.5 * stages * stages * a * seen1 * (s->s2 + s->b2);
    const double by_round =
        fmax(0.0, seen2 - seen1 * seen1) * 0.25 * (1.0 + ahead + behind) * (1.0 + ahead + behind);
    return wait_of(mean, by_place + by_number + by_round, d, more_prob);
}

/* Mean time of a round beside its prompts' own: what it has once only counts when there are any. */
static double mean_fixed_s(double a, double d, const struct wm_reading_moments *m)
{
    double fixed_s = d;
    for (int i = 0; i < 4; i++) {
        const double round_s = fixed_s / (1.0 - a * m->s1);
        fixed_s = fmax(0.1 * d, d - m->once_s * expm1(-a * round_s));
    }
    return fixed_s;
}

struct wm_wait wm_wait_alone(const struct wm_rounds *server, const struct wm_reading_moments *m)
{
    const double a = stable_rate(server->rate_per_s, m), d = server->round_s;
    WM_REQUIRE(d > 0.0 && a >= 0.0);
    const struct round r = round_of(a, mean_fixed_s(a, d, m), m, 0.0);
    return wait_in_round(&r, a, d, 1.0, m, 1.0 - r.empty * d / r.m1 * exp(-a * d));
}

/* Rest of a round of `round_s` for one who comes, if he comes in it, at a rate `b`: times the chance
 * that he does; its mean, and of its square. */
struct rest {
    double chance, first, second;
};
static void add_rest(struct rest *r, double share, double round_s, double b)
{
    const double x = b * round_s;
    const double chance = -expm1(-x);
    /* few come: the differences below would lose their digits */
    const bool is_rare = x < 1e-4;
    const double first = is_rare ? round_s * x * (1.0 / 2.0 - x * (1.0 / 6.0 - x * (1.0 / 24.0 - x / 120.0)))
                                 : round_s - chance / b;
    const double second =
        is_rare ? round_s * round_s * x * (1.0 / 3.0 - x * (1.0 / 12.0 - x * (1.0 / 60.0 - x / 360.0)))
                : round_s * round_s - 2.0 / b * first;
    r->chance += share * chance;
    r->first += share * first;
    r->second += share * second;
}

struct wm_wait wm_wait_balanced(const struct wm_rounds *server, const struct wm_reading *reading,
                                const struct wm_prompts *prompts)
{
    const struct wm_prompts *const p = prompts->n > 0 ? prompts : &same_prompts;
    const struct wm_reading_moments s = wm_reading_moments(reading, p);
    const double a = stable_rate(server->rate_per_s, &s), d = server->round_s;
    WM_REQUIRE(d > 0.0 && a >= 0.0);
    if (a * d < 1e-9)
        return wait_of(0.5 * d, d * d / 12.0, d, 0.0);
    const double number = a * mean_fixed_s(a, d, &s) / (1.0 - a * s.s1); /* prompts a round */
    const double empty = exp(-number);
    const double more_s = (number / (1.0 - empty) - 1.0) * s.s1; /* beside one prompt of a round */
    struct rest rest = {0};
    add_rest(&rest, empty, d, 2.0 * a);
    const double calm = rest.chance;
    for (size_t i = 0; i < p->n; i++) {
        const double added_s = fmax(0.0, wm_reading_s(reading, p->at[i].ratio));
        add_rest(&rest, (1.0 - empty) * p->at[i].share, d + added_s + more_s, 2.0 * a);
    }
    const double first = rest.first / rest.chance, second = rest.second / rest.chance;
    const double mean = first + number * 0.5 * (s.s1 + s.b1);
    const double variance = second - first * first + number * 0.5 * (s.s2 + s.b2);
    return wait_of(mean, variance, d, 1.0 - calm / rest.chance * empty);
}

/*
 * One server. Its rounds are a line in their prompts, through one and twice the mean number: with one
 * attention group they are.
 */
static struct wm_wait wait_of_one(const struct wm_rounds *server, double a,
                                  const struct wm_reading_moments *alone)
{
    struct wm_reading_moments scaled = *alone;
    const struct wm_reading_moments *const m = &scaled;
    double d = server->round_s, k = 2.0;
    for (int i = 0; i < 3 && server->groups > 1.0 && alone->s1 > 0.0; i++) {
        const double one_s = round_s(server, alone, 1.0);
        const double slope = (round_s(server, alone, k) - one_s) / ((k - 1.0) * alone->s1);
        scaled = (struct wm_reading_moments){
            alone->s1 * slope, alone->s2 * slope * slope, alone->s3 * slope * slope * slope,
            alone->b1 * slope, alone->b2 * slope * slope, alone->once_s};
        d = one_s - scaled.s1;
        const double mean = a * d / (1.0 - fmin(highest_load, a * scaled.s1));
        k = fmin(1e6, fmax(2.0, 2.0 * mean));
    }
    a = stable_rate(a, m);
    double woken = 1.0;
    struct round r = round_of(a, d, m, woken);
    for (int i = 0; i < 8; i++) {
        woken = r.empty;
        r = round_of(a, d, m, woken);
    }
    struct wm_wait w = wait_in_round(&r, a, d, n_stages(server), m, 1.0);
    w.prob = a > 0.0 ? r.m1 / (r.m1 + woken / a) : 0.0;
    return w;
}

/* What those wait who come to a pool, summed over its states by their weight. */
struct waits {
    double all, waiting, first, second; /* weights; of those who wait: of the time and its square */
};

/* A state in which `chance` of those who come find every place taken, and each of the `n` servers at most one
 * that waits, `free` servers none: these get the next, so that a round's time since its begin is a truncated
 * exponential; the rest of it is to wait. */
static void add_one_ahead(struct waits *w, double weight, double chance, double free,
                          double rate_per_s, double round_s)
{
    struct rest rest = {0};
    add_rest(&rest, 1.0, round_s, rate_per_s * fmax(chance, 1e-200) / free); /* a mean even of none */
    w->all += weight;
    w->waiting += weight * chance;
    w->first += weight * chance * rest.first / rest.chance;
    w->second += weight * chance * rest.second / rest.chance;
}

static void scale_waits(struct waits *w, double by)
{
    *w = (struct waits){w->all * by, w->waiting * by, w->first * by, w->second * by};
}

/* A state in which one or more prompts wait for each server: the next comes with the begin of a round of
 * `whole_s` and waits for all of it, and for the others of his own round, on every stage. */
static struct wm_wait_state state_of(const struct wm_wait_pool *pool, double per_round, double whole_s)
{
    const struct wm_reading_moments *const m = &pool->m;
    const double others_s = pool->stages * fmax(0.0, whole_s - pool->alone_s);
    const double wait_s = whole_s + others_s;
    /* with lengths of the others */
    const double square =
        wait_s * wait_s + (m->s1 > 0.0 ? 2.0 * others_s * m->s2 / m->s1 : 0.0);
    return (struct wm_wait_state){whole_s, per_round, wait_s, square};
}

/* The state after one of `k` prompts. */
static struct wm_wait_state next_state(const struct wm_wait_pool *pool, double k)
{
    const double read = fmax(1.0, (k + 1.0) / pool->n / (pool->stages + 1.0));
    return state_of(pool, pool->n * read, full_round_s(&pool->server, &pool->m, read));
}

void wm_wait_pool_of(struct wm_wait_pool *pool, const struct wm_rounds *server, double n,
                const struct wm_reading_moments *m)
{
    WM_REQUIRE(server->round_s > 0.0 && n >= 1.0);
    pool->server = *server;
    pool->m = *m;
    pool->n = n;
    pool->stages = n_stages(server);
    pool->full_s = full_round_s(server, m, 1.0);
    pool->alone_s = round_s(server, m, 1.0);
    const double read = fmax(1.0, n * (pool->stages + 1.0) / n / (pool->stages + 1.0));
    pool->states[0] = state_of(pool, n * read, full_round_s(server, m, read));
    pool->n_states = 1;
}

/* States in which all servers have prompts that wait, until they hardly count. */
static void add_full_states(struct wm_wait_pool *pool, double rate, struct waits *w)
{
    struct wm_wait_state beyond, *state = pool->states;
    double weight = 1.0, k = pool->n * (pool->stages + 1.0);
    for (size_t i = 1; weight > 1e-9 * fmax(1.0, w->all); i++, k += 1.0) {
        w->all += weight;
        w->waiting += weight;
        w->first += weight * state->wait_s;
        w->second += weight * state->square;
        if (i < pool->n_states) {
            state++;
        } else if (i < WM_WAIT_STATES) {
            *++state = next_state(pool, k);
            pool->n_states++;
        } else {
            beyond = next_state(pool, k);
            state = &beyond;
        }
        weight *= rate * state->whole_s / state->per_round;
        if (weight > 1e200 || k > 1e5) /* never below the highest load */
            break;
    }
}

/* States in which some have none: these get the next. */
static void add_free_states(const struct wm_wait_pool *pool, double rate, struct waits *w)
{
    const double offered = rate * pool->stages * pool->full_s; /* prompts in their places, Erlang */
    double weight = 1.0, taken = 1.0, places = 0.0; /* chance that all of so many are (Erlang's loss formula) */
    for (double waiting = pool->n - 1.0; waiting >= 0.0 && weight > 1e-9 * w->all; waiting -= 1.0) {
        for (double end = places + pool->stages; places < end;) {
            places += 1.0;
            taken = offered * taken / (places + offered * taken);
        }
        const double more = (waiting + 1.0) / (pool->full_s * rate * fmax(taken, 1e-200));
        if (weight > 1e300 / more) { /* many servers with next to nothing to do */
            scale_waits(w, 1e-200);
            weight *= 1e-200;
        }
        weight *= more;
        add_one_ahead(w, weight, taken, pool->n - waiting, rate, pool->full_s);
        if (weight > 1e200) {
            scale_waits(w, 1e-200);
            weight *= 1e-200;
        }
    }
}

struct wm_wait wm_wait_pool_at(struct wm_wait_pool *pool, double rate_per_s)
{
    const struct wm_reading_moments *const m = &pool->m;
    WM_REQUIRE(rate_per_s >= 0.0);
    const double most = m->s1 > 0.0 ? highest_load / (m->s1 * least_slope(&pool->server)) : 1e300;
    const double rate = fmin(rate_per_s, pool->n * most);
    if (pool->n < 1.5)
        return wait_of_one(&pool->server, rate, m);
    if (rate <= 0.0)
        return (struct wm_wait){0};
    struct waits w = {0};
    add_full_states(pool, rate, &w);
    add_free_states(pool, rate, &w);
    if (!(w.waiting > 1e-250 * w.all)) /* as good as nobody */
        return (struct wm_wait){0};
    const double mean = w.first / w.waiting;
    const double share = fmin(1.0, mean / pool->alone_s), size_variance = m->s2 - m->s1 * m->s1;
    struct wm_wait wait = wait_of(
        mean, w.second / w.waiting - mean * mean + size_variance * share * share, pool->alone_s, 1.0);
    wait.prob = w.waiting / w.all;
    return wait;
}

struct wm_wait wm_wait_pooled(const struct wm_rounds *server, double n,
                              const struct wm_reading_moments *m)
{
    struct wm_wait_pool pool;
    wm_wait_pool_of(&pool, server, n, m);
    return wm_wait_pool_at(&pool, server->rate_per_s);
}

double wm_first_token_within(const struct wm_wait *wait, const struct wm_reading *reading,
                             const struct wm_prompts *prompts, double scale, double base_s,
                             double time_s)
{
    const struct wm_prompts *const p = prompts->n > 0 ? prompts : &same_prompts;
    double sum = 0.0;
    for (size_t i = 0; i < p->n; i++) {
        const double slack_s = fmax(1.0, p->at[i].patience) * time_s - base_s;
        sum += p->at[i].share *
               wm_wait_within(wait, slack_s - wm_reading_s(reading, scale * p->at[i].ratio));
    }
    return fmin(1.0, sum);
}

struct wm_skewed wm_pace_over(const struct wm_pace *pace, double output_tok)
{
    const double n = fmax(1.0, output_tok - 1.0); /* the first token comes with the prompt */
    const double variance = pace->sigma_s * pace->sigma_s + pace->prompts * pace->added2_s2 / n;
    const double sigma = sqrt(variance);
    const double third = pace->prompts * pace->added3_s3 / (n * n);
    return (struct wm_skewed){pace->mean_s + pace->once_s / n, sigma,
                              sigma > 0.0 ? third / (variance * sigma) : 0.0};
}

/* Normal quantiles of the middles of nine equal shares. */
static const double ninths[] = {-1.5932188, -0.9674216, -0.5894558, -0.2822161, 0.0,
                                0.2822161,  0.5894558,  0.9674216,  1.5932188};
enum { NINTHS = sizeof ninths / sizeof ninths[0] };

double wm_pace_within(const struct wm_pace *pace, double output_tok, double output_scv,
                      double time_s)
{
    const double sigma2 = log1p(output_scv);
    double sum = 0.0;
    for (size_t i = 0; i < NINTHS; i++) {
        const double tok = output_tok * exp(ninths[i] * sqrt(sigma2) - 0.5 * sigma2);
        const struct wm_skewed over = wm_pace_over(pace, tok);
        sum += wm_skewed_below(&over, time_s);
    }
    return sum / NINTHS;
}

double wm_answer_of_tokens(double output_tok, double output_scv, double z)
{
    const double sigma2 = log1p(output_scv);
    return output_tok * exp(z * sqrt(sigma2) + 0.5 * sigma2); /* weighted by length */
}
