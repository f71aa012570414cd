import Glibc
import Linux

/// The folders of an agent, looked at before it touches anything in them.
public struct StateFolder: Sendable {
    /// What outlives a reboot.
    public let root: String
    /// What does not; nil for commands that use the root only.
    public let runRoot: String?
    /// The program's version, for `layout.json`.
    public let program: String

    /// What is ours in a root that has no layout written down.
    private static let ours: Set<String> = ["images", "layers", "pods"]
    /// What may be there before we are: a file system's own, and what an administrator puts there for us.
    private static let neutral: Set<String> = ["lost+found", "seccomp"]

    public init(root: String, runRoot: String?, program: String) {
        self.root = root
        self.runRoot = runRoot
        self.program = program
    }

    /// Makes what is missing, brings an older layout to the current one, and refuses what cannot be worked with: another
    /// user's folder, one that others may write, a newer layout, a read-only or unfit file system. All that is wrong is told.
    public func open() throws(StateProblems) {
        var problems: [StateProblem] = []
        for path in [root, runRoot].compactMap({ $0 }) {
            do throws(SystemError) { try FileSystem.makeDirectories(path, mode: 0o755) } catch {
                problems.append(Self.problem(path, error))
                continue
            }
            problems += rights(of: path)
        }
        if !problems.isEmpty { throw StateProblems(problems) }
        try settle(try layout())
    }

    /// Who may write a folder decides what root runs from it.
    private func rights(of path: String) -> [StateProblem] {
        let status: FileStatus
        do throws(SystemError) { status = try FileSystem.status(path) } catch { return [Self.problem(path, error)] }
        var problems: [StateProblem] = []
        if status.userID != geteuid() {
            problems.append(
                StateProblem(
                    path,
                    "belongs to the user \(status.userID), not to \(geteuid())",
                    hint: "chown \(geteuid()) \(path)"
                )
            )
        }
        // Write rights of the group and of others.
        if status.permissions & 0o022 != 0 {
            problems.append(
                StateProblem(
                    path,
                    "may be written by others (mode \(String(status.permissions & 0o7777, radix: 8)))",
                    hint: "chmod go-w \(path)"
                )
            )
        }
        return problems
    }

    private func layout() throws(StateProblems) -> StateLayout? {
        if let layout = try StateLayout.read(root) {
            guard layout.version <= StateLayout.current else {
                throw StateProblems([
                    StateProblem(
                        root,
                        "has layout \(layout.version), made by swiftlet \(layout.madeBy); this swiftlet (\(program)) knows "
                            + "layouts up to \(StateLayout.current)",
                        hint: "install a newer one or name another --root"
                    )
                ])
            }
            return layout
        }
        let entries: [String]
        do throws(SystemError) { entries = try FileSystem.list(root) } catch {
            throw StateProblems([Self.problem(root, error)])
        }
        if entries.contains(where: Self.ours.contains) { return .unversioned }
        let foreign = entries.filter { !Self.neutral.contains($0) && !$0.hasPrefix(".") }
        guard foreign.isEmpty else {
            throw StateProblems([
                StateProblem(
                    root,
                    "holds what is not ours (\(foreign.sorted().prefix(3).joined(separator: ", "))…) and no state of swiftlet",
                    hint: "name an empty folder by --root"
                )
            ])
        }
        return nil
    }

    /// Asks what has to be possible, and writes what has to be written.
    private func settle(_ layout: StateLayout?) throws(StateProblems) {
        let unfit: StateProblem?
        do throws(SystemError) { unfit = try unfitness(isSettled: layout?.version == StateLayout.current) } catch {
            unfit = Self.problem(root, error)
        }
        if let unfit { throw StateProblems([unfit]) }
        do throws(SystemError) {
            if let layout {
                try StateMigration.migrate(root, from: layout, madeBy: program)
            } else {
                try StateLayout(version: StateLayout.current, madeBy: program).write(root)
            }
        } catch {
            throw StateProblems([Self.problem(root, error)])
        }
    }

    /// What the file system cannot do.
    ///
    /// - Parameter isSettled: the layout is written down: an agent on a full disk has to write nothing to take over what runs.
    private func unfitness(isSettled: Bool) throws(SystemError) -> StateProblem? {
        // A command that uses the images only needs no more than they do, and mounts are root's.
        guard let runRoot, geteuid() == 0 else { return nil }
        do throws(SystemError) { return try StateProbe(root: root, mark: "\(runRoot)/state-probe").problem() } catch {
            let isFull = error.errno == ENOSPC || error.errno == EDQUOT
            guard isFull && isSettled else { throw error }
            return nil
        }
    }

    private static func problem(_ path: String, _ error: SystemError) -> StateProblem {
        switch error.errno {
        case EROFS: StateProblem(path, "is on a read-only file system: \(error)", hint: "mount it for writing (EROFS)")
        case ENOSPC, EDQUOT:
            StateProblem(path, "its file system is full: \(error)", hint: "make room, at least some megabytes")
        default: StateProblem(path, "cannot be used: \(error)")
        }
    }
}
