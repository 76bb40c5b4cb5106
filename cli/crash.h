/* crash.h - the program's last words: which model it was that crashed, which plugin while it was loaded, or
 * that it was none. */
#ifndef GV_CLI_CRASH_H
#define GV_CLI_CRASH_H

/* From now on a crash says one line on stderr, and then ends the program as it would have: by its signal, with a
 * core file where those are wanted. Nothing of a signal that another process sent; nothing under a sanitizer, which
 * says more. */
void gv_watch_crashes(void);

/* In a child of fork that somebody watches for its end. */
void gv_unwatch_crashes(void);

#endif
