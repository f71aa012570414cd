import Linux
import PodSpec

/// The files under /etc that the containers of a pod share. Pure: texts in, texts out.
package struct SandboxFiles {
    let pod: Pod
    let network: PodNetworkState?
    let node: EngineConfiguration.Node

    package init(pod: Pod, network: PodNetworkState?, node: EngineConfiguration.Node) {
        self.pod = pod
        self.network = network
        self.node = node
    }

    private var hostname: String { PodHostname.hostname(of: pod, node: node) }

    var hostnameFile: String { hostname + "\n" }

    /// The kubelet's form. On the host's network the host's own file follows its header.
    package func hosts(ofHost text: String) -> String {
        if pod.spec.hostNetwork ?? false {
            return "# Kubernetes-managed hosts file (host network).\n" + text
        }
        var lines = """
            # Kubernetes-managed hosts file.
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::0\tip6-localnet
            fe00::0\tip6-mcastprefix
            fe00::1\tip6-allnodes
            fe00::2\tip6-allrouters

            """
        for address in network?.addresses ?? [] { lines += "\(address)\t\(hostname)\n" }
        return lines
    }

    /// The network's name servers with the host's search domains and options; the host's file where the network has none.
    /// A name server on the host's loopback cannot be reached from a pod's own network, and is left out.
    package func resolver(ofHost text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if pod.spec.hostNetwork ?? false { return text }
        let own = network?.nameservers ?? []
        let kept = lines.filter { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            guard words.first == "nameserver", words.count > 1 else {
                return !line.isEmpty && !line.hasPrefix("#") && !line.hasPrefix(";")
            }
            return own.isEmpty && !words[1].hasPrefix("127.") && words[1] != "::1"
        }
        let result = own.map { "nameserver \($0)" } + kept.map(String.init)
        return result.isEmpty ? "" : result.joined(separator: "\n") + "\n"
    }

    /// Writes the three files. They lie in the run directory: a reboot takes them away.
    func write(to directory: String) throws(SystemError) {
        try FileSystem.makeDirectories(directory)
        let contents = [
            ("hostname", hostnameFile),
            ("hosts", hosts(ofHost: Self.read("/etc/hosts"))),
            ("resolv.conf", resolver(ofHost: Self.read(node.resolverFile))),
        ]
        // In place, not by rename: a container of an earlier agent has the file itself mounted.
        for (name, text) in contents { try FileSystem.write("\(directory)/\(name)", Array(text.utf8)) }
    }

    /// A host without such a file is no failure: the pod gets an empty one.
    private static func read(_ path: String) -> String {
        guard let bytes = try? FileSystem.read(path, limit: 1 << 20) else { return "" }  // see above
        return String(decoding: bytes, as: UTF8.self)
    }
}
