import AgentAPI
import Glibc
import JSONCoding
import Linux
import ManifestEditing
import PodSpec

/// The one that changes the watched folder: one change after the other, on a thread of its own.
actor ManifestEditor {
    private let folder: ManifestFolder
    private let directory: String
    private let thread = DedicatedThread(name: "manifests")

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    init(directory: String) {
        self.directory = directory
        folder = ManifestFolder(directory: directory)
    }

    /// - Parameter owners: the file that the agent takes each object from.
    func apply(
        _ documents: [NewDocument],
        owners: [ObjectName: String],
        isDryRun: Bool
    ) throws(Fault) -> FolderPlan {
        do throws(FolderError) {
            let plan = try folder.plan(applying: documents) { owners[$0] }
            if !isDryRun { try folder.carryOut(plan) }
            return plan
        } catch {
            throw fault(error)
        }
    }

    /// Plans and does nothing.
    func planRemoval(of names: [ObjectName]) throws(Fault) -> FolderPlan {
        do throws(FolderError) { return try folder.plan(deleting: names) } catch { throw fault(error) }
    }

    func carryOut(_ plan: FolderPlan) throws(Fault) {
        do throws(FolderError) { try folder.carryOut(plan) } catch { throw fault(error) }
    }

    private func fault(_ error: FolderError) -> Fault {
        switch error {
        case .conflict(let file, let message):
            return Fault(
                .conflict,
                "\(directory)/\(file): \(message)",
                reason: "ManifestConflict",
                details: ["file": JSONNode(file)]
            )
        case .system(let error):
            switch error.errno {
            case EROFS, EACCES, EPERM:
                return Fault(
                    .failedPrecondition,
                    "the folder of manifests cannot be written: \(error)",
                    reason: "ManifestFolderReadOnly",
                    hint: "make \(directory) writable for the agent, or change its files where they come from"
                )
            case ENOSPC, EDQUOT:
                return Fault(.resourceExhausted, "no room for manifests in \(directory): \(error)", reason: "DiskFull")
            case ENOENT, ENOTDIR:
                return Fault(
                    .failedPrecondition,
                    "the folder of manifests is not there: \(error)",
                    reason: "ManifestFolderMissing",
                    hint: "make \(directory), or name another one in the configuration (manifests)"
                )
            default: return Fault(.internalError, "the folder of manifests: \(error)")
            }
        }
    }
}
