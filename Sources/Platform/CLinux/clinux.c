#define _GNU_SOURCE
#include "clinux.h"

#include <errno.h>
#include <fcntl.h>

#include <linux/capability.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

int clinux_open(const char *path, int flags, mode_t mode) { return open(path, flags, mode); }

int clinux_openat(int dirfd, const char *path, int flags, mode_t mode) { return openat(dirfd, path, flags, mode); }

int clinux_openat2(int dirfd, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, dirfd, path, &how, sizeof how);
}

int clinux_fcntl_int(int fd, int command, int argument) { return fcntl(fd, command, argument); }

int clinux_pipe2(int ends[2], int flags) { return pipe2(ends, flags); }

int clinux_close_range(unsigned int first, unsigned int last, unsigned int flags) {
    return (int)syscall(SYS_close_range, first, last, flags);
}

long clinux_statfs_type(const char *path) {
    struct statfs status;
    return statfs(path, &status) == 0 ? (long)status.f_type : -1;
}

int clinux_renameat2(int olddir, const char *oldpath, int newdir, const char *newpath, unsigned int flags) {
    return (int)syscall(SYS_renameat2, olddir, oldpath, newdir, newpath, flags);
}

int clinux_syncfs(int fd) { return syncfs(fd); }

int clinux_mknodat(int dirfd, const char *path, mode_t mode, unsigned int major, unsigned int minor) {
    return mknodat(dirfd, path, mode, makedev(major, minor));
}

unsigned int clinux_major(uint64_t device) { return major(device); }

unsigned int clinux_minor(uint64_t device) { return minor(device); }

int clinux_ioctl_int(int fd, unsigned long request, int argument) { return ioctl(fd, request, argument); }

int clinux_ioctl_pointer(int fd, unsigned long request, void *argument) { return ioctl(fd, request, argument); }

int clinux_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK); }

int clinux_memfd_create(const char *name, unsigned int flags) {
    return (int)syscall(SYS_memfd_create, name, flags);
}

int clinux_pivot_root(const char *new_root, const char *put_old) {
    return (int)syscall(SYS_pivot_root, new_root, put_old);
}

int clinux_open_tree(int dirfd, const char *path, unsigned int flags) {
    return (int)syscall(SYS_open_tree, dirfd, path, flags);
}

int clinux_move_mount(int from_dirfd, const char *from, int to_dirfd, const char *to, unsigned int flags) {
    return (int)syscall(SYS_move_mount, from_dirfd, from, to_dirfd, to, flags);
}

int clinux_fsopen(const char *filesystem, unsigned int flags) { return (int)syscall(SYS_fsopen, filesystem, flags); }

int clinux_fsconfig(int fd, unsigned int command, const char *key, const void *value, int aux) {
    return (int)syscall(SYS_fsconfig, fd, command, key, value, aux);
}

int clinux_fsmount(int fd, unsigned int flags, unsigned int attributes) {
    return (int)syscall(SYS_fsmount, fd, flags, attributes);
}

int clinux_mount_setattr(int dirfd, const char *path, unsigned int flags, uint64_t set, uint64_t clear,
                         uint64_t propagation, int userns_fd) {
    struct {
        uint64_t attr_set, attr_clr, propagation, userns_fd;
    } attributes = {set, clear, propagation, userns_fd < 0 ? 0 : (uint64_t)userns_fd};
    return (int)syscall(SYS_mount_setattr, dirfd, path, flags, &attributes, sizeof attributes);
}

pid_t clinux_clone3(uint64_t flags, int exit_signal, int *pidfd, int cgroup_fd) {
    struct clone_args arguments;
    memset(&arguments, 0, sizeof arguments);
    arguments.flags = flags;
    arguments.exit_signal = (uint64_t)exit_signal;
    if (pidfd) {
        arguments.flags |= CLONE_PIDFD;
        arguments.pidfd = (uint64_t)(uintptr_t)pidfd;
    }
    if (cgroup_fd >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (uint64_t)cgroup_fd;
    }
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

int clinux_pidfd_open(pid_t pid, unsigned int flags) { return (int)syscall(SYS_pidfd_open, pid, flags); }

int clinux_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int clinux_waitid(int id_type, int id, int options, pid_t *pid, int *code, int *status) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    int result = waitid((idtype_t)id_type, (id_t)id, &info, options);
    *pid = info.si_pid;
    *code = info.si_code;
    *status = info.si_status;
    return result;
}

int clinux_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) {
    return prctl(option, a, b, c, d);
}

long clinux_syscall_capset(const uint32_t effective[2], const uint32_t permitted[2], const uint32_t inheritable[2]) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    for (int i = 0; i < 2; i++) {
        data[i].effective = effective[i];
        data[i].permitted = permitted[i];
        data[i].inheritable = inheritable[i];
    }
    return syscall(SYS_capset, &header, data);
}

long clinux_syscall_capget(uint32_t effective[2], uint32_t permitted[2], uint32_t inheritable[2]) {
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];
    long result = syscall(SYS_capget, &header, data);
    for (int i = 0; i < 2; i++) {
        effective[i] = data[i].effective;
        permitted[i] = data[i].permitted;
        inheritable[i] = data[i].inheritable;
    }
    return result;
}

int clinux_setns(int fd, int kinds) { return setns(fd, kinds); }

int clinux_unshare(int kinds) { return unshare(kinds); }

pid_t clinux_gettid(void) { return (pid_t)syscall(SYS_gettid); }

static int signal_descriptor = -1;

static void write_signal(int signal) {
    int saved = errno;
    unsigned char number = (unsigned char)signal;
    // A full pipe holds enough signals to act on already.
    ssize_t ignored = write(signal_descriptor, &number, 1);
    (void)ignored;
    errno = saved;
}

int clinux_signal_to_descriptor(int signal, int descriptor) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    signal_descriptor = descriptor;
    action.sa_handler = write_signal;
    action.sa_flags = SA_RESTART;
    return sigaction(signal, &action, NULL);
}

int clinux_spawn(pid_t *pid, const char *path, char *const argv[], char *const envp[], const int *sources,
                 const int *targets, int count, int new_session, const char *working_directory) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&actions);
    if (error) return error;
    error = posix_spawnattr_init(&attributes);
    if (error) {
        posix_spawn_file_actions_destroy(&actions);
        return error;
    }

    // A target may be another pair's source: park every source above all numbers in use before placing it.
    int highest = 2;
    for (int i = 0; i < count; i++) {
        if (targets[i] > highest) highest = targets[i];
        if (sources[i] > highest) highest = sources[i];
    }
    for (int i = 0; !error && i < count; i++)
        error = posix_spawn_file_actions_adddup2(&actions, sources[i], highest + 1 + i);
    int above = 3;
    for (int i = 0; !error && i < count; i++) {
        error = posix_spawn_file_actions_adddup2(&actions, highest + 1 + i, targets[i]);
        if (targets[i] + 1 > above) above = targets[i] + 1;
    }
    // Numbers between the targets are CLOEXEC by the rule of module Linux; the parked copies are not.
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, above);
    if (!error && working_directory) error = posix_spawn_file_actions_addchdir_np(&actions, working_directory);

    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    if (!error) error = posix_spawnattr_setsigmask(&attributes, &none);
    if (!error) error = posix_spawnattr_setsigdefault(&attributes, &all);
    short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
    if (new_session) flags |= POSIX_SPAWN_SETSID;
    if (!error) error = posix_spawnattr_setflags(&attributes, flags);
    if (!error) error = posix_spawn(pid, path, &actions, &attributes, argv, envp);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}
