import Glibc
import Linux
import TestSupport
import Testing

/// The commands in a host of their own, with programs that run; and Debian's buildah beside them.
@Suite(.needsPrivateHost) struct PeerTests {
    /// A host with a context, and the project's and buildah's command lines for it.
    private struct Yard {
        let host: TestHost
        let folder: TemporaryDirectory
        var context: String { folder("context") }

        init() async throws {
            host = try await TestHost("builder")
            folder = try TemporaryDirectory("yard")
            try FileSystem.makeDirectories(folder("context/d/sub"))
            try FileSystem.write(folder("context/busybox"), try FileSystem.read("/bin/busybox"), mode: 0o755)
            for (name, text) in [("d/a", "one"), ("d/sub/b", "two"), ("x.o", "object"), (".dockerignore", "*.o\n")] {
                try folder.write("context/\(name)", text)
            }
            _ = chmod(folder("context/d/sub/b"), 0o4755)
            _ = chmod(folder("context/d/sub"), 0o700)
            _ = symlink("a", folder("context/d/l"))
            _ = link(folder("context/d/a"), folder("context/d/hard"))
            // Archives of buildah's have whole seconds, rounded.
            let whole = [timespec(tv_sec: 1_500_000_000, tv_nsec: 0), timespec(tv_sec: 1_500_000_000, tv_nsec: 0)]
            for name in ["busybox", "d/a", "d/sub/b", "d/l"] {
                _ = utimensat(AT_FDCWD, folder("context/\(name)"), whole, AT_SYMLINK_NOFOLLOW)
            }
        }

        func swiftlet(_ arguments: String..., environment: [String: String] = [:]) async throws -> Command.Outcome {
            var command = Command([TestBinaries.swiftlet] + arguments, deadline: .seconds(240))
            command.environment = environment.merging(["SWIFTLET_CONFIG": "/dev/null"]) { $1 }
            command.arguments += [
                "--root", folder("root"), "--run-root", folder("run"), "--helpers", TestBinaries.folder,
            ]
            return try await host.run(command)
        }

        func buildah(_ arguments: String...) async throws -> Command.Outcome {
            let storage = ["--root", folder("peer"), "--runroot", folder("peer-run"), "--storage-driver", "vfs"]
            return try await host.run(Command(["buildah"] + storage + arguments, deadline: .seconds(240)))
        }

        /// Copies an image of ours into buildah's storage, by Debian's skopeo.
        func give(_ name: String) async throws {
            let storage = "containers-storage:[vfs@\(folder("peer"))+\(folder("peer-run"))]\(name)"
            try await host.run(
                Command(
                    ["skopeo", "copy", "-q", "oci:\(folder("root/images")):\(name)", storage],
                    deadline: .seconds(120)
                )
            ).checked()
        }
    }

    private static let base = """
        FROM scratch AS base
        COPY busybox /bin/busybox
        RUN ["/bin/busybox", "--install", "-s", "/bin"]

        """

    /// Where a root is, and what of it is compared: kind, mode, owner, links, content and attributes; times of files that came
    /// from the context.
    private static let listing = """
        import os, stat, sys, hashlib
        root = sys.argv[1]
        links = {}
        for folder, folders, files in os.walk(root):
            for name in sorted(folders + files):
                path = os.path.join(folder, name)
                inner = path[len(root):]
                # What each of them gives a container besides its layers.
                if inner.split("/")[1] in ("proc", "sys", "dev", "run") or inner in ("/etc", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf"):
                    continue
                status = os.lstat(path)
                what = os.readlink(path) if stat.S_ISLNK(status.st_mode) else ""
                if stat.S_ISREG(status.st_mode):
                    what = hashlib.sha256(open(path, "rb").read()).hexdigest() + " %d" % status.st_nlink
                attributes = [] if stat.S_ISLNK(status.st_mode) else sorted(
                    (key, os.getxattr(path, key).hex()) for key in os.listxattr(path) if key.split(".")[0] in ("user", "security"))
                time = int(status.st_mtime) if inner.startswith(("/data/a", "/all/d/", "/bin/busybox", "/unpacked/")) and not stat.S_ISDIR(status.st_mode) else ""
                print(inner, oct(status.st_mode), status.st_uid, status.st_gid, what, attributes, time)
        """

    @Test func `the root is the one that buildah builds, file by file`() async throws {
        let yard = try await Yard()
        try await yard.host.run(
            Command(
                "tar",
                "-C",
                yard.folder("context/d"),
                "--owner=12",
                "--group=13",
                "-czf",
                yard.folder("context/arch.tgz"),
                "a",
                "sub"
            )
        ).checked()
        let text =
            Self.base + """
                FROM base
                ENV A=1
                WORKDIR /srv/app
                COPY d /data/
                COPY --chown=5:6 d/a /owned/x/file
                RUN echo $A > hi.txt && mkdir -p /var/x && ln -s /bin y && rm /bin/awk && mkdir /e && chmod 1777 /e
                ADD arch.tgz /unpacked/
                RUN rm -rf /data/sub && mkdir /data/sub && echo new > /data/sub/new && ln /data/sub/new /srv/app/hard && mkfifo /n
                COPY --from=base /bin/busybox /from/
                COPY . /all/
                USER 12
                RUN touch /e/twelve
                CMD echo $A
                """
        try yard.folder.write("context/Containerfile", text)
        try await yard.swiftlet("build", "-t", "localhost/ours:1", yard.context).checked()
        try await yard.buildah(
            "build",
            "--isolation",
            "chroot",
            "--layers",
            "-q",
            "-t",
            "localhost/peer:1",
            yard.context
        ).checked()
        // What we wrote is read by buildah, and so are both roots.
        try await yard.give("localhost/ours:1")
        var listings: [String] = []
        for image in ["localhost/ours:1", "localhost/peer:1"] {
            let container = try await yard.buildah("from", "--pull-never", image).checked().text
            let mount = try await yard.buildah("mount", container.trimmed).checked().text
            listings.append(
                try await yard.host.run(Command("/usr/bin/python3", "-c", Self.listing, mount.trimmed)).checked().text
            )
        }
        let (ours, peers) = (Set(listings[0].split(separator: "\n")), Set(listings[1].split(separator: "\n")))
        #expect(ours.count > 300)
        #expect(ours.subtracting(peers).sorted() == [])
        #expect(peers.subtracting(ours).sorted() == [])
    }

    @Test func `steps run with what they ask for, and leave nothing of it`() async throws {
        let yard = try await Yard()
        let text =
            Self.base + """
                FROM base
                RUN --mount=type=cache,target=/cache echo kept > /cache/file
                RUN --mount=type=cache,target=/cache cat /cache/file > /from-cache
                RUN --mount=type=bind,source=d,target=/bound cat /bound/a > /from-bind && ! touch /bound/x
                RUN --mount=type=bind,from=base,source=/bin,target=/other,rw test -e /other/busybox && touch /other/new
                RUN --mount=type=tmpfs,target=/mem echo x > /mem/file
                RUN --mount=type=secret,id=token cat /run/secrets/token | tr a-z A-Z > /from-secret
                RUN --mount=type=secret,id=token,env=TOKEN test "$TOKEN" = "hidden"
                RUN --network=none ! grep -q eth0 /proc/net/dev
                RUN <<EOF
                echo one
                echo two > /two
                EOF
                RUN <<EOF
                #!/bin/busybox cat
                EOF
                RUN test -f /etc/resolv.conf && test "$(id -u)" = 0 && test "$HOME" = /
                RUN awk '/CapEff/ { exit $2 == "000001ffffffffff" }' /proc/self/status
                """
        try yard.folder.write("context/Containerfile", text)
        try yard.folder.write("token", "hidden")
        try await yard.swiftlet(
            "build",
            "--secret",
            "id=token,src=\(yard.folder("token"))",
            "-t",
            "localhost/mounts:1",
            yard.context
        ).checked()
        let name = try await yard.swiftlet("builder", "from", "localhost/mounts:1").checked().text.trimmed
        let root = try await yard.swiftlet("builder", "mount", name).checked().text.trimmed
        let names = try await yard.host.run(Command("/bin/ls", root)).checked().text.split(separator: "\n")
        #expect(Set(names) == ["bin", "from-bind", "from-cache", "from-secret", "two"])
        #expect(
            try await yard.host.run(
                Command("/bin/cat", "\(root)/from-cache", "\(root)/from-bind", "\(root)/from-secret")
            ).checked().text == "kept\noneHIDDEN"
        )
        try await yard.swiftlet("builder", "umount", name).checked()
        try await yard.swiftlet("builder", "rm", name).checked()
        let failed = try await yard.swiftlet(
            "build",
            "-f",
            try yard.folder.write("bad", Self.base + "RUN exit 7\n"),
            yard.context
        )
        #expect(
            failed.status == .exited(1) && failed.errorText.contains(":4:1: RUN exit 7: exit status 7"),
            "\(failed)"
        )
    }

    @Test func `verbs make an image step by step`() async throws {
        let yard = try await Yard()
        let name = try await yard.swiftlet("builder", "from", "scratch", "--name", "work").checked().text.trimmed
        #expect(name == "work")
        try await yard.swiftlet("builder", "copy", "work", yard.folder("context/busybox"), "/bin/sh").checked()
        try await yard.swiftlet("builder", "config", "work", "--env", "A=b", "--cmd", "[\"/bin/sh\"]", "--port", "80")
            .checked()
        // What is behind -- is the program's, so the flags of the paths stand ahead of it.
        var run = Command(
            TestBinaries.swiftlet,
            "builder",
            "run",
            "work",
            "--root",
            yard.folder("root"),
            "--run-root",
            yard.folder("run"),
            "--helpers",
            TestBinaries.folder,
            "--",
            "/bin/sh",
            "-c",
            "echo $A > /made"
        )
        run.environment = ["SWIFTLET_CONFIG": "/dev/null"]
        try await yard.host.run(run).checked()
        #expect(try await yard.swiftlet("builder", "containers").checked().text.contains("work   scratch"))
        try await yard.swiftlet("builder", "commit", "work", "localhost/steps:1", "--rm").checked()
        #expect(try await yard.swiftlet("builder", "containers", "-q").checked().text.isEmpty)
        let inspected = try await yard.host.run(
            Command("skopeo", "inspect", "--config", "oci:\(yard.folder("root/images")):localhost/steps:1")
        ).checked().text
        #expect(inspected.contains("A=b") && inspected.contains("80/tcp"))
        try await yard.give("localhost/steps:1")
    }

    @Test func `a builder that is killed leaves no half image, and the next one cleans up`() async throws {
        let yard = try await Yard()
        try yard.folder.write("context/Containerfile", Self.base + "RUN echo started && sleep 1000\n")
        // A shell in the host kills it when the step's program has spoken.
        let script = """
            mkfifo "$1"; shift_to="$1"; shift
            "$@" 2>"$shift_to" & pid=$!
            while read -r line; do [ "$line" = started ] && break; done <"$shift_to"
            kill -9 $pid; wait $pid; test $? = 137
            """
        var command = Command(
            "/bin/sh",
            "-c",
            script,
            "sh",
            yard.folder("pipe"),
            TestBinaries.swiftlet,
            "build",
            "-t",
            "localhost/killed:1",
            yard.context,
            "--root",
            yard.folder("root"),
            "--run-root",
            yard.folder("run"),
            "--helpers",
            TestBinaries.folder
        )
        command.environment = ["SWIFTLET_CONFIG": "/dev/null"]
        try await yard.host.run(command).checked()
        try yard.folder.write("context/Containerfile", Self.base)
        try await yard.swiftlet("build", "-t", "localhost/next:1", yard.context).checked()
        #expect(try FileSystem.list(yard.folder("root/layers/.work")).isEmpty)
        #expect(try FileSystem.list(yard.folder("run/build")).filter { $0.hasPrefix("step-") }.isEmpty)
        #expect(try FileSystem.list(yard.folder("run/build/state")).filter { !$0.hasPrefix(".") }.isEmpty)
        let index = String(decoding: try FileSystem.read(yard.folder("root/images/index.json")), as: UTF8.self)
        #expect(index.contains("localhost/next:1") && !index.contains("localhost/killed:1"))
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
