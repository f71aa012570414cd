import AgentClient
import ArgumentParser

/// `swiftlet get`.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Show pods, what makes them, what they refer to, images or networks.",
        discussion: """
            Types: pods (po), deployments (deploy), replicasets (rs), daemonsets (ds), \
            jobs, cronjobs (cj), configmaps (cm), secrets, persistentvolumeclaims \
            (pvc), priorityclasses (pc), runtimeclasses, networkpolicies (netpol), images, \
            networks (net); all for pods and workloads. Of ConfigMaps and Secrets the keys are shown, never the \
            values.

            Examples:
              swiftlet get pods
              swiftlet get pods -A -o wide --sort-by .status.startTime
              swiftlet get pod/web deploy/shop -o yaml
              swiftlet get po,deploy -l 'app in (web, shop)'
              swiftlet get pods --field-selector status.phase=Running -o name
              swiftlet get pods -o jsonpath='{range .items[*]}{.metadata.name}{"\\n"}{end}'
              swiftlet get pods -o custom-columns=NAME:.metadata.name,IP:.status.podIP
              swiftlet get pods -w -o json
              swiftlet get deployments -w
            """
    )

    @Argument(help: "TYPE[,TYPE…] [NAME…], or TYPE/NAME….", completion: Completion.resources)
    var what: [String]

    @OptionGroup var options: GetOptions

    func validate() throws {
        try options.check(try ValidationError.checking { try ResourceArguments(what) })
    }

    func run() throws { try options.run(try ResourceArguments(what)) }
}
