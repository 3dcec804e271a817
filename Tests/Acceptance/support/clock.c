/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Another date for one process, by LD_PRELOAD: the calendar clock says CLOCK_STARTS (seconds since 1970) when the
 * process begins, and goes on from there. CLOCK_MONOTONIC stays as it is.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <semaphore.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/** Seconds from the machine's date to ours. */
static long long ahead;

static struct timespec machine_time(clockid_t clock)
{
    struct timespec now;
    syscall(SYS_clock_gettime, clock, &now);
    return now;
}

__attribute__((constructor)) static void begin(void)
{
    const char *starts = getenv("CLOCK_STARTS");
    if (starts) ahead = atoll(starts) - machine_time(CLOCK_REALTIME).tv_sec;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int status = (int)syscall(SYS_clock_gettime, clock, now);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) now->tv_sec += ahead;
    return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    struct timespec time = machine_time(CLOCK_REALTIME);
    *now = (struct timeval){.tv_sec = time.tv_sec + ahead, .tv_usec = time.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *now)
{
    time_t seconds = machine_time(CLOCK_REALTIME).tv_sec + ahead;
    if (now) *now = seconds;
    return seconds;
}

/** The kernel waits by its own clock. */
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    typedef int waiting(sem_t *, const struct timespec *);
    waiting *wait = (waiting *)dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec there = *until;
    there.tv_sec -= ahead;
    return wait(semaphore, &there);
}
