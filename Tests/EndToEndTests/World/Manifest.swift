/// Manifests as the tests write them.
enum Manifest {
    /// A pod that is killed for the memory that it takes.
    static func greedy(image: String = Stage.image) -> String {
        // tail keeps what it reads until a newline comes.
        pod("greedy", "exec tail /dev/zero", image: image, restart: "Never", container: "resources: {limits: {memory: 16Mi}}")
    }

    /// A pod with one container `main` that runs a shell script and, unless the script ends, stays: as pid 1 of its
    /// namespace a shell ends at SIGTERM only when it traps it.
    static func pod(
        _ name: String,
        _ script: String = "exec sleep 100000",
        image: String = Stage.image,
        policy: String = "IfNotPresent",
        restart: String = "Always",
        grace: Int = 0,
        container: String = "",
        spec: String = ""
    ) -> String {
        """
        apiVersion: v1
        kind: Pod
        metadata:
          name: \(name)
        spec:
          restartPolicy: \(restart)
          terminationGracePeriodSeconds: \(grace)
          containers:
          - name: main
            image: \(image)
            imagePullPolicy: \(policy)
            command: ["/bin/sh", "-c", \(quoted(script))]
        \(indented(container, by: 4))
        \(indented(spec, by: 2))
        """
    }

    /// A YAML string in double quotes.
    static func quoted(_ text: String) -> String {
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        return "\"\(escaped)\""
    }

    private static func indented(_ text: String, by count: Int) -> String {
        let indent = String(repeating: " ", count: count)
        return text.split(separator: "\n").map { indent + $0 }.joined(separator: "\n")
    }
}
