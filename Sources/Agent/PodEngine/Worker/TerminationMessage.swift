import Glibc
import Linux
import PodSpec

/// What a container has left to be told about its end: the file at its `terminationMessagePath`, or the end of its log.
struct TerminationMessage {
    /// The kubelet's figures: bytes of a container's message, of all messages of a pod together, and of a log's end.
    private static let limit = 4096
    private static let limitOfPod = 12 << 10
    private static let logLimit = 2048
    private static let logLines = 80
    /// How much of a log is read for that: each line has time, stream and tag before it, and may be long.
    private static let logWindow = 64 << 10

    let paths: ContainerPaths
    let fallsBackToLog: Bool
    /// Bytes that this container may have.
    let limit: Int

    /// Nil where the pod has no such container.
    init?(of name: String, _ attempt: Int, in pod: Pod, _ paths: PodPaths) {
        guard let container = pod.spec.container(named: name) else { return nil }
        self.paths = paths.container(name, attempt)
        fallsBackToLog = container.terminationMessagePolicy == "FallbackToLogsOnError"
        limit = min(Self.limit, Self.limitOfPod / (pod.spec.initContainers.count + pod.spec.containers.count))
    }

    /// Makes the file that the container will find. Anybody in it may write there, whoever they are.
    func prepare(for ids: VolumeIDs) throws(SystemError) {
        let file = try Descriptor.open(paths.terminationLog, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW, mode: 0o666)
        if fchmod(file.rawValue, 0o666) == -1 {
            throw SystemError(call: "fchmod", errno: errno, subject: paths.terminationLog)
        }
        try ids.give(paths.terminationLog)
    }

    /// The message; nil where there is none. What cannot be read says so instead, as the kubelet has it.
    func read(exitCode: Int32) -> String? {
        var text: String
        do throws(SystemError) {
            text = String(decoding: try end(of: "termination-log", in: paths.writable, Self.limit), as: UTF8.self)
            if text.isEmpty, fallsBackToLog, exitCode != 0 { text = try endOfLog() }
        } catch {
            text = "Error on reading termination log: \(error)"
        }
        return text.isEmpty ? nil : Self.cut(text, to: limit)
    }

    private func endOfLog() throws(SystemError) -> String {
        guard FileSystem.exists(paths.log) else { return "" }
        let (directory, name) = FileSystem.split(paths.log)
        let bytes = try end(of: name, in: directory, Self.logWindow)
        return LogTail.text(of: bytes, lines: Self.logLines, limit: Self.logLimit)
    }

    /// The last bytes of a file, found by a way that leaves its folder under no circumstances.
    private func end(of name: String, in directory: String, _ limit: Int) throws(SystemError) -> [UInt8] {
        let folder = try Descriptor.open(directory, O_RDONLY | O_DIRECTORY)
        let file = try Descriptor.open(inRoot: folder.rawValue, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW)
        let status = try file.status()
        guard status.kind == .regular else { throw SystemError(call: "open", errno: EINVAL, subject: name) }
        var bytes = [UInt8](repeating: 0, count: limit)
        let offset = Int(max(0, status.size - Int64(limit)))
        let count = bytes.withUnsafeMutableBytes { pread(file.rawValue, $0.baseAddress, $0.count, offset) }
        if count == -1 { throw SystemError(call: "pread", errno: errno, subject: name) }
        return Array(bytes.prefix(count))
    }

    /// As many whole characters as so many bytes hold.
    private static func cut(_ text: String, to limit: Int) -> String {
        guard text.utf8.count > limit else { return text }
        var cut = ""
        var count = 0
        for character in text.unicodeScalars {
            count += UTF8.width(character)
            if count > limit { break }
            cut.unicodeScalars.append(character)
        }
        return cut
    }
}
