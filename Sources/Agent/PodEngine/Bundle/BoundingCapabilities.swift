import Linux
import OCISpec

/// Which capabilities a container may ever have.
package enum BoundingCapabilities {
    private static let known = Set(Capabilities.allNames)

    /// containerd's default set, plus what is added, minus what is dropped.
    ///
    /// - Parameters:
    ///   - added, dropped: canonical names, or ALL.
    ///   - all: what the machine has to give.
    package static func list(adding added: [String], dropping dropped: [String], ofAll all: [String]) -> [String] {
        var names = ContainerDefaults.capabilities
        // ALL comes first, whatever the order in which they are named: `drop: [ALL], add: [NET_BIND_SERVICE]` is one of them.
        if added.contains("ALL") { names = all }
        if dropped.contains("ALL") { names = [] }
        for name in added where name != "ALL" && !names.contains(name) { names.append(name) }
        return names.filter { !dropped.contains($0) || added.contains($0) && dropped.contains("ALL") }
    }

    /// `NET_ADMIN`, `cap_net_admin` and `CAP_NET_ADMIN` are one. Nil for one that nobody knows: leaving it out could leave a
    /// container with more than its author meant.
    package static func canonicalName(_ name: String) -> String? {
        let upper = name.uppercased()
        if upper == "ALL" { return upper }
        let full = upper.hasPrefix("CAP_") ? upper : "CAP_" + upper
        return known.contains(full) ? full : nil
    }
}
