import AgentConfiguration
import Logging
import Synchronization

/// The settings of a running agent. Those that a reload applies are read here each time that they are needed.
final class LiveSettings: Sendable {
    private let settings: Mutex<AgentSettings>

    init(_ settings: AgentSettings) { self.settings = Mutex(settings) }

    var current: AgentSettings { settings.withLock { $0 } }

    /// Takes the reloadable values of other settings. The rest stays as the agent was started.
    ///
    /// - Returns: the keys that have another value now, and those that would need a restart for one.
    func apply(_ new: AgentSettings) -> (changed: [ConfigurationKey], restart: [ConfigurationKey]) {
        settings.withLock { settings in
            let differences = settings.differences(from: new)
            let changed = differences.filter(\.isReloadable)
            for key in changed { settings.take(key, from: new) }
            return (changed, differences.filter { !$0.isReloadable })
        }
    }
}

/// Hands on to another handler what is severe enough by the settings of the moment.
struct LiveLogHandler: LogHandler {
    var handler: any LogHandler
    let settings: LiveSettings
    /// What the logger's owner wants instead.
    private var ownLevel: Logger.Level?

    init(_ handler: any LogHandler, settings: LiveSettings) {
        self.handler = handler
        self.settings = settings
        // The decision is made here.
        self.handler.logLevel = .trace
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? settings.current.logLevel }
        set { ownLevel = newValue }
    }

    var metadata: Logger.Metadata {
        get { handler.metadata }
        set { handler.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { handler[metadataKey: key] }
        set { handler[metadataKey: key] = newValue }
    }

    func log(event: LogEvent) { handler.log(event: event) }
}
