import JSONCoding
import Linux
import PodSpec
import YAMLCoding

/// Reads files one after the other into one set of settings, and goes on after whatever is wrong: all of it is to be
/// told at once.
struct ConfigurationReader {
    /// Files that one configuration may have; includes of includes could be read without end otherwise.
    static let fileLimit = 256

    private(set) var settings = AgentSettings()
    private(set) var problems: [ConfigurationProblem] = []
    private var fileCount = 0
    /// The files that are being read: each includes the next.
    private var chain: [ConfigurationFile] = []

    /// Where a file was asked for by another one.
    private struct Inclusion {
        var file: String
        var position: SourcePosition?
    }

    mutating func read(_ place: ConfigurationPlace) {
        switch place {
        case .file(let path, let isOptional): read(path, isOptional: isOptional, for: nil)
        case .folder(let path):
            guard FileSystem.exists(path) else { return }
            do throws(SystemError) {
                let names = try FileSystem.list(path).filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }
                for name in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
                    read("\(path)/\(name)", isOptional: false, for: nil)
                }
            } catch {
                problems.append(ConfigurationProblem(path, error.message))
            }
        }
    }

    mutating func read(environment: [String: String]) {
        for key in ConfigurationKey.all {
            let name = key.environmentVariable
            // A unit file can take a variable away only by making it empty.
            guard let text = environment[name], !text.isEmpty else { continue }
            set(key, to: text, from: .environment(name))
        }
    }

    /// Takes a flag's text.
    mutating func set(_ key: ConfigurationKey, to text: String, from origin: ConfigurationOrigin) {
        do throws(ConfigurationValueError) {
            settings.set(key, to: try key.type.value(of: text), from: origin)
        } catch {
            problems.append(ConfigurationProblem(origin.description, error.message, suggestion: error.suggestion))
        }
    }

    private mutating func read(_ path: String, isOptional: Bool, for inclusion: Inclusion?) {
        let file: ConfigurationFile
        do throws(ConfigurationFile.Refusal) { file = try ConfigurationFile(path) } catch {
            if !(error.isMissing && isOptional) { refuse(path, error.message, for: inclusion) }
            return
        }
        guard !chain.contains(where: { $0.identity == file.identity }) else {
            let way = (chain.map(\.path) + [path]).joined(separator: " includes ")
            return refuse(path, "includes itself: \(way)", for: inclusion)
        }
        guard fileCount < Self.fileLimit else {
            return refuse(path, "more than \(Self.fileLimit) files in one configuration", for: inclusion)
        }
        fileCount += 1
        chain.append(file)
        if let root = root(of: file) { read(root, of: file) }
        chain.removeLast()
    }

    /// The mapping of a file; nil where it has none, which is right for an empty one.
    private mutating func root(of file: ConfigurationFile) -> JSONNode? {
        let stream = YAML.parse(file.bytes)
        for error in stream.errors {
            problems.append(ConfigurationProblem(file.path, at: error.position, error.message))
        }
        for document in stream.documents.dropFirst() {
            problems.append(
                ConfigurationProblem(file.path, at: document.position, "a configuration file is one document")
            )
        }
        guard let root = stream.documents.first else { return nil }
        guard root.members != nil else {
            let message = "a configuration file is a mapping of keys, not \(root.kind)"
            problems.append(ConfigurationProblem(file.path, at: root.position, message))
            return nil
        }
        return root
    }

    private mutating func read(_ root: JSONNode, of file: ConfigurationFile) {
        // What is included comes first: the file's own keys are above it, wherever the list stands.
        if let include = root.member("include") { read(includes: include, of: file) }
        for member in root.members ?? [] where member.key != "include" {
            guard let key = ConfigurationKey.named(member.key) else {
                let names = ConfigurationKey.all.map(\.name) + ["include"]
                let nearest = Nearest.name(to: member.key, among: names)
                complain(file, member.keyPosition, member.key, .init("unknown key", suggestion: nearest))
                continue
            }
            // Null takes back what a file before has set, where nothing can be set at all.
            if member.value.isNull, key.standard == .absent {
                settings.set(key, to: .absent, from: .file(file.path, Self.place(member)))
                continue
            }
            do throws(ConfigurationValueError) {
                let value = try key.type.value(of: member.value)
                settings.set(key, to: value, from: .file(file.path, Self.place(member)))
            } catch {
                complain(file, member.value.position ?? member.keyPosition, key.name, error)
            }
        }
    }

    private mutating func read(includes member: JSONNode.Member, of file: ConfigurationFile) {
        guard let paths = member.value.arrayValue else {
            let error = ConfigurationValueError("wants an array of paths, not \(member.value.kind)")
            return complain(file, member.value.position ?? member.keyPosition, "include", error)
        }
        for node in paths {
            guard let path = node.stringValue, !path.isEmpty, !path.utf8.contains(0) else {
                complain(file, node.position, "include", .init("wants the path of a file"))
                continue
            }
            let folder = FileSystem.split(file.path).directory
            let whole = path.hasPrefix("/") || folder.isEmpty ? path : "\(folder)/\(path)"
            read(whole, isOptional: false, for: Inclusion(file: file.path, position: node.position))
        }
    }

    private static func place(_ member: JSONNode.Member) -> SourcePosition {
        // The parser gives every key a position.
        member.keyPosition ?? SourcePosition(line: 1, column: 1)
    }

    private mutating func refuse(_ path: String, _ message: String, for inclusion: Inclusion?) {
        guard let inclusion else { return problems.append(ConfigurationProblem(path, message)) }
        problems.append(
            ConfigurationProblem(inclusion.file, at: inclusion.position, key: "include", "\(path): \(message)")
        )
    }

    private mutating func complain(
        _ file: ConfigurationFile,
        _ position: SourcePosition?,
        _ key: String,
        _ error: ConfigurationValueError
    ) {
        for error in [error] + error.others {
            problems.append(
                ConfigurationProblem(
                    file.path,
                    at: error.position ?? position,
                    key: key,
                    error.message,
                    suggestion: error.suggestion
                )
            )
        }
    }
}
