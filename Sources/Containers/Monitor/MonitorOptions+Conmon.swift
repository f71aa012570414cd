import CLinux
import Glibc
import Linux

/// The rules of conmon's that hold where this program is in its place, in its words: callers look for them. They are those of
/// version 2.2.
extension MonitorOptions {
    /// Checks the command line. Gives what is worth a warning.
    func checkAsConmon() throws(UsageError) -> [String] {
        try checkContainer()
        try checkRuntime()
        return try checkLogging()
    }

    /// Fills in what conmon has defaults for.
    mutating func fillInAsConmon() throws(UsageError) {
        if container.bundle.isEmpty {
            guard let path = getcwd(nil, 0) else { throw UsageError("Failed to get working directory") }
            defer { free(path) }
            container.bundle = String(cString: path)
        }
        if places.pidFile.isEmpty { places.pidFile = "\(container.bundle)/pidfile-\(container.id)" }
        // Whoever execs without attaching does so in the bundle of a container: its socket is that one's.
        input.servesAttach = runtime.exec?.isAttached ?? true
        if input.hasFullAttachPath { places.socketDirectory = "" }
    }

    private func checkContainer() throws(UsageError) {
        if runtime.exec != nil && runtime.checkpoint != nil {
            throw UsageError("Cannot use 'exec' and 'restore' at the same time")
        }
        if runtime.exec?.isAttached == true && apiVersion < 1 {
            throw UsageError("Attach can only be specified for a non-legacy exec session")
        }
        if container.uuid.isEmpty && (runtime.exec == nil || apiVersion < 1) {
            throw UsageError("Container UUID not provided. Use --cuuid")
        }
    }

    private func checkRuntime() throws(UsageError) {
        guard let path = runtime.path else { throw UsageError("Runtime path not provided. Use --runtime") }
        if access(path, X_OK) != 0 {
            throw UsageError("Runtime path \(path) is not valid: \(SystemError.text(of: errno))")
        }
        if runtime.exec?.processSpec.isEmpty == true {
            throw UsageError("Exec process spec path not provided. Use --exec-process-spec")
        }
        if runtime.exec?.isAttached == true && getenv("_OCI_ATTACHPIPE") == nil {
            throw UsageError("--attach specified but _OCI_ATTACHPIPE was not")
        }
    }

    private func checkLogging() throws(UsageError) -> [String] {
        if logging.drivers.isEmpty { throw UsageError("Log driver not provided. Use --log-path") }
        if logging.rotatesOnRequest && logging.rotation.keptFiles == 0 {
            throw UsageError("log-max-files must be at least 1 when log-rotate is enabled, got 0")
        }
        if logging.passesThrough && input.hasTerminal {
            throw UsageError("a container with a terminal has no streams to pass through")
        }
        var warnings: [String] = []
        if logging.writesJournal {
            if container.id.utf8.count <= 12 { throw UsageError("Container ID must be longer than 12 characters") }
            for label in logging.labels where label.value.utf8.contains(UInt8(ascii: "=")) {
                throw UsageError(
                    "--log-label \(label.name)=\(label.value): Container labels must be in format LABEL=VALUE (more than one '=')"
                )
            }
        } else if logging.jsonPath == nil {
            if !logging.tag.isEmpty { throw UsageError("k8s-file doesn't support --log-tag") }
            if !logging.labels.isEmpty { throw UsageError("k8s-file doesn't support --log-label") }
            if !logging.marksPartialLines {
                warnings.append("--no-container-partial-message has no effect without journald log driver")
            }
        }
        // While whoever started us still listens: a moment later it would be told nobody.
        for file in logging.files {
            try checkPlace(of: file.path)
            do throws(SystemError) { _ = try LogFile(LogFile.Configuration(path: file.path)) } catch {
                throw UsageError("Failed to open log file \(file.path): \(error)")
            }
        }
        if let path = logging.path, path == logging.jsonPath { throw UsageError("--log-path \(path): one file has one format") }
        return warnings
    }

    /// The log's folder, links resolved, is one of those that are allowed, or lies in one.
    private func checkPlace(of path: String) throws(UsageError) {
        if logging.allowedDirectories.isEmpty { return }
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
        let real = try Self.realPath(folder.isEmpty ? "/" : folder)
        for directory in logging.allowedDirectories {
            let allowed = try Self.realPath(directory)
            if real == allowed || real.hasPrefix(allowed == "/" ? "/" : "\(allowed)/") { return }
        }
        throw UsageError("Failed to open log file \(path): it is in none of the folders of --log-allowlist-dir")
    }

    private static func realPath(_ path: String) throws(UsageError) -> String {
        guard let real = realpath(path, nil) else {
            throw UsageError("Failed to open log file: \(path): \(SystemError.text(of: errno))")
        }
        defer { free(real) }
        return String(cString: real)
    }
}
