import Glibc
import Linux

/// `gpg`, for simple signatures. To check one, it gets a home of its own with the policy's keys and nothing else.
public struct GPGProgram: Sendable {
    /// Something that gpg did not do.
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    private static let claimLimit = 1 << 20
    private static let statusLimit = 1 << 20
    public static let folders = ["/usr/local/bin", "/usr/bin", "/bin"]
    private static let common = [
        "--no-options", "--batch", "--no-tty", "--no-autostart", "--no-auto-key-retrieve", "--no-auto-key-locate",
    ]
    /// What gpg says of a signature that is not simply good.
    private static let bad: Set<Substring> = [
        "BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "UNEXPECTED", "FAILURE", "NOTATION_DATA_BAD",
    ]

    private let program: String
    private let timeLimit: Duration

    /// - Parameters:
    ///   - folders: where `gpg` is looked for, in this order.
    ///   - timeLimit: of one run; past it gpg is killed, and the answer is a failure.
    public init(folders: [String] = GPGProgram.folders, timeLimit: Duration = .seconds(60)) throws(Failure) {
        let programs: [String] = folders.map { "\($0)/gpg" }
        guard let found = programs.first(where: { access($0, X_OK) == 0 }) else {
            throw Failure(description: "gpg is not installed")
        }
        program = found
        self.timeLimit = timeLimit
    }

    /// What a signed message says, where exactly one of the keys has signed it and the signature is good. Blocks the thread.
    public func claim(of message: [UInt8], keys: SignaturePolicy.KeyMaterial) throws -> [UInt8] {
        try PrivateFolder.with("gpg") { home in
            let files = try home.keyFiles(keys)
            let environment = ["GNUPGHOME=\(home.path)", "HOME=\(home.path)", "PATH=/usr/bin:/bin", "LC_ALL=C"]
            let imported = try run(Self.common + ["--import"] + files, environment)
            // A keyring may hold more than gpg takes; with none of it, no signature is good.
            guard imported.output.contains(where: { $0.dropFirst().first == "IMPORT_OK" }) else {
                throw Failure(description: "gpg finds no public key in the policy's keys")
            }
            let (source, target) = ("\(home.path)/message", "\(home.path)/claim")
            try FileSystem.write(source, message)
            let output = ["--max-output", "\(Self.claimLimit)", "--output", target]
            let answer = try run(Self.common + ["--trust-model", "always"] + output + ["--decrypt", source], environment)
            try Self.check(answer)
            return try FileSystem.read(target, limit: Self.claimLimit)
        }
    }

    /// Lets an answer pass that tells of one good signature over one text, and of nothing else.
    private static func check(_ answer: Answer) throws(Failure) {
        let words = answer.output.compactMap { $0.dropFirst().first }
        guard answer.status == .exited(0), !words.contains(where: bad.contains) else {
            let said = words.filter { bad.contains($0) || $0 == "NO_PUBKEY" }.joined(separator: " ")
            let detail = said.isEmpty ? "" : " (\(said))"
            throw Failure(description: "the signature is none of the policy's keys, or not good\(detail)")
        }
        for word in ["GOODSIG", "VALIDSIG", "PLAINTEXT"] where words.count(where: { $0 == word }) != 1 {
            throw Failure(description: "not one good signature over one text")
        }
    }

    /// Signs a text with a secret key of the caller's own home (GNUPGHOME), or of that of another environment. Blocks the thread.
    public func sign(
        _ text: [UInt8],
        key: String,
        passphrase: String?,
        environment: [String]? = nil
    ) throws -> [UInt8] {
        try PrivateFolder.with("sign") { folder in
            let (source, target) = ("\(folder.path)/claim", "\(folder.path)/message")
            try FileSystem.write(source, text)
            let arguments = ["--batch", "--no-tty", "--local-user", key, "--output", target]
            let (status, _) = try run(arguments, ["--sign", source], environment, passphrase)
            guard status == .exited(0) else { throw Failure(description: "gpg does not sign with the key \(key)") }
            return try FileSystem.read(target, limit: SignatureReader.sizeLimit)
        }
    }

    /// Signing as `run` does, with a passphrase that never lies in a file: it comes through a pipe.
    private func run(
        _ options: [String],
        _ command: [String],
        _ environment: [String]?,
        _ passphrase: String?
    ) throws -> Answer {
        guard let passphrase else { return try run(options + command, environment) }
        let pipe = try Descriptor.pipe(flags: O_CLOEXEC)
        // It fits a pipe (4,096 bytes at least), so that nobody has to write while gpg runs.
        guard passphrase.utf8.count < 4096 else { throw Failure(description: "the passphrase is longer than 4,095 bytes") }
        let reader = pipe.read
        let writer = pipe.write
        try writer.writeAll(Array(passphrase.utf8))
        try writer.close()
        let given = ["--pinentry-mode", "loopback", "--passphrase-fd", "3"]
        return try run(options + given + command, environment, [3: reader.rawValue])
    }

    private typealias Answer = (status: ExitStatus, output: [[Substring]])

    /// Runs it; the words of its status lines (gnupg's doc/DETAILS).
    private func run(_ arguments: [String], _ environment: [String]?, _ given: [Int32: Int32] = [:]) throws -> Answer {
        let pipe = try Descriptor.pipe(flags: O_CLOEXEC)
        let child = ChildProcess(
            executable: program,
            arguments: ["--status-fd", "1"] + arguments,
            environment: environment,
            workingDirectory: "/"
        )
        let reader = pipe.read
        let writer = pipe.write
        let process = try child.spawn(given.merging([1: writer.rawValue]) { $1 })
        // Ours would keep the stream from ending.
        try writer.close()
        do {
            let output = try Self.readToEnd(reader, until: Monotonic.now.advanced(by: timeLimit))
            guard let status = try process.wait() else { preconditionFailure("waitid(2) blocks until the end") }
            let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
            return (status, lines.filter { $0.first == "[GNUPG:]" })
        } catch {
            try Self.end(process)
            throw error
        }
    }

    private static func end(_ process: borrowing ProcessHandle) throws(SystemError) {
        do throws(SystemError) { try process.signal(SIGKILL) } catch {
            // It has ended by itself, and is still to be reaped.
            guard error.errno == ESRCH else { throw error }
        }
        _ = try process.wait()
    }

    private static func readToEnd(_ stream: borrowing Descriptor, until deadline: Monotonic) throws -> [UInt8] {
        var bytes: [UInt8] = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 16 << 10, alignment: 1)
        defer { buffer.deallocate() }
        while true {
            guard try UnixSocket.waitUntilReadable(stream, atMost: deadline.since(.now)) else {
                throw Failure(description: "gpg gave no answer in time")
            }
            let count = try stream.read(into: buffer)
            if count == 0 { return bytes }
            bytes.append(contentsOf: buffer[..<count])
            guard bytes.count <= statusLimit else { throw Failure(description: "gpg says more than \(statusLimit) bytes") }
        }
    }
}

/// A folder that only we read, there while a closure runs.
struct PrivateFolder {
    let path: String

    static func with<Result>(_ name: String, _ body: (PrivateFolder) throws -> Result) throws -> Result {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let path = "\(parent)/swiftlet-\(name)-\(UInt64.random(in: .min ... .max))"
        try retrying("mkdir", path) { mkdir(path, 0o700) }
        // Public keys and a claim are in it: what stays of them harms nobody.
        defer { try? FileSystem.removeTree(path) }
        return try body(PrivateFolder(path: path))
    }

    /// The files of keys, those given as bytes written here.
    func keyFiles(_ keys: SignaturePolicy.KeyMaterial) throws -> [String] {
        switch keys {
        case .files(let paths): return paths.map { $0.hasPrefix("/") ? $0 : "/\($0)" }
        case .data(let all):
            var files: [String] = []
            for (index, bytes) in all.enumerated() {
                files.append("\(path)/key-\(index)")
                try FileSystem.write("\(path)/key-\(index)", bytes)
            }
            return files
        }
    }
}
