libgv_la_SOURCES += \
  %D%/barrier.c %D%/barrier.h \
  %D%/bind.h \
  %D%/blas.c %D%/blas.h \
  %D%/cache.c %D%/cache.h \
  %D%/calling.c %D%/calling.h \
  %D%/clock.c %D%/clock.h \
  %D%/clones.h \
  %D%/crc32c.c %D%/crc32c.h \
  %D%/epoch.c %D%/epoch.h \
  %D%/file.c %D%/file.h \
  %D%/line.h \
  %D%/log.c %D%/log.h \
  %D%/machine.c %D%/machine.h \
  %D%/memory.c %D%/memory.h \
  %D%/named.c %D%/named.h \
  %D%/nearest.c %D%/nearest.h \
  %D%/option.c %D%/option.h \
  %D%/paths.c %D%/paths.h \
  %D%/places.c %D%/places.h \
  %D%/quota.c %D%/quota.h \
  %D%/random.c %D%/random.h \
  %D%/shell.c %D%/shell.h \
  %D%/spawn.c %D%/spawn.h \
  %D%/stack.c %D%/stack.h \
  %D%/status.c \
  %D%/team.h
if TEAM_PTHREAD
libgv_la_SOURCES += %D%/team_pthread.c
else
libgv_la_SOURCES += %D%/team_openmp.c
endif
