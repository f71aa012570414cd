import AgentAPI
import AgentClient
import ArgumentParser
import JSONCoding
import Linux
import PodEngine

/// The manifests that a command line names: files, folders, `-`.
enum ManifestInput {
    /// - Parameter paths: a folder stands for the manifests in it, by name.
    static func read(_ paths: [String]) throws(Fault) -> [PodDiffRequest.Manifest] {
        var manifests: [PodDiffRequest.Manifest] = []
        for path in paths {
            do throws(SystemError) {
                if path == "-" {
                    manifests.append(.init(file: path, text: String(decoding: try CheckCommand.standardInput(), as: UTF8.self)))
                    continue
                }
                let isFolder = try FileSystem.status(path).kind == .directory
                let names = isFolder ? try FileSystem.list(path).filter(ManifestFile.isManifest).map { "\(path)/\($0)" } : [path]
                if names.isEmpty { Terminal.writeError("\(path): no manifests\n") }
                for name in names {
                    let bytes = try FileSystem.read(name, limit: Int(ManifestFile.sizeLimit))
                    manifests.append(.init(file: name, text: String(decoding: bytes, as: UTF8.self)))
                }
            } catch {
                throw Fault(.invalid, "\(path): \(error.message)", reason: "FileUnreadable")
            }
        }
        guard !manifests.isEmpty else { throw Fault(.invalid, "no manifests", reason: "NothingToApply") }
        return manifests
    }

    /// Tells all that is wrong, a line each, as compilers do; for a fault of manifests.
    static func tell(_ fault: Fault) -> Fault {
        for problem in fault.details?["problems"]?.arrayValue ?? [] {
            // A problem in words of a newer agent is in the fault's own message all the same.
            guard let notice = try? JSON.decode(ManifestNotice.self, from: problem) else { continue }
            Terminal.writeError(notice.text + "\n")
        }
        return fault
    }
}
