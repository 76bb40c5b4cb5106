/* Starts other programs with streams of their own, with all of them: one that was left out would be ours. */
#include "core/base/spawn.h"

#include <spawn.h>
#include <stdint.h>

int gv_spawn(const char *program, const char *const *arguments, char *const *variables, const int *streams,
             bool apart, pid_t *id)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  int why = posix_spawn_file_actions_init(&actions);
  if (why != 0)
    return why;
  why = posix_spawnattr_init(&attributes);
  if (why == 0) {
    for (int stream = 0; stream < 3 && why == 0; stream++)  /* takes memory */
      if (streams[stream] >= 0)
        why = posix_spawn_file_actions_adddup2(&actions, streams[stream], stream);
    if (why == 0 && apart)
      why = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    if (why == 0)
      why = posix_spawnp(id, program, &actions, &attributes, (char *const *)(uintptr_t)arguments, variables);
    posix_spawnattr_destroy(&attributes);
  }
  posix_spawn_file_actions_destroy(&actions);
  return why;
}
