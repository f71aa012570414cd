import Linux

extension Cgroup {
    /// The group with some of its folders replaced by ones below them, made if missing.
    ///
    /// - Parameter wanted: `path` for every hierarchy or, on version 1, `controller[,controller]:path`.
    public func subgroups(_ wanted: [String]) throws(CgroupError) -> Cgroup {
        var changed = self
        for entry in wanted {
            let parts = entry.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let controllers = parts.count == 2 ? parts[0].split(separator: ",").map(String.init) : []
            let components = (parts.last ?? "").split(separator: "/")
            for component in components where component == ".." {
                throw .invalid("cgroup \"\(entry)\": `..` components are not allowed")
            }
            if entry.utf8.contains(0) { throw .invalid("a cgroup holds a NUL byte") }
            for controller in controllers where directory(of: controller) == nil { throw .noController(controller) }
            guard !components.isEmpty else { continue }
            let below = components.filter { $0 != "." }.joined(separator: "/")
            let indices = directories.indices.filter { index in
                controllers.isEmpty || directories[index].controllers.contains(where: controllers.contains)
            }
            for index in indices { changed.directories[index].path = "\(directories[index].path)/\(below)" }
        }
        if changed != self { try changed.createForTracking() }
        return changed
    }
}
