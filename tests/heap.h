/* heap.h - how much of the heap is in use: what is taken for good by the first calls stays, a leak grows. */
#ifndef GV_TESTS_HEAP_H
#define GV_TESTS_HEAP_H

#include <malloc.h>
#include <stddef.h>

/* Bytes, by libraries too; 0 where the C library does not tell. A sanitizer has an allocator of its own, which
 * finds leaks. glibc counts what a thread keeps for its next calls as used:
 * GLIBC_TUNABLES=glibc.malloc.tcache_count=0 has it keep nothing. */
static inline size_t heap_used(void)
{
#ifdef __GLIBC__
  struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
#else
  return 0;
#endif
}

#endif
