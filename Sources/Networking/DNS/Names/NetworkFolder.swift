import Glibc
import Linux

/// The folder with a file for each network, as it was last read in one piece.
public struct NetworkFolder: Sendable {
    public let path: String
    /// The networks by their files.
    public private(set) var networks: [String: NetworkNames] = [:]

    /// The file with our pid lies among them.
    package static let pidFile = "aardvark.pid"
    /// Ends the name of an internal network's file.
    package static let internalSuffix = "%int"

    public init(path: String) {
        self.path = path
    }

    /// What a look at the folder found.
    public struct Report: Sendable, Hashable {
        /// No file of a network is there: nobody needs names.
        public var isEmpty: Bool
        /// Files that make no sense now; what they last said stands. Another look shortly is worth while: they may be being written.
        public var faults: [String]

        public init(isEmpty: Bool, faults: [String]) {
            self.isEmpty = isEmpty
            self.faults = faults
        }
    }

    /// Reads all files anew. A file that is gone takes its network along; one that does not make sense leaves it as it was.
    public mutating func read() throws(SystemError) -> Report {
        // A file that begins with a dot is one on its way to its name: no network has such a name.
        let files = try FileSystem.list(path).filter { $0 != NetworkFolder.pidFile && !$0.hasPrefix(".") }.sorted()
        var found: [String: NetworkNames] = [:]
        var faults: [String] = []
        var isEmpty = true
        for file in files {
            do {
                let bytes = try FileSystem.read("\(path)/\(file)", limit: 64 << 20)
                isEmpty = false
                guard let text = String(validating: bytes, as: UTF8.self) else {
                    throw NetworkFile.Fault(line: 1, message: "the file is no UTF-8")
                }
                let isInternal = file.hasSuffix(NetworkFolder.internalSuffix)
                let name = isInternal ? String(file.dropLast(NetworkFolder.internalSuffix.count)) : file
                found[file] = try NetworkFile.parse(text, name: name, isInternal: isInternal)
            } catch let error as SystemError where error.errno == ENOENT {
                // Removed since the folder was listed.
                continue
            } catch let error as SystemError where error.errno == EISDIR {
                continue
            } catch {
                isEmpty = false
                faults.append("\(path)/\(file): \(error)")
                found[file] = networks[file]
            }
        }
        networks = found
        return Report(isEmpty: isEmpty, faults: faults)
    }
}
