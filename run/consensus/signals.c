/* Starts and signals of a consensus: formulas, random numbers, files. */
#include "run/consensus/signals.h"

#include <math.h>
#include <string.h>

#include "core/base/memory.h"
#include "core/base/random.h"
#include "run/consensus/numbers.h"

static const struct gv_option file_rows[] = {
    {.key = "path", .type = GV_OPTION_TEXT, .value = "", .help = "the file; file:PATH for short"},
    {.key = NULL},
};

/* The PATH of "file:PATH" or "file:path=PATH", which may hold commas; else NULL. */
static const char *path_of(const char *spec)
{
  if (strncmp(spec, "file:", 5) != 0)
    return NULL;
  return spec + (strncmp(spec + 5, "path=", 5) == 0 ? 10 : 5);
}

static enum gv_status read_file(const char *kind, const char *path, struct gv_numbers *numbers,
                                struct gv_error *err)
{
  if (path == NULL || *path == '\0')
    return gv_fail(err, GV_USAGE, "%s file: the file's name is missing; accepted is file:PATH", kind);
  return gv_numbers_read(path, numbers, err);
}

/* ---- starts ---- */

static const struct gv_named start_index = {"index", "z_i = i", NULL};
static const struct gv_named start_random = {"random", "standard normal numbers, from --seed", NULL};
static const struct gv_named start_file = {"file", "a row of numbers a node", file_rows};
static const struct gv_named *const starts[] = {&start_index, &start_random, &start_file, NULL};

const struct gv_table gv_start_table = {"init", "where the nodes of `grapevine consensus` start", starts};

enum gv_status gv_start_make(const char *spec, int nodes, uint64_t seed, double **x, int *dimension,
                             struct gv_error *err)
{
  const struct gv_named *found = &start_file;
  struct gv_options *options = NULL;
  struct gv_numbers numbers = {0};
  double *made = NULL;
  enum gv_status status = GV_OK;
  if (path_of(spec) == NULL)
    status = gv_named_parse(&gv_start_table, spec, &found, &options, err);
  gv_options_destroy(options);
  if (status == GV_OK && found == &start_file) {
    const char *path = path_of(spec);
    status = read_file("init", path, &numbers, err);
    if (status == GV_OK && numbers.rows != (size_t)nodes)
      status = gv_fail(err, GV_INPUT, "%s: %zu rows of numbers for %d nodes; accepted is a row a node", path,
                       numbers.rows, nodes);
    if (status == GV_OK && numbers.columns > 1000000)
      status = gv_fail(err, GV_INPUT, "%s: %zu numbers in a row; accepted are 1 to 1000000", path,
                       numbers.columns);
  }
  size_t columns = numbers.columns > 0 ? numbers.columns : 1, count = (size_t)nodes * columns;
  if (status == GV_OK)
    status = gv_alloc_for(&made, count, sizeof *made, "the nodes' numbers", err);
  for (int i = 0; i < nodes && status == GV_OK; i++)
    if (found == &start_random) {
      struct gv_stream stream;
      gv_stream_start(&stream, seed, GV_RANDOM_CONSENSUS, (uint32_t)i, 0);
      made[i] = gv_stream_normal(&stream);
    } else {
      made[i] = i;
    }
  if (status == GV_OK && numbers.value != NULL)
    memcpy(made, numbers.value, count * sizeof *made);
  gv_numbers_clear(&numbers);
  if (status == GV_OK) {
    *x = made;
    *dimension = (int)columns;
  }
  return status;
}

/* ---- signals ---- */

struct gv_followed {
  struct gv_signal signal;
  int nodes;
  double amplitude, omega, ratio;
  struct gv_numbers numbers;  /* of a file: (rounds, nodes) */
  double change;              /* the largest of all rounds, of a formula at round 0 */
};

#define AMPLITUDE {.key = "amplitude", .type = GV_OPTION_REAL, .value = "1", .min = -1e100, .max = 1e100, \
                   .help = "a"}
#define OMEGA {.key = "omega", .type = GV_OPTION_REAL, .value = "0.1", .min = -1e6, .max = 1e6, \
               .help = "radians a round"}
static const struct gv_option sin_rows[] = {AMPLITUDE, OMEGA, {.key = NULL}};
static const struct gv_option decay_rows[] = {
    AMPLITUDE, OMEGA,
    {.key = "ratio", .type = GV_OPTION_REAL, .value = "0.9", .min = 0, .max = 1, .help = "r"},
    {.key = NULL}};

static const struct gv_named signal_sin = {"sin", "z_i(k) = i + a sin(omega k + i): it never settles", sin_rows};
static const struct gv_named signal_decay = {"decay", "z_i(k) = i + a r^k sin(omega k + i): it settles at i",
                                             decay_rows};
static const struct gv_named signal_file = {"file", "a row of a number a node for each round", file_rows};
static const struct gv_named *const signals[] = {&signal_sin, &signal_decay, &signal_file, NULL};

const struct gv_table gv_signal_table = {"signal", "what the nodes of `grapevine consensus` follow the mean of",
                                         signals};

static void formula(const void *context, uint64_t round, int32_t first, int32_t end, double *z)
{
  const struct gv_followed *f = context;
  double amplitude = f->amplitude * pow(f->ratio, (double)round), angle = f->omega * (double)round;
  for (int32_t i = first; i < end; i++)
    z[i - first] = i + amplitude * sin(angle + i);
}

static void row_of_file(const void *context, uint64_t round, int32_t first, int32_t end, double *z)
{
  const struct gv_followed *f = context;
  memcpy(z, f->numbers.value + round * f->numbers.columns + (size_t)first, (size_t)(end - first) * sizeof *z);
}

/* z_i(k+1) - z_i(k) = a r^k c sin(omega k + i + phi) with c^2 = (1 - r)^2 + 4 r sin^2(omega/2), and a sum of n
 * squared sines one radian apart is at most (n + |sin n / sin 1|)/2. */
static double largest_of_formula(const struct gv_followed *f)
{
  double half = sin(f->omega / 2), c = (1 - f->ratio) * (1 - f->ratio) + 4 * f->ratio * half * half;
  double sum = ((double)f->nodes + fabs(sin((double)f->nodes) / sin(1.0))) / 2;
  return fabs(f->amplitude) * sqrt(c * sum);
}

static double largest_of_file(const struct gv_numbers *numbers, uint64_t rounds)
{
  double largest = 0;
  for (size_t k = 0; k < rounds; k++) {
    const double *z = numbers->value + k * numbers->columns;
    double sum = 0;
    for (size_t i = 0; i < numbers->columns; i++) {
      double step = z[i + numbers->columns] - z[i];
      sum += step * step;
    }
    largest = fmax(largest, sqrt(sum));
  }
  return largest;
}

static enum gv_status follow_file(struct gv_followed *f, const char *path, uint64_t rounds, struct gv_error *err)
{
  enum gv_status status = read_file("signal", path, &f->numbers, err);
  if (status != GV_OK)
    return status;
  if (f->numbers.columns != (size_t)f->nodes)
    return gv_fail(err, GV_INPUT, "%s: rows of %zu numbers for %d nodes; accepted is a number a node", path,
                   f->numbers.columns, f->nodes);
  if (f->numbers.rows <= rounds)
    return gv_fail(err, GV_INPUT, "%s: %zu rows; rounds 0 to %llu need %llu", path, f->numbers.rows,
                   (unsigned long long)rounds, (unsigned long long)rounds + 1);
  f->signal.value = row_of_file;
  f->change = largest_of_file(&f->numbers, rounds);
  return GV_OK;
}

enum gv_status gv_followed_create(const char *spec, int nodes, uint64_t rounds, struct gv_followed **out,
                                  struct gv_error *err)
{
  const struct gv_named *found = &signal_file;
  struct gv_options *options = NULL;
  struct gv_followed *f = NULL;
  enum gv_status status = GV_OK;
  if (path_of(spec) == NULL)
    status = gv_named_parse(&gv_signal_table, spec, &found, &options, err);
  if (status == GV_OK)
    status = gv_alloc_for(&f, 1, sizeof *f, "the signals", err);
  if (status == GV_OK) {
    *f = (struct gv_followed){.signal = {.context = f, .value = formula}, .nodes = nodes, .ratio = 1};
    if (found == &signal_file) {
      status = follow_file(f, path_of(spec), rounds, err);
    } else {
      f->amplitude = gv_options_real(options, "amplitude");
      f->omega = gv_options_real(options, "omega");
      if (found == &signal_decay)
        f->ratio = gv_options_real(options, "ratio");
      f->change = largest_of_formula(f);
    }
  }
  gv_options_destroy(options);
  if (status != GV_OK) {
    gv_followed_destroy(f);
    return status;
  }
  *out = f;
  return GV_OK;
}

void gv_followed_destroy(struct gv_followed *followed)
{
  if (followed != NULL)
    gv_numbers_clear(&followed->numbers);
  gv_free(followed);
}

const struct gv_signal *gv_followed_signal(const struct gv_followed *followed)
{
  return &followed->signal;
}

double gv_followed_change(const struct gv_followed *followed, uint64_t round)
{
  return followed->change * pow(followed->ratio, (double)round);
}
