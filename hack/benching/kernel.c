// What `hack/bench runtime` holds the runtimes against: the kernel's own share of a container, by a program that makes the
// same calls and does nothing else. `kernel share ROOT CGROUP COMMAND…` runs a container; `kernel rss COMMAND…` runs a program
// and prints its peak resident memory in KiB (fork(2) from a small process: a child of the bench's own would begin with
// the peak of Python).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what) {
    perror(what);
    _exit(1);
}

static void put(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd == -1 || write(fd, text, strlen(text)) == -1) fail(path);
    close(fd);
}

static const char *hierarchies[] = {"memory", "pids", "cpu", "cpuset", "devices", "freezer", "blkio", "cpuacct"};
enum { COUNT = sizeof hierarchies / sizeof *hierarchies };

static char *file(const char *hierarchy, const char *group, const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "/sys/fs/cgroup/%s/%s/%s", hierarchy, group, name);
    return path;
}

static void make_cgroups(const char *group) {
    for (int i = 0; i < COUNT; i++) {
        if (access(file(hierarchies[i], "", ""), F_OK) == -1) continue;
        if (mkdir(file(hierarchies[i], group, ""), 0755) == -1 && errno != EEXIST) fail("mkdir");
        if (!strcmp(hierarchies[i], "cpuset")) {
            put(file("cpuset", group, "cpuset.cpus"), "0");
            put(file("cpuset", group, "cpuset.mems"), "0");
        }
    }
    put(file("memory", group, "memory.limit_in_bytes"), "67108864");
    put(file("pids", group, "pids.max"), "64");
    put(file("cpu", group, "cpu.shares"), "512");
    put(file("devices", group, "devices.deny"), "a");
    // Whoever is limited makes its nodes itself.
    static const char *allowed[] = {"c *:* m", "b *:* m", "c 1:3 rwm", "c 1:5 rwm", "c 1:8 rwm", "c 5:0 rwm", "c 136:* rwm"};
    for (unsigned i = 0; i < sizeof allowed / sizeof *allowed; i++)
        put(file("devices", group, "devices.allow"), allowed[i]);
}

static void mount_all(const char *root) {
    if (mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) || mount(root, root, NULL, MS_BIND | MS_REC, NULL)) fail("root");
    if (chdir(root)) fail("chdir");
    unsigned long safe = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (mount("proc", "proc", "proc", safe, NULL) || mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755,size=65536k"))
        fail("mount");
    if (mkdir("dev/pts", 0755) || mkdir("dev/shm", 01777) || mkdir("dev/mqueue", 0755)) fail("mkdir");
    if (mount("devpts", "dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "newinstance,ptmxmode=0666,mode=620") ||
        mount("shm", "dev/shm", "tmpfs", safe, "mode=1777,size=65536k") ||
        mount("mqueue", "dev/mqueue", "mqueue", safe, NULL) || mount("sysfs", "sys", "sysfs", safe | MS_RDONLY, NULL))
        fail("mount");
    static const struct { const char *name; int major, minor; } nodes[] = {
        {"dev/null", 1, 3}, {"dev/zero", 1, 5}, {"dev/full", 1, 7},
        {"dev/random", 1, 8}, {"dev/urandom", 1, 9}, {"dev/tty", 5, 0}};
    for (unsigned i = 0; i < sizeof nodes / sizeof *nodes; i++)
        if (mknod(nodes[i].name, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor))) fail("mknod");
    if (syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/")) fail("pivot_root");
}

static int share(char **arguments) {
    const char *root = arguments[0], *group = arguments[1];
    make_cgroups(group);
    struct clone_args clone = {
        .flags = CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS, .exit_signal = SIGCHLD};
    pid_t pid = (pid_t)syscall(SYS_clone3, &clone, sizeof clone);
    if (pid == -1) fail("clone3");
    if (pid == 0) {
        for (int i = 0; i < COUNT; i++)
            if (!access(file(hierarchies[i], group, ""), F_OK)) put(file(hierarchies[i], group, "tasks"), "0");
        if (unshare(CLONE_NEWCGROUP)) fail("unshare");
        if (sethostname("box", 3)) fail("sethostname");
        mount_all(root);
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("prctl");
        execv(arguments[2], arguments + 2);
        fail(arguments[2]);
    }
    int status;
    waitpid(pid, &status, 0);
    for (int i = 0; i < COUNT; i++)
        while (rmdir(file(hierarchies[i], group, "")) == -1 && errno == EBUSY) sched_yield();
    return status != 0;
}

static int rss(char **arguments) {
    pid_t pid = fork();
    if (pid == 0) {
        execv(arguments[0], arguments);
        fail(arguments[0]);
    }
    int status;
    struct rusage usage;
    if (wait4(pid, &status, 0, &usage) == -1) fail("wait4");
    printf("%ld\n", usage.ru_maxrss);
    return status != 0;
}

int main(int count, char **arguments) {
    if (count > 4 && !strcmp(arguments[1], "share")) return share(arguments + 2);
    if (count > 2 && !strcmp(arguments[1], "rss")) return rss(arguments + 2);
    fprintf(stderr, "usage: kernel share ROOT CGROUP COMMAND… | kernel rss COMMAND…\n");
    return 2;
}
