/* Rounds of consensus: a product, the signals' change and the sums of the error in one pass over memory. */
#include "core/graph/consensus/consensus.h"

#include <math.h>
#include <string.h>

#include "core/base/clones.h"
#include "core/base/memory.h"
#include "core/base/random.h"
#include "core/base/team.h"
#include "core/graph/consensus/product.h"
#include "core/graph/view.h"

enum {
  NUMBERS = 1024,  /* of a block, which stays in the first-level cache */
  ROWS_LEAST = 16, /* of a block, so that its sums take little beside it */
  LANES = 16       /* of a sum, the same for every processor */
};

/* Sums over one block of rows; the means stand apart. Squares are of distances to the block's mean. */
struct part {
  double squares;
  double change;  /* sum of (z(k) - z(k-1))^2 */
};

/* What is summed up in a round. Two of them: while one is read, the next is written. */
struct sums {
  struct part *part;  /* (blocks) */
  double *mean;       /* (blocks, d) of x */
  double *z_mean;     /* (blocks) of the signal */
};

struct simulation {
  const struct gv_consensus *what;
  struct gv_product *product;  /* (period); of schedules that have one */
  struct gv_view **view;       /* (workers); of those that have none */
  double *x[2];                /* x(k) is x[k mod 2]; the first is the caller's */
  double *z;                   /* (nodes) of the last round */
  struct sums sums[2];
  double *mean;                /* (workers, d) that each worker works out */
  double *start;               /* (d) mean of x(0) */
  int32_t nodes, rows, blocks; /* rows: of a block */
  int d;
  uint64_t done;               /* rounds; written by the first worker alone */
  bool stop[2];                /* [k mod 2] likewise, by what was seen of round k; all read it after the barrier of
                                  round k + 1 */
};

/* ---- sums of a block ---- */

/* The rows of a block less the first one, which is no further from their mean than their spread: one pass keeps
 * the digits. A mean of equal numbers is that number. */
GV_CLONES
static double sum_numbers(const double *x, size_t n, double *mean)
{
  double sum[LANES] = {0}, squares[LANES] = {0}, at = x[0], s = 0, q = 0;
  size_t i = 0;
  for (; i + LANES <= n; i += LANES) {
#pragma omp simd
    for (int l = 0; l < LANES; l++) {
      double apart = x[i + (size_t)l] - at;
      sum[l] += apart;
      squares[l] += apart * apart;
    }
  }
  for (; i < n; i++) {
    sum[0] += x[i] - at;
    squares[0] += (x[i] - at) * (x[i] - at);
  }
  for (int l = 0; l < LANES; l++) {
    s += sum[l];
    q += squares[l];
  }
  *mean = at + s / (double)n;
  return fmax(q - s * (s / (double)n), 0);
}

/* The same for every column: squares over all of them, mean (d). */
static double sum_columns(const double *x, size_t rows, int d, double *mean)
{
  double squares = 0;
  if (d == 1)
    return sum_numbers(x, rows, mean);
  for (int c = 0; c < d; c++) {
    double at = x[c], s = 0, q = 0;
    for (size_t r = 0; r < rows; r++) {
      double apart = x[r * (size_t)d + (size_t)c] - at;
      s += apart;
      q += apart * apart;
    }
    mean[c] = at + s / (double)rows;
    squares += fmax(q - s * (s / (double)rows), 0);
  }
  return squares;
}

static int32_t rows_of(const struct simulation *sim, int32_t block)
{
  int32_t first = block * sim->rows;
  return sim->nodes - first < sim->rows ? sim->nodes - first : sim->rows;
}

/* mean (d) <- of all rows, from the means of the blocks. */
static void combine(const struct simulation *sim, const double *means, int d, double *mean)
{
  for (int c = 0; c < d; c++) {
    double at = means[c], sum = 0;
    for (int32_t b = 0; b < sim->blocks; b++)
      sum += (double)rows_of(sim, b) * (means[(size_t)b * (size_t)d + (size_t)c] - at);
    mean[c] = at + sum / (double)sim->nodes;
  }
}

/* ||x - Jx||_F from the blocks: the spread within them and that of their means. */
static double error_of(const struct simulation *sim, const struct sums *sums, const double *mean)
{
  double all = 0;
  for (int32_t b = 0; b < sim->blocks; b++) {
    double between = 0;
    for (int c = 0; c < sim->d; c++) {
      double apart = sums->mean[(size_t)b * (size_t)sim->d + (size_t)c] - mean[c];
      between += apart * apart;
    }
    all += sums->part[b].squares + (double)rows_of(sim, b) * between;
  }
  return sqrt(all);
}

/* ---- a round ---- */

/* x(k) of a block gets z(k) - z(k-1); in round 0 it is z(0). */
static void follow(struct simulation *sim, uint64_t round, int32_t first, int32_t rows, double *x,
                   struct sums *sums, int32_t block)
{
  const struct gv_signal *signal = sim->what->signal;
  double now[NUMBERS], *z = sim->z + first, change = 0;
  signal->value(signal->context, round, first, first + rows, now);
  if (round == 0) {
    memcpy(x, now, (size_t)rows * sizeof *x);
  } else {
    for (int32_t i = 0; i < rows; i++) {
      double step = now[i] - z[i];
      x[i] += step;
      change += step * step;
    }
  }
  memcpy(z, now, (size_t)rows * sizeof *z);
  sums->part[block].change = change;
  (void)sum_numbers(now, (size_t)rows, &sums->z_mean[block]);
}

/* Blocks of a worker: x(round) from x(round - 1), and the sums of it. */
static void work_blocks(struct simulation *sim, int worker, uint64_t round)
{
  const struct gv_schedule *schedule = sim->what->schedule;
  int64_t all = sim->blocks, workers = sim->what->workers;
  const double *from = sim->x[(round + 1) % 2];
  double *to = sim->x[round % 2];
  struct sums *sums = &sim->sums[round % 2];
  const struct gv_product *product = NULL;
  const struct gv_graph *drawn = NULL;
  size_t d = (size_t)sim->d;
  if (round > 0 && sim->product != NULL)
    product = &sim->product[(round - 1) % (uint64_t)schedule->period];
  else if (round > 0 && sim->view != NULL)
    drawn = gv_view_graph(sim->view[worker], round - 1);
  for (int64_t b = all * worker / workers; b < all * (worker + 1) / workers; b++) {
    int32_t first = (int32_t)b * sim->rows, rows = rows_of(sim, (int32_t)b);
    double *here = to + (size_t)first * d;
    if (product != NULL)
      gv_product_apply(product, sim->d, first, first + rows, from, to);
    else if (drawn != NULL)
      gv_product_rows(drawn, sim->d, first, first + rows, from, to);
    else if (round > 0)
      for (int32_t r = 0; r < rows; r++)
        memcpy(here + (size_t)r * d, sim->mean + (size_t)worker * d, d * sizeof *here);
    if (sim->what->signal != NULL)
      follow(sim, round, first, rows, here, sums, (int32_t)b);
    sums->part[b].squares = sum_columns(here, (size_t)rows, sim->d, sums->mean + (size_t)b * d);
  }
}

/* On the first worker, while the others go on: what the round came to. */
static void tell(struct simulation *sim, uint64_t round)
{
  const struct sums *sums = &sim->sums[round % 2];
  struct gv_consensus_state state = {.round = round, .mean = sim->mean};
  double apart = 0, goal = 0;
  state.error = error_of(sim, sums, sim->mean);
  if (round == 0)
    memcpy(sim->start, sim->mean, (size_t)sim->d * sizeof *sim->start);
  if (sim->what->signal != NULL) {
    combine(sim, sums->z_mean, 1, &goal);
    for (int32_t b = 0; b < sim->blocks; b++)
      state.change += sums->part[b].change;
    state.change = sqrt(state.change);
  }
  for (int c = 0; c < sim->d; c++) {
    double off = sim->mean[c] - (sim->what->signal != NULL ? goal : sim->start[c]);
    apart += off * off;
  }
  state.tracking = sqrt(state.error * state.error + (double)sim->nodes * apart);
  sim->done = round;
  if (sim->what->seen != NULL && !sim->what->seen(sim->what->context, &state))
    sim->stop[round % 2] = true;
}

/* After the barrier of a round its sums are whole; they are written again two rounds later, after the next barrier,
 * which the first worker reaches only when it has told them. */
static void body(void *arg, struct gv_team *team, int worker)
{
  struct simulation *sim = arg;
  bool stop = false;
  for (uint64_t round = 0; !stop; round++) {
    if (worker > 0 || !sim->stop[(round + 1) % 2])
      work_blocks(sim, worker, round);  /* the others know only later that it was for nothing */
    gv_team_barrier(team);
    if (sim->stop[(round + 1) % 2])
      return;
    if (worker == 0 || sim->what->schedule->average)
      combine(sim, sim->sums[round % 2].mean, sim->d, sim->mean + (size_t)worker * (size_t)sim->d);
    if (worker == 0)
      tell(sim, round);
    stop = round == sim->what->rounds;
  }
}

/* ---- memory ---- */

static void clear(struct simulation *sim)
{
  const struct gv_consensus *what = sim->what;
  for (int k = 0; sim->product != NULL && k < what->schedule->period; k++)
    gv_product_clear(&sim->product[k]);
  for (int w = 0; sim->view != NULL && w < what->workers; w++)
    gv_view_destroy(sim->view[w]);
  for (int s = 0; s < 2; s++) {
    gv_free(sim->sums[s].part);
    gv_free(sim->sums[s].mean);
    gv_free(sim->sums[s].z_mean);
  }
  gv_free(sim->product);
  gv_free(sim->view);
  gv_free(sim->x[1]);
  gv_free(sim->z);
  gv_free(sim->mean);
  gv_free(sim->start);
}

static enum gv_status take_graphs(struct simulation *sim, struct gv_error *err)
{
  const struct gv_schedule *schedule = sim->what->schedule;
  enum gv_status status = GV_OK;
  if (schedule->average)
    return GV_OK;
  if (schedule->period == 0) {
    status = gv_alloc_for(&sim->view, (size_t)sim->what->workers, sizeof(struct gv_view *), "the topology", err);
    for (int w = 0; w < sim->what->workers && status == GV_OK; w++)
      status = gv_view_create(schedule, &sim->view[w], err);
    return status;
  }
  status = gv_alloc_for(&sim->product, (size_t)schedule->period, sizeof *sim->product, "the products", err);
  for (int k = 0; k < schedule->period && status == GV_OK; k++)
    status = gv_product_create(&schedule->graphs[k], schedule->nodes, &sim->product[k], err);
  return status;
}

static enum gv_status take_numbers(struct simulation *sim, struct gv_error *err)
{
  size_t d = (size_t)sim->d, blocks = (size_t)sim->blocks, nodes = (size_t)sim->nodes;
  enum gv_status status = gv_alloc_for(&sim->x[1], nodes * d, sizeof(double), "the nodes' numbers", err);
  for (int s = 0; s < 2 && status == GV_OK; s++) {
    struct sums *sums = &sim->sums[s];
    status = gv_alloc_for(&sums->part, blocks, sizeof *sums->part, "the sums", err);
    if (status == GV_OK)
      status = gv_alloc_for(&sums->mean, blocks * d, sizeof(double), "the means", err);
    if (status == GV_OK && sim->what->signal != NULL)
      status = gv_alloc_for(&sums->z_mean, blocks, sizeof(double), "the means", err);
  }
  if (status == GV_OK)
    status = gv_alloc_for(&sim->mean, (size_t)sim->what->workers * d, sizeof(double), "the means", err);
  if (status == GV_OK)
    status = gv_alloc_for(&sim->start, d, sizeof(double), "the means", err);
  if (status == GV_OK && sim->what->signal != NULL)
    status = gv_alloc_for(&sim->z, nodes, sizeof(double), "the signals", err);
  return status;
}

enum gv_status gv_consensus_run(const struct gv_consensus *what, struct gv_error *err)
{
  struct simulation sim = {.what = what, .nodes = what->schedule->nodes, .d = what->dimension};
  sim.rows = NUMBERS / sim.d > ROWS_LEAST ? NUMBERS / sim.d : ROWS_LEAST;
  sim.blocks = (sim.nodes - 1) / sim.rows + 1;
  sim.x[0] = what->x;
  enum gv_status status = take_graphs(&sim, err);
  if (status == GV_OK)
    status = take_numbers(&sim, err);
  if (status == GV_OK)
    status = gv_team_run(what->workers, what->cpus, body, &sim, err);
  if (status == GV_OK && sim.done % 2 == 1)
    memcpy(what->x, sim.x[1], (size_t)sim.nodes * (size_t)sim.d * sizeof(double));
  clear(&sim);
  return status;
}

/* ---- rounds until ---- */

struct until {
  double factor, goal;
  uint64_t found;
};

static bool watch(void *context, const struct gv_consensus_state *state)
{
  struct until *until = context;
  if (state->round == 0)
    until->goal = until->factor * state->error;
  else if (state->error <= until->goal)
    until->found = state->round;
  return until->found == 0;
}

/* *rounds <- from x (nodes), which is lost; 0 when the limit does not suffice. */
static enum gv_status count_rounds(const struct gv_schedule *schedule, double factor, uint64_t limit, double *x,
                                   uint64_t *rounds, struct gv_error *err)
{
  struct until until = {.factor = factor};
  const struct gv_consensus what = {
      .schedule = schedule, .dimension = 1, .x = x, .rounds = limit, .workers = 1, .context = &until,
      .seen = watch};
  enum gv_status status = gv_consensus_run(&what, err);
  *rounds = until.found;
  return status;
}

enum gv_status gv_consensus_rounds(const struct gv_schedule *schedule, double factor, uint64_t limit,
                                   uint64_t *rounds, struct gv_error *err)
{
  uint64_t in_order = 0, normal = 0;
  double *x = NULL;
  enum gv_status status = gv_alloc_for(&x, (size_t)schedule->nodes, sizeof *x, "the nodes' numbers", err);
  for (int i = 0; i < schedule->nodes && status == GV_OK; i++)
    x[i] = i;
  if (status == GV_OK)
    status = count_rounds(schedule, factor, limit, x, &in_order, err);
  for (int i = 0; i < schedule->nodes && status == GV_OK && in_order > 0; i++) {
    struct gv_stream stream;
    gv_stream_start(&stream, 0, GV_RANDOM_CONSENSUS, (uint32_t)i, 0);
    x[i] = gv_stream_normal(&stream);
  }
  if (status == GV_OK && in_order > 0)
    status = count_rounds(schedule, factor, limit, x, &normal, err);
  gv_free(x);
  if (status == GV_OK)
    *rounds = normal == 0 || normal > in_order ? normal : in_order;
  return status;
}
