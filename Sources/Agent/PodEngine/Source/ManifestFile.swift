import Glibc
import JSONCoding
import Linux
import PodSpec
import YAMLCoding

/// Reads one file of the watched folder, whatever it turns out to be.
package struct ManifestFile {
    /// Larger files are refused unread.
    package static let sizeLimit: Int64 = 4 << 20

    enum Reading {
        case gone
        /// A folder with a manifest's name.
        case passedOver
        case manifest(ManifestResult, modified: Timestamp)
        /// The machine failed, and not the file: another try may succeed.
        case failed(ManifestResult)
    }

    /// What passes by itself: too many files are open, the disk or a server has an error for once.
    static let passing: Set<Int32> = [EMFILE, ENFILE, ENOMEM, EIO, EAGAIN, ESTALE, ETIMEDOUT]

    let directory: String
    let name: String

    var path: String { "\(directory)/\(name)" }

    /// Whether a name is that of a manifest: not hidden, not an editor's.
    package static func isManifest(_ name: String) -> Bool {
        guard let first = name.first, first != ".", first != "#", !name.hasSuffix("~") else { return false }
        return [".yaml", ".yml", ".json"].contains(where: name.hasSuffix)
    }

    /// Never blocks: only what is a regular file is opened, and only what still is one is read.
    func read() -> Reading {
        do throws(SystemError) {
            let status = try FileSystem.status(path)
            if status.kind == .directory { return .passedOver }
            guard status.kind == .regular else { return refuse("is not a regular file") }
            // Somebody may put a FIFO in its place at this moment.
            let file = try Descriptor.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
            let opened = try file.status()
            guard opened.kind == .regular else { return refuse("is not a regular file") }
            guard opened.size <= Self.sizeLimit else {
                return refuse("has \(opened.size) bytes; a manifest has at most \(Self.sizeLimit)")
            }
            let bytes = try file.readToEnd(limit: Int(Self.sizeLimit), sizeHint: Int(opened.size))
            return .manifest(Self.decode(bytes, name: name), modified: opened.modified)
        } catch {
            // A symlink that leads nowhere is there, and wrong.
            if error.errno == ENOENT, !FileSystem.exists(path) { return .gone }
            let message = "cannot be read: \(error.message)"
            return Self.passing.contains(error.errno) ? .failed(refusal(message)) : refuse(message)
        }
    }

    private func refuse(_ message: String) -> Reading { .manifest(refusal(message), modified: Timestamp(seconds: 0)) }

    private func refusal(_ message: String) -> ManifestResult {
        ManifestResult(problems: [ManifestProblem(file: name, message: message)])
    }

    /// Decodes YAML or JSON, each document by itself.
    package static func decode(_ bytes: [UInt8], name: String) -> ManifestResult {
        if name.hasSuffix(".json") {
            do throws(JSONSyntaxError) {
                return ManifestDecoder.decode([try JSON.parse(bytes, positions: true)], file: name)
            } catch {
                let message = withoutToken(error.message)
                let problem = ManifestProblem(file: name, position: error.position, message: message)
                return ManifestResult(problems: [problem])
            }
        }
        let stream = YAML.parse(bytes)
        var result = ManifestDecoder.decode(stream.documents, file: name)
        result.problems += stream.errors.map {
            ManifestProblem(file: name, position: $0.position, message: $0.message)
        }
        return result
    }

    /// A syntax error names the token at which it was noticed: a string may be a Secret's, so its place has to do.
    private static func withoutToken(_ message: String) -> String {
        guard let start = message.firstRange(of: " near '\"")?.lowerBound else { return message }
        return String(message[..<start])
    }
}
