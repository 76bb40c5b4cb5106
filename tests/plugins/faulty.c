/* faulty.c - pulls every weight towards the mean label, and fails or crashes where it is told to: at the at-th call
 * of function `in`, counted over all threads. */
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <grapevine/model.h>

struct faulty {
  const struct gv_host *host;
  const char *in, *how;
  int64_t at, parameters;
  int32_t classes;
};

static atomic_int calls;

/* Pages of their own, on any machine, so that the name can be taken away. */
static _Alignas(1 << 16) char name[1 << 16] = "faulty";

static volatile int64_t floor_of_stack = INT64_MAX;

/* Frames that no compiler can fold, until the stack ends. */
static int deeper(int64_t depth)
{
  volatile char here[4096];
  here[depth % 4096] = 1;
  return depth < floor_of_stack ? deeper(depth + 1) + here[0] : 0;
}

/* What the function is to return. */
static int visit(const struct gv_host *host, const char *in, const char *how, int64_t at, const char *function)
{
  if (strcmp(in, function) != 0 || atomic_fetch_add(&calls, 1) + 1 != at)
    return 0;
  volatile int zero = 0;
  volatile char *volatile nowhere = NULL;
  if (strcmp(how, "segv") == 0)
    nowhere[0] = 1;
  else if (strcmp(how, "divide") == 0)
    return 100 / zero;
  else if (strcmp(how, "abort") == 0)
    abort();
  else if (strcmp(how, "bus") == 0)
    raise(SIGBUS);
  else if (strcmp(how, "ill") == 0)
    __builtin_trap();
  else if (strcmp(how, "nameless") == 0 && mprotect(name, sizeof name, PROT_NONE) == 0)
    __builtin_trap();
  else if (strcmp(how, "stack") == 0)
    return deeper(0);
  else if (strcmp(how, "library") == 0)
    return (int)strlen((const char *)(uintptr_t)nowhere);  /* in the C library, for the model */
  else if (strcmp(how, "kill") == 0)
    raise(SIGKILL);
  else if (strcmp(how, "hang") == 0 && write(STDERR_FILENO, "it hangs\n", 9) == 9)
    for (;;)
      pause();
  else if (strcmp(how, "say") == 0)
    return host->fail(host, "told to fail in %s", function);
  return 1;
}

static int visited(struct faulty *m, const char *function)
{
  return visit(m->host, m->in, m->how, m->at, function);
}

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  const struct gv_options *o = task->options;
  if (task->shape.classes == 0)
    return host->fail(host, "it learns labels");
  const struct gv_tensor all = {.name = "all", .rank = 1, .shape = {host->option_int(o, "parameters")}};
  return visit(host, host->option_text(o, "in"), host->option_text(o, "how"), host->option_int(o, "at"), "plan") ||
         host->add_tensor(host, plan, &all);
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  const struct gv_options *o = task->options;
  struct faulty *m = host->allocate(host, sizeof *m);
  if (m == NULL)
    return 1;
  *m = (struct faulty){.host = host, .in = host->option_text(o, "in"), .how = host->option_text(o, "how"),
                       .at = host->option_int(o, "at"), .parameters = host->option_int(o, "parameters"),
                       .classes = task->shape.classes};
  *instance = m;
  return visited(m, "create");
}

static int init(void *instance, uint64_t seed, float *w)
{
  struct faulty *m = instance;
  (void)seed;
  memset(w, 0, (size_t)m->parameters * sizeof *w);
  return visited(m, "init");
}

static double mean_label(const struct gv_batch *batch)
{
  double sum = 0;
  for (int32_t i = 0; i < batch->n; i++)
    sum += batch->labels[i];
  return sum / batch->n;
}

/* The first weight and the last learn, the others stay. */
static int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  struct faulty *m = instance;
  size_t last = (size_t)m->parameters - 1;
  float label = (float)mean_label(batch);
  memset(g, 0, (last + 1) * sizeof *g);
  g[0] = w[0] - label;
  g[last] = w[last] - label;
  *loss = (g[0] * g[0] + g[last] * g[last]) / 2;
  return visited(m, "gradient");
}

static int evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  struct faulty *m = instance;
  for (int32_t i = 0; i < batch->n; i++) {
    double off = (double)w[0] - batch->labels[i];
    metrics->loss += off * off / 2;
    metrics->correct += off > -0.5 && off < 0.5;
  }
  return visited(m, "evaluate");
}

static int predict(void *instance, const float *w, const struct gv_batch *batch, float *scores)
{
  struct faulty *m = instance;
  for (int32_t i = 0; i < batch->n * m->classes; i++)
    scores[i] = -(w[0] - (float)(i % m->classes)) * (w[0] - (float)(i % m->classes));
  return visited(m, "predict");
}

static void destroy(void *instance)
{
  (void)visited(instance, "destroy");
}

static const struct gv_option options[] = {
    {.key = "in", .type = GV_OPTION_TEXT, .value = "nowhere", .help = "the function that fails"},
    {.key = "at", .type = GV_OPTION_INT, .value = "1", .min = 1, .max = 1e9, .help = "at which call"},
    {.key = "how", .type = GV_OPTION_TEXT, .value = "say",
     .help = "say, silent, segv, divide, abort, bus, ill, nameless, stack, library, kill or hang"},
    {.key = "parameters", .type = GV_OPTION_INT, .value = "10", .min = 1, .max = 1e10, .help = "how many"},
    {.key = NULL},
};

const struct gv_model grapevine_model = {
    .abi = GV_MODEL_ABI,
    .size = sizeof(struct gv_model),
    .name = name,
    .summary = "fails where it is told to",
    .options = options,
    .plan = plan,
    .create = create,
    .init = init,
    .gradient = gradient,
    .evaluate = evaluate,
    .predict = predict,
    .destroy = destroy,
};
