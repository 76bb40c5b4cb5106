/* The host table: errors and log, memory, tensors, options, random numbers. */
#include "plugins/host.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/base/memory.h"
#include "core/base/named.h"
#include "core/base/option.h"
#include "core/base/random.h"
#include "plugins/plan.h"

/* Stands before every block that a plugin allocates, a cache line long so that the block keeps its alignment. */
struct block {
  struct block *next;
  char pad[GV_CACHE_LINE - sizeof(struct block *)];
};

/* One worker's; apart from the next one's, for both write here. */
struct slot {
  struct gv_host table;
  const char *model_name;
  struct block *blocks;
  bool failed;
  char text[GV_ERROR_TEXT];
} __attribute__((aligned(GV_APART)));

struct gv_plugin_hosts {
  char model_name[GV_NAME_MAX];
  int workers;
  struct slot *slots;  /* (workers) */
};

static int host_fail(const struct gv_host *host, const char *format, ...)
{
  struct slot *slot = host->context;
  if (slot->failed)
    return 1;
  struct gv_error line;
  char text[GV_ERROR_TEXT];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof text, format, args);
  va_end(args);
  gv_fail(&line, GV_MODEL, "model %s: %.*s", slot->model_name, GV_ERROR_TEXT - 2 * GV_NAME_MAX, text);
  memcpy(slot->text, line.text, sizeof slot->text);
  slot->failed = true;
  return 1;
}

static void host_log(const struct gv_host *host, const char *format, ...)
{
  const struct slot *slot = host->context;
  char prefix[GV_NAME_MAX + 16];
  snprintf(prefix, sizeof prefix, "model %s: ", slot->model_name);
  va_list args;
  va_start(args, format);
  gv_log_v(GV_LOG_DETAIL, prefix, format, args);
  va_end(args);
}

static void *host_allocate(const struct gv_host *host, size_t bytes)
{
  struct slot *slot = host->context;
  size_t total;
  struct block *block = NULL;
  if (!__builtin_add_overflow(bytes, sizeof *block, &total))
    block = gv_alloc(total, 1);
  if (block == NULL) {
    char text[32];
    host_fail(host, "no memory for %s of scratch", gv_bytes_text((double)bytes, text, sizeof text));
    return NULL;
  }
  block->next = slot->blocks;
  slot->blocks = block;
  return block + 1;
}

static int host_add_tensor(const struct gv_host *host, struct gv_plan *plan, const struct gv_tensor *tensor)
{
  struct gv_error error;
  if (gv_plan_add(plan, tensor, &error) == GV_OK)
    return 0;
  return host_fail(host, "%s", error.text);
}

/* Whether the table has such an option of one of two types; says so if not. */
static bool asked_well(const struct gv_options *options, const char *key, enum gv_option_type type)
{
  const struct gv_option *row = gv_option_find(gv_options_rows(options), key);
  if (row != NULL && row->type == type)
    return true;
  gv_log(GV_LOG_WARNING, "the model reads an option '%s' %s; it gets nothing", key,
         row == NULL ? "that its table has not" : "as another type than its table says");
  return false;
}

static int64_t host_int(const struct gv_options *options, const char *key)
{
  return asked_well(options, key, GV_OPTION_INT) ? gv_options_int(options, key) : 0;
}

static double host_real(const struct gv_options *options, const char *key)
{
  return asked_well(options, key, GV_OPTION_REAL) ? gv_options_real(options, key) : 0;
}

static int host_flag(const struct gv_options *options, const char *key)
{
  return asked_well(options, key, GV_OPTION_FLAG) && gv_options_flag(options, key);
}

static const char *host_text(const struct gv_options *options, const char *key)
{
  const struct gv_option *row = gv_option_find(gv_options_rows(options), key);
  return asked_well(options, key, row != NULL ? row->type : GV_OPTION_TEXT) ? gv_options_text(options, key) : "";
}

static int host_list(const struct gv_options *options, const char *key, const int64_t **items)
{
  *items = NULL;
  return asked_well(options, key, GV_OPTION_LIST) ? (int)gv_options_list(options, key, items) : 0;
}

static void host_uniform(uint64_t seed, uint32_t stream, float *out, size_t n)
{
  struct gv_stream s;
  gv_stream_start(&s, seed, GV_RANDOM_MODEL, stream, 0);
  for (size_t i = 0; i < n; i++)
    /* 23 bits, in the middle of their cells: exact in a float, where a rounded double could be 1. */
    out[i] = ((float)(gv_stream_u32(&s) >> 9) + 0.5f) * 0x1p-23f;
}

static void host_normal(uint64_t seed, uint32_t stream, float *out, size_t n)
{
  struct gv_stream s;
  gv_stream_start(&s, seed, GV_RANDOM_MODEL, stream, 1);
  for (size_t i = 0; i < n; i++)
    out[i] = (float)gv_stream_normal(&s);
}

enum gv_status gv_plugin_hosts_create(const char *model_name, int workers, struct gv_plugin_hosts **hosts,
                                      struct gv_error *err)
{
  struct gv_plugin_hosts *made = calloc(1, sizeof *made);
  if (made != NULL && workers > 0)
    made->slots = gv_alloc((size_t)workers, sizeof *made->slots);
  if (made == NULL || made->slots == NULL) {
    free(made);
    return gv_fail(err, GV_MEMORY, "model %s: no memory for the host tables of %d workers", model_name, workers);
  }
  made->workers = workers;
  snprintf(made->model_name, sizeof made->model_name, "%s", model_name);
  for (int i = 0; i < workers; i++) {
    struct slot *slot = &made->slots[i];
    slot->model_name = made->model_name;
    slot->table = (struct gv_host){
        .abi = GV_MODEL_ABI,
        .size = sizeof slot->table,
        .context = slot,
        .fail = host_fail,
        .log = host_log,
        .allocate = host_allocate,
        .add_tensor = host_add_tensor,
        .option_int = host_int,
        .option_real = host_real,
        .option_flag = host_flag,
        .option_text = host_text,
        .option_list = host_list,
        .uniform = host_uniform,
        .normal = host_normal,
    };
  }
  *hosts = made;
  return GV_OK;
}

void gv_plugin_hosts_destroy(struct gv_plugin_hosts *hosts)
{
  if (hosts == NULL)
    return;
  for (int i = 0; i < hosts->workers; i++)
    for (struct block *block = hosts->slots[i].blocks, *next; block != NULL; block = next) {
      next = block->next;
      gv_free(block);
    }
  gv_free(hosts->slots);
  free(hosts);
}

const struct gv_host *gv_plugin_host_table(const struct gv_plugin_hosts *hosts, int worker)
{
  return &hosts->slots[worker].table;
}

const char *gv_plugin_host_error(const struct gv_host *host)
{
  struct slot *slot = host->context;
  if (!slot->failed)
    snprintf(slot->text, sizeof slot->text, "model %s: one of its functions failed and did not say why",
             slot->model_name);
  slot->failed = false;
  return slot->text;
}

bool gv_plugin_host_failed(const struct gv_host *host)
{
  return ((const struct slot *)host->context)->failed;
}

void gv_plugin_host_forget(const struct gv_host *host)
{
  ((struct slot *)host->context)->failed = false;
}
