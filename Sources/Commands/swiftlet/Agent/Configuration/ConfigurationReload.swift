import AgentConfiguration
import Logging

/// What SIGHUP asks for: the configuration is read again, and what can change in a running agent does.
struct ConfigurationReload: Sendable {
    let sources: ConfigurationSources
    let settings: LiveSettings
    let logger: Logger
    /// Gives the settings that count now to those who do not ask for them each time.
    let apply: @Sendable (AgentSettings) -> Void

    /// A configuration with errors changes nothing.
    func run() {
        let new: AgentSettings
        do throws(ConfigurationErrors) { new = try sources.load() } catch {
            for problem in error.problems { logger.error("\(problem)") }
            logger.error("the configuration has errors: the settings stay as they are")
            return
        }
        let (changed, restart) = settings.apply(new)
        apply(settings.current)
        for key in changed {
            logger.notice("\(key.name) has changed", metadata: ["origin": "\(new[key].origin)"])
        }
        for key in restart {
            logger.warning("\(key.name) has changed: that needs a restart", metadata: ["origin": "\(new[key].origin)"])
        }
        logger.notice("configuration read again")
    }
}
