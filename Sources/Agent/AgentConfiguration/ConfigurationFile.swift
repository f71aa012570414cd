import Glibc
import Linux

/// One file of a configuration, whose owner and mode let it be followed.
struct ConfigurationFile {
    /// Bytes that a file may have.
    static let sizeLimit = 262_144

    /// The same for all names of one file.
    struct Identity: Hashable {
        var device: UInt64
        var inode: UInt64
    }

    /// Why a file cannot be taken.
    struct Refusal: Error {
        var message: String
        var isMissing = false
    }

    let path: String
    let identity: Identity
    let bytes: [UInt8]

    init(_ path: String) throws(Refusal) {
        self.path = path
        let file = try Self.open(path)
        let status: FileStatus
        do throws(SystemError) { status = try file.status() } catch { throw Refusal(message: error.message) }
        if let reason = Self.distrust(status, by: geteuid()) { throw Refusal(message: reason) }
        identity = Identity(device: status.device, inode: status.inode)
        do throws(SystemError) {
            bytes = try file.readToEnd(limit: Self.sizeLimit)
        } catch {
            throw Refusal(
                message: error.errno == EFBIG ? "larger than \(Self.sizeLimit) bytes" : error.message
            )
        }
    }

    private static func open(_ path: String) throws(Refusal) -> Descriptor {
        do throws(SystemError) {
            // Opening a FIFO would wait for its writer.
            return try Descriptor.open(path, O_RDONLY | O_NONBLOCK)
        } catch {
            throw Refusal(message: error.message, isMissing: error.errno == ENOENT)
        }
    }

    /// Why a reader must not follow a file; nil where nothing speaks against it. What stands there decides what root
    /// runs: nobody else may have a say in it.
    private static func distrust(_ status: FileStatus, by reader: UInt32) -> String? {
        guard status.kind == .regular else { return "is no regular file" }
        guard status.userID == 0 || status.userID == reader else {
            return "belongs to user \(status.userID): only root\(reader == 0 ? "" : " or user \(reader)") may own it"
        }
        guard status.permissions & 0o022 == 0 else {
            let mode = String(status.permissions & 0o777, radix: 8)
            return "others than its owner may write to it (mode 0\(mode)): take that away by chmod go-w"
        }
        return nil
    }
}
