/* conform.h - tries a loaded model on made-up data and says which rule of <grapevine/model.h> it breaks. */
#ifndef GV_PLUGINS_CONFORM_H
#define GV_PLUGINS_CONFORM_H

#include <stddef.h>

#include <grapevine/model.h>
#include <grapevine/status.h>

enum gv_conform_result { GV_CONFORM_KEPT, GV_CONFORM_SKIPPED, GV_CONFORM_BROKEN };

/* A block of memory that was taken, and who asked for it: return addresses, the innermost first. */
#define GV_TAKEN_FRAMES 16
struct gv_taken {
  size_t bytes;
  int depth;
  void *frames[GV_TAKEN_FRAMES];
};

/* What watches the memory that the calling thread takes, one thread at a time; a library cannot, the program that
 * links it can. */
struct gv_allocation_watch {
  void (*begin)(void);
  /* Ends the watch. Returns how many blocks were taken since; taken (room) <- the first of them. */
  size_t (*end)(struct gv_taken *taken, size_t room);
};

/* Who is told what happens, on the thread that called gv_plugin_conform. Every function may be NULL. */
struct gv_conform_watcher {
  void *context;
  void (*rule)(void *context, const char *rule);  /* it is going to be checked */
  void (*call)(void *context, const char *what);  /* this function of the model is going to be called */
  void (*result)(void *context, const char *rule, enum gv_conform_result result, const char *detail);
  const struct gv_allocation_watch *allocations;  /* NULL: the rule about memory is skipped */
};

/* Walks the model through its life on normal features and made-up targets of task's shape, rule after rule, on
 * workers of a team; nothing of the model runs outside one. A task with classes and outputs stands for either:
 * class labels, or float targets where the model refuses labels. The first rule that is broken ends it and is the
 * error, GV_MODEL. Another status says that the check itself could not be done: GV_INPUT that the model does not
 * take such samples, which breaks no rule. watcher may be NULL. */
enum gv_status gv_plugin_conform(const struct gv_model *model, const struct gv_task *task,
                                 const struct gv_conform_watcher *watcher, struct gv_error *err);

#endif
