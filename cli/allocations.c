/* The program's own malloc and its kin: the C library's, which it hands on to, with a look at who asks.
 *
 * A program's definitions come before those of all its libraries, so every plugin calls these. Only glibc has a
 * second name for its allocator; and a sanitizer is one itself.
 */
#include "cli/allocations.h"

#include "config.h"

#if defined(__GLIBC__) && !defined(GV_SANITIZE)

#include <errno.h>
#include <execinfo.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *old, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);
extern void *__libc_valloc(size_t size);
extern void *__libc_pvalloc(size_t size);
extern void __libc_free(void *memory);

enum { ROOM = 512 };

static _Thread_local bool watching;
static size_t count;  /* of the one thread that watches, as are these */
static struct gv_taken first[ROOM];

static void __attribute__((noinline)) record(size_t bytes)
{
  watching = false;  /* whoever looks at the stack may want memory too */
  if (count < ROOM) {
    first[count].bytes = bytes;
    first[count].depth = backtrace(first[count].frames, GV_TAKEN_FRAMES);
  }
  count++;
  watching = true;
}

static inline void look(size_t bytes)
{
  if (__builtin_expect(watching, 0))
    record(bytes);
}

GV_EXPORT void *malloc(size_t size)
{
  look(size);
  return __libc_malloc(size);
}

GV_EXPORT void *calloc(size_t n, size_t size)
{
  size_t bytes;
  look(__builtin_mul_overflow(n, size, &bytes) ? SIZE_MAX : bytes);
  return __libc_calloc(n, size);
}

GV_EXPORT void *realloc(void *old, size_t size)
{
  look(size);
  return __libc_realloc(old, size);
}

GV_EXPORT void free(void *memory)
{
  __libc_free(memory);
}

GV_EXPORT void *memalign(size_t alignment, size_t size)
{
  look(size);
  return __libc_memalign(alignment, size);
}

GV_EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
  look(size);
  return __libc_memalign(alignment, size);
}

GV_EXPORT int posix_memalign(void **memory, size_t alignment, size_t size)
{
  look(size);
  if (alignment < sizeof(void *) || (alignment & (alignment - 1)) != 0)
    return EINVAL;
  int before = errno;
  void *made = __libc_memalign(alignment, size);
  errno = before;
  if (made == NULL)
    return ENOMEM;
  *memory = made;
  return 0;
}

GV_EXPORT void *valloc(size_t size)
{
  look(size);
  return __libc_valloc(size);
}

GV_EXPORT void *pvalloc(size_t size)
{
  look(size);
  return __libc_pvalloc(size);
}

static void begin(void)
{
  void *frames[2];
  (void)backtrace(frames, 2);  /* its first call loads a library */
  count = 0;
  watching = true;
}

static size_t end(struct gv_taken *taken, size_t room)
{
  watching = false;
  size_t kept = count < room ? count : room;
  if (kept > 0)
    memcpy(taken, first, (kept < ROOM ? kept : ROOM) * sizeof *taken);
  return count;
}

/* Valgrind, or an allocator that is preloaded, comes before the program's own. */
const struct gv_allocation_watch *gv_allocations(void)
{
  static const struct gv_allocation_watch watch = {.begin = begin, .end = end};
  void *(*volatile allocator)(size_t) = malloc;  /* else the compiler takes it for one that changes nothing */
  begin();
  void *block = allocator(1);
  bool seen = end(NULL, 0) == 1;
  free(block);
  return seen ? &watch : NULL;
}

#else

const struct gv_allocation_watch *gv_allocations(void)
{
  return NULL;
}

#endif
