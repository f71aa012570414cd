import Glibc
import JSONCoding
import Linux
import OCISpec
import TestSupport
import Testing

/// A user who is not root, and root of somebody's user namespace.
@Suite(.needsPrivateHost) struct RootlessTests {
    private static let user = "65000"
    private let fixture: ContainerFixture
    private let asUser = ["/usr/bin/setpriv", "--reuid", user, "--regid", user, "--clear-groups", "--inh-caps", "-all"]

    init() throws {
        fixture = try ContainerFixture()
        let id = try #require(uid_t(Self.user))
        // The way to the bundle, and all of it, is the user's.
        try Command("/bin/chown", "-R", "\(id):\(id)", fixture.directory("")).run().checked()
    }

    private func spec(_ script: String) -> RuntimeSpec {
        var spec = fixture.spec(script)
        spec.linux?.cgroupsPath = nil
        spec.linux?.resources = nil
        spec.mounts?.removeAll { $0.type == "cgroup" }
        return spec
    }

    private func runtime(_ arguments: String..., through: [String]? = nil) throws -> Command.Outcome {
        try Command((through ?? asUser) + [program, "--root", fixture.root] + arguments).run()
    }

    /// Where the user can execute it: the checkout may be root's alone.
    private var program: String {
        let path = fixture.directory("runtime")
        if !FileSystem.exists(path) {
            _ = try? Command("/bin/cp", TestBinaries.runtime, path).run()
            chmod(path, 0o755)
        }
        return path
    }

    @Test func aUserGetsANamespaceOfHisOwn() throws {
        try fixture.write(spec("id -u; cat /proc/self/uid_map; touch /mine && stat -c %u /mine; ls /dev/null"))
        let outcome = try runtime("run", "--bundle", fixture.bundle, fixture.id)
        let words = outcome.text.split(whereSeparator: \.isWhitespace).map(String.init)
        #expect(words == ["0", "0", Self.user, "1", "0", "/dev/null"], "\(outcome)")
        #expect(try FileSystem.status(fixture.rootfs + "/mine").userID == UInt32(Self.user))
        #expect(try fixture.isGone())
    }

    @Test func itsLifeIsAsUsual() throws {
        try fixture.write(spec("exec sleep 1000"))
        let script = "exec \"$@\" >/dev/null 2>&1 </dev/null"
        try Command(
            asUser + ["/bin/sh", "-c", script, "sh", program, "--root", fixture.root, "run", "--detach", "--bundle", fixture.bundle, fixture.id]
        ).run().checked()
        #expect(try runtime("exec", fixture.id, "sh", "-c", "id -u; hostname").text == "0\nbox\n")
        #expect(try JSON.parse(try runtime("state", fixture.id).checked().output)["status"] == "running")
        try runtime("delete", "--force", fixture.id).checked()
        #expect(try fixture.isGone())
    }

    @Test func limitsThatHeMayNotSetAreRefused() throws {
        var spec = spec("true")
        spec.linux?.resources = .init()
        spec.linux?.resources?.pids = .init(limit: 7)
        try fixture.write(spec)
        let outcome = try runtime("run", "--bundle", fixture.bundle, fixture.id)
        #expect(outcome.status == .exited(1) && outcome.errorText.contains("linux.resources"), "\(outcome)")
        #expect(try fixture.isGone())
    }

    @Test func rootOfSomebodysNamespaceIsRootThere() throws {
        try fixture.write(spec("id -u; hostname"))
        let unshare = asUser + ["/usr/bin/unshare", "--user", "--map-root-user", "--mount"]
        let outcome = try runtime("run", "--bundle", fixture.bundle, fixture.id, through: unshare)
        #expect(outcome.text == "0\nbox\n", "\(outcome)")
        #expect(try fixture.isGone())
    }
}
