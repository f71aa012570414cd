import AgentConfiguration
import Glibc
import Linux
import TestSupport

/// A folder that stands for a machine's root, with configuration files in it.
struct ConfigurationWorld {
    let folder: TemporaryDirectory

    init() throws { folder = try TemporaryDirectory("config") }

    /// Writes a file of the machine and answers its path.
    @discardableResult
    func write(_ path: String, _ text: String) throws -> String { try write(path, Array(text.utf8)) }

    @discardableResult
    func write(_ path: String, _ bytes: [UInt8]) throws -> String {
        let whole = folder(path)
        try FileSystem.makeDirectories(FileSystem.split(whole).directory)
        try FileSystem.write(whole, bytes)
        guard chmod(whole, 0o644) == 0 else { throw SystemError.last("chmod", whole) }
        return whole
    }

    /// The sources of the machine.
    func sources(environment: [String: String] = [:], flags: [ConfigurationFlag] = []) -> ConfigurationSources {
        ConfigurationSources(
            places: ConfigurationSources.standardPlaces(under: folder.path),
            environment: environment,
            flags: flags
        )
    }

    /// What is wrong with one file, each error without the folder's path.
    func problems(_ path: String) -> [String] {
        problems(ConfigurationSources(places: [.file(folder(path), isOptional: false)]))
    }

    func problems(_ sources: ConfigurationSources) -> [String] {
        do throws(ConfigurationErrors) {
            _ = try sources.load()
            return []
        } catch {
            return error.problems.map { problem in
                problem.description.split(separator: "\(folder.path)/", omittingEmptySubsequences: false).joined()
            }
        }
    }
}
