import Cgroups
import Glibc
import Linux
import OCISpec
import TestSupport
import Testing

/// Limits that bite: what the kernel does with what the runtime wrote, on every version of cgroups.
@Suite(.needsPrivateHost) struct EnforcementTests {
    private let fixture: ContainerFixture

    init() throws { fixture = try ContainerFixture() }

    @Test func memoryThatIsTooMuchIsKilledFor() throws {
        let outcome = try fixture.run("tail /dev/zero; echo \"tail: $?\"") { spec in
            spec.linux?.resources?.memory = .init()
            spec.linux?.resources?.memory?.limit = 16 << 20
            spec.linux?.resources?.memory?.swap = 16 << 20
        }
        #expect(outcome.text == "tail: 137\n", "\(outcome)")
    }

    @Test func processesThatAreTooManyAreNotMade() throws {
        let script = "i=0; while [ $i -lt 40 ]; do sleep 1000 & i=$((i+1)); done; echo all"
        let outcome = try fixture.run(script) { $0.linux?.resources?.pids = .init(limit: 10) }
        #expect(!outcome.text.contains("all"))
        #expect(outcome.errorText.contains("can't fork"), "\(outcome)")
    }

    /// Half a second of a processor's time takes two and a half seconds and more where a fifth of it may be had.
    @Test func aFifthOfAProcessorIsAFifth() throws {
        var spec = fixture.spec("while :; do :; done")
        spec.linux?.resources?.cpu = .init()
        spec.linux?.resources?.cpu?.quota = 20_000
        spec.linux?.resources?.cpu?.period = 100_000
        try fixture.start(spec)
        let cgroup = try Cgroup(path: "/\(fixture.cgroupParent)/\(fixture.id)", in: CgroupLayout.detect())
        func used() -> UInt64 { cgroup.statistics().cpuNanoseconds ?? 0 }
        let deadline = Deadline(in: .seconds(60))
        let (began, before) = (Monotonic.now, used())
        while used() < before + 500_000_000, !deadline.hasPassed { poll(nil, 0, 10) }
        #expect(Monotonic.now.since(began) > .milliseconds(1800))
        #expect(used() >= before + 500_000_000)
        try fixture.runtime("delete", "--force", fixture.id).checked()
    }

    @Test func aDeviceThatIsNotAllowedCannotBeOpened() throws {
        let script = """
            mknod /zero c 1 5 && mknod /kmsg c 1 11
            head -c 1 /zero >/dev/null && echo zero
            cat /kmsg >/dev/null || echo "kmsg denied"
            : >/dev/null && echo null
            """
        let outcome = try fixture.run(script)
        #expect(outcome.text == "zero\nkmsg denied\nnull\n", "\(outcome)")
        #expect(outcome.errorText.contains("Operation not permitted"))
    }

    /// On version 2 a throttle holds for what is written behind too; on version 1 only for direct I/O.
    @Test(.needsSystemdMachine) func aSlowDeviceIsSlow() throws {
        let data = fixture.directory("data")
        try FileSystem.makeDirectories(data)
        var status = stat()
        try retrying("stat", data) { stat(data, &status) }
        // As makedev(3) puts them together, for numbers below 4096 and 256.
        let (major, minor) = (Int64(status.st_dev >> 8) & 0xFFF, Int64(status.st_dev) & 0xFF)
        let began = Monotonic.now
        let outcome = try fixture.run(
            "dd if=/dev/zero of=/data/file bs=64k count=96 conv=fsync 2>/dev/null && echo done"
        ) {
            $0.mounts?.append(.init(destination: "/data", type: "bind", source: data, options: ["bind", "rw"]))
            $0.linux?.resources?.blockIO = .init()
            $0.linux?.resources?.blockIO?.throttleWriteBpsDevice = [
                .init(
                    major: major,
                    minor: minor,
                    rate: 2 << 20
                )
            ]
        }
        #expect(outcome.text == "done\n", "\(outcome)")
        // 6 MiB at 2 MiB a second; the first slice may be larger than its share.
        #expect(Monotonic.now.since(began) > .milliseconds(1500))
    }
}
