/* What an algorithm is not defined for is refused before a run: a line that says why, and what to take instead. */
#include "core/algorithms/compress.h"
#include "core/engine/internal.h"
#include "core/graph/spectrum/spectrum.h"
#include "core/graph/topology.h"

/* Even rings lie on the bound, but for rounding. */
static const double lambda_bound = -1.0 / 3, rounding = 1e-9;

static enum gv_status guard_optimizer(const struct gv_engine_setup *s, struct gv_error *err)
{
  const char *algorithm = s->algorithm->named.name, *optimizer = s->optimizer->named.name;
  if (s->algorithm->own_momentum && s->optimizer->direction != NULL)
    return gv_fail(err, GV_USAGE, "optimizer %s: algorithm %s has a momentum of its own; accepted: sgd", optimizer,
                   algorithm);
  if (s->algorithm->linear && s->optimizer->adaptive)
    return gv_fail(err, GV_USAGE, "optimizer %s: it scales every node's gradient in its own way, and what %s "
                   "corrects is then not the bias; accepted: sgd, momentum, nesterov", optimizer, algorithm);
  return GV_OK;
}

static enum gv_status guard_lambda(const struct gv_engine_setup *s, struct gv_error *err)
{
  struct gv_spectrum spectrum;
  enum gv_status status = s->schedule->average ? GV_OK : gv_spectrum_find(s->schedule, &spectrum, err);
  if (status != GV_OK || s->schedule->average || spectrum.lambda_min > lambda_bound + rounding)
    return status;
  return gv_fail(err, GV_USAGE, "algorithm %s: topology %s has lambda_min(W) = %.4g, and at -1/3 or below it "
                 "diverges; accepted: --algorithm exact-diffusion, or --weights lazy", s->algorithm->named.name,
                 s->schedule->topology->named.name, spectrum.lambda_min);
}

static enum gv_status guard_topology(const struct gv_engine_setup *s, struct gv_error *err)
{
  const struct gv_algorithm *a = s->algorithm;
  const char *algorithm = a->named.name, *topology = s->schedule->topology->named.name;
  if (a->symmetric && s->schedule->directed)
    return gv_fail(err, GV_USAGE, "algorithm %s: W must be symmetric, and topology %s is directed; accepted: an "
                   "undirected topology, or --algorithm gt, dsgd, qg-dsgdm or pga", algorithm, topology);
  if (a->fixed && s->schedule->period != 1)
    return gv_fail(err, GV_USAGE, "algorithm %s: W must stay the same, and topology %s changes from round to "
                   "round; accepted: one that stays, or --algorithm exact-diffusion, gt, dsgd or pga", algorithm,
                   topology);
  if (!a->pushes && s->schedule->shares)
    return gv_fail(err, GV_USAGE, "algorithm %s: the rows of shares need not sum to 1; accepted: push-sum",
                   algorithm);
  if (a->pushes && !s->schedule->shares && !s->schedule->average)
    return gv_fail(err, GV_USAGE, "algorithm %s: the schedule is not one of shares", algorithm);
  return a->lambda_bounded ? guard_lambda(s, err) : GV_OK;
}

static enum gv_status guard_averages(const struct gv_engine_setup *s, struct gv_error *err)
{
  const struct gv_algorithm *a = s->algorithm;
  unsigned long long every = s->global_every;
  if (every == 0)
    return GV_OK;
  if (s->async)
    return gv_fail(err, GV_USAGE, "global-every %llu: a mean over all nodes waits for all of them; accepted: 0 in "
                   "asynchronous pace", every);
  if (a->own_averages)
    return gv_fail(err, GV_USAGE, "global-every %llu: algorithm %s says itself when all nodes are averaged; leave "
                   "it out, or take dsgd", every, a->named.name);
  return GV_OK;
}

/* Whether some rounds average with neighbours: the first or the second, of all that there are. */
static bool uses_links(const struct gv_engine_setup *s)
{
  const struct gv_rhythm rhythm = {0};
  return s->algorithm->mixing(s->algorithm_options, &rhythm, 0) == GV_MIX_NEIGHBORS ||
         s->algorithm->mixing(s->algorithm_options, &rhythm, 1) == GV_MIX_NEIGHBORS;
}

static enum gv_status guard_faults(const struct gv_engine_setup *s, struct gv_error *err)
{
  const struct gv_algorithm *a = s->algorithm;
  const struct gv_faults *f = &s->schedule->faults;
  const char *what = f->churn > 0 ? "churn" : "drop-link";
  double share = f->churn > 0 ? f->churn : f->drop_link;
  if (!gv_schedule_faulty(s->schedule))
    return GV_OK;
  if (s->async)
    return gv_fail(err, GV_USAGE, "%s %g: in asynchronous pace nodes have no round in common; accepted: --pace "
                   "sync", what, share);
  if (f->drop_link > 0 && !uses_links(s))
    return gv_fail(err, GV_USAGE, "drop-link %g: algorithm %s sends nothing over the links of a topology; "
                   "accepted: 0, or --algorithm pga or dsgd", f->drop_link, a->named.name);
  if (a->fixed)
    return gv_fail(err, GV_USAGE, "%s %g: algorithm %s needs the same W in every round; accepted: --algorithm gt, "
                   "exact-diffusion, dsgd, qg-dsgdm or pga", what, share, a->named.name);
  if (a->together && f->churn > 0)
    return gv_fail(err, GV_USAGE, "churn %g: in algorithm %s a node that misses a step stays apart from the "
                   "others; accepted: --algorithm local, pga or dsgd", f->churn, a->named.name);
  return GV_OK;
}

static enum gv_status guard_size(const struct gv_engine_setup *s, struct gv_error *err)
{
  if (!s->algorithm->compresses || s->parameters <= gv_compress_max(s->algorithm_options))
    return GV_OK;
  return gv_fail(err, GV_USAGE, "algorithm %s: compress=%s picks among %zu parameters at most, and the model has "
                 "%zu; accepted: sign, 8-bit, identity", s->algorithm->named.name,
                 gv_options_text(s->algorithm_options, "compress"), gv_compress_max(s->algorithm_options),
                 s->parameters);
}

enum gv_status gv_guard(const struct gv_engine_setup *s, struct gv_error *err)
{
  enum gv_status status = guard_optimizer(s, err);
  if (status == GV_OK)
    status = guard_size(s, err);
  if (status == GV_OK)
    status = guard_averages(s, err);
  if (status == GV_OK)
    status = guard_faults(s, err);
  if (status == GV_OK && !s->async)
    status = guard_topology(s, err);
  return status;
}
