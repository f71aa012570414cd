import PodSpec

extension Pod.Spec {
    /// Whether its containers see each other's processes, below a first process that is none of theirs.
    var sharesProcesses: Bool { shareProcessNamespace ?? false }

    /// The namespaces that its containers share and that are not the host's. With the host's network goes the host's name.
    var ownNamespaces: Set<PodNamespace> {
        var own: Set<PodNamespace> = []
        if !(hostNetwork ?? false) { own.formUnion([.network, .uts]) }
        if !(hostIPC ?? false) { own.insert(.ipc) }
        if hasOwnUsers { own.insert(.user) }
        return own
    }
}
