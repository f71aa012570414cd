import Glibc
import JSONCoding
import Linux

/// `layout.json`: how the state folder is laid out. Written when a folder is first used and after each migration.
public struct StateLayout: Codable, Sendable, Hashable {
    /// The layout that this program makes and works with.
    public static let current = 1
    static let name = "layout.json"
    /// What the first commits made, before there was a `layout.json`.
    static let unversioned = StateLayout(version: 0, madeBy: "")

    public var version: Int
    /// The program that wrote it, for people.
    public var madeBy: String

    public init(version: Int, madeBy: String) {
        self.version = version
        self.madeBy = madeBy
    }

    /// Reads a folder's layout; nil where there is none.
    static func read(_ root: String) throws(StateProblems) -> StateLayout? {
        let path = "\(root)/\(name)"
        let bytes: [UInt8]
        do throws(SystemError) { bytes = try FileSystem.read(path, limit: 1 << 16) } catch {
            if error.errno == ENOENT { return nil }
            throw StateProblems([StateProblem(path, "cannot be read: \(error.message)")])
        }
        do {
            let layout = try JSON.decode(StateLayout.self, from: bytes)
            guard layout.version > 0 else {
                throw StateProblems([StateProblem(path, "\(layout.version) is no version")])
            }
            return layout
        } catch let problems as StateProblems {
            throw problems
        } catch {
            throw StateProblems([
                StateProblem(
                    path,
                    "does not say which layout the folder has: \(error)",
                    hint:
                        "if the folder was made by this version, write {\"version\": \(current), \"madeBy\": \"\"} into it"
                )
            ])
        }
    }

    /// Writes it, durably.
    func write(_ root: String) throws(SystemError) {
        // A value of two plain members is always encoded.
        let text = "{\n  \"version\": \(version),\n  \"madeBy\": \"\(madeBy)\"\n}\n"
        try FileSystem.writeAtomically("\(root)/\(Self.name)", Array(text.utf8), mode: 0o644, durable: true)
    }
}
