import Linux

/// A step from one layout to the next. It may be repeated, and leaves what it does not know as it is.
package struct StateMigration: Sendable {
    /// The layout that it begins with; it ends with the next one.
    package var from: Int
    package var run: @Sendable (_ root: String) throws(SystemError) -> Void

    package init(from: Int, run: @escaping @Sendable (_ root: String) throws(SystemError) -> Void) {
        self.from = from
        self.run = run
    }

    /// All steps, in order; the first begins with what the first commits made.
    package static let chain = [
        // Nothing has moved: records, images and layers are where they were. What an agent of the first commits was killed
        // over goes: no later one looks for it.
        StateMigration(from: 0) { root throws(SystemError) in
            for folder in [root, "\(root)/images", "\(root)/layers"] where FileSystem.exists(folder) {
                try FileSystem.removeUnfinished(in: folder)
            }
        }
    ]

    /// Takes a folder from its layout to the current one. Each step's end is written down before the next begins.
    package static func migrate(
        _ root: String,
        from layout: StateLayout,
        madeBy program: String,
        by chain: [StateMigration] = StateMigration.chain
    ) throws(SystemError) {
        for step in chain where step.from >= layout.version {
            try step.run(root)
            try StateLayout(version: step.from + 1, madeBy: program).write(root)
        }
    }
}
