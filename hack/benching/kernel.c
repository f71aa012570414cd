// What `hack/bench runtime` holds the runtimes against: the kernel's own share of a container, by a program that makes the
// calls that the bundle's configuration asks for and does nothing else: no configuration is read, no state is kept.
// `kernel share ROOT CGROUP FILTER COMMAND…` runs a container, under the compiled seccomp filter in a file; `kernel rss COMMAND…` runs a program
// and prints its peak resident memory in KiB (fork(2) from a small process: a child of the bench's own would begin with
// the peak of Python).
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
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
    static const char *links[][2] = {{"/proc/self/fd", "dev/fd"}, {"/proc/self/fd/0", "dev/stdin"},
        {"/proc/self/fd/1", "dev/stdout"}, {"/proc/self/fd/2", "dev/stderr"}, {"/proc/kcore", "dev/core"},
        {"pts/ptmx", "dev/ptmx"}};
    for (unsigned i = 0; i < sizeof links / sizeof *links; i++)
        if (symlink(links[i][0], links[i][1])) fail("symlink");
    // What is not there on this kernel is passed over, as the runtimes do.
    static const char *masked[] = {"proc/kcore", "proc/keys", "proc/timer_list"};
    for (unsigned i = 0; i < sizeof masked / sizeof *masked; i++)
        if (mount("/dev/null", masked[i], NULL, MS_BIND, NULL) && errno != ENOENT) fail("mask");
    if (mount("tmpfs", "sys/firmware", "tmpfs", safe | MS_RDONLY, "size=0k") && errno != ENOENT) fail("mask");
    static const char *fixed[] = {"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger"};
    for (unsigned i = 0; i < sizeof fixed / sizeof *fixed; i++) {
        if (mount(fixed[i], fixed[i], NULL, MS_BIND | MS_REC, NULL)) {
            if (errno == ENOENT) continue;
            fail("bind");
        }
        if (mount(NULL, fixed[i], NULL, MS_BIND | MS_REMOUNT | MS_RDONLY | safe, NULL)) fail("remount");
    }
    if (syscall(SYS_pivot_root, ".", ".") || umount2(".", MNT_DETACH) || chdir("/")) fail("pivot_root");
}

static void bring_loopback_up(void) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    if (fd == -1 || ioctl(fd, SIOCSIFFLAGS, &request)) fail("lo");
    close(fd);
}

// The fourteen capabilities of the bench's configuration.
static void drop_rights(void) {
    const uint64_t kept = 0xa80425fb;
    for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
        if (!(kept >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) && errno != EINVAL) fail("bounding set");
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{.effective = (uint32_t)kept, .permitted = (uint32_t)kept}};
    if (syscall(SYS_capset, &header, data)) fail("capset");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) fail("prctl");
}

// The file as swiftlet's cache has it: the digests of the profile and of the instructions, and the instructions.
static struct sock_fprog read_filter(const char *path) {
    static struct sock_filter code[BPF_MAXINSNS];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd == -1 || lseek(fd, 64, SEEK_SET) == -1) fail(path);
    ssize_t size = read(fd, code, sizeof code);
    if (size <= 0) fail(path);
    close(fd);
    return (struct sock_fprog){.len = (unsigned short)(size / (ssize_t)sizeof *code), .filter = code};
}

static int share(char **arguments) {
    const char *root = arguments[0], *group = arguments[1];
    struct sock_fprog filter = read_filter(arguments[2]);
    arguments++;
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
        bring_loopback_up();
        drop_rights();
        if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filter)) fail("seccomp");
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
    if (count > 5 && !strcmp(arguments[1], "share")) return share(arguments + 2);
    if (count > 2 && !strcmp(arguments[1], "rss")) return rss(arguments + 2);
    fprintf(stderr, "usage: kernel share ROOT CGROUP FILTER COMMAND… | kernel rss COMMAND…\n");
    return 2;
}
