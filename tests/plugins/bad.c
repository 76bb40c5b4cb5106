/* bad.c - plugins that must be refused: tests/local.mk compiles this file once a flaw, each a macro given there. */
#include <grapevine/model.h>

#define TEXT_OF(x) #x
#define TEXT(x) TEXT_OF(x)

#ifndef ABI
#define ABI GV_MODEL_ABI
#endif
#ifndef SIZE
#define SIZE sizeof(struct gv_model)
#endif
#ifndef SUMMARY
#define SUMMARY "a plugin with a flaw"
#endif
#ifndef GRADIENT
#define GRADIENT gradient
#endif
#ifndef DEFAULT
#define DEFAULT 5
#endif
#ifdef NO_NAME
#define NAMED NULL
#else
#define NAMED TEXT(NAME)
#endif

static int plan(const struct gv_host *host, const struct gv_task *task, struct gv_plan *plan)
{
  (void)host, (void)task, (void)plan;
  return 1;
}

static int create(const struct gv_host *host, const struct gv_task *task, void **instance)
{
  (void)host, (void)task, (void)instance;
  return 1;
}

int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss);
int nowhere_to_be_found(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss);

int gradient(void *instance, const float *w, const struct gv_batch *batch, float *g, float *loss)
{
  (void)instance, (void)w, (void)batch, (void)g, (void)loss;
  return 1;
}

static int evaluate(void *instance, const float *w, const struct gv_batch *batch, struct gv_metrics *metrics)
{
  (void)instance, (void)w, (void)batch, (void)metrics;
  return 1;
}

static const struct gv_option options[] = {
    {.key = "depth", .type = GV_OPTION_INT, .value = TEXT(DEFAULT), .min = 1, .max = 9, .help = "layers"},
    {.key = NULL},
};

#ifdef CRASH
static void __attribute__((constructor)) crash(void)
{
  volatile char *volatile nowhere = NULL;
  nowhere[0] = 1;
}
#endif

const struct gv_model grapevine_model = {
    .abi = ABI,
    .size = SIZE,
    .name = NAMED,
    .summary = SUMMARY,
    .options = options,
    .plan = plan,
    .create = create,
    .gradient = GRADIENT,
    .evaluate = evaluate,
};
