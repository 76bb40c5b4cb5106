/* quota.h - what control groups (cgroups, versions 1 and 2) leave to this process: processor time, memory, swap. */
#ifndef GV_BASE_QUOTA_H
#define GV_BASE_QUOTA_H

struct gv_quota {
  double cores;   /* processors' worth of time: quota / period, the least of the process's group and those above */
  double memory;  /* bytes, likewise */
  double swap;    /* bytes beside them, likewise; may be 0 */
};

/* INFINITY where nothing is limited, or nothing is said. root: "" for this process; for tests a folder that holds
 * proc/self and the mounted hierarchies. */
void gv_quota_look(const char *root, struct gv_quota *quota);

#endif
