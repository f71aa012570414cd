import Glibc
import Linux
import OCISpec

extension ImageStore {
    /// Finishes or undoes what processes left that are gone.
    func recover() throws {
        try StoreLock.hold(paths.lock) { try recoverAlone() }
    }

    private func recoverAlone() throws {
        let journals = try Journal.all(in: paths.journals)
        let boot = try Journal.bootID()
        let leftOver = journals.filter { !$0.isAlive }
        for journal in leftOver where journal.bootID != boot {
            // The machine stopped before all of it was on the disk.
            for item in journal.making { try undoUnlessIntact(item) }
        }
        let alive = Set(journals.filter(\.isAlive).map(\.name))
        for directory in [paths.ingest, paths.work] {
            for name in try FileSystem.list(directory)
            where !alive.contains(String(name.split(separator: ".").first ?? "")) {
                try FileSystem.removeTree("\(directory)/\(name)")
            }
        }
        for directory in try [paths.images] + FileSystem.list(paths.blobs).map({ "\(paths.blobs)/\($0)" }) {
            try FileSystem.removeUnfinished(in: directory)
        }
        guard !leftOver.isEmpty else { return }
        // One that was settled names nothing that could be missing on the disk.
        if leftOver.contains(where: { !$0.making.isEmpty }) { try paths.synchronize() }
        for journal in leftOver { try FileSystem.removeFile(journal.path) }
    }

    private func undoUnlessIntact(_ item: Journal.Item) throws {
        switch item {
        case .blob(let digest):
            guard blobs.has(digest) else { return }
            if try !blobs.isIntact(digest) { try blobs.remove(digest) }
        case .layer(let chainID):
            // It is made again from its blob when it is needed.
            guard layers.has(chainID) else { return }
            try FileSystem.removeTree(try layers.retire(chainID, as: "retired.\(UInt32.random(in: .min ... .max))"))
        }
    }
}
