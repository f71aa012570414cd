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
    private static let folders = ["/usr/local/bin", "/usr/bin", "/bin"]
    private static let common = ["--no-options", "--batch", "--no-tty", "--no-autostart", "--no-auto-key-retrieve", "--no-auto-key-locate"]
    /// What gpg says of a signature that is not simply good.
    private static let bad: Set<Substring> = [
        "BADSIG", "ERRSIG", "EXPSIG", "EXPKEYSIG", "REVKEYSIG", "NODATA", "UNEXPECTED", "FAILURE", "NOTATION_DATA_BAD",
    ]

    private let program: String

    public init() throws(Failure) {
        let programs: [String] = Self.folders.map { "\($0)/gpg" }
        guard let found = programs.first(where: { access($0, X_OK) == 0 }) else {
            throw Failure(description: "gpg is not installed")
        }
        program = found
    }

    /// What a signed message says, where exactly one of the keys has signed it and the signature is good. Blocks the thread.
    public func claim(of message: [UInt8], keys: SignaturePolicy.KeyMaterial) throws -> [UInt8] {
        let home = try PrivateFolder("gpg")
        let files = try home.keyFiles(keys)
        let environment = ["GNUPGHOME=\(home.path)", "HOME=\(home.path)", "PATH=/usr/bin:/bin", "LC_ALL=C"]
        let imported = try run(Self.common + ["--import"] + files, environment)
        // A keyring may hold more than gpg takes; with none of it, no signature is good.
        guard imported.output.contains(where: { $0.dropFirst().first == "IMPORT_OK" }) else {
            throw Failure(description: "gpg finds no public key in the policy's keys")
        }
        let (source, target) = ("\(home.path)/message", "\(home.path)/claim")
        try FileSystem.write(source, message)
        let arguments = ["--trust-model", "always", "--max-output", "\(Self.claimLimit)", "--output", target, "--decrypt", source]
        let (status, lines) = try run(Self.common + arguments, environment)
        let words = lines.compactMap { $0.dropFirst().first }
        guard status == .exited(0), !words.contains(where: Self.bad.contains) else {
            let said = words.filter { Self.bad.contains($0) || $0 == "NO_PUBKEY" }.joined(separator: " ")
            throw Failure(description: "the signature is none of the policy's keys, or not good" + (said.isEmpty ? "" : " (\(said))"))
        }
        for word in ["GOODSIG", "VALIDSIG", "PLAINTEXT"] {
            guard words.count(where: { $0 == word }) == 1 else { throw Failure(description: "not one good signature over one text") }
        }
        return try FileSystem.read(target, limit: Self.claimLimit)
    }

    /// Signs a text with a secret key of the caller's own home (GNUPGHOME). Blocks the thread.
    public func sign(_ text: [UInt8], key: String, passphrase: String?) throws -> [UInt8] {
        let folder = try PrivateFolder("sign")
        let (source, target) = ("\(folder.path)/claim", "\(folder.path)/message")
        try FileSystem.write(source, text)
        var arguments = ["--batch", "--no-tty", "--local-user", key]
        if let passphrase {
            try FileSystem.write("\(folder.path)/passphrase", Array(passphrase.utf8))
            arguments += ["--pinentry-mode", "loopback", "--passphrase-file", "\(folder.path)/passphrase"]
        }
        let (status, _) = try run(arguments + ["--output", target, "--sign", source], nil)
        guard status == .exited(0) else { throw Failure(description: "gpg does not sign with the key \(key)") }
        return try FileSystem.read(target, limit: SignatureReader.sizeLimit)
    }

    /// Runs it; the words of its status lines (gnupg's doc/DETAILS).
    private func run(_ arguments: [String], _ environment: [String]?) throws -> (status: ExitStatus, output: [[Substring]]) {
        let pipe = try Descriptor.pipe(flags: O_CLOEXEC)
        let child = ChildProcess(executable: program, arguments: ["--status-fd", "1"] + arguments, environment: environment, workingDirectory: "/")
        let write = pipe.write
        let process = try child.spawn([1: write.rawValue])
        // Ours would keep the stream from ending.
        try write.close()
        let output = try pipe.read.readToEnd(limit: Self.statusLimit)
        guard let status = try process.wait() else { preconditionFailure("waitid(2) blocks until the end") }
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\n").map { $0.split(separator: " ") }
        return (status, lines.filter { $0.first == "[GNUPG:]" })
    }
}

/// A folder that only we read, removed with the last use.
final class PrivateFolder {
    let path: String

    init(_ name: String) throws(SystemError) {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let path = "\(parent)/swiftlet-\(name)-\(UInt64.random(in: .min ... .max))"
        try retrying("mkdir", path) { mkdir(path, 0o700) }
        self.path = path
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

    deinit {
        // Keys and a claim that are no secret; what stays of them harms nobody.
        try? FileSystem.removeTree(path)
    }
}
