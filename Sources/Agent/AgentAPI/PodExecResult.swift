import JSONCoding

/// The result of `pod.exec`: how the process ended, and what it wrote.
public struct PodExecResult: APIValue, Hashable {
    /// 128+n where signal n ended it.
    public var exitCode: Int
    /// Present where the output is UTF-8; `stdoutBase64` otherwise.
    public var stdout: String?
    public var stdoutBase64: String?
    public var stderr: String?
    public var stderrBase64: String?
    /// More was written than is here.
    public var truncated: Bool

    public init(exitCode: Int, stdout: [UInt8], stderr: [UInt8], truncated: Bool = false) {
        self.exitCode = exitCode
        self.truncated = truncated
        (self.stdout, stdoutBase64) = PodExecResult.fields(of: stdout)
        (self.stderr, stderrBase64) = PodExecResult.fields(of: stderr)
    }

    /// The bytes, whichever field they came in. Broken base64 counts as nothing.
    public var stdoutBytes: [UInt8] { PodExecResult.bytes(stdout, stdoutBase64) }
    public var stderrBytes: [UInt8] { PodExecResult.bytes(stderr, stderrBase64) }

    private static func fields(of bytes: [UInt8]) -> (text: String?, base64: String?) {
        if let text = String(validating: bytes, as: UTF8.self) { return (text, nil) }
        return (nil, Base64.encode(bytes))
    }

    private static func bytes(_ text: String?, _ base64: String?) -> [UInt8] {
        if let text { return Array(text.utf8) }
        return base64.flatMap { Base64.decode($0) } ?? []
    }

    public static let schema = Schema.named(
        "PodExecResult",
        .object([
            .required("exitCode", .count, "The exit status; 128+n where signal n ended the process."),
            .optional("stdout", .string, "What it wrote, where that is UTF-8."),
            .optional("stdoutBase64", .formatted("byte"), "What it wrote, where that is not UTF-8."),
            .optional("stderr", .string, "What it wrote to standard error, where that is UTF-8."),
            .optional("stderrBase64", .formatted("byte"), "What it wrote to standard error, where that is not UTF-8."),
            .required("truncated", .boolean, "More was written than is here."),
        ])
    )
}
