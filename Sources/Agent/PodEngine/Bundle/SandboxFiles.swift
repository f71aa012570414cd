import Linux
import PodSpec

/// The files under /etc that the containers of a pod share. Pure: texts in, texts out.
package struct SandboxFiles {
    package var pod: Pod
    package var network: PodNetworkState?
    let node: EngineConfiguration.Node

    package init(pod: Pod, network: PodNetworkState?, node: EngineConfiguration.Node) {
        self.pod = pod
        self.network = network
        self.node = node
    }

    private var hostname: String { PodHostname.hostname(of: pod, node: node) }

    private var usesHostNetwork: Bool { pod.spec.hostNetwork ?? false }

    var hostnameFile: String { PodHostname.nodename(of: pod, node: node) + "\n" }

    /// The kubelet's form. On the host's network the host's own file follows its header. The pod's aliases come last.
    package func hosts(ofHost text: String) -> String {
        if usesHostNetwork { return "# Kubernetes-managed hosts file (host network).\n" + text + aliases }
        var lines = """
            # Kubernetes-managed hosts file.
            127.0.0.1\tlocalhost
            ::1\tlocalhost ip6-localhost ip6-loopback
            fe00::0\tip6-localnet
            fe00::0\tip6-mcastprefix
            fe00::1\tip6-allnodes
            fe00::2\tip6-allrouters

            """
        let names = PodHostname.domain(of: pod).map { "\(hostname).\($0)\t\(hostname)" } ?? hostname
        for address in network?.addresses ?? [] { lines += "\(address)\t\(names)\n" }
        return lines + aliases
    }

    private var aliases: String {
        guard !pod.spec.hostAliases.isEmpty else { return "" }
        return "\n# Entries added by HostAliases.\n"
            + pod.spec.hostAliases.map { "\($0.ip)\t\($0.hostnames.joined(separator: "\t"))\n" }.joined()
    }

    /// The resolver's file by `dnsPolicy` and `dnsConfig`, and what of them is more than a resolver takes.
    ///
    /// Where the pod's network has no name service, the policies of a cluster's come down to `Default`, as they do with a kubelet
    /// that knows none.
    package func resolver(ofHost text: String) -> (text: String, omitted: [String]) {
        let isOwn = pod.spec.dnsPolicy == Pod.DNSPolicy.none
        guard isOwn || pod.spec.dnsConfig != nil else { return (inheritedResolver(text), []) }
        var settings = isOwn ? ResolverSettings() : ResolverSettings(parsing: inheritedResolver(text))
        if let wanted = pod.spec.dnsConfig { settings.add(wanted) }
        let omitted = settings.fit()
        return (settings.text, omitted)
    }

    /// The network's name servers with the host's search domains and options; the host's file where the network has none.
    /// A name server on the host's loopback cannot be reached from a pod's own network, and is left out.
    private func inheritedResolver(_ text: String) -> String {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        if usesHostNetwork { return text }
        if let domain = network?.nameDomain, pod.spec.dnsPolicy != .default { return clusterResolver(text, domain) }
        // The server of the network asks the host's servers for what it does not know: it stands for them, also where they
        // listen on the host's loopback.
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

    /// The kubelet's for `ClusterFirst`: the domains of the pod's namespace come before those of the host.
    private func clusterResolver(_ text: String, _ domain: String) -> String {
        var settings = ResolverSettings(parsing: text)
        settings.servers = network?.nameservers ?? []
        let own = ["\(pod.metadata.namespace).svc.\(domain)", "svc.\(domain)", domain]
        settings.searches = own + settings.searches.filter { !own.contains($0) }
        return settings.text
    }

    private static let names = ["hostname", "hosts", "resolv.conf"]

    /// Writes the three files. They lie in the run directory: a reboot takes them away. Answers what was left out of the
    /// resolver's.
    func write(to directory: String, for ids: VolumeIDs = VolumeIDs()) throws(SystemError) -> [String] {
        try write(Self.names, to: directory, for: ids)
    }

    /// Writes again what somebody has deleted of them: without one no container of the pod starts. The others stay as they are, with
    /// what containers have written into them.
    func restore(in directory: String, for ids: VolumeIDs) throws(SystemError) {
        let missing = Self.names.filter { !FileSystem.exists("\(directory)/\($0)") }
        if !missing.isEmpty { _ = try write(missing, to: directory, for: ids) }
    }

    private func write(_ names: [String], to directory: String, for ids: VolumeIDs) throws(SystemError) -> [String] {
        try FileSystem.makeDirectories(directory)
        let resolver = resolver(ofHost: Self.read(node.resolverFile))
        let contents = [hostnameFile, hosts(ofHost: Self.read("/etc/hosts")), resolver.text]
        // In place, not by rename: a container of an earlier agent has the file itself mounted.
        for (name, text) in zip(Self.names, contents) where names.contains(name) {
            try FileSystem.write("\(directory)/\(name)", Array(text.utf8))
            try ids.give("\(directory)/\(name)")
        }
        return resolver.omitted
    }

    /// A host without such a file is no failure: the pod gets an empty one.
    private static func read(_ path: String) -> String {
        guard let bytes = try? FileSystem.read(path, limit: 1 << 20) else { return "" }  // see above
        return String(decoding: bytes, as: UTF8.self)
    }
}
