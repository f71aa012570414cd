extension PodImage.Process {
    /// What is run: `command` replaces ENTRYPOINT and drops CMD; `args` replaces CMD. Nil where nobody says what to run.
    package func arguments(command wanted: [String], args: [String]) -> [String]? {
        let head = wanted.isEmpty ? entrypoint : wanted
        let all = head + (args.isEmpty && wanted.isEmpty ? command : args)
        guard let program = all.first, !program.isEmpty else { return nil }
        return all
    }

    /// The folder to run it in; `wanted` is empty where the container says nothing.
    package func folder(wanted: String) -> String {
        let directory = wanted.isEmpty ? workingDirectory : wanted
        if directory.isEmpty { return "/" }
        // Images may say `srv`; OCI wants an absolute path.
        return directory.hasPrefix("/") ? directory : "/" + directory
    }
}
