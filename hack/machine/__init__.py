"""A Debian with systemd and cgroup v2 in a virtual machine: what `hack/vm` is made of (see README.md)."""
