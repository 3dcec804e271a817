/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * Another civil clock for one process, by LD_PRELOAD. CLOCK_STARTS (seconds since 1970): it says so when the process
 * begins, and goes on from there. CLOCK_AHEAD_FILE: it is ahead of the machine's by as many microseconds as the first
 * eight octets of that file say, whenever it is read, so that a test can set it. CLOCK_MONOTONIC and CLOCK_BOOTTIME stay
 * as they are, as they do when a machine's clock is set.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/** Seconds from the machine's date to ours. */
static long long ahead;
/** Microseconds that come on top; NULL: none. */
static const volatile int64_t *set_ahead;

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
    const char *path = getenv("CLOCK_AHEAD_FILE");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, sizeof *set_ahead, PROT_READ, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) set_ahead = page;
    close(file);
}

static struct timespec moved(struct timespec time, int forth)
{
    int64_t us = ahead * 1000000 + (set_ahead ? *set_ahead : 0);
    int64_t ns = time.tv_nsec + forth * (us % 1000000) * 1000;
    time.tv_sec += forth * (us / 1000000);
    for (; ns < 0; ns += 1000000000) time.tv_sec--;
    for (; ns >= 1000000000; ns -= 1000000000) time.tv_sec++;
    time.tv_nsec = ns;
    return time;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    int status = (int)syscall(SYS_clock_gettime, clock, now);
    if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) *now = moved(*now, 1);
    return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    struct timespec time = moved(machine_time(CLOCK_REALTIME), 1);
    *now = (struct timeval){.tv_sec = time.tv_sec, .tv_usec = time.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *now)
{
    time_t seconds = moved(machine_time(CLOCK_REALTIME), 1).tv_sec;
    if (now) *now = seconds;
    return seconds;
}

/** The kernel waits by its own clock. */
int sem_timedwait(sem_t *restrict semaphore, const struct timespec *restrict until)
{
    typedef int waiting(sem_t *, const struct timespec *);
    waiting *wait = (waiting *)dlsym(RTLD_NEXT, "sem_timedwait");
    struct timespec there = moved(*until, -1);
    return wait(semaphore, &there);
}
