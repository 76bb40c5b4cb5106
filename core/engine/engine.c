/* The engine's life: memory of nodes and workers, segments of rounds between evaluations, errors, the end. */
#include "core/engine/engine.h"

#include <math.h>
#include <string.h>

#include "core/base/calling.h"
#include "core/base/clock.h"
#include "core/engine/internal.h"

/* ---- on a worker's thread: its memory, its nodes ---- */

/* Everything a worker needs, made on its own thread; then the same start vector in every node. */
static void settle(struct gv_worker *worker)
{
  struct gv_engine *e = worker->engine;
  struct gv_error error = {GV_OK, ""};
  enum gv_status status = gv_worker_place(worker, &error);
  for (int i = worker->nodes.first; i < worker->nodes.end && status == GV_OK; i += worker->nodes.step)
    status = gv_node_place(worker, i, &error);
  if (status == GV_OK && worker->index == 0 && e->setup.start == NULL && e->setup.model->init != NULL &&
      gv_call_init(e->setup.model, worker->instance, e->setup.seed, e->start) != 0)
    status = gv_fail(&error, GV_MODEL, "start weights: %s", e->setup.failure(e->setup.hosts[0]));
  if (status != GV_OK)
    gv_worker_fail(worker, 0, worker->nodes.first, status, "%s", error.text);
  gv_team_barrier(worker->team);
  if (e->setup.resume != NULL)
    gv_worker_resume(worker);
  for (int i = worker->nodes.first; i < worker->nodes.end && !worker->failed; i += worker->nodes.step) {
    gv_node_begin(e, i);
    if (e->setup.resume != NULL && gv_node_resume(e, i, &error) != GV_OK)
      gv_worker_fail(worker, e->setup.resume->round, i, error.status, "%s", error.text);
  }
}

static void unsettle(struct gv_worker *worker)
{
  gv_crew_leave(worker);
  if (worker->created)
    gv_call_destroy(worker->engine->setup.model, worker->instance);
  worker->created = false;
}

/* ---- rounds ---- */

/* Worker 0 tells how far it is; the next look is where, at the rate so far, a tenth of a second has passed. */
void gv_engine_report(struct gv_engine *e, uint64_t round)
{
  double now = gv_seconds(), seconds = e->seconds + (now - e->segment_start);
  if (now >= e->next_progress_time) {
    e->setup.progress(e->setup.context, round, seconds);
    e->next_progress_time = now + 0.1;
  }
  double rate = seconds > 0 ? (double)round / seconds : 0;
  e->next_progress = round + 1 + (uint64_t)(0.1 * rate);
}

static void inspect(struct gv_worker *worker, uint64_t round)
{
  struct gv_engine *e = worker->engine;
  for (int i = worker->nodes.first; i < worker->nodes.end; i += worker->nodes.step)
    e->replicas[i] = e->node[i].x;
  gv_team_barrier(worker->team);
  if (worker->index == 0)
    e->setup.inspect(e->setup.context, round, e->replicas);
  gv_team_barrier(worker->team);
}

/* Rounds from `round` to `end`, or to where the gate closed. Returns the round reached. */
static uint64_t run_segment(struct gv_worker *worker, uint64_t round, uint64_t end)
{
  struct gv_engine *e = worker->engine;
  bool reports = worker->index == 0 && e->setup.progress != NULL, inspects = e->setup.inspect != NULL;
  bool stepped = false;  /* the step of `round` is taken: the last mix did it */
  while (stepped || (round < end && gv_gate_pass(&e->gate, round))) {
    if (!stepped)
      gv_worker_step(worker, round);
    stepped = !inspects && round + 1 < end && gv_gate_pass(&e->gate, round + 1);
    gv_worker_mix(worker, round, stepped);
    if (reports && round >= e->next_progress)
      gv_engine_report(e, round + 1);
    round++;
    if (inspects)
      inspect(worker, round);
  }
  return round;
}

static void evaluate(struct gv_worker *worker, uint64_t round, bool planned)
{
  struct gv_engine *e = worker->engine;
  struct gv_evaluation evaluation;
  gv_worker_evaluate(worker, round, &evaluation);
  if (worker->index == 0) {
    e->looks = false;
    e->planned = planned;
    if (gv_engine_failed(e) ||
        (e->setup.evaluated != NULL && e->setup.evaluated(e->setup.context, &evaluation, &e->error) != GV_OK) ||
        (e->setup.enough != NULL && *e->setup.enough))
      e->over = true;
  }
  gv_team_barrier(worker->team);
}

/* The first multiple of `every` rounds after `round`, rounded up as the length of a run is, so that evaluations do
 * not drift away from whole epochs; at most the end of the run. */
static uint64_t next_turn(double every, uint64_t round, uint64_t rounds)
{
  double turn = floor((double)round / every), next;
  do
    next = ceil(++turn * every - 1e-9);
  while (next <= (double)round);
  return next < (double)rounds ? (uint64_t)next : rounds;
}

/* Whether `round` is a multiple of keep_every. */
static bool end_of_turn(const struct gv_engine_setup *s, uint64_t round)
{
  return s->keep_every > 0 && round > 0 && next_turn(s->keep_every, round - 1, s->rounds) == round;
}

/* Rounds from `round` to `end`, or to where a stop or a failure ended them. Returns the round reached. */
static uint64_t advance(struct gv_worker *worker, uint64_t round, uint64_t end)
{
  struct gv_engine *e = worker->engine;
  uint64_t reached = 0;
  if (worker->index == 0)
    e->segment_start = gv_seconds();
  gv_team_barrier(worker->team);
  if (e->setup.async)
    gv_worker_async(worker, end * (uint64_t)e->nodes);
  else
    reached = run_segment(worker, round, end);
  gv_team_barrier(worker->team);
  if (e->setup.async)
    reached = gv_budget_taken(&e->budget) / (uint64_t)e->nodes;
  if (worker->index == 0) {
    e->seconds += gv_seconds() - e->segment_start;
    e->over = gv_engine_failed(e);
    if (reached < end && !e->over) {
      e->over = true;
      gv_fail(&e->error, GV_INTERRUPTED, "stopped on request after round %llu of %llu",
              (unsigned long long)reached, (unsigned long long)e->setup.rounds);
    }
  }
  gv_team_barrier(worker->team);
  return reached;
}

/* From the first evaluation to the end. What a stop ends is kept before the evaluation there, which the plan does
 * not have: the run that goes on from it does not know of it. */
static void train(struct gv_worker *worker)
{
  struct gv_engine *e = worker->engine;
  const struct gv_engine_setup *s = &e->setup;
  uint64_t round = s->resume != NULL ? s->resume->round : 0;
  evaluate(worker, round, true);
  while (!e->over && round < s->rounds) {
    uint64_t evaluation = next_turn(s->eval_every, round, s->rounds), end = evaluation;
    if (s->keep_every > 0)
      end = next_turn(s->keep_every, round, evaluation);
    round = advance(worker, round, end);
    if (gv_engine_failed(e))
      return;
    bool planned = round == evaluation, over = e->over;
    if (!planned)
      gv_worker_keep(worker, round, true);
    if ((planned || over) && round != e->last_evaluation)
      evaluate(worker, round, planned);
    if (planned && !e->over && round < s->rounds)
      gv_worker_keep(worker, round, end_of_turn(s, round));
  }
}

static void work(void *arg, struct gv_team *team, int thread)
{
  struct gv_engine *e = arg;
  if (thread % e->setup.threads != 0) {
    gv_mate_work(e, thread);
    return;
  }
  int index = thread / e->setup.threads;
  struct gv_worker *worker = &e->worker[index];
  worker->team = team;
  settle(worker);
  gv_team_barrier(team);
  if (index == 0) {  /* every node has its copy */
    gv_free(e->start);
    e->start = NULL;
  }
  if (!gv_engine_failed(e))
    train(worker);
  gv_team_barrier(team);
  unsettle(worker);
}

/* ---- the engine's own life ---- */

static enum gv_status check_setup(const struct gv_engine_setup *s, struct gv_error *err)
{
  const struct gv_algorithm *a = s->algorithm;
  if (s->schedule->nodes != s->source->nodes)
    return gv_fail(err, GV_USAGE, "the topology has %d nodes, the data is split over %d", s->schedule->nodes,
                   s->source->nodes);
  if (s->workers < 1 || s->workers > s->schedule->nodes)
    return gv_fail(err, GV_USAGE, "workers %d: accepted are 1 to %d, the number of nodes", s->workers,
                   s->schedule->nodes);
  if (!(s->eval_every >= 1))
    return gv_fail(err, GV_USAGE, "eval-every: %g rounds; accepted: 1 and more", s->eval_every);
  if (s->rounds < 1 || s->rounds > UINT32_MAX)
    return gv_fail(err, GV_USAGE, "rounds %llu: accepted are 1 to %llu", (unsigned long long)s->rounds,
                   (unsigned long long)UINT32_MAX);
  if (s->parameters < 1 || s->task->max_batch < s->source->max_batch || s->task->max_batch < GV_EVALUATION_BATCH)
    return gv_fail(err, GV_USAGE,
                   "a model of %zu parameters with batches of at most %d samples does not fit the data",
                   s->parameters, s->task->max_batch);
  if (!(a->paces & (s->async ? GV_PACE_ASYNC : GV_PACE_SYNC)))
    return gv_fail(err, GV_USAGE, "algorithm %s: it has no %s pace", a->named.name,
                   s->async ? "asynchronous" : "synchronous");
  if (s->async && s->schedule->average)
    return gv_fail(err, GV_USAGE, "asynchronous pace: the mean of all nodes waits for all of them; accepted are "
                   "topologies where a node hears some of the others");
  bool fits = a->messages >= 1 && a->messages <= GV_MESSAGES_MAX && a->states <= GV_STATES_MAX &&
              s->optimizer->states <= GV_OPTIMIZER_STATES_MAX && (a->in_place || a->combine != NULL) &&
              ((a->gradient_message || a->replica_message) == (a->local == NULL)) &&
              !(a->in_place && (a->gradient_message || a->replica_message)) && (a->mixing != NULL || s->async) &&
              !(s->async && (a->gradient_message || a->messages != 1 || s->inspect != NULL)) &&
              (a->in_place || !(a->pushes || a->apart)) && (a->apart || !a->lazy) &&
              !(a->compresses && (a->in_place || a->states < 1));
  if (!fits)
    return gv_fail(err, GV_USAGE, "algorithm %s: its descriptor contradicts itself", a->named.name);
  return gv_guard(s, err);
}

static enum gv_status make_exchange(struct gv_engine *e, struct gv_error *err)
{
  const struct gv_engine_setup *s = &e->setup;
  if (s->async && s->algorithm->pushes)
    return gv_mail_create(s->schedule, e->dim, &e->mail, err);
  if (s->async)
    return gv_snapshots_create(s->schedule, e->host, e->dim, &e->snapshots, err);
  enum gv_status status =
      gv_exchange_create(s->schedule, s->workers, e->dim, s->algorithm->messages, &e->exchange, err);
  if (status == GV_OK && s->algorithm->lazy)
    gv_exchange_set_share(e->exchange, 0.5);
  if (status == GV_OK && s->algorithm->apart && s->schedule->average)
    status = gv_exchange_keep_rest(e->exchange, err);
  return status;
}

/* The engine's `timed`; the same one for a run that goes on, so it is looked for from round 0. */
static int timed_node(const struct gv_engine_setup *s)
{
  enum { LOOKED_AT = 100000 };
  int timed = -1;
  for (uint64_t round = 0; timed < 0 && round < s->rounds && round < LOOKED_AT; round++)
    for (int i = 0; i < s->schedule->nodes; i++)
      if (!gv_schedule_absent(s->schedule, i, round) &&
          (timed < 0 || gv_engine_drawn(s->source, i, 0) > gv_engine_drawn(s->source, timed, 0)))
        timed = i;
  return timed < 0 ? 0 : timed;
}

enum gv_status gv_engine_create(const struct gv_engine_setup *setup, struct gv_engine **out, struct gv_error *err)
{
  enum gv_status status = check_setup(setup, err);
  void *memory = NULL;
  if (status == GV_OK)
    status = gv_alloc_for(&memory, 1, sizeof(struct gv_engine), "the engine", err);
  if (status != GV_OK)
    return status;
  struct gv_engine *e = memory;
  size_t line = GV_CACHE_LINE / sizeof(float);
  e->setup = *setup;
  if (setup->threads < 1)
    e->setup.threads = 1;
  e->nodes = setup->schedule->nodes;
  e->dim = setup->parameters;
  e->stride = (e->dim + line - 1) / line * line;
  e->rounds_per_epoch = (double)setup->source->train_samples / (double)setup->source->samples_per_round;
  e->decay = (float)gv_options_real(setup->optimizer_options, "weight-decay");
  if (!gv_options_is_word(setup->optimizer_options, "clip"))
    e->clip = (float)gv_options_real(setup->optimizer_options, "clip");
  e->looks = setup->resume != NULL;
  gv_gate_open(&e->gate, setup->stop, setup->resume != NULL ? setup->resume->round : 0);
  status = gv_alloc_for(&e->node, (size_t)e->nodes, sizeof *e->node, "the nodes", err);
  if (status == GV_OK)
    status = gv_alloc_for(&e->worker, (size_t)setup->workers, sizeof *e->worker, "the workers", err);
  if (status == GV_OK)
    status = gv_alloc_for(&e->start, e->stride, sizeof *e->start, "the start weights", err);
  if (status == GV_OK && setup->start != NULL)
    e->setup.start = memcpy(e->start, setup->start, e->dim * sizeof *e->start);
  if (status == GV_OK)
    status = gv_evaluate_prepare(e, err);
  if (status == GV_OK)
    status = gv_alloc_for(&e->host, (size_t)e->nodes, sizeof *e->host, "the nodes", err);
  e->timed = timed_node(setup);
  bool strides = gv_hosting_strides(setup->schedule, setup->workers);
  for (int w = 0; status == GV_OK && w < setup->workers; w++) {
    struct gv_worker *worker = &e->worker[w];
    worker->engine = e;
    worker->index = w;
    worker->want = 1;
    worker->nodes = gv_hosting_of(e->nodes, setup->workers, strides, w);
    for (int i = worker->nodes.first; i < worker->nodes.end; i += worker->nodes.step)
      e->host[i] = w;
  }
  if (status == GV_OK)
    status = make_exchange(e, err);
  if (status == GV_OK)
    status = gv_clock_create(&(struct gv_pacing){.network = setup->network, .compute = setup->compute_time,
                                                 .jitter = setup->compute_jitter, .slow = setup->slow,
                                                 .overlaps = setup->algorithm->replica_message,
                                                 .seed = setup->seed, .samples = gv_engine_drawn,
                                                 .context = setup->source},
                             setup->schedule, &e->clock, err);
  if (status == GV_OK)
    status = gv_crews_create(e, &e->crew, err);
  if (status != GV_OK) {
    gv_engine_destroy(e);
    return status;
  }
  *out = e;
  return GV_OK;
}

void gv_engine_destroy(struct gv_engine *e)
{
  if (e == NULL)
    return;
  for (int w = 0; w < e->setup.workers && e->worker != NULL; w++) {
    struct gv_worker *worker = &e->worker[w];
    gv_buffer_clear(&worker->buffer);
    gv_free(worker->gradient);
    gv_view_destroy(worker->view);
    gv_free(worker->direction);
    gv_free(worker->average);
    gv_free(worker->measuring);
    gv_free(worker->measured);
    gv_free(worker->later);
  }
  for (int i = 0; i < e->nodes && e->node != NULL; i++) {
    gv_free(e->node[i].own);
    gv_free(e->node[i].states);
    gv_free(e->node[i].pending);
  }
  gv_crews_destroy(e);
  gv_clock_destroy(e->clock);
  gv_exchange_destroy(e->exchange);
  gv_snapshots_destroy(e->snapshots);
  gv_mail_destroy(e->mail);
  gv_free(e->host);
  gv_free(e->node);
  gv_free(e->worker);
  gv_free(e->start);
  gv_free(e->mean);
  gv_free(e->replicas);
  gv_free(e->chunk_loss);
  gv_free(e->chunk_correct);
  gv_free(e->gradient_sum);
  gv_free(e->shard_loss);
  gv_free(e->shard_norm);
  gv_free(e->distance);
  gv_free(e->each);
  gv_free(e);
}

enum gv_status gv_engine_run(struct gv_engine *e, struct gv_error *err)
{
  enum gv_status status = gv_team_run_crews(e->setup.workers, e->setup.threads, e->setup.cpus, work, e, err);
  if (status == GV_OK)
    status = gv_engine_failure(e, err);
  if (status == GV_OK && e->error.status != GV_OK)
    status = gv_fail(err, e->error.status, "%s", e->error.text);
  return status;
}

const float *gv_engine_mean(const struct gv_engine *e)
{
  return e->mean;
}

int gv_engine_evaluated_nodes(const struct gv_engine *e)
{
  return e->judged;
}

const struct gv_node_evaluation *gv_engine_each(const struct gv_engine *e)
{
  return e->each;
}

bool gv_engine_planned(const struct gv_engine *e)
{
  return e->planned;
}
