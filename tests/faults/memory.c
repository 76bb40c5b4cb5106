/* memory.c - to be preloaded: refuses memory to Grapevine's own code. Counted are the calls of the program, of
 * objects of its build folder and, for it, of the C library, Jansson and zlib; others, as OpenMP, end the process
 * when they get nothing. The program has a malloc of its own (cli/allocations.c), which jumps to the names here, so
 * that the caller's address is that of who wanted memory; where the compiler calls them instead nothing is counted,
 * nor of posix_memalign, which only libraries use. The environment: GV_FAULT_AT the call, from 1; GV_FAULT_ON=yes,
 * that and all after it; GV_FAULT_HOW=segv: crashes there instead; GV_FAULT_COUNT a file that gets the number. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/types.h>
#include <unistd.h>

#pragma GCC visibility push(default)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

enum { CACHE = 4096 };

static atomic_long calls;
static _Atomic uintptr_t cache[CACHE];  /* an address of code, and in its lowest bit whether it counts */
static long at;
static bool on, crash, ready;
static const char *build;

__attribute__((constructor)) static void start(void)
{
  const char *number = getenv("GV_FAULT_AT"), *all = getenv("GV_FAULT_ON"), *how = getenv("GV_FAULT_HOW");
  at = number != NULL ? strtol(number, NULL, 10) : 0;
  on = all != NULL && strcmp(all, "yes") == 0;
  crash = how != NULL && strcmp(how, "segv") == 0;
  build = getenv("GV_BUILD");
  ready = true;
}

__attribute__((destructor)) static void finish(void)
{
  const char *path = getenv("GV_FAULT_COUNT");
  char text[32];
  int length = snprintf(text, sizeof text, "%ld\n", (long)atomic_load(&calls));
  ready = false;
  int fd = path != NULL ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
  if (fd >= 0) {
    (void)!write(fd, text, (size_t)length);
    close(fd);
  }
}

static bool counts_from(const void *caller)
{
  static const char *const libraries[] = {"/libc.so", "/libjansson.so", "/libz.so"};
  Dl_info object;
  struct link_map *map = NULL;
  if (dladdr1(caller, &object, (void **)&map, RTLD_DL_LINKMAP) == 0 || map == NULL)
    return false;
  if (map->l_name[0] == '\0')
    return object.dli_sname == NULL || strstr("malloc calloc realloc aligned_alloc posix_memalign",
                                              object.dli_sname) == NULL;
  for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++)
    if (strstr(map->l_name, libraries[i]) != NULL)
      return true;
  return build != NULL && strncmp(map->l_name, build, strlen(build)) == 0 &&
         strstr(map->l_name, "/faults/") == NULL;
}

static void raise_fault(void)
{
  volatile char *volatile nowhere = NULL;
  *nowhere = 0;
}

static bool refuses(const void *caller)
{
  static _Thread_local bool inside;
  if (!ready || inside)
    return false;
  uintptr_t code = (uintptr_t)caller, known = atomic_load(&cache[code / 2 % CACHE]);
  if (known >> 1 != code >> 1 || known == 0) {
    inside = true;
    known = (code & ~(uintptr_t)1) | counts_from(caller);
    inside = false;
    atomic_store(&cache[code / 2 % CACHE], known);
  }
  if (!(known & 1))
    return false;
  long call = atomic_fetch_add(&calls, 1) + 1;
  bool now = at > 0 && (call == at || (on && call > at));
  if (now && crash)
    raise_fault();
  return now;
}

#define REFUSED (refuses(__builtin_return_address(0)) && (errno = ENOMEM))

/* next <- the function of that name behind this one. */
#define FIND(next, name)                         \
  do                                             \
    if (next == NULL) {                          \
      void *symbol = dlsym(RTLD_NEXT, name);     \
      memcpy((void *)&next, &symbol, sizeof symbol); \
    }                                            \
  while (0)

void *__libc_malloc(size_t size)
{
  static void *(*next)(size_t);
  if (REFUSED)
    return NULL;
  FIND(next, "__libc_malloc");
  return next(size);
}

void *__libc_calloc(size_t count, size_t size)
{
  static void *(*next)(size_t, size_t);
  if (REFUSED)
    return NULL;
  FIND(next, "__libc_calloc");
  return next(count, size);
}

void *__libc_realloc(void *memory, size_t size)
{
  static void *(*next)(void *, size_t);
  if (REFUSED)
    return NULL;
  FIND(next, "__libc_realloc");
  return next(memory, size);
}

void *__libc_memalign(size_t alignment, size_t size)
{
  static void *(*next)(size_t, size_t);
  if (REFUSED)
    return NULL;
  FIND(next, "__libc_memalign");
  return next(alignment, size);
}

void *mmap(void *where, size_t size, int protection, int flags, int fd, off_t offset)
{
  static void *(*next)(void *, size_t, int, int, int, off_t);
  if (REFUSED)
    return MAP_FAILED;
  FIND(next, "mmap");
  return next(where, size, protection, flags, fd, offset);
}

#pragma GCC visibility pop
