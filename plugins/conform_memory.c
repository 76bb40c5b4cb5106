/* The rule that gradient and evaluate take no memory. */
#include "plugins/conform_trial.h"

#include <dlfcn.h>
#include <string.h>

/* What a library may take at each call, for the author of a plugin has no say in it: oneDNN keeps its arguments in
 * it, OpenBLAS packs small matrices. Blocks of this size come from the thread's own heap, without a system call. */
enum { LIBRARY_BLOCK = 65536, ROOM = 512 };

static bool begins(const char *text, const char *with)
{
  return strncmp(text, with, strlen(with)) == 0;
}

static const char *file_of(const Dl_info *object)
{
  const char *slash = object->dli_fname != NULL ? strrchr(object->dli_fname, '/') : NULL;
  return slash != NULL ? slash + 1 : object->dli_fname;
}

/* Whether memory is taken there on behalf of whoever called: the C and C++ libraries, and the host. */
static bool on_behalf(const Dl_info *object, const void *host)
{
  static const char *const names[] = {"libc.", "libc-", "libstdc++.", "libc++.", "libc++abi.", "libgcc_s.", "ld-"};
  const char *file = file_of(object);
  if (object->dli_fbase == host || file == NULL)
    return true;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (begins(file, names[i]))
      return true;
  return false;
}

/* Who asked for the block: false where nobody is known. */
static bool find_owner(const struct gv_taken *taken, Dl_info *owner)
{
  Dl_info host = {0};
  (void)dladdr((const void *)&begins, &host);
  for (int i = 0; i < taken->depth; i++)
    if (dladdr(taken->frames[i], owner) != 0 && !on_behalf(owner, host.dli_fbase))
      return true;
  return false;
}

/* A library may prepare itself in its first call, the plugin has create for that. */
static enum gv_status judge(const struct gv_trial *t, const char *function, bool first,
                            const struct gv_taken *taken, size_t count, struct gv_error *err)
{
  Dl_info plugin = {0}, owner;
  (void)dladdr(t->model, &plugin);
  for (size_t i = 0; i < count; i++) {
    bool known = find_owner(&taken[i], &owner);
    const char *library = known ? file_of(&owner) : "a library";
    if (known && owner.dli_fbase == plugin.dli_fbase)
      return gv_trial_broken(t, err, "%s allocates %zu bytes in its own code; take them in create, from "
                             "host->allocate", function, taken[i].bytes);
    if (taken[i].bytes >= LIBRARY_BLOCK && !first)
      return gv_trial_broken(t, err, "%s makes %.64s allocate %zu bytes; below %d a library may", function, library,
                             taken[i].bytes, LIBRARY_BLOCK);
  }
  return GV_OK;
}

enum gv_status gv_rule_allocations(struct gv_trial *t, struct gv_seat *seat, struct gv_error *err)
{
  const struct gv_allocation_watch *watch = t->watcher->allocations;
  Dl_info plugin = {0}, host = {0};
  if (watch == NULL)
    return gv_trial_skip(t, "this build cannot watch memory");
  if (dladdr(t->model, &plugin) == 0 || dladdr((const void *)&begins, &host) == 0 ||
      plugin.dli_fbase == host.dli_fbase)
    return gv_trial_skip(t, "the model is part of the program");
  struct gv_taken taken[ROOM];
  int32_t sizes[3];
  size_t most = 0, largest = 0;
  for (int i = 0, count = gv_trial_sizes(t, sizes); i < 2 * count; i++) {
    struct gv_batch batch = gv_trial_part(t, 0, sizes[i / 2]);
    struct gv_metrics metrics;
    float loss;
    const char *function = i % 2 == 0 ? "gradient" : "evaluate";
    enum gv_status status = GV_OK;
    for (int call = 0; call < 2 && status == GV_OK; call++) {
      watch->begin();
      status = i % 2 == 0 ? gv_seat_gradient(t, seat, &t->w, &batch, &t->g, &loss, err)
                          : gv_seat_evaluate(t, seat, &t->w, &batch, &metrics, err);
      size_t blocks = watch->end(taken, ROOM);
      if (status == GV_OK)
        status = judge(t, function, call == 0, taken, blocks < ROOM ? blocks : ROOM, err);
      most = blocks > most && call > 0 ? blocks : most;
      for (size_t k = 0; k < blocks && k < ROOM && call > 0; k++)
        largest = taken[k].bytes > largest ? taken[k].bytes : largest;
    }
    if (status != GV_OK)
      return status;
  }
  if (most > 0)
    gv_trial_note(t, "libraries take up to %zu block%s a call, the largest of %zu bytes", most,
                  most == 1 ? "" : "s", largest);
  return GV_OK;
}
