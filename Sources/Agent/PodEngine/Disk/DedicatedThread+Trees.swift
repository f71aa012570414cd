import Linux

extension DedicatedThread {
    /// Removes folders with everything in them, on this thread. All are tried; what failed is answered.
    package func remove(_ trees: [String]) async -> [String] {
        do {
            return try await run {
                trees.compactMap { tree in
                    do throws(SystemError) {
                        try FileSystem.removeTree(tree)
                        return nil
                    } catch {
                        return "\(error)"
                    }
                }
            }
        } catch {
            return ["\(error)"]
        }
    }
}
