/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * A disk that fails for one process, by LD_PRELOAD: what it writes below the directory DISK_OF goes as the first word of
 * the file DISK_MODE says.
 *
 *   well       as ever (also when there is no such file)
 *   full       ENOSPC for what would take new blocks; what a file has already may be written over
 *   quota      the same as EDQUOT
 *   error      EIO
 *   readonly   EROFS
 *   slow N     each fsync takes N milliseconds more
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static const char *directory, *mode_file;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void)
{
    directory = getenv("DISK_OF");
    mode_file = getenv("DISK_MODE");
}

static const char *mode(char *text, size_t size)
{
    strcpy(text, "well");
    int descriptor = mode_file ? REAL(open)(mode_file, O_RDONLY | O_CLOEXEC) : -1;
    if (descriptor < 0) return text;
    ssize_t count = read(descriptor, text, size - 1);
    text[count > 0 ? count : 0] = 0;
    close(descriptor);
    return text;
}

static int is_ours(int descriptor)
{
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t count = readlink(link, path, sizeof path - 1);
    if (count < 0 || !directory) return 0;
    path[count] = 0;
    size_t length = strlen(directory);
    return strncmp(path, directory, length) == 0 && path[length] == '/';
}

/** Blocks that the file has: whatever is allocated may be written over, behind its end too. */
static int has_room(int descriptor, off_t end)
{
    struct stat status;
    return fstat(descriptor, &status) == 0 && end <= (off_t)status.st_blocks * 512;
}

/** 0: it may. */
static int refusal(int descriptor, off_t end)
{
    if (!is_ours(descriptor)) return 0;
    char text[32];
    mode(text, sizeof text);
    if (strncmp(text, "full", 4) == 0) return end >= 0 && !has_room(descriptor, end) ? ENOSPC : 0;
    if (strncmp(text, "quota", 5) == 0) return end >= 0 && !has_room(descriptor, end) ? EDQUOT : 0;
    if (strncmp(text, "error", 5) == 0) return EIO;
    if (strncmp(text, "readonly", 8) == 0) return EROFS;
    return 0;
}

#define REFUSE(descriptor, end) \
    do { \
        int error = refusal(descriptor, end); \
        if (error) { errno = error; return -1; } \
    } while (0)

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t at)
{
    REFUSE(descriptor, at + (off_t)count);
    return REAL(pwrite)(descriptor, bytes, count, at);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t at)
{
    REFUSE(descriptor, at + (off_t)count);
    return REAL(pwrite64)(descriptor, bytes, count, at);
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    REFUSE(descriptor, lseek(descriptor, 0, SEEK_CUR) + (off_t)count);
    return REAL(write)(descriptor, bytes, count);
}

static int sync_by(int (*sync)(int), int descriptor)
{
    REFUSE(descriptor, -1);
    char text[32];
    if (is_ours(descriptor) && strncmp(mode(text, sizeof text), "slow ", 5) == 0) {
        long milliseconds = atol(text + 5);
        struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
        nanosleep(&pause, NULL);
    }
    return sync(descriptor);
}

int fdatasync(int descriptor) { return sync_by(REAL(fdatasync), descriptor); }
int fsync(int descriptor) { return sync_by(REAL(fsync), descriptor); }

int ftruncate(int descriptor, off_t length)
{
    REFUSE(descriptor, -1);
    return REAL(ftruncate)(descriptor, length);
}

int ftruncate64(int descriptor, off64_t length)
{
    REFUSE(descriptor, -1);
    return REAL(ftruncate64)(descriptor, length);
}

int fallocate(int descriptor, int how, off_t at, off_t length)
{
    REFUSE(descriptor, at + length);
    return REAL(fallocate)(descriptor, how, at, length);
}

int posix_fallocate(int descriptor, off_t at, off_t length)
{
    int error = refusal(descriptor, at + length);
    return error ? error : REAL(posix_fallocate)(descriptor, at, length);
}

int statvfs(const char *restrict path, struct statvfs *restrict status)
{
    char text[32];
    int result = REAL(statvfs)(path, status);
    if (result == 0 && directory && strncmp(path, directory, strlen(directory)) == 0
        && strncmp(mode(text, sizeof text), "full", 4) == 0)
        status->f_bavail = status->f_bfree = 0;
    return result;
}
