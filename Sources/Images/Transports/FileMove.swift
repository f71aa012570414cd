import Glibc
import Linux

/// Gives a file its name in another folder, also on another file system.
enum FileMove {
    static func move(_ file: String, to target: String) async throws {
        do throws(SystemError) {
            try FileSystem.rename(file, target)
            return
        } catch {
            guard error.errno == EXDEV else { throw error }
        }
        try await onThread(named: "copy") {
            let temporary = "\(target).\(UInt32.random(in: .min ... .max)).tmp"
            do {
                let source = try Descriptor.open(file, O_RDONLY | O_NOFOLLOW)
                let copy = try Descriptor.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o644)
                try source.readPieces { try copy.writeAll($0) }
                try FileSystem.rename(temporary, target)
            } catch {
                // The error that stopped it is the one to tell.
                try? FileSystem.removeFile(temporary)
                throw error
            }
        }
    }
}
