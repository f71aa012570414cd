import PodSpec
import Testing

@Suite struct NamespaceValidationTests {
    private func problems(_ spec: String, container: String = "tty: false") -> [String] {
        decode(podText(spec: spec, container: container)).problems.map { "\($0.path): \($0.message)" }
    }

    @Test(
        arguments: [
            ("shareProcessNamespace: true\nhostPID: true", "spec.hostPID: shareProcessNamespace and hostPID cannot both be enabled"),
            (
                "securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}]}\nhostNetwork: true",
                "spec.securityContext.sysctls[0].name: may not be specified when hostNetwork is true"
            ),
            (
                "securityContext: {sysctls: [{name: kernel.shm_rmid_forced, value: '1'}]}\nhostIPC: true",
                "spec.securityContext.sysctls[0].name: may not be specified when hostIPC is true"
            ),
            (
                "securityContext: {sysctls: [{name: vm.swappiness, value: '1'}]}",
                "spec.securityContext.sysctls[0].name: \"vm.swappiness\" belongs to no namespace of a pod, but to the machine"
            ),
            (
                "securityContext: {sysctls: [{name: net..x, value: '1'}]}",
                "spec.securityContext.sysctls[0].name: \"net..x\" is no name of a kernel parameter, such as net.ipv4.tcp_syncookies"
            ),
            (
                "securityContext: {sysctls: [{name: net.ipv4.tcp_syncookies, value: '1'}, {name: net/ipv4/tcp_syncookies, value: '0'}]}",
                "spec.securityContext.sysctls[1].name: \"net.ipv4.tcp_syncookies\" appears twice (first on line 6)"
            ),
            (
                "securityContext: {fsGroupChangePolicy: Sometimes}",
                "spec.securityContext.fsGroupChangePolicy: \"Sometimes\" is not one of OnRootMismatch, Always"
            ),
        ]
    )
    func what(spec: String, expected: String) {
        #expect(problems(spec) == [expected])
    }

    @Test func `an unmasked proc needs a user namespace`() {
        #expect(
            problems("hostUsers: true", container: "securityContext: {procMount: Unmasked}") == [
                "spec.containers[0].securityContext.procMount: hostUsers must be false to use Unmasked"
            ]
        )
        #expect(problems("hostUsers: true", container: "securityContext: {procMount: Default}") == [])
    }

    @Test func `names of parameters have two forms, and some are safe`() {
        #expect(KernelParameter("net/ipv4/conf/eth0.1/forwarding").name == "net.ipv4.conf.eth0/1.forwarding")
        #expect(KernelParameter("net.ipv4.conf.eth0/1.forwarding").path == "net/ipv4/conf/eth0.1/forwarding")
        #expect(KernelParameter("net.ipv4.ping_group_range").isSafe)
        #expect(!KernelParameter("net.core.somaxconn").isSafe)
        #expect(KernelParameter("net.core.somaxconn").matches("net.*"))
        #expect(KernelParameter("net.core.somaxconn").matches("net/core/somaxconn"))
        #expect(!KernelParameter("net.core.somaxconn").matches("net.core.some"))
        #expect(KernelParameter("kernel.msgmax").namespace == .ipc)
        #expect(KernelParameter("kernel.panic").namespace == nil)
    }

    @Test func `an emptyDir of huge pages`() {
        #expect(problems("volumes: [{name: a, emptyDir: {medium: HugePages-2Mi}}, {name: b, emptyDir: {medium: HugePages}}]") == [])
        #expect(problems("volumes: [{name: a, emptyDir: {medium: HugePages-big}}]").count == 1)
    }
}
