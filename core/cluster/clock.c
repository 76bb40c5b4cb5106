/* The clock of a simulated cluster. */
#include "core/cluster/clock.h"

#include <math.h>
#include <stdlib.h>

#include "core/base/memory.h"
#include "core/base/random.h"

/* Numbers behind those of the nodes: seconds a sample, at first; then seconds and samples. */
enum { FIRST, SECONDS, SAMPLES, MEASURED };
enum { LOOKED_AT = 64 };  /* rounds that stand for all, in asynchronous pace */

size_t gv_clock_count(int nodes)
{
  return (size_t)nodes + MEASURED;
}

static double *measured(const struct gv_clock *clock)
{
  return clock->numbers + clock->schedule->nodes;
}

enum gv_status gv_clock_create(const struct gv_pacing *pacing, const struct gv_schedule *schedule,
                               struct gv_clock **out, struct gv_error *err)
{
  struct gv_clock *clock = NULL;
  const char *what = "the cluster's clock";
  enum gv_status status = gv_alloc_for(&clock, 1, sizeof *clock, what, err);
  if (status != GV_OK)
    return status;
  *clock = (struct gv_clock){.pacing = *pacing, .schedule = schedule};
  status = gv_alloc_for(&clock->done, (size_t)schedule->nodes, sizeof *clock->done, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&clock->sent, (size_t)schedule->nodes, sizeof *clock->sent, what, err);
  if (status == GV_OK)
    status = gv_alloc_for(&clock->numbers, gv_clock_count(schedule->nodes), sizeof *clock->numbers, what, err);
  if (status != GV_OK) {
    gv_clock_destroy(clock);
    return status;
  }
  *out = clock;
  return GV_OK;
}

void gv_clock_destroy(struct gv_clock *clock)
{
  if (clock == NULL)
    return;
  gv_free(clock->done);
  gv_free(clock->sent);
  gv_free(clock->numbers);
  gv_free(clock);
}

void gv_clock_measure(struct gv_clock *clock, double seconds, int32_t samples)
{
  double *m = measured(clock);
  if (m[FIRST] == 0) {
    m[FIRST] = seconds / samples;
    return;
  }
  m[SECONDS] += seconds;
  m[SAMPLES] += samples;
}

bool gv_clock_wants(const struct gv_clock *clock, uint64_t round)
{
  return round < 16 || (round & 15) == 0 || measured(clock)[FIRST] == 0;
}

/* Seconds that a sample takes. */
static double sample_seconds(const struct gv_clock *clock)
{
  const double *m = measured(clock);
  return m[SAMPLES] > 0 ? m[SECONDS] / m[SAMPLES] : m[FIRST];
}

/* sample: what one takes, where it is asked for. */
static double round_seconds(const struct gv_clock *clock, int node, uint64_t round, double sample)
{
  const struct gv_pacing *p = &clock->pacing;
  if (p->compute > 0)
    return p->compute;
  return p->samples != NULL ? sample * p->samples(p->context, node, round) : sample;
}

static double slowness(const struct gv_clock *clock, int node)
{
  return clock->pacing.slow != NULL ? clock->pacing.slow[node] : 1;
}

/* Seconds that the node computes in the round. */
static double compute_of(const struct gv_clock *clock, int node, uint64_t round, double sample)
{
  double s = clock->pacing.jitter, seconds = round_seconds(clock, node, round, sample) * slowness(clock, node);
  if (s > 0) {
    struct gv_stream stream;
    gv_stream_start(&stream, clock->pacing.seed, GV_RANDOM_CLOCK, (uint32_t)node, (uint32_t)round);
    seconds *= exp(s * gv_stream_normal(&stream) - s * s / 2);
  }
  return seconds;
}

static void mix_all(struct gv_clock *clock, uint64_t round, bool reduced, double bytes)
{
  const struct gv_network *network = &clock->pacing.network;
  double latest = 0;
  int n = clock->schedule->nodes, present = 0;
  for (int i = 0; i < n; i++)
    if (!gv_schedule_absent(clock->schedule, i, round)) {
      latest = fmax(latest, clock->sent[i]);
      present++;
    }
  latest += reduced       ? gv_network_allreduce(network, present, bytes)
            : present > 1 ? gv_network_partial(network, present - 1, bytes)
                          : 0;
  for (int i = 0; i < n; i++) {
    bool absent = gv_schedule_absent(clock->schedule, i, round);
    clock->numbers[i] = absent ? clock->done[i] : fmax(clock->done[i], latest);
  }
}

static void mix_neighbors(struct gv_clock *clock, const struct gv_graph *graph, double bytes)
{
  for (int i = 0; i < clock->schedule->nodes; i++) {
    int64_t degree = graph->first[i + 1] - graph->first[i];
    double ready = clock->sent[i];
    for (int64_t e = graph->first[i]; e < graph->first[i + 1]; e++)
      ready = fmax(ready, clock->sent[graph->from[e]]);
    ready += gv_network_partial(&clock->pacing.network, (double)degree, bytes);
    clock->numbers[i] = fmax(clock->done[i], ready);
  }
}

void gv_clock_round(struct gv_clock *clock, uint64_t round, enum gv_delivery delivery, const struct gv_graph *graph,
                    double bytes)
{
  double sample = sample_seconds(clock);
  for (int i = 0; i < clock->schedule->nodes; i++) {
    double computes = gv_schedule_absent(clock->schedule, i, round) ? 0 : compute_of(clock, i, round, sample);
    clock->done[i] = clock->numbers[i] + computes;
    clock->sent[i] = clock->pacing.overlaps ? clock->numbers[i] : clock->done[i];
  }
  if (delivery == GV_DELIVER_LINKS)
    mix_neighbors(clock, graph, bytes);
  else if (delivery != GV_DELIVER_NONE)
    mix_all(clock, round, delivery == GV_DELIVER_ALLREDUCE, bytes);
  else
    for (int i = 0; i < clock->schedule->nodes; i++)
      clock->numbers[i] = clock->done[i];
}

double gv_clock_seconds(const struct gv_clock *clock)
{
  double latest = 0;
  for (int i = 0; i < clock->schedule->nodes; i++)
    latest = fmax(latest, clock->numbers[i]);
  return latest;
}

double gv_clock_asynchronous(const struct gv_clock *clock, double steps, double messages, double bytes)
{
  double pace = 0, sample = sample_seconds(clock);
  double travels = gv_network_partial(&clock->pacing.network, messages, bytes);
  for (int i = 0; i < clock->schedule->nodes; i++) {
    double mean = 0;
    for (uint64_t k = 0; k < LOOKED_AT; k++)
      mean += round_seconds(clock, i, k, sample) / LOOKED_AT;
    mean *= slowness(clock, i);
    pace += 1 / (clock->pacing.overlaps ? fmax(mean, travels) : mean + travels);
  }
  return steps > 0 ? steps / pace : 0;
}
