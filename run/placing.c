/* Where the threads of a run stand. */
#include "run/placing.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/blas.h"
#include "core/base/log.h"
#include "core/base/memory.h"

static const char *const words[] = {[GV_BIND_NONE] = "none", [GV_BIND_COMPACT] = "compact",
                                    [GV_BIND_SCATTER] = "scatter"};

static enum gv_bind bind_named(const char *word)
{
  enum gv_bind bind = GV_BIND_SCATTER;
  while (bind > GV_BIND_NONE && strcmp(words[bind], word) != 0)
    bind--;
  return bind;
}

int gv_placing_threads(const struct gv_machine *machine)
{
  int threads = gv_machine_threads(machine);
  return threads < gv_blas_callers() ? threads : gv_blas_callers();
}

static enum gv_status refuse_many(int workers, int team, struct gv_error *err)
{
  char each[32] = "";
  if (team > 1)
    snprintf(each, sizeof each, " of %d threads", team);
  if (team > gv_blas_callers())
    return gv_fail(err, GV_USAGE, "threads-per-node %d: this OpenBLAS serves at most %d threads at a time", team,
                   gv_blas_callers());
  return gv_fail(err, GV_USAGE,
                 "workers %d%s: this OpenBLAS serves at most %d threads at a time; accepted are up to %d workers",
                 workers, each, gv_blas_callers(), gv_blas_callers() / team);
}

static enum gv_status refuse(const struct gv_machine *machine, const char *bind, const struct gv_placing *placing,
                             struct gv_error *err)
{
  char each[32] = "";
  if (!machine->binds)
    return gv_fail(err, GV_SYSTEM, "bind %s: the system lets no thread be bound here; accepted is 'none'", bind);
  if (placing->team > 1)
    snprintf(each, sizeof each, " of %d threads", placing->team);
  return gv_fail(err, GV_USAGE,
                 "bind %s: %d workers%s want a processor a thread, and there are %d; accepted are fewer workers, "
                 "or bind 'none'", bind, placing->workers, each, machine->processors);
}

static enum gv_status choose(const struct gv_machine *machine, struct gv_placing *placing, struct gv_error *err)
{
  int threads = placing->workers * placing->team;
  struct gv_place *order = calloc((size_t)machine->processors + 1, sizeof *order);
  placing->cpus = calloc((size_t)threads + 1, sizeof *placing->cpus);
  placing->place = order;
  if (order == NULL || placing->cpus == NULL)
    return gv_fail(err, GV_MEMORY, "no memory for the processor list");
  memcpy(order, machine->place, (size_t)machine->processors * sizeof *order);
  enum gv_status status = gv_places_order(order, machine->processors, placing->bind, placing->team, err);
  for (int t = 0; t < threads; t++)
    placing->cpus[t] = order[t].processor;
  return status;
}

enum gv_status gv_placing_make(const struct gv_machine *machine, const char *bind, bool asked, int workers,
                               int team, struct gv_placing *placing, struct gv_error *err)
{
  *placing = (struct gv_placing){.workers = workers, .team = team, .bind = bind_named(bind)};
  if (workers > gv_blas_callers() / team)
    return refuse_many(workers, team, err);
  bool room = machine->binds && workers <= machine->processors / team;
  bool shared = machine->quota.cores < machine->processors;
  if (placing->bind == GV_BIND_NONE)
    return GV_OK;
  if (asked && !room)
    return refuse(machine, bind, placing, err);
  if (!room || (shared && !asked)) {
    placing->bind = GV_BIND_NONE;
    return GV_OK;
  }
  enum gv_status status = choose(machine, placing, err);
  if (status != GV_OK)
    gv_placing_clear(placing);
  return status;
}

void gv_placing_clear(struct gv_placing *placing)
{
  free(placing->place);
  free(placing->cpus);
  *placing = (struct gv_placing){0};
}

const char *gv_placing_bind(const struct gv_placing *placing)
{
  return words[placing->bind];
}

void gv_placing_log(const struct gv_machine *machine, const struct gv_placing *placing)
{
  char quota[64] = "", memory[32], of[32] = "";
  int threads = placing->workers * placing->team;
  if (isfinite(machine->quota.cores))
    snprintf(quota, sizeof quota, ", a quota of %.4g of them", machine->quota.cores);
  gv_log(GV_LOG_DETAIL, "machine: %d processors on %d cores%s, %s of memory; binding %s", machine->processors,
         machine->cores, quota, gv_bytes_text(machine->memory, memory, sizeof memory), gv_placing_bind(placing));
  if (placing->team > 1)
    snprintf(of, sizeof of, " of %d threads", placing->team);
  if (threads > machine->processors)
    gv_log(GV_LOG_WARNING, "workers %d%s on %d processors: they take turns", placing->workers, of,
           machine->processors);
  else if (threads > ceil(machine->quota.cores - 1e-9))
    gv_log(GV_LOG_WARNING, "workers %d%s where a quota leaves the time of %.4g processors: they take turns",
           placing->workers, of, machine->quota.cores);
  else if (threads > machine->cores)
    gv_log(GV_LOG_WARNING, "workers %d%s on %d cores: some share one", placing->workers, of, machine->cores);
}
